"""Whole-number noise, sampled exactly: no rounding error for an attacker to read.

Canonne, Kamath and Steinke 2020, "The Discrete Gaussian for Differential Privacy".
Every decision is a comparison of whole numbers, so probabilities are what the
formulas say. What remains outside the promise is the time that a draw takes.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from privlab.core import checks
from privlab.core.privacy import Privacy
from privlab.core.randomness import RandomBytes, uniform_below
from privlab.dp.mechanisms import Gaussian, smallest_sigma

WIDEST = 1_000_000  # calibration sums 20 sigma terms: seconds here, memory beyond


@dataclass(frozen=True, kw_only=True)
class DiscreteLaplace:
    """``M(x) = x + Z``, ``Pr[Z = z] ~ exp(-|z| epsilon / sensitivity)``: epsilon-DP.

    The two-sided geometric mechanism (Ghosh, Roughgarden, Sundararajan 2009), sampled
    exactly. ``sensitivity`` is the most that the whole numbers ``x`` can move, in L1
    norm, between neighbours of the caller's relation; ``epsilon`` is taken as the
    exact value of its float.
    """

    epsilon: float
    sensitivity: int = 1

    def __post_init__(self):
        checks.positive("epsilon", self.epsilon)
        checks.whole("sensitivity", self.sensitivity)

    @cached_property
    def scale(self) -> Fraction:
        """``sensitivity / epsilon``, exactly."""
        return int(self.sensitivity) / Fraction(float(self.epsilon))

    @property
    def privacy(self) -> Privacy:
        return Privacy(epsilon=self.epsilon)

    def release(self, value, *, rng: RandomBytes):
        """``value`` plus noise: an int for a whole number, an int64 array for an array.

        ``TypeError`` for floats; ``OverflowError`` if an entry leaves 64 bits.
        """
        values, scale, rng = checks.integers("value", value), self.scale, Blocks(rng)
        noisy = [x + discrete_laplace(scale, rng=rng) for x in values.ravel().tolist()]
        if values.ndim == 0:
            return noisy[0]
        return np.array(noisy, dtype=np.int64).reshape(values.shape)

    def probability(self, output, *, value):
        """``tanh(1 / 2s) exp(-|output - value| / s)`` by entry, s the scale."""
        rate = float(1 / self.scale)
        return math.tanh(rate / 2) * np.exp(-rate * np.abs(_noise(output, value)))


@dataclass(frozen=True, kw_only=True)
class DiscreteGaussian:
    """``M(x) = x + Z``, ``Pr[Z = z] ~ exp(-z^2 / 2 sigma^2)``: (epsilon, delta)-DP.

    For one whole number ``x`` that moves by at most ``sensitivity`` between neighbours
    of the caller's relation. ``sigma`` keeps ``discrete_gaussian_delta`` at most delta,
    and is the smallest that does, to a relative 1e-9 upwards, unless that is below
    about 1; it is taken as the exact value of its float. ``ValueError`` where it would
    pass a million: count in larger units.
    """

    epsilon: float
    delta: float
    sensitivity: int = 1

    def __post_init__(self):
        checks.positive("epsilon", self.epsilon)
        checks.probability("delta", self.delta)
        checks.whole("sensitivity", self.sensitivity)
        if self._continuous_sigma > WIDEST:
            raise ValueError(
                f"sensitivity={self.sensitivity} needs sigma near "
                f"{self._continuous_sigma:.3g}, above {WIDEST:,}: count in larger units"
            )

    @cached_property
    def sigma(self) -> float:
        """The scale of the noise: its standard deviation is at most this."""

        def delta_of(sigma):
            return discrete_gaussian_delta(sigma, self.epsilon, self.sensitivity)

        return smallest_sigma(delta_of, self.delta, start=self._continuous_sigma)

    @property
    def _continuous_sigma(self) -> float:
        return Gaussian(**vars(self)).sigma

    @property
    def privacy(self) -> Privacy:
        return Privacy(epsilon=self.epsilon, delta=self.delta)

    def release(self, value: int, *, rng: RandomBytes) -> int:
        """``value`` plus noise; ``TypeError`` for floats and for arrays."""
        value = checks.whole("value", value, low=-math.inf)
        return value + discrete_gaussian(Fraction(self.sigma) ** 2, rng=Blocks(rng))

    def probability(self, output, *, value):
        """``exp(-(output - value)^2 / 2 sigma^2) / sum over all z``, by entry."""
        return _weights(_noise(output, value), self.sigma) / _total(self.sigma)


def discrete_gaussian_delta(sigma: float, epsilon: float, sensitivity: int = 1):
    """The delta that discrete Gaussian noise achieves at ``epsilon``: Theorem 7.

    ``Pr[Z > t] - e^eps Pr[Z > t + D]``, ``t = eps sigma^2 / D - D/2``, D the
    sensitivity; summed as ``Pr[Z = z] (1 - e^(eps - loss(z)))`` over z > t, where
    ``loss(z) = D (2z + D) / 2 sigma^2``: no term is negative, so nothing cancels.

    Smaller shifts lose less: shifts of one noise have monotone likelihood ratios.
    Caveat: for sigma below about 1, delta can rise with sigma.
    """
    checks.positive("sigma", sigma)
    checks.at_least("epsilon", epsilon, 0)
    shift = checks.whole("sensitivity", sensitivity)
    threshold = epsilon * sigma**2 / shift - shift / 2
    first = max(math.floor(threshold) + 1, -_reach(sigma))
    z = np.arange(first, max(first, 0) + _reach(sigma))
    loss = shift * (2 * z + shift) / (2 * sigma**2)
    gain = np.maximum(-np.expm1(epsilon - loss), 0)
    return float(_weights(z, sigma) @ gain / _total(sigma))


def _noise(output, value: int) -> np.ndarray:
    return checks.integers("output", output).astype(np.int64) - value


def _weights(z: np.ndarray, sigma: float) -> np.ndarray:
    return np.exp(-((z / sigma) ** 2) / 2)


def _total(sigma: float) -> float:
    return 1 + 2 * float(_weights(np.arange(1, _reach(sigma)), sigma).sum())


def _reach(sigma: float) -> int:
    """How far to sum: beyond 10 sigma a weight is below 2e-22 of the first."""
    return math.ceil(10 * sigma) + 2


def discrete_gaussian(variance: Fraction, *, rng: RandomBytes) -> int:
    """One draw with ``Pr[z] ~ exp(-z^2 / 2 variance)``, exactly: Algorithm 3.

    A discrete Laplace draw of scale t is kept with probability
    ``exp(-(|z| - variance/t)^2 / 2 variance)``; 1.3 to 2.2 are needed on average.
    """
    top, bottom = variance.as_integer_ratio()
    t = math.isqrt(top // bottom) + 1
    while True:
        z = discrete_laplace(Fraction(t), rng=rng)
        distance = (abs(z) * t * bottom - top) ** 2
        if bernoulli_exp(distance, 2 * top * bottom * t**2, rng=rng):
            return z


def discrete_laplace(scale: Fraction, *, rng: RandomBytes) -> int:
    """One draw with ``Pr[z] ~ exp(-|z| / scale)``, exactly: Algorithm 2.

    With scale = t/s: ``u + t v`` is geometric with ratio ``exp(-1/t)``, its quotient
    by s is geometric with ratio ``exp(-s/t)``, and a fair coin gives the sign.
    """
    t, s = scale.as_integer_ratio()
    while True:
        u = uniform_below(t, rng=rng)
        if not bernoulli_exp(u, t, rng=rng):
            continue
        v = 0
        while bernoulli_exp(1, 1, rng=rng):
            v += 1
        size, negative = (u + t * v) // s, uniform_below(2, rng=rng)
        if size or not negative:  # a zero of either sign would count zero twice
            return -size if negative else size


def bernoulli_exp(top: int, bottom: int, *, rng: RandomBytes) -> bool:
    """True with probability ``exp(-top / bottom)``, exactly: Algorithm 1.

    The number of successes before the first failure, when try k succeeds with
    probability ``x/k``, is even with probability ``1 - x + x^2/2! - ... = exp(-x)``.
    """
    while top > bottom:  # exp(-x) = exp(-1) exp(-(x - 1))
        if not bernoulli_exp(1, 1, rng=rng):
            return False
        top -= bottom
    k = 2 if top == bottom else 1  # a try with probability 1/1 needs no draw
    while uniform_below(bottom * k, rng=rng) < top:
        k += 1
    return k % 2 == 1


class Blocks:
    """The bytes of another source, fetched a block at a time: a few large requests.

    What is left of the last block is forgotten, never used twice.
    """

    SIZE = 256

    def __init__(self, source: RandomBytes):
        self.source, self.block, self.position = source, b"", 0

    def bytes(self, count: int, /) -> bytes:
        if self.position + count > len(self.block):
            self.block, self.position = self.source.bytes(self.SIZE + count), 0
        start, self.position = self.position, self.position + count
        return self.block[start : self.position]
