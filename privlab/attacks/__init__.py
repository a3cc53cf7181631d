"""What an adversary can do with what it sees, reported as the literature demands."""
