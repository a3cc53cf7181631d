"""Noise that hides one person: Laplace, Gaussian, and the randomised answer."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, log_ndtr

from privlab.core import checks
from privlab.core.privacy import Privacy


@dataclass(frozen=True, kw_only=True)
class Laplace:
    """``M(x) = x + Laplace(sensitivity / epsilon)`` in every entry: epsilon-DP.

    Dwork & Roth 2014, Theorem 3.6. ``sensitivity`` is the most that ``x`` can move,
    in L1 norm and the units of ``x``, between neighbours; the relation (add or remove
    one person, or replace one) is the caller's, and the bound must be enforced first.

    Floating-point noise leaks the value through its last bits (Mironov 2012): this
    class is for reading and experiments, ``discrete.DiscreteLaplace`` for releases.
    """

    epsilon: float
    sensitivity: float

    def __post_init__(self):
        checks.positive("epsilon", self.epsilon)
        checks.positive("sensitivity", self.sensitivity)

    @property
    def scale(self) -> float:
        """``sensitivity / epsilon``: the mean size of the noise."""
        return self.sensitivity / self.epsilon

    @property
    def privacy(self) -> Privacy:
        return Privacy(epsilon=self.epsilon)

    def release(self, value, *, rng: np.random.Generator):
        """``value`` plus noise: a float for a number, an array for an array."""
        value = checks.finite("value", value)
        return _like(value, value + rng.laplace(scale=self.scale, size=value.shape))

    def density(self, output, *, value):
        """``exp(-|output - value| / scale) / (2 scale)``, entry by entry."""
        distance = np.abs(np.asarray(output) - value)
        return np.exp(-distance / self.scale) / (2 * self.scale)


@dataclass(frozen=True, kw_only=True)
class Gaussian:
    """``M(x) = x + N(0, sigma^2)`` in every entry: (epsilon, delta)-DP.

    ``sigma`` is the smallest that keeps the promise (Balle & Wang 2018, Theorem 8);
    the classical ``sqrt(2 ln(1.25/delta)) / epsilon`` wastes noise, and promises
    nothing above epsilon = 1. ``sensitivity`` is in L2 norm, between neighbours of
    the caller's relation. Floating-point noise leaks here as it does in ``Laplace``.
    """

    epsilon: float
    delta: float
    sensitivity: float

    def __post_init__(self):
        checks.positive("epsilon", self.epsilon)
        checks.probability("delta", self.delta)
        checks.positive("sensitivity", self.sensitivity)

    @cached_property
    def sigma(self) -> float:
        """The standard deviation of the noise, in the units of the value."""

        def delta_of(sigma):
            return gaussian_delta(sigma, self.epsilon, self.sensitivity)

        return smallest_sigma(delta_of, self.delta, start=self.sensitivity)

    @property
    def privacy(self) -> Privacy:
        return Privacy(epsilon=self.epsilon, delta=self.delta)

    def release(self, value, *, rng: np.random.Generator):
        """``value`` plus noise: a float for a number, an array for an array."""
        value = checks.finite("value", value)
        return _like(value, value + rng.normal(scale=self.sigma, size=value.shape))

    def density(self, output, *, value):
        """``exp(-(output - value)^2 / 2 sigma^2) / sqrt(2 pi sigma^2)`` by entry."""
        standard = (np.asarray(output) - value) / self.sigma
        return np.exp(-(standard**2) / 2) / (self.sigma * math.sqrt(2 * math.pi))


def gaussian_delta(sigma: float, epsilon: float, sensitivity: float) -> float:
    """The delta that noise ``N(0, sigma^2)`` achieves at ``epsilon``.

    ``Phi(D/2s - eps s/D) - e^eps Phi(-D/2s - eps s/D)`` with D the L2 sensitivity
    and s sigma: Balle & Wang 2018, equation (6). Neither bound nor limit.
    """
    ratio = checks.positive("sensitivity", sensitivity) / checks.positive(
        "sigma", sigma
    )
    shift = checks.at_least("epsilon", epsilon, 0) / ratio
    log_gain = log_ndtr(ratio / 2 - shift)
    log_loss = epsilon + log_ndtr(-ratio / 2 - shift)
    # e^a - e^b as e^a (1 - e^(b-a)): in logarithms neither term under- nor overflows.
    if log_gain == -math.inf:
        return 0.0
    return float(-np.exp(log_gain) * np.expm1(min(log_loss - log_gain, 0.0)))


def smallest_sigma(
    delta_of: Callable[[float], float], delta: float, *, start: float
) -> float:
    """The noise at which ``delta_of(sigma)`` has come down to ``delta``, rounded up.

    ``delta_of`` is near 1 for little noise and 0 for much. The result keeps
    ``delta_of(sigma) <= delta``, and a relative 1e-9 less noise would not.
    """
    low = high = start
    while delta_of(low) <= delta:
        low /= 2
    while delta_of(high) > delta:
        high *= 2

    def excess(log_sigma):
        reached = max(delta_of(math.exp(log_sigma)), 1e-300)
        return math.log(reached / delta)

    sigma = math.exp(brentq(excess, math.log(low), math.log(high), xtol=1e-10))
    while delta_of(sigma) > delta:
        sigma *= 1 + 1e-10
    return sigma


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """An estimated proportion and the standard error of the estimate."""

    proportion: float
    standard_error: float


@dataclass(frozen=True, kw_only=True)
class RandomizedResponse:
    """Each person tells the truth with probability ``e^eps / (1 + e^eps)``, else lies.

    Warner 1965. Epsilon-DP in the local model: neighbours are the two answers of one
    person, whoever collects the reports need not be trusted, and each bit released
    about the same person spends ``epsilon`` again.
    """

    epsilon: float

    def __post_init__(self):
        checks.positive("epsilon", self.epsilon)

    @property
    def truth_probability(self) -> float:
        """``e^epsilon / (1 + e^epsilon)``."""
        return float(expit(self.epsilon))

    @property
    def privacy(self) -> Privacy:
        return Privacy(epsilon=self.epsilon)

    def release(self, bits, *, rng: np.random.Generator):
        """The reports, 0 or 1: an int for one bit, an int array for an array."""
        truth = _bits("bits", bits)
        # Drawing the lie, not the truth: 53-bit uniforms round its chance up, not down.
        lies = rng.random(truth.shape) < expit(-self.epsilon)
        reports = (truth ^ lies).astype(int)
        return reports if reports.ndim else int(reports)

    def estimate(self, reports) -> Estimate:
        """The proportion of true ones: ``(mean - (1 - p)) / (2p - 1)``, unbiased.

        ``p`` is ``truth_probability``. Can fall outside [0, 1]: cutting it back would
        bias it. The standard error counts the lies and the sampling of people.
        """
        reports = _bits("reports", reports)
        if reports.size == 0:
            raise ValueError("reports is empty: there is nothing to estimate from")
        mean, advantage = reports.mean(), math.tanh(self.epsilon / 2)
        return Estimate(
            proportion=float((mean - expit(-self.epsilon)) / advantage),
            standard_error=math.sqrt(mean * (1 - mean) / reports.size) / advantage,
        )


def _bits(name: str, values) -> np.ndarray:
    array = np.asarray(values)
    allowed = (array == 0) | (array == 1)
    if not np.all(allowed):
        raise ValueError(f"{name} contains {array[~allowed].flat[0]!r}; only 0 and 1")
    return array.astype(bool)


def _like(value: np.ndarray, noisy):
    return noisy if value.ndim else float(noisy)
