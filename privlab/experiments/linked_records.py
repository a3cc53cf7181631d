"""A town's health table without names, and a register that has them."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from privlab.attacks.linkage import Columns, groups, link
from privlab.core.datasets import Dataset, People, people

MOST = 20_000  # residents of the largest town
KNOWN = {
    "postcode": ("postcode",),
    "postcode, sex": ("postcode", "sex"),
    "postcode, sex, year of birth": ("postcode", "sex", "year"),
    "postcode, sex, date of birth": ("postcode", "sex", "year", "day"),
}


@cache
def town(residents: int, seed: int) -> People:
    """An invented town of so many ``residents``."""
    return people(residents, rng=np.random.default_rng(seed))


def columns(names: tuple[str, ...], residents: People, *, seed: int) -> Columns:
    """The residents' quasi-identifiers; a birthday is any day of the year."""
    day = np.random.default_rng([seed, 1]).integers(0, 365, len(residents))
    table = {
        "postcode": residents.postcode,
        "sex": residents.sex,
        "year": residents.birth_year,
        "day": day,
    }
    return [table[name] for name in names]


@dataclass(frozen=True, kw_only=True)
class Linked:
    """How many residents fit each row of the table that was published."""

    residents: int
    known: str
    fits: np.ndarray

    @property
    def named(self) -> float:
        return float((self.fits == 1).mean())

    @property
    def summary(self) -> str:
        return (
            f"{self.residents:,} residents, a table with {self.known}: "
            f"{self.named:.0%} of its rows fit one resident only."
        )


def linked(*, residents: int, known: str, seed: int) -> Linked:
    """Publish everyone's row, and look each one up in the register of residents."""
    shared = columns(KNOWN[known], town(residents, seed), seed=seed)
    return Linked(residents=residents, known=known, fits=link(shared, shared).fits)


@dataclass(frozen=True, kw_only=True)
class Uniqueness:
    """The share of unique residents by the size of the town, for what is known."""

    residents: np.ndarray
    shares: dict[str, np.ndarray]

    @property
    def summary(self) -> str:
        last = [f"{name} {share[-1]:.0%}" for name, share in self.shares.items()]
        return (
            f"Unique among {self.residents[-1]:,} residents, by what is known: "
            f"{'; '.join(last)}."
        )


def uniqueness(*, seed: int) -> Uniqueness:
    """Let a town grow from 100 to 20,000 residents."""
    sizes = np.geomspace(100, MOST, 12).round().astype(int)
    everyone = town(MOST, seed)
    shares = {}
    for known, names in KNOWN.items():
        all_columns = columns(names, everyone, seed=seed)
        first = [[column[:size] for column in all_columns] for size in sizes]
        shares[known] = np.array([groups(table).unique for table in first])
    return Uniqueness(residents=sizes, shares=shares)


@dataclass(frozen=True, kw_only=True)
class Fingerprints:
    """The share of real patients whom their first few measurements single out."""

    names: tuple[str, ...]
    unique: np.ndarray
    patients: int

    @property
    def summary(self) -> str:
        steps = [
            f"{'+ ' * (i > 0)}{name} {share:.0%}"
            for i, (name, share) in enumerate(zip(self.names, self.unique, strict=True))
        ]
        return f"Unique among {self.patients} patients: {', '.join(steps)}."


def fingerprints(data: Dataset, *, count: int) -> Fingerprints:
    """Know one measurement of each patient, then two, up to ``count``."""
    known = [list(data.features.T[: i + 1]) for i in range(count)]
    return Fingerprints(
        names=data.feature_names[:count],
        unique=np.array([groups(table).unique for table in known]),
        patients=len(data),
    )
