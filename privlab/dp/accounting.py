"""What many releases cost together: one question, six ways to answer it.

All take the same setting: ``steps`` sums, each over a Poisson sample in which everybody
is with probability ``sampling_rate``, each with Gaussian noise of ``noise_multiplier``
times the most that one person contributes. Neighbours differ by one person, added or
removed. The answer is epsilon at ``delta``. ``basic`` and ``advanced`` know one step's
epsilon only; ``rdp`` is far closer for many steps, and so is ``zcdp`` for releases of
the whole data; ``pld`` is exact to its two bounds. ``gdp_epsilon_estimate`` is not a
bound at all.
"""

import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import binom

from privlab.core import checks
from privlab.dp.pld import (
    Certified,
    composed_delta,
    composed_epsilon,
    pld_delta,
    pld_epsilon,
)
from privlab.dp.rdp import rdp, rdp_epsilon, zcdp_epsilon
from privlab.dp.sampled_gaussian import SampledGaussian, sampled
from privlab.dp.tradeoff import epsilon_of_mu

__all__ = [
    "Certified",
    "SampledGaussian",
    "advanced_epsilon",
    "basic_epsilon",
    "composed_delta",
    "composed_epsilon",
    "gdp_epsilon_estimate",
    "pld_delta",
    "pld_epsilon",
    "rdp",
    "rdp_epsilon",
    "zcdp_epsilon",
]


def basic_epsilon(
    *, noise_multiplier: float, sampling_rate: float, steps: int, delta: float
) -> float:
    """An upper bound on epsilon: ``steps`` times that of one step at ``delta / steps``.

    Dwork and Roth 2014, Theorem 3.16; of one step, ``step_epsilon``.
    """
    checks.probability("delta", delta)
    release = SampledGaussian(
        noise_multiplier=noise_multiplier, sampling_rate=sampling_rate, steps=steps
    )
    return steps * step_epsilon(release, delta / steps)


def advanced_epsilon(
    *, noise_multiplier: float, sampling_rate: float, steps: int, delta: float
) -> float:
    """An upper bound on epsilon: steps that are e-DP, composed in the best way.

    Every step spends ``delta / 2 steps``; the other half is for the composition of k
    steps that are then e-DP. The worst such step is randomised response, whose k-fold
    loss is ``(k - 2 lies) e`` for a binomial number of lies: Kairouz, Oh and Viswanath
    2015, Theorem 3.3, here at every delta. Dwork, Rothblum and Vadhan 2010 bound the
    same by ``sqrt(2 k ln(1/delta)) e + k e (e^e - 1)``, delta being the second half.
    Below ``basic_epsilon`` only where a step's epsilon is small and steps are many.
    """
    checks.probability("delta", delta)
    release = SampledGaussian(
        noise_multiplier=noise_multiplier, sampling_rate=sampling_rate, steps=steps
    )
    each = step_epsilon(release, delta / (2 * steps))
    lies = np.arange(steps // 2 + 1)
    chance, loss = binom.pmf(lies, steps, expit(-each)), (steps - 2 * lies) * each

    def excess(epsilon):
        gain = -np.expm1(np.minimum(epsilon - loss, 0))
        return chance @ gain - delta / 2

    return brentq(excess, 0, steps * each) if excess(0) > 0 else 0.0


def step_epsilon(release: SampledGaussian, delta: float) -> float:
    """Epsilon of one step: the analytic Gaussian's at ``delta / q``, amplified.

    ``ln(1 - q + q e^epsilon)``; 0 from ``delta >= q`` on, as nobody is sampled more
    often. Exact: Balle and Wang 2018, Theorem 8; Balle, Barthe and Gaboardi 2018,
    Theorem 8, an equality for this pair.
    """
    q, mu = release.sampling_rate, 1 / release.noise_multiplier
    unsampled = epsilon_of_mu(mu, delta=delta / q) if delta < q else 0.0
    return float(sampled(unsampled, q)) if unsampled else 0.0


def gdp_epsilon_estimate(
    *, noise_multiplier: float, sampling_rate: float, steps: int, delta: float
) -> float:
    """Epsilon as the central limit theorem has it: no bound, and often too small.

    In the limit of many steps with rates that fall as ``1 / sqrt(steps)`` the releases
    are mu-GDP with ``mu = q sqrt(steps (e^(1 / s^2) - 1))``: Bu, Dong, Long and Su
    2020, Section 3. At any finite number of steps the truth may lie on either side;
    never promise this number. For whole-data releases ``sqrt(steps) / s`` is exact.

    ``ValueError`` where ``e^(1 / s^2)`` or mu overflows: noise near 0.0376 and below.
    """
    checks.probability("delta", delta)
    SampledGaussian(
        noise_multiplier=noise_multiplier, sampling_rate=sampling_rate, steps=steps
    )
    if sampling_rate == 1:
        return epsilon_of_mu(math.sqrt(steps) / noise_multiplier, delta=delta)
    if noise_multiplier < 0.0376:
        raise ValueError(f"noise_multiplier={noise_multiplier} must be >= 0.0376")
    mu = sampling_rate * math.sqrt(steps * math.expm1(noise_multiplier**-2))
    return epsilon_of_mu(mu, delta=delta)
