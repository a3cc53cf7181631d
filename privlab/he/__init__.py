"""Homomorphic encryption: computing with numbers that nobody at work can read."""
