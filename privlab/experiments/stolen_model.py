"""How many answers does it take to copy a model?"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import torch
from torch import nn
from torch.optim import Adam

from privlab.attacks.stealing import (
    Interface,
    agreement,
    label_only,
    learn,
    rounded,
    solve_softmax,
)
from privlab.core.models import mlp, softmax_regression
from privlab.experiments.hidden_attribute import probabilities
from privlab.experiments.shadow_digits import people

TRAIN, OWN = 898, 400  # people who train the model; digits that the thief has
BUDGETS = (16, 32, 65, 130, 260, 520)
ANSWERS = ("all digits", "3 decimals", "2 decimals", "1 decimal", "labels only")
DIGITS = {"3 decimals": 3, "2 decimals": 2, "1 decimal": 1}
VICTIMS: dict[str, Callable] = {
    "softmax regression": lambda rng: softmax_regression(64, 10),
    "network": lambda rng: mlp(64, 32, 10, rng=rng),
}


def fit(model: nn.Module, steps: int, rows: np.ndarray, answers: np.ndarray):
    """Train ``model`` to give these ``answers`` (n, classes), probabilities."""
    x, p = (torch.tensor(a, dtype=torch.float32) for a in (rows, answers))
    p = p / p.sum(dim=1, keepdim=True).clamp(min=1e-6)  # rounded ones may not add up
    adam = Adam(model.parameters(), lr=0.02)
    for _ in range(steps):
        adam.zero_grad()
        nn.functional.cross_entropy(model(x), p).backward()
        adam.step()
    return probabilities(model)


@cache
def owned(victim: str, seed: int):
    """The model behind the interface, trained on half of the digits."""
    x, y = people(seed)
    rng = torch.Generator().manual_seed(seed)
    labels = np.eye(10)[y[:TRAIN].numpy()]
    return fit(VICTIMS[victim](rng), 150, x[:TRAIN].numpy(), labels)


def shown(victim: str, answer: str, seed: int):
    """The model as its interface shows it."""
    predict = owned(victim, seed)
    if answer == "all digits":
        return predict
    if answer == "labels only":
        return label_only(predict)
    return rounded(predict, decimals=DIGITS[answer])


def noise_images(count: int, seed: int) -> np.ndarray:
    """What a thief without any data asks about: pixels drawn evenly from 0..1."""
    return np.random.default_rng(seed).random((count, 64))


def mixed_digits(count: int, seed: int) -> np.ndarray:
    """Mixtures of two digits of the thief's own, who are not in the training set."""
    rng = np.random.default_rng(seed)
    own = people(seed)[0][TRAIN : TRAIN + OWN].numpy()
    first, second = rng.integers(len(own), size=(2, count))
    share = rng.random((count, 1))
    return share * own[first] + (1 - share) * own[second]


QUERIES = {"noise": noise_images, "mixed digits": mixed_digits}


@cache
def by_equations(victim: str, answer: str, queries: str, budget: int, seed: int):
    """Solve for the weights; a 0 counts as a quarter of the smallest that is shown."""
    ask = Interface(shown(victim, answer, seed), budget=budget)
    least = 1e-12 if answer == "all digits" else 10.0 ** -DIGITS.get(answer, 0) / 4
    return solve_softmax(ask, QUERIES[queries](budget, seed), least=least)


@cache
def by_learning(victim: str, answer: str, queries: str, budget: int, seed: int):
    """Train a model of the same kind on the answers."""
    ask = Interface(shown(victim, answer, seed), budget=budget)
    copy = VICTIMS[victim](torch.Generator().manual_seed(seed + 1))
    return learn(ask, QUERIES[queries](budget, seed), partial(fit, copy, 200))


@dataclass(frozen=True, kw_only=True, eq=False)
class Stolen:
    """Agreement of copies with the model on unseen digits, against queries spent.

    ``copies[way]`` is a pair (budgets, agreement).
    """

    victim: str
    answer: str
    queries: str
    copies: dict[str, tuple[tuple[int, ...], tuple[float, ...]]]

    @property
    def summary(self) -> str:
        each = (
            f"by {way} {share[-1]:.0%} after {budgets[-1]} queries"
            for way, (budgets, share) in self.copies.items()
        )
        return (
            f"A {self.victim} that shows {self.answer}, asked about {self.queries}: "
            f"copies agree with it on unseen digits, {', '.join(each)}."
        )


def stolen(*, victim: str, answer: str, queries: str, seed: int) -> Stolen:
    """Copy it for each budget of queries, in the ways that fit the kind of model."""
    ways = {"learning": by_learning}
    if victim == "softmax regression":
        ways["equations"] = by_equations
    model, unseen = owned(victim, seed), people(seed)[0][TRAIN + OWN :].numpy()

    def shares(name: str) -> tuple[tuple[int, ...], tuple[float, ...]]:
        enough = tuple(b for b in BUDGETS if name == "learning" or b > 64)
        copies = (
            ways[name](victim, answer, queries, budget, seed) for budget in enough
        )
        return enough, tuple(agreement(model, copy, unseen) for copy in copies)

    copies = {way: shares(way) for way in ways}
    return Stolen(victim=victim, answer=answer, queries=queries, copies=copies)
