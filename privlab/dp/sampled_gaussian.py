"""The sampled Gaussian mechanism: the noisy sum that every step of DP-SGD releases."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from privlab.core import checks


@dataclass(frozen=True, kw_only=True)
class SampledGaussian:
    """``steps`` releases, each a sum over a Poisson sample plus Gaussian noise.

    Everybody is in a sample with probability ``sampling_rate``, independently; one
    person moves a sum by at most 1 in L2 norm (for DP-SGD: in units of the clipping
    norm), and ``noise_multiplier`` is the noise's standard deviation in that unit.

    Neighbours differ by one person, added or removed. No pair of them is easier to
    tell apart than, with q the rate and s the noise, ``(1-q) N(0, s^2) + q N(1, s^2)``
    with the person and ``N(0, s^2)`` without (Zhu, Dong and Wang 2022, Theorem 11).
    """

    noise_multiplier: float
    sampling_rate: float
    steps: int

    def __post_init__(self):
        checks.positive("noise_multiplier", self.noise_multiplier)
        if checks.positive("sampling_rate", self.sampling_rate) > 1:
            raise ValueError(f"sampling_rate={self.sampling_rate} must be <= 1")
        checks.whole("steps", self.steps)

    def loss(self, output):
        """The privacy loss at an output z: ``ln(1 - q + q e^((2z - 1) / 2s^2))``.

        ``ln(with the person / without)`` of the densities; it grows with z.
        """
        ratio = (2 * np.asarray(output) - 1) / (2 * self.noise_multiplier**2)
        return sampled(ratio, self.sampling_rate)

    def output(self, loss):
        """The output with this loss; minus infinity for ``loss <= ln(1 - q)``."""
        q, loss = self.sampling_rate, np.asarray(loss)
        with np.errstate(divide="ignore"):
            above = np.maximum(loss - np.log1p(-q), 0)
            ratio = loss + np.log(-np.expm1(-above)) - math.log(q)
        return self.noise_multiplier**2 * ratio + 0.5

    def log_masses(self, losses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How likely one release's loss falls between neighbours of ``losses``."""
        return self.log_chances(self.output(losses))

    def log_chances(self, outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How likely one release falls between neighbours of ``outputs``.

        (n,) rising outputs cut the line into n + 1 cells; returned are the logarithms
        of the cells' probabilities, with the person and without.
        """
        edges = np.concatenate([[-np.inf], outputs, [np.inf]])
        without = _log_mass(edges / self.noise_multiplier)
        shifted = _log_mass((edges - 1) / self.noise_multiplier)
        return sampled(shifted, self.sampling_rate, otherwise=without), without


def sampled(log_value, rate: float, *, otherwise=0.0):
    """``ln((1 - rate) e^otherwise + rate e^log_value)``, without overflow.

    Also how sampling amplifies privacy: an (e, d)-DP step on a Poisson sample is
    (sampled(e, rate), rate d)-DP on the data (Balle, Barthe and Gaboardi 2018,
    Theorem 8).
    """
    if rate == 1:
        return log_value
    return np.logaddexp(math.log1p(-rate) + otherwise, math.log(rate) + log_value)


def _log_mass(edges: np.ndarray) -> np.ndarray:
    """Logarithms of a standard normal's probabilities between neighbouring ``edges``.

    From the upper tails, ``ln(e^a - e^b) = a + ln(1 - e^(b - a))``: unlike a difference
    of probabilities it keeps its digits far out on either side.
    """
    tail = log_ndtr(-edges)
    with np.errstate(divide="ignore", invalid="ignore"):
        mass = tail[:-1] + np.log(-np.expm1(np.diff(tail)))
    return np.where(tail[:-1] > -np.inf, mass, -np.inf)
