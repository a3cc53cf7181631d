"""Splits of people over clinics that differ in size, in kind, or in both."""

import numpy as np

from privlab.core import checks


def rising_sizes(people: int, clients: int, ratio: float) -> np.ndarray:
    """Whole sizes in a geometric row, the last about ``ratio`` times the first."""
    shares = checks.at_least("ratio", ratio, 1) ** np.linspace(0, 1, clients)
    cuts = np.rint(people * np.cumsum(shares) / shares.sum()).astype(int)
    return np.diff(cuts, prepend=0)


def partly_sorted(
    values: np.ndarray, link: float, *, splits: int, rng: np.random.Generator
) -> np.ndarray:
    """Orders (splits, n) of the people: a share ``link`` by value, the rest by chance.

    Everybody gets a place in [0, 1): their rank among the ``values`` (n,) with
    probability ``link``, else a random one; then they are lined up. Equal values are
    ranked by chance.
    """
    rank = np.lexsort((rng.random(len(values)), values)).argsort() / len(values)
    chance = rng.random((splits, len(values)))
    by_value = rng.random((splits, len(values))) < link
    return np.where(by_value, rank, chance).argsort(axis=1)
