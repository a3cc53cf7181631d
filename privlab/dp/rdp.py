"""Renyi and concentrated differential privacy of Gaussian releases.

Neighbours differ by one person added or removed, and samples are Poisson samples.
"""

import math
from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln
from scipy.stats import norm

from privlab.core import checks
from privlab.dp.sampled_gaussian import SampledGaussian

# The orders of dp_accounting, and of opacus but for 11 and the last four.
ORDERS = (*(1 + tenth / 10 for tenth in range(1, 100)), *range(11, 64))
ORDERS += (128, 256, 512, 1024)


def rdp(
    *, noise_multiplier: float, sampling_rate: float, steps: int, orders: Sequence
) -> np.ndarray:
    """The Renyi divergences ``steps / (a - 1) ln A(a)`` at the ``orders`` a > 1.

    ``A(a) = E[(1 - q + q e^((2z - 1) / 2s^2))^a]`` for z from N(0, s^2), with q the
    rate and s the noise: Mironov, Talwar and Zhang 2019, Theorem 4 and Section 3.3. A
    removal is the worse direction (Theorem 5). Shape (m,) for m orders, in nats.

    ``ValueError`` for noise below 0.005, at a rate below 1, if an order is not whole.
    """
    release = SampledGaussian(
        noise_multiplier=noise_multiplier, sampling_rate=sampling_rate, steps=steps
    )
    orders = checks.finite("orders", orders)
    if orders.ndim != 1 or (orders <= 1).any():
        raise ValueError(f"orders={orders} must be a list of numbers > 1")
    if sampling_rate == 1:
        return steps * orders / (2 * noise_multiplier**2)
    whole, logs = orders % 1 == 0, np.empty(len(orders))
    logs[whole] = [_binomial_sum(release, int(order)) for order in orders[whole]]
    logs[~whole] = _integrals(release, orders[~whole])
    return steps * logs / (orders - 1)


def rdp_epsilon(
    *, noise_multiplier: float, sampling_rate: float, steps: int, delta: float
) -> float:
    """An upper bound on epsilon: the least over ``ORDERS`` of ``renyi_epsilon``."""
    checks.probability("delta", delta)
    curve = rdp(
        noise_multiplier=noise_multiplier,
        sampling_rate=sampling_rate,
        steps=steps,
        orders=ORDERS,
    )
    return float(renyi_epsilon(curve, order=np.array(ORDERS), delta=delta).min())


def renyi_epsilon(divergence, *, order, delta: float):
    """Epsilon at ``delta`` of a mechanism with this Renyi divergence at this order."""
    return np.maximum(divergence + renyi_surcharge(order, delta), 0)


def renyi_surcharge(order, delta: float):
    """What ``delta`` adds to a divergence: ``ln(1 - 1/a) - ln(a delta) / (a - 1)``.

    At the order a: Canonne, Kamath and Steinke 2020, Proposition 12. Negative for
    large delta.
    """
    return np.log1p(-1 / order) - np.log(order * delta) / (order - 1)


def zcdp_epsilon(
    *, noise_multiplier: float, sampling_rate: float, steps: int, delta: float
) -> float:
    """An upper bound on epsilon from zero-concentrated differential privacy.

    A Gaussian release of the whole data is rho-zCDP with ``rho = 1 / 2s^2`` and rhos
    add up (Bun and Steinke 2016, Propositions 1.6 and 1.7). Then the best of *all*
    orders: Canonne, Kamath and Steinke 2020, Corollary 13.

    ``ValueError`` for a sampling rate below 1: sampling improves the divergences of
    low orders only, so rho, which bounds all of them, gains nothing from it.
    """
    SampledGaussian(
        noise_multiplier=noise_multiplier, sampling_rate=sampling_rate, steps=steps
    )
    checks.probability("delta", delta)
    if sampling_rate < 1:
        raise ValueError(
            f"sampling_rate={sampling_rate} must be 1: zCDP bounds all orders at once, "
            "and high orders gain nothing from sampling; use rdp_epsilon"
        )
    rho = steps / (2 * noise_multiplier**2)

    def epsilon(log_excess):
        order = 1 + math.exp(log_excess)
        return float(renyi_epsilon(rho * order, order=order, delta=delta))

    best = minimize_scalar(epsilon, bounds=(-20, 40), options={"xatol": 1e-10})
    return float(best.fun)


def _binomial_sum(release: SampledGaussian, order: int) -> float:
    """``A = sum_k C(a, k) (1 - q)^(a - k) q^k e^((k^2 - k) / 2s^2)``: all terms > 0."""
    q, k = release.sampling_rate, np.arange(order + 1)
    log_choose = gammaln(order + 1) - gammaln(k + 1) - gammaln(order - k + 1)
    log_odds = (order - k) * math.log1p(-q) + k * math.log(q)
    growth = (k**2 - k) / (2 * release.noise_multiplier**2)
    return float(np.logaddexp.reduce(log_choose + log_odds + growth))


def _integrals(release: SampledGaussian, orders: np.ndarray) -> list[float]:
    """``ln A`` by the trapezoidal rule, whose error falls exponentially with 1 / step.

    Trefethen and Weideman 2014, Theorem 5.1: as ``e^(-2 pi d / step)`` where the
    integrand is analytic within d of the real line; here d is ``pi s^2``.
    """
    sigma = release.noise_multiplier
    if len(orders) and sigma < 0.005:
        raise ValueError(
            f"noise_multiplier={sigma} is too little to integrate; take whole orders"
        )
    step = min(sigma / 4, sigma**2 / 3)
    output = np.arange(-12 * sigma, max(orders, default=0) + 12 * sigma, step)
    loss = release.loss(output)
    log_density = norm.logpdf(output, scale=sigma) + math.log(step)
    return [np.logaddexp.reduce(log_density + order * loss) for order in orders]
