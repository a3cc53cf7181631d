"""A table in which everybody looks like at least k others, and what it still tells."""

from dataclasses import dataclass

import numpy as np

from privlab.attacks.linkage import (
    Columns,
    Inference,
    banded,
    closeness,
    diversity,
    groups,
    infer,
)
from privlab.core.datasets import DIAGNOSES, People
from privlab.experiments.linked_records import town


def coarse(residents: People, *, years: int, postcodes: int) -> Columns:
    """Birth years and postcodes in bands of these widths, and the sex."""
    return [
        banded(residents.birth_year, years),
        banded(residents.postcode, postcodes),
        residents.sex,
    ]


@dataclass(frozen=True, kw_only=True)
class Crowds:
    """A k-anonymous table: every row in a group of k or more, the rest withheld."""

    k: int
    years: int
    postcodes: int
    crowd: np.ndarray
    diversity: int
    closeness: float
    belief: Inference
    diagnosis: np.ndarray

    @property
    def withheld(self) -> float:
        """The share of residents whose row is not published."""
        return float((self.crowd < self.k).mean())

    @property
    def alone(self) -> float:
        """The share who would be unique if every row were published."""
        return float((self.crowd == 1).mean())

    @property
    def certain(self) -> float:
        """The share of published people whose diagnosis is beyond doubt."""
        return float(self.belief.certain.mean())

    @property
    def summary(self) -> str:
        return (
            f"Bands of {self.years} years and {self.postcodes} postcodes: "
            f"{self.alone:.0%} of rows would be unique; with k = {self.k}, "
            f"{self.withheld:.0%} are withheld, and of the others {self.certain:.1%} "
            "give their diagnosis away."
        )


def crowds(*, residents: int, years: int, postcodes: int, k: int, seed: int) -> Crowds:
    """Generalise, withhold the rows of groups below k, and read the rest."""
    everyone = town(residents, seed)
    table = coarse(everyone, years=years, postcodes=postcodes)
    crowd = groups(table).crowd
    kept = crowd >= k
    if not kept.any():
        raise ValueError(f"k={k}: every group is smaller; take wider bands")
    published = [column[kept] for column in table]
    diagnosis = everyone.diagnosis[kept]
    return Crowds(
        k=k,
        years=years,
        postcodes=postcodes,
        crowd=crowd,
        diversity=diversity(groups(published), diagnosis),
        closeness=closeness(groups(published), diagnosis),
        belief=infer(published, diagnosis, published, values=DIAGNOSES),
        diagnosis=diagnosis,
    )


@dataclass(frozen=True, kw_only=True)
class Readings:
    """Three readings of one k-anonymous table; none of them finds anybody's row."""

    k: int
    certain: float
    only_healthy: bool
    ill_certain: float
    cancer_before: float
    cancer_after: float

    @property
    def summary(self) -> str:
        return (
            f"k = {self.k}: {self.certain:.1%} of diagnoses are certain; of the ill, "
            f"{self.ill_certain:.1%} for whoever knows that they are ill; one group's "
            f"chance of cancer is {self.cancer_after:.0%}, the table's "
            f"{self.cancer_before:.0%}."
        )


def readings(table: Crowds) -> Readings:
    """Homogeneity, background knowledge ("she is ill"), and a skewed group.

    ``only_healthy``: all who are certain are certain to have no diagnosis.
    """
    values, ill = table.belief.values, table.diagnosis != "none"
    knows = table.belief.updated((values != "none").astype(float))
    cancer = values == "cancer"
    return Readings(
        k=table.k,
        certain=table.certain,
        only_healthy=not table.belief.certain[ill].any(),
        ill_certain=float(knows.certain[ill].mean()),
        cancer_before=float((table.diagnosis == "cancer").mean()),
        cancer_after=float(table.belief.chances[:, cancer].max()),
    )
