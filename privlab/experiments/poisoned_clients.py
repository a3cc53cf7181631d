"""Digits learned by fifteen clients of whom some want to spoil the model.

Every run goes through Flower: its own strategies where it has them, hostile clients as
mods or as spoilt data.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from flwr.clientapp.typing import Mod
from flwr.serverapp.strategy import FedAvg, FedMedian, FedTrimmedAvg, Krum, Strategy

from privlab.core import checks
from privlab.core.progress import bar
from privlab.fl.apps import client_app
from privlab.fl.guard import Guarded
from privlab.fl.hostile import (
    flipped,
    only,
    poisoned,
    sign_flip,
)
from privlab.fl.local import run
from privlab.fl.partition import Partition, dirichlet
from privlab.fl.session import quiet
from privlab.fl.tasks import Task, digits_task

CLIENTS, ROUNDS, PREPARED = 15, 6, 4  # the server is prepared for 4 hostile clients
COUNTS = (0, 2, 4, 6, 8)
CONFIG = {"rate": 1.0, "epochs": 1, "batch": 0}  # one step on all rows a round
STRENGTH = 10.0
BACKWARDS, FLIP = "sign flip", "flipped labels"
ATTACKS = (BACKWARDS, FLIP)
ALIKE = 1000.0  # Dirichlet parameter of label skew: all clients see all digits alike
SERVER = {"fraction_evaluate": 0.0}

# What Flower cuts at each end is int(beta n): half a client more survives rounding.
RULES: dict[str, Callable[[], Strategy]] = {
    "mean": partial(FedAvg, **SERVER),
    "norm bound": lambda: Guarded(FedAvg(**SERVER), max_examples=1000, factor=1.0),
    "trimmed mean": partial(FedTrimmedAvg, beta=(PREPARED + 0.5) / CLIENTS, **SERVER),
    "median": partial(FedMedian, **SERVER),
    "Krum": partial(Krum, num_malicious_nodes=PREPARED, **SERVER),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class PoisonedRun:
    """The share of test digits read right, before and after each round."""

    rule: str
    attack: str
    hostile: int
    accuracies: np.ndarray

    @property
    def summary(self) -> str:
        return (
            f"{self.rule.capitalize()}, {self.hostile} of {CLIENTS} clients hostile "
            f"({self.attack}): {self.accuracies[-1]:.0%} right after {ROUNDS} rounds."
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class PoisonedClients:
    """The share read right in the end, by rule, for each number of hostile clients.

    ``right[rule]`` (len(counts),).
    """

    attack: str
    counts: tuple[int, ...]
    right: dict[str, np.ndarray]

    @property
    def shares(self) -> np.ndarray:
        """The share of clients that are hostile."""
        return np.array(self.counts) / CLIENTS

    @property
    def summary(self) -> str:
        each = ", ".join(
            f"{name} {right[-1]:.0%}" for name, right in self.right.items()
        )
        return (
            f"{self.attack.capitalize()}: with {self.counts[-1]} of {CLIENTS} clients "
            f"hostile, test digits read right: {each}."
        )


def poisoned_clients(
    *, attack: str, alpha: float = ALIKE, counts: Sequence[int] = COUNTS, seed: int
) -> PoisonedClients:
    """Every rule against every number of hostile clients in ``counts``.

    ``alpha`` is the Dirichlet parameter of the clients' labels: 1 is much skew.
    """
    cells = [(rule, hostile) for rule in RULES for hostile in counts]
    last = {
        (rule, hostile): poisoned_run(
            rule=rule, attack=attack, hostile=hostile, alpha=alpha, seed=seed
        ).accuracies[-1]
        for rule, hostile in bar(cells, "Federations", unit="run")
    }
    right = {rule: np.array([last[rule, each] for each in counts]) for rule in RULES}
    return PoisonedClients(attack=attack, counts=tuple(counts), right=right)


@cache
def poisoned_run(
    *, rule: str, attack: str, hostile: int, alpha: float = ALIKE, seed: int
) -> PoisonedRun:
    """``ROUNDS`` rounds in which the first ``hostile`` clients follow ``attack``."""
    if checks.whole("hostile", hostile, low=0) > CLIENTS:
        raise ValueError(f"hostile={hostile} must be <= {CLIENTS}")
    split = _split(alpha, seed)
    task, mods = _attacked(attack, range(hostile), split)
    app = client_app(task, split, mods=mods)
    with quiet():  # Flower logs that the clients' own evaluation is off
        strategy = RULES[rule]()
    history = run(
        strategy, app, task, clients=CLIENTS, rounds=ROUNDS, config=CONFIG, seed=seed
    )
    return PoisonedRun(
        rule=rule, attack=attack, hostile=hostile, accuracies=history.accuracies
    )


def _attacked(attack: str, hostile: range, split: Partition) -> tuple[Task, list[Mod]]:
    """The task and the mods of the clients when ``hostile`` of them attack."""
    if attack not in ATTACKS:
        raise ValueError(f"attack={attack!r} must be one of {ATTACKS}")
    task = _digits()
    if attack == FLIP:
        change = partial(flipped, classes=task.classes)
        return poisoned(task, split, hostile, change), []
    return task, [only(hostile, sign_flip(STRENGTH))]


_digits = cache(digits_task)


@cache
def _split(alpha: float, seed: int) -> Partition:
    rng = np.random.default_rng(seed)
    return dirichlet(_digits().labels, CLIENTS, alpha=alpha, rng=rng)
