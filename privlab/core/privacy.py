"""A privacy promise as data: how much any one person's data may change the odds."""

import math
from dataclasses import dataclass

from privlab.core import checks


@dataclass(frozen=True, kw_only=True)
class Privacy:
    """The promise ``Pr[M(D) in S] <= exp(epsilon) Pr[M(D') in S] + delta``.

    It holds for every event S and every pair of neighbouring data sets D, D'; which
    pairs are neighbours is said where the sensitivity is stated (Dwork & Roth 2014,
    Definition 2.4). ``epsilon >= 0``, ``0 <= delta < 1``, else ``ValueError``.

    ``a + b`` is the promise that holds when both releases are published, by basic
    composition (Theorem 3.16): tight for pure DP, pessimistic for many releases.
    """

    epsilon: float
    delta: float = 0.0

    def __post_init__(self):
        checks.at_least("epsilon", self.epsilon, 0)
        if checks.at_least("delta", self.delta, 0) >= 1:
            raise ValueError(f"delta={self.delta} must be < 1")

    def __add__(self, other: "Privacy") -> "Privacy":
        if not isinstance(other, Privacy):
            return NotImplemented
        return _promise(self.epsilon + other.epsilon, self.delta + other.delta)

    def repeated(self, times: int) -> "Privacy":
        """The promise after ``times`` such releases: (k epsilon, k delta)."""
        times = checks.whole("times", times)
        return _promise(times * self.epsilon, times * self.delta)

    def for_group(self, size: int) -> "Privacy":
        """The promise to a group of ``size`` people.

        ``(k epsilon, delta (e^(k epsilon) - 1) / (e^epsilon - 1))``, the sum in the
        proof of Lemma 2.2 of Vadhan 2017, which bounds it by ``k e^(k epsilon) delta``.
        """
        size = checks.whole("size", size)
        if self.delta == 0:
            return _promise(size * self.epsilon, 0.0)
        growth = math.fsum(math.exp(i * self.epsilon) for i in range(size))
        return _promise(size * self.epsilon, self.delta * growth)

    def __str__(self) -> str:
        if self.delta == 0:
            return f"{self.epsilon:.4g}-DP"
        return f"({self.epsilon:.4g}, {self.delta:.2g})-DP"


def _promise(epsilon: float, delta: float) -> Privacy:
    """A derived promise, or a ``ValueError`` that says the promise has become empty."""
    if delta >= 1:
        raise ValueError(f"delta adds up to {delta:.3g}: a delta of 1 promises nothing")
    return Privacy(epsilon=epsilon, delta=delta)
