"""Invented customers of a bank: what they buy, and who repays a loan.

No number comes from a real person. The shapes are those of real payments: few large
amounts and many small ones, a few shops that everybody knows, some busy customers.
"""

from dataclasses import dataclass, fields

import numpy as np

from privlab.core import checks
from privlab.core.datasets import Dataset

CATEGORIES = ("groceries", "eating out", "transport", "health", "shopping", "travel")
SHARES = (0.36, 0.24, 0.2, 0.05, 0.13, 0.02)  # of purchases
MEDIANS = (60, 45, 18, 150, 200, 900)  # yuan
SPREAD = 0.8  # the standard deviation of an amount's logarithm
SHOPS, DISTRICTS, DAYS = 80, 10, 30  # shops of each category
AGES = (18, 90)

FEATURES = ("age", "income", "card used", "late payments", "years as customer")
# of the log-odds of a default, for one more decade, ln(yuan), unit, payment, decade
RISK = (-0.15, -0.8, 2.5, 0.9, -0.5)


@dataclass(frozen=True, kw_only=True, eq=False)
class Transactions:
    """Purchases, one entry of each array a purchase; customers are numbers 0..n-1.

    ``customer``, ``day`` (from 0 on), ``shop``, ``category`` (a place in
    ``categories``) and ``cents`` are whole numbers, (m,). ``age`` (n,) is the
    customer's, in years.
    """

    age: np.ndarray
    customer: np.ndarray
    day: np.ndarray
    shop: np.ndarray
    category: np.ndarray
    cents: np.ndarray
    categories: tuple[str, ...]

    def __post_init__(self):
        for name in (f.name for f in fields(self) if f.name != "categories"):
            array = np.array(checks.integers(name, getattr(self, name)))
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        lengths = {len(getattr(self, name)) for name in PURCHASE}
        if len(lengths) > 1:
            raise ValueError(f"purchases have columns of {sorted(lengths)} entries")
        for name, end in (
            ("customer", len(self.age)),
            ("category", len(self.categories)),
        ):
            column = getattr(self, name)
            if column.size and not 0 <= column.min() <= column.max() < end:
                raise ValueError(f"{name} must be from 0 to {end - 1}")

    def __len__(self) -> int:
        return len(self.cents)

    @property
    def spent(self) -> np.ndarray:
        """Whole yuan by customer and category, (n, k), rounded down."""
        table = np.zeros((len(self.age), len(self.categories)), dtype=np.int64)
        np.add.at(table, (self.customer, self.category), self.cents)
        return table // 100


PURCHASE = ("customer", "day", "shop", "category", "cents")


def transactions(count: int, *, rng: np.random.Generator) -> Transactions:
    """A month of purchases of ``count`` customers, each with one at least.

    Ages are 18 to 90, most between 25 and 60. The number of purchases is a Poisson
    number with a gamma-distributed mean of about 25. An amount is log-normal around
    its category's median (``MEDIANS``), times a factor of the customer's own. A shop's
    popularity falls with its rank, and the order of ranks differs between districts.
    """
    count = checks.whole("count", count)
    low, high = AGES
    age = (low + (high - low) * rng.beta(1.8, 3.0, size=count)).astype(int)
    buys = np.maximum(rng.poisson(rng.gamma(3.0, 25 / 3, size=count)), 1)
    customer = np.repeat(np.arange(count), buys)
    m = len(customer)
    category = rng.choice(len(CATEGORIES), p=SHARES, size=m)
    rank = np.minimum((SHOPS ** rng.random(m)).astype(int) - 1, SHOPS - 1)
    home = rng.integers(0, DISTRICTS, size=count)[customer]
    shop = SHOPS * category + (rank + SHOPS // DISTRICTS * home) % SHOPS
    purse = rng.lognormal(0, 0.4, size=count)[customer]
    yuan = rng.lognormal(np.log(np.array(MEDIANS))[category], SPREAD) * purse
    return Transactions(
        age=age,
        customer=customer,
        day=rng.integers(0, DAYS, size=m),
        shop=shop,
        category=category,
        cents=np.maximum(np.rint(100 * yuan), 1).astype(np.int64),
        categories=CATEGORIES,
    )


def applicants(count: int, *, rng: np.random.Generator) -> Dataset:
    """``count`` invented people who asked for a loan; target 1 is who did not repay.

    Age in years; income in yuan a month, log-normal with median 8,000; the share of
    the card's limit in use; late payments in a year; years as a customer. A default
    follows a logistic law with the weights ``RISK``; about one in seven.
    """
    count = checks.whole("count", count)
    age = 18 + 72 * rng.beta(1.8, 3.0, size=count)
    income = rng.lognormal(np.log(8_000), 0.5, size=count)
    used = rng.beta(1.5, 2.5, size=count)
    late = rng.poisson(0.3 + 1.2 * used**2)
    years = (age - 18) * rng.beta(1, 3, size=count)
    table = np.column_stack([age, income, used, late, years])
    units = np.column_stack([age / 10, np.log(income / 8_000), used, late, years / 10])
    odds = units @ np.array(RISK) - 2.6
    return Dataset(
        name="applicants",
        features=table,
        target=(rng.random(count) < 1 / (1 + np.exp(-odds))).astype(int),
        feature_names=FEATURES,
        target_names=("repaid", "default"),
        source="invented, privlab.core.bank",
    )
