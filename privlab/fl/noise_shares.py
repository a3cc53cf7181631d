"""Noise that nobody knows: each client adds a share, and only the sum is ever seen.

Under secure aggregation no server has to be trusted with the bare sum, so nobody is
there to add the noise. Kairouz, Liu and Steinke 2021, "The Distributed Discrete
Gaussian Mechanism for Federated Learning with Secure Aggregation".
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from privlab.core import checks
from privlab.fl.private import clipped

Noise = Callable[[float, int], np.ndarray]  # (sigma, d) -> d whole numbers


@dataclass(frozen=True, kw_only=True)
class NoiseShares:
    """Client k sends ``round(steps clip(u_k)) + N_Z(0, share^2)``, d whole numbers.

    ``share = z D / sqrt(least)``, z the ``noise_multiplier``: the shares of ``least``
    clients add up to noise of z times ``D = steps S + sqrt(d) / 2``, the longest code;
    S is the ``clipping_norm``, ``steps`` the whole numbers to a unit of the update, and
    the last term is for rounding. Neighbours: one client's *update* becomes 0, while
    its share of the noise stays, so that D is what one client can change.

    Of ``clients`` that are asked, each that drops out takes its share along. So
    ``least`` is the number of *honest* ones that surely stay: k of them have
    ``multiplier(k)``. Make it the threshold of secure aggregation, so that no sum of
    fewer is ever opened. Calibrate to all who were asked, and one drop-out breaks the
    promise. ``noise(sigma, d)`` draws from the discrete Gaussian, as ``dp.discrete``
    does. This is a ``code`` for ``SecAgg`` and ``secagg_mod``.
    """

    clipping_norm: float
    noise_multiplier: float
    steps: float
    dimension: int
    clients: int
    least: int
    noise: Noise = field(repr=False)

    def __post_init__(self):
        checks.positive("clipping_norm", self.clipping_norm)
        checks.positive("noise_multiplier", self.noise_multiplier)
        checks.positive("steps", self.steps)
        checks.whole("dimension", self.dimension)
        if checks.whole("least", self.least) > checks.whole("clients", self.clients):
            raise ValueError(f"least={self.least} must be <= clients={self.clients}")
        if self.share < 0.5:
            raise ValueError(
                f"steps={self.steps} makes shares of sigma {self.share:.2g}, below "
                "0.5: the sum is then not like a Gaussian; take more steps"
            )

    @property
    def sensitivity(self) -> float:
        """D, in L2 norm and whole numbers: the clipped update and its rounding."""
        return self.steps * self.clipping_norm + math.sqrt(self.dimension) / 2

    @property
    def share(self) -> float:
        """The sigma of one client's noise, in whole numbers."""
        return self.noise_multiplier * self.sensitivity / math.sqrt(self.least)

    @property
    def longest(self) -> float:
        """What an entry of the sum exceeds with probability ``2 e^-50`` at most.

        The longest codes and 10 sigma of the noise; twice this must fit the modulus.
        """
        noise = 10 * self.share * math.sqrt(self.clients)
        return self.clients * self.sensitivity + noise

    @property
    def bits(self) -> int:
        """The modulus 2^bits of masks with room for the sum."""
        return math.ceil(math.log2(self.longest)) + 1

    def encode(self, update: np.ndarray, examples: int = 0) -> np.ndarray:
        """int64 (d,) of an update (d,). How many examples it took weighs nothing."""
        whole = np.rint(self.steps * clipped(update, self.clipping_norm))
        return whole.astype(np.int64) + self.noise(self.share, self.dimension)

    def decode(self, total: np.ndarray, clients: int) -> np.ndarray:
        """The mean update (d,) from the sum of so many codes: only noise is in it.

        ``ValueError`` for fewer codes than ``least``: their noise is too little.
        """
        if clients < self.least:
            raise ValueError(
                f"clients={clients} must be >= least={self.least}: the sum has too "
                "little noise and must not be used, nor should it have been opened"
            )
        return total / (self.steps * clients)

    def multiplier(self, survivors: int) -> float:
        """The noise multiplier of a Gaussian that is as private as these shares' sum.

        ``1 / e`` where the sum is ``e^2 / 2``-concentrated DP with
        ``e = D / (sqrt(n) s) + t sqrt(d)``, s the share, n the survivors and
        ``t = 10 sum_{k<n} exp(-2 pi^2 s^2 k / (k + 1))``, since a sum of discrete
        Gaussians is not quite one: Kairouz et al. 2021, Theorem 1, equation 4, the
        second bound. Give it to an accountant of Renyi or concentrated DP, at rate 1.
        """
        k = np.arange(1, checks.whole("survivors", survivors))
        excess = 10 * np.exp(-2 * (np.pi * self.share) ** 2 * k / (k + 1)).sum()
        ideal = self.sensitivity / (math.sqrt(survivors) * self.share)
        return 1 / (ideal + excess * math.sqrt(self.dimension))
