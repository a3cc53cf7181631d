"""Differential privacy: mechanisms that keep a promise, and an audit that tests it."""
