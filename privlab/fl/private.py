"""Client-level differential privacy: all that one client ever sent is one person's.

Neighbours: one client, with all its data, added or removed. Unlike a promise about one
example, it covers somebody who contributes a thousand photographs from one telephone.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from flwr.app import ArrayRecord, ConfigRecord, Message, MessageType, RecordDict
from flwr.clientapp.typing import Mod
from flwr.serverapp import Grid
from flwr.serverapp.strategy import FedAvg

from privlab.core import checks
from privlab.fl.guard import sound_arrays
from privlab.fl.vectors import flat, on_update, shaped


@dataclass(frozen=True, kw_only=True)
class ClientLevel:
    """One round of DP-FedAvg: McMahan, Ramage, Talwar and Zhang 2018, Algorithm 1.

    ``(sum over C of clip(update_k) + N(0, (z S)^2)) / (q K)``: each of the K =
    ``clients`` is in C with probability q = ``sampling_rate``, independently; z is the
    ``noise_multiplier`` and S the ``clipping_norm``. Every client weighs the same: one
    of weight w would move the sum by w S. The divisor is the *expected* number, their
    fixed-denominator estimator: the drawn one tells who is there. K is public.

    One client moves the sum by S at most, whether it drops out or not. A multiplier of
    0 is clipped averaging: no privacy. Floating-point noise leaks (Mironov 2012), and a
    seeded generator is for experiments.
    """

    clipping_norm: float
    noise_multiplier: float
    sampling_rate: float
    clients: int

    def __post_init__(self):
        checks.positive("clipping_norm", self.clipping_norm)
        checks.at_least("noise_multiplier", self.noise_multiplier, 0)
        if checks.positive("sampling_rate", self.sampling_rate) > 1:
            raise ValueError(f"sampling_rate={self.sampling_rate} must be <= 1")
        checks.whole("clients", self.clients)

    @property
    def sigma(self) -> float:
        """The noise on each entry of the released *mean*, its standard deviation."""
        return self.noise_multiplier * self.clipping_norm / self.expected

    @property
    def expected(self) -> float:
        """How many clients take part in a round on average: ``q K``."""
        return self.sampling_rate * self.clients

    def draw(self, nodes: Sequence[int], *, rng: np.random.Generator) -> list[int]:
        """Each node with probability ``sampling_rate``; the round may be empty."""
        chosen = rng.random(len(nodes)) < self.sampling_rate
        return [node for node, taken in zip(nodes, chosen, strict=True) if taken]

    def release(self, updates: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
        """The noisy mean (d,) of the updates (k, d) that came in; k may be 0."""
        total = clipped(updates, self.clipping_norm).sum(0)
        return total / self.expected + self.sigma * rng.standard_normal(total.shape)

    def epsilon(self, account: Callable, *, rounds: int, delta: float) -> float:
        """What so many rounds spend, infinite without noise.

        ``account`` is one of ``dp.accounting``'s functions for the sampled Gaussian.
        """
        if self.noise_multiplier == 0:
            return math.inf
        return account(
            noise_multiplier=self.noise_multiplier,
            sampling_rate=self.sampling_rate,
            steps=rounds,
            delta=delta,
        )


def clipped(updates: np.ndarray, clipping_norm: float) -> np.ndarray:
    """``u min(1, S / ||u||)`` for each row u of (..., d): directions stay, lengths end.

    A row that is not finite has no direction. It becomes 0: with NaN in it the whole
    sum would be NaN, which tells everybody who is there.
    """
    finite = np.isfinite(updates).all(-1, keepdims=True)
    updates = np.where(finite, updates, 0.0)
    largest = np.abs(updates).max(-1, keepdims=True, initial=1)  # no overflow below
    norms = largest * np.linalg.norm(updates / largest, axis=-1, keepdims=True)
    return updates * (clipping_norm / np.maximum(norms, clipping_norm))


def clipping_mod(clipping_norm: float) -> Mod:
    """A client that shortens its own update, whatever the server would do with it."""
    checks.positive("clipping_norm", clipping_norm)
    return on_update(lambda update, message, context: clipped(update, clipping_norm))


class DPFedAvg(FedAvg):
    """Flower's FedAvg with ``ClientLevel`` in place of its sampling and its average.

    A round in which nobody is drawn, or everybody fails, releases noise all the same.
    No losses or accuracies of clients are aggregated, and none are asked for: they
    would be releases without noise. The server clips and adds the noise: it sees every
    update and is trusted. A reply that fits no arrays counts as no reply.
    """

    def __init__(self, mechanism: ClientLevel, *, rng: np.random.Generator):
        super().__init__()
        self.mechanism, self.rng = mechanism, rng

    def configure_train(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """Ask the round's Poisson sample of the nodes to train."""
        self.sent = arrays
        config["server-round"] = server_round
        record = {self.arrayrecord_key: arrays, self.configrecord_key: config}
        chosen = self.mechanism.draw(sorted(grid.get_node_ids()), rng=self.rng)
        return self._construct_messages(RecordDict(record), chosen, MessageType.TRAIN)

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord, None]:
        """The arrays that were sent, moved by the noisy mean of what came back."""
        before = flat(self.sent)
        after = [flat(arrays) for arrays in self._answers(replies)]
        updates = np.array([own - before for own in after]).reshape(-1, len(before))
        moved = before + self.mechanism.release(updates, rng=self.rng)
        return shaped(moved, like=self.sent), None

    def configure_evaluate(self, *_, **__) -> Iterable[Message]:
        """Nobody: an accuracy on clients' data would be one more release."""
        return []

    def _answers(self, replies: Iterable[Message]) -> list[ArrayRecord]:
        """The arrays of the replies that can be read as what was sent."""
        answers = []
        for reply in replies:
            if reply.has_content():
                with suppress(ValueError):
                    answers.append(sound_arrays(reply.content, like=self.sent))
        return answers
