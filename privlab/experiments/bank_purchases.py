"""A month of purchases without names: how few of them name the customer."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from privlab.attacks.unicity import unicity
from privlab.core.bank import Transactions, transactions

CUSTOMERS, TARGETS, MOST_POINTS = 2_000, 300, 5
# what of a purchase is left in the table: (days in a band, the place)
DETAIL = {
    "shop and day": (1, "shop"),
    "shop and week": (7, "shop"),
    "category and day": (1, "category"),
    "category and week": (7, "category"),
}


@cache
def month(*, seed: int) -> Transactions:
    """The bank of this lesson: 2,000 customers."""
    return transactions(CUSTOMERS, rng=np.random.default_rng(seed))


@dataclass(frozen=True, kw_only=True, eq=False)
class Singled:
    """The share ``unique`` (p,) of targets singled out by 1, 2, ..., p purchases."""

    detail: str
    customers: int
    unique: np.ndarray

    @property
    def summary(self) -> str:
        return (
            f"{self.detail.capitalize()} of each purchase, {self.customers:,} "
            f"customers: one known purchase singles out {self.unique[0]:.1%}, "
            f"four {self.unique[3]:.1%}."
        )


@cache
def singled_out(*, detail: str, seed: int) -> Singled:
    """Know a few purchases of a customer; how many others could have made them?"""
    return singled_in(month(seed=seed), detail=detail, seed=seed)


def singled_in(table: Transactions, *, detail: str, seed: int) -> Singled:
    """The same attack on any table: also on your own."""
    days, place = DETAIL[detail]
    rng = np.random.default_rng(seed)
    place = getattr(table, place)
    moment = table.day // days * (place.max() + 1) + place
    people = len(table.age)
    targets = rng.choice(people, min(TARGETS, people), replace=False)
    found = unicity(
        table.customer, moment, points=MOST_POINTS, targets=targets, rng=rng
    )
    return Singled(detail=detail, customers=people, unique=found.unique)
