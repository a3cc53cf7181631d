"""Spending a privacy budget step by step, when the next step depends on the last.

A promise about the whole may be made although nobody knows beforehand what will be
asked, or how often: a *filter* refuses whatever would break it (Rogers, Roth, Ullman
and Vadhan 2016). What was spent so far is the *odometer*.
"""

from dataclasses import dataclass, replace

from privlab.core import checks
from privlab.core.privacy import Privacy
from privlab.dp.rdp import renyi_surcharge

NOTHING = Privacy(epsilon=0)
ROUNDING = 1e-12  # relative: three times 0.1 may be spent of 0.3


class Overspent(ValueError):
    """A release was refused: it would have cost more than is left."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Epsilon and delta to spend on releases chosen one after the other.

    Costs add up, as in basic composition, and may be chosen freely on the way: the
    filter of Rogers et al. 2016 for basic composition. ``spend`` returns what the
    budget is then; the caller releases only afterwards.
    """

    limit: Privacy
    spent: Privacy = NOTHING

    @property
    def left(self) -> Privacy:
        """What may still be spent in one go."""
        return Privacy(
            epsilon=max(self.limit.epsilon - self.spent.epsilon, 0),
            delta=max(self.limit.delta - self.spent.delta, 0),
        )

    def spend(self, cost: Privacy) -> "Budget":
        """The budget after a release of this cost; ``Overspent`` if it is too much."""
        total = self.spent + cost
        if _above(total.epsilon, self.limit.epsilon) or _above(
            total.delta, self.limit.delta
        ):
            raise Overspent(f"{cost} is more than the {self.left} left of {self.limit}")
        return replace(self, spent=total)


@dataclass(frozen=True, kw_only=True)
class RenyiBudget:
    """A Renyi divergence of one ``order`` to spend, so that ``limit`` holds at the end.

    Divergences of one order add up even when each is chosen after seeing the releases
    before (Feldman and Zrnic 2021, "Individual Privacy Accounting via a Renyi Filter"):
    for many noisy releases far cheaper than ``Budget``. Costs are those of ``rdp`` at
    ``order``, which must be fixed beforehand: ``1 + 2 ln(1/delta) / epsilon`` is a fair
    choice. ``ValueError`` for an order that leaves nothing to spend.
    """

    limit: Privacy
    order: float
    spent: float = 0.0

    def __post_init__(self):
        checks.probability("limit.delta", self.limit.delta)
        checks.at_least("spent", self.spent, 0)
        if checks.number("order", self.order) <= 1:
            raise ValueError(f"order={self.order} must be > 1")
        if self.allowance <= 0:
            raise ValueError(f"order={self.order} leaves nothing to spend: raise it")

    @property
    def allowance(self) -> float:
        """The divergence at which the limit is reached."""
        return self.limit.epsilon - renyi_surcharge(self.order, self.limit.delta)

    @property
    def left(self) -> float:
        """The divergence that may still be spent."""
        return max(self.allowance - self.spent, 0.0)

    def spend(self, cost: float) -> "RenyiBudget":
        """The budget after a release of this divergence; ``Overspent`` if too much."""
        checks.at_least("cost", cost, 0)
        if _above(self.spent + cost, self.allowance):
            raise Overspent(
                f"cost={cost:.4g} is more than the {self.left:.4g} left of "
                f"{self.allowance:.4g} at order {self.order} for {self.limit}"
            )
        return replace(self, spent=self.spent + float(cost))


def _above(total: float, limit: float) -> bool:
    return total > limit * (1 + ROUNDING)
