"""Store now, decrypt later: who is too late when the machine comes."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from privlab.core import checks


@dataclass(frozen=True, kw_only=True)
class Harvest:
    """Mosca's inequality with an uncertain z.

    Data must stay secret for ``shelf`` years x; ``migration`` y years pass until they
    are encrypted anew. A machine comes in z years: ``ln z`` is normal, half the chance
    lies before ``median``, two thirds between ``median / spread`` and
    ``median * spread``.
    """

    shelf: float
    migration: float
    median: float
    spread: float

    def __post_init__(self):
        checks.at_least("shelf", self.shelf, 0)
        checks.at_least("migration", self.migration, 0)
        checks.positive("median", self.median)
        if checks.number("spread", self.spread) <= 1:
            raise ValueError(f"spread={self.spread} must be > 1, a factor")

    @property
    def needed(self) -> float:
        """x + y: the last record sent in the old way must still be secret then."""
        return self.shelf + self.migration

    def arrived(self, years):
        """The chance, by entry, that the machine has come within ``years`` > 0."""
        return norm.cdf(np.log(np.asarray(years) / self.median) / math.log(self.spread))

    @property
    def exposed(self) -> float:
        """The chance of ``x + y > z``: too late."""
        return float(self.arrived(self.needed)) if self.needed else 0.0

    def latest_start(self, risk: float) -> float:
        """The longest x + y whose chance of being too late is at most ``risk``."""
        checks.probability("risk", risk)
        return self.median * self.spread ** float(norm.ppf(risk))

    @property
    def summary(self) -> str:
        return (
            f"Secret for {self.shelf:g} years + {self.migration:g} to migrate = "
            f"{self.needed:g}; a machine in {self.median:g} years, give or take a "
            f"factor {self.spread:g}: too late with chance {self.exposed:.0%}."
        )


def harvest(*, shelf: float, migration: float, median: float, spread: float) -> Harvest:
    """The four numbers as one result, for a widget."""
    return Harvest(shelf=shelf, migration=migration, median=median, spread=spread)
