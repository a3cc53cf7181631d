"""One task for all protections: who trains, whose labels are wrong, who tests."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from privlab.core.datasets import Dataset, breast_cancer, digits
from privlab.experiments.hospital_network import Network
from privlab.experiments.misdiagnosed import with_products
from privlab.experiments.uneven_splits import rising_sizes

DIGITS, TUMOURS = "digits", "breast cancer"
TASKS = (DIGITS, TUMOURS)
ORDINARY, WRONG, CLIENTS, RATIO = 250, 150, 20, 40
COLUMNS = 400  # random public features of a digit, beside its pixels
MOST = 20.0  # of a number in a record; CKKS must hold it
REACH = 8.0  # about the length of a record; gradient descent likes it short


@dataclass(frozen=True, kw_only=True, eq=False)
class Shared:
    """The same people twice, dealt out to 20 clients, the first of whom has one record.

    ``clean`` has true labels. ``planted`` has wrong labels for ``included`` (150,), a
    coin's choice of ``x`` (150, d), ``y`` (150,). Of a record the first ``raw`` columns
    are the measurements, the last is 1; a client computes the others itself.
    """

    clean: Network
    planted: Network
    x: np.ndarray
    y: np.ndarray
    included: np.ndarray
    raw: int

    @property
    def columns(self) -> int:
        return self.x.shape[1]


@cache
def shared_task(task: str, seed: int) -> Shared:
    """250 ordinary people and about half of 150 others; all the rest are the test.

    Wide records (465 or 496 columns) let a linear model remember single people, as a
    network would. Their scale is that of the people who test.
    """
    data, rng = table(task), np.random.default_rng(seed)
    order = rng.permutation(len(data))
    inside, outside = order[: ORDINARY + WRONG], order[ORDINARY + WRONG :]
    x, y = records(task, data, outside), data.target % 2
    who = inside[ORDINARY:]
    included = rng.random(WRONG) < 0.5
    rows = rng.permutation(np.concatenate([inside[:ORDINARY], who[included]]))
    flipped = y.copy()
    flipped[who] = 1 - y[who]
    cuts = np.cumsum(_sizes(len(rows)))[:-1]

    def dealt(labels: np.ndarray) -> Network:
        return Network(
            illness=task,
            x=tuple(np.split(x[rows], cuts)),
            y=tuple(np.split(labels[rows], cuts)),
            test_x=x[outside],
            test_y=y[outside],
        )

    return Shared(
        clean=dealt(y),
        planted=dealt(flipped),
        x=x[who],
        y=flipped[who],
        included=included,
        raw=data.features.shape[1],
    )


def table(task: str) -> Dataset:
    """The data of one of ``TASKS``; its target is even or odd, malignant or benign."""
    if task not in TASKS:
        raise ValueError(f"task={task!r} must be one of {TASKS}")
    return digits() if task == DIGITS else breast_cancer()


def _sizes(people: int) -> np.ndarray:
    """Client 1 has one record; of the others the last has ``RATIO`` times the first."""
    return np.append(1, rising_sizes(people - 1, CLIENTS - 1, RATIO).clip(1))


def records(task: str, data: Dataset, public: np.ndarray) -> np.ndarray:
    """Measurements, what a client makes of them, and 1: (n, d)."""
    if task == DIGITS:
        x = data.features / 8 - 1
        mix = np.random.default_rng(0).normal(size=(x.shape[1], COLUMNS)) / 8
        wide = np.column_stack([x, np.maximum(x @ mix, 0)])
    else:
        x, others = data.features, data.features[public]
        x = (x - others.mean(axis=0)) / others.std(axis=0)
        wide = with_products(torch.from_numpy(x)).numpy()
    scale = wide[public].std(axis=0)
    wide = (wide - wide[public].mean(axis=0)) / np.where(scale > 0, scale, 1)
    wide = (wide * REACH / np.sqrt(wide.shape[1])).clip(-MOST, MOST)
    return np.column_stack([wide, np.ones(len(wide))])
