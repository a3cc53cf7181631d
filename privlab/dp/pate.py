"""PATE: many teachers, each with its own people, vote; noise hides any one teacher.

Papernot et al. 2017 and 2018. Neighbours: one person's record replaced. It is one
teacher's, so one vote in each query moves from a class to another: two counts by one.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from privlab.core import checks
from privlab.core.privacy import Privacy
from privlab.dp.tradeoff import epsilon_of_mu

Predict = Callable[[np.ndarray], np.ndarray]


def train_teachers(
    fit: Callable[[np.ndarray, np.ndarray], Predict],
    features: np.ndarray,
    target: np.ndarray,
    *,
    teachers: int,
    rng: np.random.Generator,
) -> list[Predict]:
    """One ``fit(features, target)`` for each of ``teachers`` disjoint parts of people.

    ``features`` (n, d), ``target`` (n,). Who goes where depends on ``rng`` alone, not
    on the data; a part may lack a class.
    """
    if checks.whole("teachers", teachers) > len(target):
        raise ValueError(f"teachers={teachers} must be <= {len(target)} people")
    parts = np.array_split(rng.permutation(len(target)), teachers)
    return [fit(features[part], target[part]) for part in parts]


def count_votes(
    teachers: list[Predict], features: np.ndarray, *, classes: int
) -> np.ndarray:
    """How many teachers give each query (q, d) each label: (q, classes); secret.

    Labels are 0 .. classes - 1, and every teacher has one vote on every query.
    """
    labels = np.array([teacher(features) for teacher in teachers])
    strange = ~np.isin(labels, np.arange(checks.whole("classes", classes, 2)))
    if strange.any():
        raise ValueError(
            f"a teacher says {labels[strange][0]}; only 0 .. {classes - 1}"
        )
    return (labels[:, :, None] == np.arange(classes)).sum(axis=0)


@dataclass(frozen=True, kw_only=True)
class GNMax:
    """``argmax(votes + N(0, sigma²))`` for each query.

    One query is a Gaussian mechanism with L2 sensitivity √2: (a, a/sigma²)-RDP for
    every order a (Papernot et al. 2018, Proposition 8), and exactly √2/sigma-GDP. The
    promise holds whatever the votes are. Where teachers agree, less is lost; but that
    smaller epsilon depends on the data, and is itself a secret.
    """

    sigma: float

    def __post_init__(self):
        checks.positive("sigma", self.sigma)

    def privacy_after(self, queries: int, *, delta: float) -> Privacy:
        """The promise for all of ``queries``: GDP with ``mu² = 2 queries / sigma²``."""
        return _promise(2 * checks.whole("queries", queries) / self.sigma**2, delta)

    def release(self, votes: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
        """A label (q,) for each row of ``votes`` (q, classes)."""
        votes = _votes(votes)
        return np.argmax(votes + rng.normal(scale=self.sigma, size=votes.shape), axis=1)


@dataclass(frozen=True, kw_only=True)
class ConfidentGNMax:
    """``GNMax``, where the top count plus ``N(0, threshold_sigma²)`` is large enough.

    Papernot et al. 2018, Algorithm 1. To be asked costs ``1 / threshold_sigma²`` of
    mu², since one vote moves the top count by at most 1; to answer, ``2 / sigma²``
    more. After ``most`` answers no other is given: so the sum is bounded in advance,
    which is all that GDP asks of steps that depend on earlier ones (Smith & Thakurta
    2022).
    """

    sigma: float
    threshold: float
    threshold_sigma: float
    most: int

    def __post_init__(self):
        checks.positive("sigma", self.sigma)
        checks.number("threshold", self.threshold)
        checks.positive("threshold_sigma", self.threshold_sigma)
        checks.whole("most", self.most)

    def privacy_after(self, queries: int, *, delta: float) -> Privacy:
        """The promise for all of ``queries``, answered or not."""
        asked = checks.whole("queries", queries) / self.threshold_sigma**2
        answered = 2 * min(self.most, queries) / self.sigma**2
        return _promise(asked + answered, delta)

    def release(self, votes: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
        """A label (q,) for each row of ``votes`` (q, classes), or -1: no answer."""
        votes = _votes(votes)
        noise = rng.normal(scale=self.threshold_sigma, size=len(votes))
        sure = votes.max(axis=1) + noise >= self.threshold
        sure &= np.cumsum(sure) <= self.most
        return np.where(sure, GNMax(sigma=self.sigma).release(votes, rng=rng), -1)


def _promise(mu_squared: float, delta: float) -> Privacy:
    epsilon = epsilon_of_mu(math.sqrt(mu_squared), delta=delta)
    return Privacy(epsilon=epsilon, delta=delta)


def _votes(votes) -> np.ndarray:
    votes = checks.integers("votes", votes)
    if votes.ndim != 2 or (votes < 0).any() or not votes.size:
        raise ValueError(
            f"votes of shape {votes.shape} must be counts, a row for each query"
        )
    return votes
