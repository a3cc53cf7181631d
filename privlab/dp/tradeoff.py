"""Privacy as a test of hypotheses: which two errors must an adversary make?"""

import numpy as np
from scipy.optimize import brentq
from scipy.stats import beta, norm

from privlab.core import checks
from privlab.dp.mechanisms import gaussian_delta


def pure_tradeoff(false_alarms, *, epsilon: float, delta: float = 0.0) -> np.ndarray:
    """The fewest misses under (epsilon, delta)-DP, for shares of ``false_alarms``.

    ``max(0, 1 - delta - e^eps a, e^-eps (1 - delta - a))``: Dong, Roth & Su 2022,
    Proposition 2.5 (after Wasserman & Zhou 2010).
    """
    a = np.asarray(false_alarms, dtype=float)
    steep = 1 - delta - np.exp(epsilon) * a
    flat = np.exp(-epsilon) * (1 - delta - a)
    return np.maximum(0, np.maximum(steep, flat))


def gaussian_tradeoff(false_alarms, *, mu: float) -> np.ndarray:
    """The fewest misses under mu-GDP: ``Phi(Phi^-1(1 - a) - mu)`` (ibid., eq. 6)."""
    return norm.cdf(norm.isf(np.asarray(false_alarms, dtype=float)) - mu)


def mu_lower(
    false_alarms: int, negatives: int, misses: int, positives: int, *, confidence=0.99
) -> float:
    """The smallest mu that counted errors of one fixed test leave possible.

    ``Phi^-1(1 - a) - Phi^-1(b)`` at the Clopper-Pearson upper limits a and b of both
    error rates, each with half of the allowed failure (Nasr et al. 2023, section 4).
    Sound for mechanisms that are mu-GDP, such as one Gaussian release.
    """
    error = (1 - checks.probability("confidence", confidence)) / 2
    a = _upper(false_alarms, negatives, error)
    b = _upper(misses, positives, error)
    return float(max(0.0, norm.isf(a) - norm.ppf(b)))


def epsilon_of_mu(mu: float, *, delta: float) -> float:
    """The epsilon of mu-GDP at ``delta`` (Dong, Roth & Su 2022, Corollary 2.13)."""
    checks.probability("delta", delta)
    if mu == 0 or gaussian_delta(1 / checks.positive("mu", mu), 0, 1) <= delta:
        return 0.0

    def excess(epsilon: float) -> float:
        return gaussian_delta(1 / mu, epsilon, 1) - delta

    high = 1.0
    while excess(high) > 0:
        high *= 2
    return float(brentq(excess, 0, high, xtol=1e-10))


def _upper(hits: int, trials: int, error: float) -> float:
    """The largest rate at which ``hits`` or fewer are not rarer than ``error``."""
    if hits >= trials:
        return 1.0
    return float(beta.ppf(1 - error, hits + 1, trials - hits))
