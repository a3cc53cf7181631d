"""Fine-tuning on a clinic compared: quality, exposure, and whom epsilon covers."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

from privlab.dp import per_example, sgd
from privlab.experiments.chat_model import CAP
from privlab.experiments.clinic_model import (
    DELTA,
    REPEATS,
    WAYS,
    Clinic,
    Tuned,
    clinic,
    measured,
    privately,
    start,
    tuned,
)
from privlab.lm.corpus import Canary
from privlab.lm.extract import exposure, rank, secret_bits
from privlab.lm.language_model import line_losses

COPIES = {"never": 0, "once": 1, "8 times": 8}
TRAINING = {"in the open": math.inf, "ε = 8": 8.0}


@dataclass(frozen=True, kw_only=True, eq=False)
class Compared:
    """Each of ``WAYS`` under DP with ``epsilon``, and its twin in the open."""

    epsilon: float
    private: tuple[Tuned, ...]
    twins: tuple[Tuned, ...]
    before: float  # perplexity of the public model

    @property
    def summary(self) -> str:
        each = (
            f"{own.way} {own.perplexity:.1f} (in the open {twin.perplexity:.1f})"
            for own, twin in zip(self.private, self.twins, strict=True)
        )
        return f"Perplexity on fresh lines at ε = {self.epsilon:g}: {', '.join(each)}."


def compared(*, epsilon: float, seed: int) -> Compared:
    """Three private runs and three in the open; 20 seconds the first time."""
    data = clinic(seed=seed)
    return Compared(
        epsilon=epsilon,
        private=tuple(tuned(way=w, epsilon=epsilon, seed=seed) for w in WAYS),
        twins=tuple(tuned(way=w, epsilon=math.inf, seed=seed) for w in WAYS),
        before=data.base.perplexity(data.fresh),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Standing:
    """Where one planted code stands among all 10,000, in ``bits`` (10000,)."""

    canary: Canary
    title: str
    bits: np.ndarray

    @property
    def own(self) -> float:
        return float(self.bits[int(self.canary.secret)])

    @property
    def rank(self) -> int:
        return rank(self.bits, self.own)

    @property
    def summary(self) -> str:
        saved = exposure(self.bits, self.own)
        return f"{self.title}: rank {self.rank:,}, {saved:.1f} of {CAP:.1f} bits."


def standing(*, way: str, training: str, copies: str, seed: int) -> Standing:
    """The first door planted so often, weighed by one of the trained models."""
    data = clinic(seed=seed)
    model = tuned(way=way, epsilon=TRAINING[training], seed=seed).model
    canary = data.canaries[REPEATS.index(COPIES[copies]) * 6]
    bits = secret_bits(model, canary.prefix, alphabet=canary.alphabet, length=4)
    title = f"{way}, {training}, planted {copies}"
    return Standing(canary=canary, title=title, bits=bits)


@dataclass(frozen=True, kw_only=True, eq=False)
class Group:
    """What (``epsilon``, ``DELTA``) for a line promises to whoever has k lines.

    ``epsilons`` and ``deltas`` are for k = 1, 2, ..., 8.
    """

    epsilon: float
    lines: int
    epsilons: np.ndarray
    deltas: np.ndarray

    @property
    def summary(self) -> str:
        delta = self.deltas[self.lines - 1]
        empty = "nothing: δ is over 1" if delta >= 1 else f"δ = {delta:.2g}"
        total = self.epsilons[self.lines - 1]
        return (
            f"{self.lines} lines at ε = {self.epsilon:g} each: ε = {total:g}, {empty}."
        )


def group(*, epsilon: float, lines: int) -> Group:
    """``k eps`` and ``delta (1 + e^eps + ... + e^((k-1) eps))``: k steps of one line.

    Vadhan 2017, Lemma 2.2, before its last rounding.
    """
    counts = np.arange(1, 9)
    terms = np.exp(epsilon * (counts - 1))
    deltas = DELTA * np.cumsum(terms)
    return Group(epsilon=epsilon, lines=lines, epsilons=counts * epsilon, deltas=deltas)


class Together(nn.Module):
    """A network whose example is a user: k lines (n, k, T) to logits (n, k, T, V)."""

    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        return self.network(x.flatten(0, 1)).unflatten(0, x.shape[:2])


def user_losses(logits: Tensor, y: Tensor) -> Tensor:
    """The mean over a user's lines (n,) of their ``line_losses``."""
    return line_losses(logits.flatten(0, 1), y.flatten(0, 1)).view(y.shape[:2]).mean(1)


def by_user(data: Clinic) -> list[str]:
    """The lines, eight of one user after eight of another.

    A code that is planted eight times is one user's; all other users have eight lines
    as they come.
    """
    heavy = [
        canary.text
        for canary, times in zip(data.canaries, data.repeats, strict=True)
        for _ in range(times)
        if times == 8
    ]
    return heavy + [text for text in data.lines if text not in set(heavy)]


@cache
def user_level(*, epsilon: float, seed: int) -> Tuned:
    """Fine-tune the adapters with the gradient of each *user* clipped."""
    data, rng = clinic(seed=seed), torch.Generator().manual_seed(seed)
    model = start(data, "adapters", rng=rng)
    x, y = model.characters.examples(by_user(data), model.network.context)

    def algorithm(**setting) -> sgd.DPSGD:
        return sgd.DPSGD(clipped_sum=per_example.clipped_sum, **setting)

    privately(
        Together(model.network),
        user_losses,
        x.unflatten(0, (-1, 8)),
        y.unflatten(0, (-1, 8)),
        algorithm,
        "adapters",
        epsilon=epsilon,
        rng=rng,
    )
    return measured(data, model, way="adapters", epsilon=epsilon)


@dataclass(frozen=True, kw_only=True, eq=False)
class Levels:
    """Adapters at the same ε for a line, and for a user with eight; and in the open."""

    models: dict[str, Tuned]

    @property
    def summary(self) -> str:
        each = (
            f"{name} perplexity {model.perplexity:.1f}, {model.exposure(8):.1f} bits"
            for name, model in self.models.items()
        )
        return f"Codes in 8 lines of one user: {'; '.join(each)}."


def levels(*, epsilon: float, seed: int) -> Levels:
    """Who is covered by ε: nobody, a line, a user."""
    return Levels(
        models={
            "in the open": tuned(way="adapters", epsilon=math.inf, seed=seed),
            "a line": tuned(way="adapters", epsilon=epsilon, seed=seed),
            "a user": user_level(epsilon=epsilon, seed=seed),
        }
    )
