"""Privacy as a test of hypotheses: which two errors must an adversary make?"""

import numpy as np
from scipy.optimize import brentq
from scipy.stats import beta, norm

from privlab.core import checks
from privlab.core.privacy import Privacy
from privlab.dp.mechanisms import gaussian_delta


def pure_tradeoff(false_alarms, *, epsilon: float, delta: float = 0.0) -> np.ndarray:
    """The fewest misses under (epsilon, delta)-DP, for shares of ``false_alarms``.

    ``max(0, 1 - delta - e^eps a, e^-eps (1 - delta - a))``: Dong, Roth & Su 2022,
    Proposition 2.5 (after Wasserman & Zhou 2010).
    """
    a, promise = _shares(false_alarms), Privacy(epsilon=epsilon, delta=delta)
    kept = 1 - promise.delta
    steep, flat = kept - np.exp(epsilon) * a, np.exp(-epsilon) * (kept - a)
    return np.maximum(0, np.maximum(steep, flat))


def gaussian_tradeoff(false_alarms, *, mu: float) -> np.ndarray:
    """The fewest misses under mu-GDP: ``Phi(Phi^-1(1 - a) - mu)`` (ibid., eq. 6)."""
    return norm.cdf(norm.isf(_shares(false_alarms)) - checks.at_least("mu", mu, 0))


def mu_lower(
    false_alarms: int, negatives: int, misses: int, positives: int, *, confidence=0.99
) -> float:
    """The smallest mu that counted errors of one fixed test leave possible.

    ``Phi^-1(1 - a) - Phi^-1(b)``, at least 0, at the Clopper-Pearson upper limits a
    and b of both error rates, each with half of the allowed failure (after Nasr et al.
    2023). Sound for mechanisms that are mu-GDP, such as one Gaussian release; the test
    must be chosen before the errors are counted.
    """
    error = (1 - checks.probability("confidence", confidence)) / 2
    a = _upper("false_alarms", false_alarms, "negatives", negatives, error)
    b = _upper("misses", misses, "positives", positives, error)
    return float(max(0.0, norm.isf(a) - norm.ppf(b)))


def epsilon_of_mu(mu: float, *, delta: float) -> float:
    """The epsilon of mu-GDP at ``delta`` (Dong, Roth & Su 2022, Corollary 2.13).

    Where ``gaussian_delta``, with one standard deviation of noise for each 1/mu of
    sensitivity, comes down to ``delta``; 0 where it is there from the start.
    """
    checks.probability("delta", delta)
    if checks.at_least("mu", mu, 0) == 0:
        return 0.0

    def excess(epsilon: float) -> float:
        return gaussian_delta(1 / mu, epsilon, 1) - delta

    if excess(0) <= 0:
        return 0.0
    high = 1.0
    while excess(high) > 0:
        high *= 2
    return float(brentq(excess, 0, high, xtol=1e-10))


def _shares(values) -> np.ndarray:
    shares = checks.finite("false_alarms", values)
    if ((shares < 0) | (shares > 1)).any():
        raise ValueError(f"false_alarms={values} must be shares between 0 and 1")
    return shares


def _upper(name: str, hits: int, of: str, trials: int, error: float) -> float:
    """The largest rate at which ``hits`` or fewer are not rarer than ``error``."""
    if checks.whole(name, hits, 0) > checks.whole(of, trials):
        raise ValueError(f"{name}={hits} must be <= {of}={trials}")
    if hits == trials:
        return 1.0
    return float(beta.ppf(1 - error, hits + 1, trials - hits))
