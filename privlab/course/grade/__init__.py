"""Grading that can be trusted: answers run elsewhere, and only data comes back."""
