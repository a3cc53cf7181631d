"""A table of what customers spend: exact, and with a promise to each customer."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from privlab.attacks.differencing import difference
from privlab.core import checks
from privlab.core.bank import Transactions
from privlab.core.privacy import Privacy
from privlab.dp.budget import Budget
from privlab.dp.discrete import DiscreteLaplace
from privlab.dp.queries import Relation, histogram
from privlab.experiments.bank_purchases import month

BANDS = ("18-29", "30-44", "45-59", "60 up")
EDGES = (30, 45, 60)
FOR_COUNTS = 0.1  # the share of epsilon that the head counts get


def capped(spent: np.ndarray, cap: int) -> np.ndarray:
    """Rows (n, k) of whole yuan, shrunk in proportion to a sum of ``cap`` at most.

    Then one customer more moves a table of sums by ``cap`` in L1 norm at most, however
    many cells they are in. Rounded down, so that rounding adds nothing.
    """
    cap, spent = checks.whole("cap", cap), checks.integers("spent", spent)
    if (spent < 0).any():
        raise ValueError(f"spent contains {spent.min()}: amounts must be >= 0")
    whole = spent.sum(axis=1, keepdims=True)
    return np.where(whole > cap, spent * cap // np.maximum(whole, 1), spent)


def band_totals(spent: np.ndarray, band: np.ndarray) -> np.ndarray:
    """Sums of ``spent`` (n, k) by ``band`` (n,): (bands, k)."""
    return np.stack([spent[band == each].sum(axis=0) for each in range(len(BANDS))])


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """Yuan (bands, k) and ``heads`` (bands,), as published at price ``cost``."""

    totals: np.ndarray
    heads: np.ndarray
    cost: Privacy

    @property
    def means(self) -> np.ndarray:
        """Yuan for each customer: post-processing, it costs nothing."""
        return self.totals.clip(min=0) / self.heads.clip(min=1)[:, None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Desk:
    """Whoever answers questions on ``spent`` (n, k) and ``band`` (n,), with a ledger.

    Neighbours: a customer, with all purchases, added or removed.
    """

    spent: np.ndarray
    band: np.ndarray
    cap: int
    budget: Budget

    def table(self, *, epsilon: float, rng) -> tuple["Desk", Table]:
        """Noisy totals and head counts; ``Overspent`` before anything is drawn.

        A share ``FOR_COUNTS`` of epsilon pays for the heads, sensitivity 1; the rest
        for all totals together, sensitivity ``cap``.
        """
        heads = DiscreteLaplace(epsilon=FOR_COUNTS * epsilon)
        sums = DiscreteLaplace(epsilon=epsilon * (1 - FOR_COUNTS), sensitivity=self.cap)
        cost = heads.privacy + sums.privacy
        after = replace(self, budget=self.budget.spend(cost))
        people = histogram(
            self.band, bins=list(range(len(BANDS))), relation=Relation.ADD_REMOVE
        )
        totals = band_totals(capped(self.spent, self.cap), self.band)
        return after, Table(
            totals=sums.release(totals, rng=rng),
            heads=heads.release(people.value, rng=rng),
            cost=cost,
        )


def open_desk(table: Transactions, *, cap: int, limit: float) -> Desk:
    """A desk with a fresh ledger of ``limit`` for these purchases."""
    return Desk(
        spent=table.spent,
        band=np.digitize(table.age, EDGES),
        cap=cap,
        budget=Budget(limit=Privacy(epsilon=limit)),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class SpendingTable:
    """True ``means`` (bands, k) and those ``published``, in yuan for each customer.

    ``shrunk`` is the share of customers whom the cap cuts, ``bias`` what it takes off a
    mean on average, as a share of the true one.
    """

    epsilon: float
    cap: int
    means: np.ndarray
    published: np.ndarray
    shrunk: float
    bias: float

    @property
    def error(self) -> float:
        """How far a published mean is off, relative, on average over the cells."""
        return float((np.abs(self.published - self.means) / self.means).mean())

    @property
    def summary(self) -> str:
        return (
            f"ε = {self.epsilon:.2g}, cap {self.cap:,} yuan: a mean is off by "
            f"{self.error:.1%}; the cap cuts {self.shrunk:.0%} of the customers, and "
            f"{self.bias:.1%} off a mean."
        )


@cache
def spending_table(*, epsilon: float, cap: float, seed: int) -> SpendingTable:
    """Publish means by category and age band; compare them with the true ones."""
    desk = open_desk(month(seed=seed), cap=round(cap), limit=epsilon)
    heads = np.bincount(desk.band, minlength=len(BANDS))[:, None]
    means = band_totals(desk.spent, desk.band) / heads
    low = band_totals(capped(desk.spent, desk.cap), desk.band) / heads
    _, table = desk.table(epsilon=epsilon, rng=np.random.default_rng(seed))
    return SpendingTable(
        epsilon=epsilon,
        cap=desk.cap,
        means=means,
        published=table.means,
        shrunk=float((desk.spent.sum(axis=1) > desk.cap).mean()),
        bias=float(((means - low) / means).mean()),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class ClosedAccount:
    """What a customer spent (k,), and what two tables say, before and after they left.

    ``exact`` from true totals, ``noisy`` from tables of ``epsilon`` each.
    """

    epsilon: float
    categories: tuple[str, ...]
    spent: np.ndarray
    exact: np.ndarray
    noisy: np.ndarray

    @property
    def off(self) -> tuple[float, float]:
        """The mean error of a category in yuan: from true totals, from noisy ones."""
        errors = [np.abs(guess - self.spent) for guess in (self.exact, self.noisy)]
        return float(errors[0].mean()), float(errors[1].mean())

    @property
    def summary(self) -> str:
        return (
            f"The customer spent {self.spent.sum():,} yuan; true tables give each "
            f"category to {self.off[0]:.0f} yuan, tables with ε = {self.epsilon:.2g} "
            f"to {self.off[1]:,.0f}."
        )


def closed_account(*, customer: str, epsilon: float, seed: int) -> ClosedAccount:
    """Subtract the table without a customer from the one with: their purchases."""
    table, rng = month(seed=seed), np.random.default_rng(seed)
    desk = open_desk(table, cap=CAP, limit=epsilon)
    whole = desk.spent.sum(axis=1)
    who = whole.argsort()[{"typical": len(whole) // 2, "largest": -1}[customer]]
    stay, row = np.arange(len(whole)) != who, desk.band[who]
    left = replace(desk, spent=desk.spent[stay], band=desk.band[stay])
    pair = [each.table(epsilon=epsilon, rng=rng)[1].totals for each in (desk, left)]
    true = [band_totals(each.spent, each.band) for each in (desk, left)]
    return ClosedAccount(
        epsilon=epsilon,
        categories=table.categories,
        spent=desk.spent[who],
        exact=difference(*true).guess[row],
        noisy=difference(*pair).guess[row],
    )


CUSTOMERS = ("typical", "largest")
CAP = 5_000  # yuan a month, chosen without looking at the data
