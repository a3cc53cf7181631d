"""What a federation has done: the model, its scores and every message."""

from dataclasses import dataclass

import numpy as np
from flwr.app import ArrayRecord


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One message to a client and what became of it.

    ``down`` and ``up`` are the bytes of the arrays sent each way, ``seconds`` the
    injected delay. ``outcome`` is "answered", "late", "crashed" or "dropped".
    """

    round: int
    client: int
    kind: str
    down: int
    up: int
    outcome: str
    seconds: float


@dataclass(frozen=True, kw_only=True, eq=False)
class History:
    """The run of a strategy over ``rounds`` rounds.

    ``losses`` and ``accuracies`` (rounds + 1,) are the global model's on the server's
    test rows, before the first round and after each; empty if the server did not
    evaluate. ``train_losses`` (rounds,) are the clients' own, weighted by their
    examples, NaN where no reply was aggregated. ``seconds`` is the grid's clock.
    """

    arrays: ArrayRecord
    losses: np.ndarray
    accuracies: np.ndarray
    train_losses: np.ndarray
    exchanges: tuple[Exchange, ...]
    clients: int
    rounds: int
    seconds: float

    @property
    def bytes_down(self) -> np.ndarray:
        """Bytes of arrays from the server to the clients in each round: (rounds,)."""
        return self._each_round(lambda exchange: exchange.down)

    @property
    def bytes_up(self) -> np.ndarray:
        """Bytes of arrays from the clients, late replies included: (rounds,)."""
        return self._each_round(lambda exchange: exchange.up)

    @property
    def lost(self) -> np.ndarray:
        """Messages without an answer in time in each round: (rounds,)."""
        return self._each_round(lambda exchange: exchange.outcome != "answered")

    @property
    def summary(self) -> str:
        moved = (self.bytes_up.sum() + self.bytes_down.sum()) / 1e6
        said = f"{self.rounds} rounds with {self.clients} clients moved {moved:.1f} MB"
        if len(self.accuracies):
            first, last = 100 * self.accuracies[[0, -1]]
            said += f"; right on test rows: {first:.0f} % before, {last:.0f} % after"
        return said + "."

    def _each_round(self, amount) -> np.ndarray:
        totals = np.zeros(self.rounds, dtype=int)
        for exchange in self.exchanges:
            totals[exchange.round - 1] += amount(exchange)
        return totals
