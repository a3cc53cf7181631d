"""A small language model, what it remembers, and what helps against that."""
