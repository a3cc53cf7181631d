"""Counts below five are hidden, the totals are not: the table fills itself in."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from privlab.core import checks
from privlab.core.datasets import diabetes
from privlab.dp.discrete import DiscreteLaplace
from privlab.experiments.uneven_splits import rising_sizes

BANDS = ("under 30", "30-39", "40-49", "50-59", "60-69", "70 up")
EDGES = (30, 40, 50, 60, 70)
SITES = 6


def age_table(*, seed: int) -> np.ndarray:
    """Real diabetes patients, dealt to six hospitals, by age band: (6, 6) counts."""
    ages = diabetes().features[:, 0]
    order = np.random.default_rng(seed).permutation(len(ages))
    sizes = rising_sizes(len(ages), SITES, 6)
    parts = np.split(np.digitize(ages, EDGES)[order], np.cumsum(sizes)[:-1])
    return np.array([np.bincount(part, minlength=len(BANDS)) for part in parts])


@dataclass(frozen=True, kw_only=True, eq=False)
class HiddenTable:
    """True ``counts`` (r, c), ``hidden`` (r, c), and what a reader knows of each cell.

    A cell is from ``low`` to ``high`` in every table that has the published cells and
    totals.
    """

    least: int
    counts: np.ndarray
    hidden: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def rebuilt(self) -> np.ndarray:
        """The hidden cells of which only one value is possible."""
        return self.hidden & (self.low == self.high)

    @property
    def summary(self) -> str:
        return (
            f"Counts below {self.least} hidden: {self.hidden.sum()} of "
            f"{self.hidden.size} cells; {self.rebuilt.sum()} of them follow from the "
            "totals."
        )


def hidden_table(*, least: int, seed: int) -> HiddenTable:
    """Hide the counts from 1 to ``least`` - 1, publish the others and all totals."""
    counts = age_table(seed=seed)
    hidden = (counts >= 1) & (counts < checks.whole("least", least))
    low, high = bounds(np.where(hidden, 0, counts), hidden, counts, least)
    return HiddenTable(least=least, counts=counts, hidden=hidden, low=low, high=high)


def bounds(
    shown: np.ndarray, hidden: np.ndarray, counts: np.ndarray, least: int
) -> tuple[np.ndarray, np.ndarray]:
    """The least and the greatest value of each cell; of ``counts`` only the totals.

    A linear program for each. With row and column totals its corners are whole numbers
    (the matrix is totally unimodular), so no fractions have to be ruled out.
    """
    rows, columns = np.nonzero(hidden)
    low, high = shown.astype(float), shown.astype(float)
    sums = [rows == i for i in range(len(shown))]
    sums += [columns == j for j in range(shown.shape[1])]
    missing = counts - shown
    totals = np.concatenate([missing.sum(axis=1), missing.sum(axis=0)])
    for cell in range(len(rows)):
        objective = (np.arange(len(rows)) == cell).astype(float)
        ends = [
            linprog(sign * objective, A_eq=sums, b_eq=totals, bounds=(1, least - 1)).x[
                cell
            ]
            for sign in (1, -1)
        ]
        low[rows[cell], columns[cell]], high[rows[cell], columns[cell]] = ends
    return np.rint(low).astype(int), np.rint(high).astype(int)


@dataclass(frozen=True, kw_only=True, eq=False)
class NoisyTable:
    """True ``counts`` (r, c) and those ``published``, which add up to their totals."""

    epsilon: float
    counts: np.ndarray
    published: np.ndarray

    @property
    def error(self) -> float:
        """The mean absolute error of a cell."""
        return float(np.abs(self.published - self.counts).mean())

    @property
    def total_error(self) -> float:
        """The mean absolute error of a row's or a column's total."""
        off = self.published - self.counts
        return float(np.abs(np.concatenate([off.sum(axis=0), off.sum(axis=1)])).mean())

    @property
    def small_right(self) -> float:
        """How many counts of 1 to 4 the published number gives exactly."""
        small = (self.counts >= 1) & (self.counts < 5)
        return float((self.published == self.counts)[small].mean())

    @property
    def summary(self) -> str:
        return (
            f"ε = {self.epsilon:g}: a cell is off by {self.error:.1f} patients on "
            f"average, a total by {self.total_error:.1f}; {self.small_right:.0%} of "
            "the small counts are exact, by luck."
        )


def noisy_table(*, epsilon: float, seed: int) -> NoisyTable:
    """Exact discrete Laplace noise on every cell; the totals are sums of the noisy.

    Neighbours: one patient added or removed, who is in one cell, so the table's
    sensitivity is 1.
    """
    counts = age_table(seed=seed)
    mechanism = DiscreteLaplace(epsilon=epsilon, sensitivity=1)
    published = mechanism.release(counts, rng=np.random.default_rng(seed))
    return NoisyTable(epsilon=epsilon, counts=counts, published=published)
