"""Invented customers in place of real ones: how useful, and whom they give away."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from sklearn.neighbors import NearestNeighbors

from privlab.attacks.membership import MembershipResult, membership
from privlab.dp.discrete import DiscreteLaplace
from privlab.experiments.encrypted_credit import fit_scorecard, halves, standard

BINS = 6
REACH = 2.5  # features are cut to [-REACH, REACH] in public units
NEIGHBOURS, EXACT = "mixed neighbours", "exact counts"
NOISY, THIN = "noisy counts, ε = 1", "noisy counts, ε = 0.1"
WAYS = (NEIGHBOURS, EXACT, NOISY, THIN)
EPSILON = {NOISY: 1.0, THIN: 0.1}


def mixed_neighbours(x: np.ndarray, y: np.ndarray, *, rng) -> tuple:
    """As many rows, each between a real one and its nearest of the same label.

    The interpolation of SMOTE (Chawla, Bowyer, Hall and Kegelmeyer 2002): it was made
    to balance classes and promises no privacy, though its rows look invented.
    """
    new = np.array(x)
    for label in np.unique(y):
        rows = np.flatnonzero(y == label)
        near = NearestNeighbors(n_neighbors=2).fit(x[rows]).kneighbors(x[rows])[1][:, 1]
        share = rng.random((len(rows), 1))
        new[rows] += share * (x[rows[near]] - x[rows])
    return new, y


def tree_counts(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A tree with the label as its root: (d, 2, BINS) counts of label and feature.

    Each row is in d cells, one for every feature, so one row more moves the counts by
    d in L1 norm.
    """
    cells = np.digitize(x, np.linspace(-REACH, REACH, BINS + 1)[1:-1])
    counts = np.zeros((x.shape[1], 2, BINS), dtype=np.int64)
    for feature, column in enumerate(cells.T):
        np.add.at(counts[feature], (y, column), 1)
    return counts


def sample_tree(counts: np.ndarray, rows: int, *, rng) -> tuple:
    """Rows (n, d) and labels (n,) from a tree's counts, exact or noisy.

    First the label, by the mean of what the features' tables say of it; then each
    feature given the label; then a place in its bin. Negative counts count as 0.
    Post-processing: whatever the counts promise, the rows promise.
    """
    counts = np.maximum(counts, 0) + 1e-9
    share = counts.sum(axis=2).mean(axis=0)
    y = (rng.random(rows) < share[1] / share.sum()).astype(int)
    edges = np.linspace(-REACH, REACH, BINS + 1)
    columns = []
    for table in counts:
        steps = (table / table.sum(axis=1, keepdims=True)).cumsum(axis=1)[y]
        cell = (rng.random(rows)[:, None] > steps[:, :-1]).sum(axis=1)
        columns.append(edges[cell] + rng.random(rows) * (edges[1] - edges[0]))
    return np.column_stack(columns), y


def synthetic(
    x: np.ndarray, y: np.ndarray, *, way: str, rng
) -> tuple[np.ndarray, np.ndarray]:
    """As many invented customers as real ones, by one of ``WAYS``.

    The noisy ones are ``EPSILON``-DP for a customer added or removed, given the public
    number of rows to draw.
    """
    if way == NEIGHBOURS:
        return mixed_neighbours(x, y, rng=rng)
    counts = tree_counts(x, y)
    if way in EPSILON:
        noise = DiscreteLaplace(epsilon=EPSILON[way], sensitivity=x.shape[1])
        counts = noise.release(counts, rng=rng)
    return sample_tree(counts, len(y), rng=rng)


@dataclass(frozen=True, kw_only=True, eq=False)
class SyntheticCustomers:
    """One way: ``attack`` by nearest neighbour, ``auc`` of a scorecard learnt from it.

    ``real_auc`` is the scorecard's that learnt from the real customers; both are
    tested on others. ``points`` (n, 2) and ``real`` (n, 2): card used and income.
    """

    way: str
    attack: MembershipResult
    auc: float
    real_auc: float
    points: np.ndarray
    real: np.ndarray

    @property
    def summary(self) -> str:
        return (
            f"{self.way.capitalize()}: a scorecard learnt from invented customers "
            f"has AUC {self.auc:.2f}, from real ones {self.real_auc:.2f}; the attack "
            f"has AUC {self.attack.auc:.2f}."
        )


@cache
def split(seed: int, members: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Members' features and labels, and as many others' features."""
    past, _ = halves(seed=seed)
    x = np.clip(standard(past.features), -REACH, REACH)
    return x[:members], past.target[:members], x[members : 2 * members]


@cache
def synthetic_customers(
    *, way: str, seed: int, members: int = 600
) -> SyntheticCustomers:
    """Invent customers, learn from them, and ask who was in: the nearest are."""
    (x, y, others), (_, fresh) = split(seed, members), halves(seed=seed)
    rng = np.random.default_rng(seed)
    new_x, new_y = synthetic(x, y, way=way, rng=rng)
    near = NearestNeighbors(n_neighbors=1).fit(new_x)
    scores = [-near.kneighbors(rows)[0][:, 0] for rows in (x, others)]
    return SyntheticCustomers(
        way=way,
        attack=membership(*scores),
        auc=fit_scorecard(new_x, new_y).auc(fresh),
        real_auc=fit_scorecard(x, y).auc(fresh),
        points=new_x[:300, [2, 1]],
        real=x[:300, [2, 1]],
    )
