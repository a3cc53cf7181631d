"""How much noise a privacy budget asks for: the inverse of accounting."""

import math
from collections.abc import Callable

from scipy.optimize import brentq

from privlab.core import checks
from privlab.dp.pld import pld_epsilon

TOLERANCE = 1e-4  # of the noise multiplier, relative
LEAST, MOST = 2.0**-7, 2.0**20  # noise multipliers that are tried


def certified_epsilon(**setting) -> float:
    """The upper bound of ``pld_epsilon``: the least that may be promised."""
    return pld_epsilon(**setting).high


def noise_multiplier(
    *,
    epsilon: float,
    delta: float,
    sampling_rate: float,
    steps: int,
    accountant: Callable[..., float] = certified_epsilon,
) -> float:
    """The least noise for which ``accountant`` says at most ``epsilon`` at ``delta``.

    Rounded up by a relative 1e-4 or less. ``accountant`` takes the keywords of
    ``rdp_epsilon``, say, and what it says must fall as the noise grows.

    ``ValueError`` where noise decides nothing: if ``MOST`` is too little for the
    accountant, or ``LEAST`` enough (as when delta exceeds the chance to be sampled).
    """
    checks.positive("epsilon", epsilon)

    def excess(log_noise: float) -> float:
        spent = accountant(
            noise_multiplier=math.exp(log_noise),
            sampling_rate=sampling_rate,
            steps=steps,
            delta=delta,
        )
        return spent - epsilon

    low, high = _bracket(excess, f"epsilon={epsilon} at delta={delta}")
    log_noise = brentq(excess, low, high, xtol=TOLERANCE / 2)
    while excess(log_noise) > 0:
        log_noise += TOLERANCE / 2
    return math.exp(log_noise)


def _bracket(excess: Callable[[float], float], promise: str) -> tuple[float, float]:
    """Logarithms of noise, a factor 2 or more apart: too little, and enough."""
    low = high = 0.0
    while excess(high) > 0:
        high += math.log(2)
        if high > math.log(MOST):
            raise ValueError(f"{promise} is out of reach: noise {MOST} is too little")
    while excess(low) <= 0:
        low -= math.log(2)
        if low < math.log(LEAST):
            raise ValueError(f"{promise} needs no noise: {LEAST} is enough")
    return low, high
