"""Two tables about the same people, each harmless alone."""

from dataclasses import dataclass

import numpy as np

from privlab.attacks.linkage import (
    Columns,
    Inference,
    believe,
    diversity,
    groups,
    infer,
    tally,
)
from privlab.core.datasets import SALARY_LIMITS, People
from privlab.dp.mechanisms import Laplace
from privlab.experiments.linked_records import town

K = 5  # rows of smaller groups are withheld
TARGETS = 500  # how many residents the adversary asks about
BAND = 5_000  # euros


def by_age(residents: People) -> Columns:
    """The year of birth and the sex; the postcode is left out."""
    return [residents.birth_year, residents.sex]


def by_place(residents: People) -> Columns:
    """The postcode and the sex; the year of birth is left out."""
    return [residents.postcode, residents.sex]


@dataclass(frozen=True, kw_only=True)
class TwoTables:
    """How many salaries each table gives away, and both together.

    ``k`` and ``diversity`` of the two tables; ``certain`` and ``right`` are shares of
    the targets: by the first table, the second, and both.
    """

    residents: int
    rounding: int
    k: tuple[int, int]
    diversity: tuple[int, int]
    certain: tuple[float, float, float]
    right: tuple[float, float, float]

    @property
    def summary(self) -> str:
        first, second, both = self.certain
        return (
            f"Salaries to {self.rounding:,} €, {self.residents:,} residents: surely "
            f"known from one table {first:.0%}, from the other {second:.0%}, from "
            f"both {both:.0%}; the groups have at least {min(self.k)} people."
        )


def two_tables(*, residents: int, rounding: int, seed: int) -> TwoTables:
    """Publish salaries by age and by place, and combine the two about each target.

    Either table withholds groups below 5; targets are in both.
    """
    everyone = town(residents, seed)
    salary = everyone.salary // rounding * rounding
    tables = by_age(everyone), by_place(everyone)
    kept = [groups(table).crowd >= K for table in tables]
    targets = np.flatnonzero(kept[0] & kept[1])[:TARGETS]
    published = [
        ([column[rows] for column in table], salary[rows])
        for table, rows in zip(tables, kept, strict=True)
    ]
    first, second = (
        infer(*rows, [column[targets] for column in table], values=salary)
        for rows, table in zip(published, tables, strict=True)
    )
    readings = first, second, first.updated(second.chances)
    grouped = [(groups(columns), values) for columns, values in published]
    return TwoTables(
        residents=residents,
        rounding=rounding,
        k=tuple(own.k for own, _ in grouped),
        diversity=tuple(diversity(own, values) for own, values in grouped),
        certain=tuple(float(reading.certain.mean()) for reading in readings),
        right=tuple(_right(reading, salary[targets]) for reading in readings),
    )


def _right(reading: Inference, truth: np.ndarray) -> float:
    return float((reading.guess == truth).mean())


@dataclass(frozen=True, kw_only=True)
class NoisyTables:
    """Right guesses of a salary band from two tables of noisy counts, by epsilon."""

    epsilons: np.ndarray
    right: np.ndarray
    deviation: np.ndarray
    exact: float
    blind: float

    @property
    def summary(self) -> str:
        return (
            f"Bands of {BAND:,} €: right for {self.exact:.0%} from two exact tables, "
            f"{self.right[0]:.0%} at ε = {self.epsilons[0]:g}, {self.right[-1]:.0%} at "
            f"ε = {self.epsilons[-1]:g}; the commonest band alone, {self.blind:.0%}."
        )


def noisy_tables(*, residents: int, seed: int, trials: int = 5) -> NoisyTables:
    """Publish counts of salary bands by age and by place, with Laplace noise.

    A person who is added or removed changes one count by 1 in each table, so each is
    released with half of epsilon (basic composition).
    """
    everyone, rng = town(residents, seed), np.random.default_rng(seed)
    bands = np.arange(SALARY_LIMITS[0], SALARY_LIMITS[1] + 1, BAND)
    salary = everyone.salary // BAND * BAND
    tables = [_counts(t, salary, bands) for t in (by_age(everyone), by_place(everyone))]

    def attacked(noisy: list[np.ndarray]) -> float:
        first, second = (believe(bands, counts[:TARGETS]) for counts in noisy)
        return _right(first.updated(second.chances), salary[:TARGETS])

    def released(epsilon: float) -> list[np.ndarray]:
        half = Laplace(epsilon=epsilon / 2, sensitivity=1)
        return [half.release(counts, rng=rng)[of_row] for counts, of_row in tables]

    epsilons = np.array([0.1, 0.3, 1, 3, 10])
    runs = np.array([[attacked(released(e)) for _ in range(trials)] for e in epsilons])
    commonest = bands[np.argmax([(salary == band).sum() for band in bands])]
    return NoisyTables(
        epsilons=epsilons,
        right=runs.mean(axis=1),
        deviation=runs.std(axis=1, ddof=1),
        exact=attacked([counts[of_row] for counts, of_row in tables]),
        blind=float((salary[:TARGETS] == commonest).mean()),
    )


def _counts(table: Columns, salary: np.ndarray, bands: np.ndarray):
    """How many of each group are in each band (g, v), and the group of each row."""
    of_row = groups(table).of_row
    return tally(of_row, salary, bands, size=of_row.max() + 1), of_row
