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
    absolute values (for Laplace noise) and in length (for Gaussian noise).
    """

    value: float | np.ndarray
    l1: float
    l2: float
    relation: Relation


def count(chosen: np.ndarray, *, relation: Relation) -> Answer:
    """How many entries of ``chosen`` (n,), true or false, are true."""
    value = int(np.count_nonzero(chosen))
    return Answer(value=value, l1=1, l2=1, relation=Relation(relation))


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
    return Answer(
        value=float(clipped.sum()), l1=change, l2=change, relation=Relation(relation)
    )


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
    change = (high - low) / len(clipped)
    return Answer(
        value=float(clipped.mean()), l1=change, l2=change, relation=Relation.REPLACE
    )


def histogram(values: np.ndarray, *, bins: list, relation: Relation) -> Answer:
    """How many of ``values`` (n,) equal each of ``bins`` (k,); others are left out.

    A person is in one bin. Added or removed, one count changes by 1; replaced, two do.
    """
    moved = 1 if Relation(relation) is Relation.ADD_REMOVE else min(2, len(bins))
    counts = np.array([np.count_nonzero(np.asarray(values) == b) for b in bins])
    return Answer(
        value=counts, l1=moved, l2=float(np.sqrt(moved)), relation=Relation(relation)
    )


def quantile(
    values: np.ndarray, *, share: float, candidates: np.ndarray, relation: Relation
) -> Answer:
    """Scores (k,) of ``candidates`` as the ``share``-quantile, for ``Exponential``.

    ``u(c) = -|#{x < c} - share n|`` (Smith 2011, Algorithm 2). Each score moves by at
    most max(share, 1 - share) if one person is added, by 1 if one is replaced;
    ``l1`` and ``l2`` are that bound for each score, not for the list.
    """
    checks.probability("share", share)
    below = np.searchsorted(np.sort(checks.finite("values", values)), candidates)
    scores = -np.abs(below - share * len(values))
    added = Relation(relation) is Relation.ADD_REMOVE
    change = max(share, 1 - share) if added else 1.0
    return Answer(value=scores, l1=change, l2=change, relation=Relation(relation))


def _clipped(values: np.ndarray, low: float, high: float) -> np.ndarray:
    if not checks.number("low", low) < checks.number("high", high):
        raise ValueError(f"low={low} must be < high={high}")
    return np.clip(checks.finite("values", values), low, high)
