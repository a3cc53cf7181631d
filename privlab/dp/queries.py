"""Questions about people, each answered with the most that one person can change."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from privlab.core import checks


class Relation(StrEnum):
    """Which data sets are neighbours. Sensitivity means nothing without it."""

    ADD_REMOVE = "add or remove one"
    REPLACE = "replace one"


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """An exact answer, secret until noise is added, and how far one person moves it.

    ``l1`` and ``l2`` bound the change between neighbours of ``relation`` in the sum of
    absolute values (for Laplace noise) and in length (for Gaussian noise). Sums of
    floats are rounded, and rounding is not counted in.
    """

    value: float | np.ndarray
    l1: float
    l2: float
    relation: Relation


@dataclass(frozen=True, kw_only=True, eq=False)
class Scores:
    """A score for every choice, secret until one choice is drawn from them.

    ``sensitivity`` bounds the change of each score between neighbours of ``relation``:
    what ``Exponential`` asks for, and not enough to publish the list with noise.
    """

    values: np.ndarray
    sensitivity: float
    relation: Relation


def count(chosen: np.ndarray, *, relation: Relation) -> Answer:
    """How many entries of ``chosen`` (n,), true or false, are true."""
    chosen = np.asarray(chosen)
    if chosen.dtype != bool or chosen.ndim != 1:
        raise TypeError(
            f"chosen has dtype {chosen.dtype} and shape {chosen.shape}: "
            "it must be a list of true and false, one for each person"
        )
    return _number(int(chosen.sum()), 1, relation)


def total(values: np.ndarray, *, low: float, high: float, relation: Relation) -> Answer:
    """The sum of ``values`` (n,), each clipped into [low, high].

    Adding a person moves it by at most max(|low|, |high|), replacing one by
    high - low. The bounds must not come from the data.
    """
    clipped = _clipped(values, low, high)
    change = {
        Relation.ADD_REMOVE: max(abs(low), abs(high)),
        Relation.REPLACE: high - low,
    }[Relation(relation)]
    return _number(float(clipped.sum()), change, relation)


def mean(values: np.ndarray, *, low: float, high: float, relation: Relation) -> Answer:
    """The mean of ``values`` (n,), each clipped into [low, high]; replace one only.

    The number of people must be public: where it is not, as under add or remove one,
    release ``total`` and ``count``, each with its share of epsilon, and divide.
    """
    if Relation(relation) is not Relation.REPLACE:
        raise ValueError(
            f"relation={str(relation)!r}: a mean divides by how many there are, which "
            "is secret here; release total and count and divide them"
        )
    clipped = _clipped(values, low, high)
    if not len(clipped):
        raise ValueError("values is empty: it has no mean")
    return _number(float(clipped.mean()), (high - low) / len(clipped), relation)


def histogram(values: np.ndarray, *, bins: list, relation: Relation) -> Answer:
    """How many of ``values`` (n,) equal each of ``bins`` (k,); others are left out.

    A person is in one bin. Added or removed, one count changes by 1; replaced, two do.
    """
    values, bins = _list("values", values), _list("bins", bins)
    if not len(bins) or len(np.unique(bins)) < len(bins):
        raise ValueError(f"bins={bins.tolist()} must be one or more, all different")
    moved = 1 if Relation(relation) is Relation.ADD_REMOVE else min(2, len(bins))
    counts = np.array([np.count_nonzero(values == b) for b in bins])
    return Answer(
        value=counts, l1=moved, l2=float(np.sqrt(moved)), relation=Relation(relation)
    )


def quantile(
    values: np.ndarray, *, share: float, candidates: np.ndarray, relation: Relation
) -> Scores:
    """Scores (k,) of ``candidates`` as the ``share``-quantile, for ``Exponential``.

    ``u(c) = -|#{x < c} - share n|`` (after Smith 2011, Algorithm 2). Each score moves
    by at most max(share, 1 - share) if one person is added, by 1 if one is replaced.
    The candidates must not come from the data.
    """
    checks.probability("share", share)
    values = _list("values", checks.finite("values", values))
    candidates = _list("candidates", checks.finite("candidates", candidates))
    below = np.searchsorted(np.sort(values), candidates)
    added = Relation(relation) is Relation.ADD_REMOVE
    return Scores(
        values=-np.abs(below - share * len(values)),
        sensitivity=max(share, 1 - share) if added else 1.0,
        relation=Relation(relation),
    )


def _number(value: float, change: float, relation: Relation) -> Answer:
    """In one dimension both norms are the absolute value."""
    return Answer(value=value, l1=change, l2=change, relation=Relation(relation))


def _clipped(values: np.ndarray, low: float, high: float) -> np.ndarray:
    if not checks.number("low", low) < checks.number("high", high):
        raise ValueError(f"low={low} must be < high={high}")
    return np.clip(_list("values", checks.finite("values", values)), low, high)


def _list(name: str, values) -> np.ndarray:
    """One entry for each person: a row of several would count that person as many."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} of shape {array.shape} must be a list")
    return array
