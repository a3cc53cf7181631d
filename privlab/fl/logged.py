"""A strategy that writes every round of the one inside it into a ledger."""

import json
from collections.abc import Iterable
from hashlib import sha256

from flwr.app import ArrayRecord, Message, MetricRecord
from flwr.serverapp.strategy import Strategy

from privlab.fl.ledger import Ledger
from privlab.fl.strategies import Around
from privlab.fl.vectors import flat


class Logged(Around):
    """After each round: its number, how many answered, the hash of the new model.

    The ledger says who computed what and when, and says it of the server alone: that
    the clients' updates were honest, or the data good, no hash can know.
    """

    def __init__(self, strategy: Strategy, ledger: Ledger, signing_key: bytes):
        super().__init__(strategy)
        self.ledger, self.signing_key = ledger, signing_key

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        replies = list(replies)
        arrays, metrics = super().aggregate_train(server_round, replies)
        record = {
            "round": server_round,
            "answers": sum(reply.has_content() for reply in replies),
            "model": model_hash(arrays if arrays is not None else self.sent),
        }
        payload = json.dumps(record, sort_keys=True).encode()
        self.ledger = self.ledger.appended(payload, self.signing_key)
        return arrays, metrics


def model_hash(arrays: ArrayRecord) -> str:
    """SHA-256 of the weights as 64-bit numbers, in hexadecimal."""
    return sha256(flat(arrays).astype("<f8").tobytes()).hexdigest()
