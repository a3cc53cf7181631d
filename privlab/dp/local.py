"""The local model: every person randomises their own report; nobody need be trusted.

Neighbours are any two values of one person, and who answers twice spends twice. The
protocols are those that Wang, Blocki, Li and Jha 2017 call pure: a report supports its
own value with probability p and each other value with the same, smaller q.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from privlab.core import checks
from privlab.core.privacy import Privacy


@dataclass(frozen=True, kw_only=True, eq=False)
class Frequencies:
    """Estimated ``shares`` (k,) of the values among people, and ``standard_errors``.

    Shares can fall outside [0, 1] and need not add up to 1: cutting them back would
    bias them. The errors count the noise of the reports and the sampling of people.
    """

    shares: np.ndarray
    standard_errors: np.ndarray


@dataclass(frozen=True, kw_only=True)
class PureProtocol:
    """What pure protocols share: ``size`` values, 0 .. size - 1, one for each person.

    ``support`` is p, ``false_support`` q. Each subclass has a ``release`` from values
    to reports, and an ``estimate`` from reports to ``Frequencies``.
    """

    epsilon: float
    size: int

    def __post_init__(self):
        checks.positive("epsilon", self.epsilon)
        checks.whole("size", self.size, 2)

    @property
    def privacy(self) -> Privacy:
        return Privacy(epsilon=self.epsilon)

    def variance(self, people: int, *, share: float = 0.0) -> float:
        """The variance of the estimated share of a value that ``share`` of them hold.

        ``(q (1 - q) / (p - q)² + share (1 - p - q) / (p - q)) / people``: Wang et al.
        2017, Theorem 2, where counts are estimated. The people are held fixed.
        """
        p, q = self.support, self.false_support
        spread = q * (1 - q) / (p - q) ** 2 + share * (1 - p - q) / (p - q)
        return spread / checks.whole("people", people)

    def _frequencies(self, supporters: np.ndarray, people: int) -> Frequencies:
        """``(supporters / people - q) / (p - q)``, unbiased: ibid., equation (1)."""
        means, gap = supporters / people, self.support - self.false_support
        return Frequencies(
            shares=(means - self.false_support) / gap,
            standard_errors=np.sqrt(means * (1 - means) / people) / gap,
        )

    def _values(self, name: str, values) -> np.ndarray:
        values = checks.integers(name, values)
        strange = (values < 0) | (values >= self.size)
        if strange.any():
            raise ValueError(
                f"{name} contains {values[strange].flat[0]}; only 0 .. {self.size - 1}"
            )
        return values


@dataclass(frozen=True, kw_only=True)
class KaryRandomizedResponse(PureProtocol):
    """The own value with ``p = e^eps / (e^eps + k - 1)``, else another: epsilon-DP.

    Kairouz, Oh & Viswanath 2014; "direct encoding" in Wang et al. 2017, section 4.1.
    Of two values it is Warner's randomised response; its variance grows with the
    number of values k, and passes that of unary encoding beyond ``3 e^eps + 2``.
    """

    @property
    def support(self) -> float:
        return float(expit(self.epsilon - math.log(self.size - 1)))

    @property
    def false_support(self) -> float:
        """``q = 1 / (e^eps + k - 1)``: what is left of 1 for each other value."""
        return float(expit(math.log(self.size - 1) - self.epsilon)) / (self.size - 1)

    def release(self, values, *, rng: np.random.Generator):
        """The reports, values like those of ``values``: an int or an int array."""
        values = self._values("values", values)
        # Drawing the lie, not the truth: 53-bit uniforms round its chance up, not down.
        lies = rng.random(values.shape) < (self.size - 1) * self.false_support
        another = (values + rng.integers(1, self.size, size=values.shape)) % self.size
        reports = np.where(lies, another, values)
        return reports if reports.ndim else int(reports)

    def estimate(self, reports) -> Frequencies:
        """The share of each value, from ``reports`` (n,)."""
        reports = _some("reports", self._values("reports", reports), dimensions=1)
        return self._frequencies(
            np.bincount(reports, minlength=self.size), len(reports)
        )


@dataclass(frozen=True, kw_only=True)
class UnaryEncoding(PureProtocol):
    """A bit for each value, 1 for the own one, and every bit randomised.

    Two people differ in two bits, so ``epsilon = ln(p (1 - q) / ((1 - p) q))``: Wang
    et al. 2017, section 4.3. A report is ``size`` bits long. ``missed`` is 1 - p.
    """

    @property
    def support(self) -> float:
        return 1 - self.missed

    def release(self, values, *, rng: np.random.Generator) -> np.ndarray:
        """The reports: ``values`` of shape s to bits, true or false, (*s, size)."""
        values = self._values("values", values)
        own = values[..., None] == np.arange(self.size)
        flips = rng.random(own.shape) < np.where(own, self.missed, self.false_support)
        return own ^ flips

    def estimate(self, reports) -> Frequencies:
        """The share of each value, from ``reports`` (n, size) of true and false."""
        reports = _some("reports", reports, dimensions=2)
        if reports.dtype != bool or reports.shape[1] != self.size:
            raise ValueError(
                f"reports of shape {reports.shape} and type {reports.dtype} must be "
                f"{self.size} times true or false for each person"
            )
        return self._frequencies(reports.sum(axis=0), len(reports))


@dataclass(frozen=True, kw_only=True)
class SymmetricUnaryEncoding(UnaryEncoding):
    """Every bit is told truly with ``p = 1 - q = e^(eps/2) / (1 + e^(eps/2))``.

    Basic RAPPOR, asked once: Erlingsson, Pihur & Korolova 2014, Theorem 1 with h = 1
    and f = 2q. Epsilon-DP.
    """

    @property
    def missed(self) -> float:
        return self.false_support

    @property
    def false_support(self) -> float:
        return float(expit(-self.epsilon / 2))


@dataclass(frozen=True, kw_only=True)
class OptimisedUnaryEncoding(UnaryEncoding):
    """The own bit by a fair coin, the others 1 with ``q = 1 / (1 + e^eps)``: OUE.

    Wang et al. 2017, section 4.3: of all p and q that are epsilon-DP, the least
    variance for rare values, ``4 e^eps / ((e^eps - 1)² n)``. It spends its noise on
    the one bit that is 1, since most bits are 0.
    """

    @property
    def missed(self) -> float:
        return 0.5

    @property
    def false_support(self) -> float:
        return float(expit(-self.epsilon))


def _some(name: str, reports, *, dimensions: int) -> np.ndarray:
    reports = np.asarray(reports)
    if reports.ndim != dimensions or not len(reports):
        raise ValueError(
            f"{name} of shape {reports.shape} must be of {dimensions} dimension(s), "
            "with one report or more"
        )
    return reports
