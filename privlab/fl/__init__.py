"""Federated learning with Flower: the data stay apart, the models travel."""

import os

# Flower reads this when it is imported and otherwise reports its commands' use home.
os.environ.setdefault("FLWR_TELEMETRY_ENABLED", "0")
