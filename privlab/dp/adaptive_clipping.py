"""DP-SGD that finds its clipping norm while it trains."""

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from privlab.core import checks
from privlab.dp.sgd import DPSGD, normal_like


@dataclass(frozen=True, kw_only=True)
class AdaptiveDPSGD(DPSGD):
    """DP-SGD whose clipping norm follows a quantile of the gradients' norms.

    Andrew, Thakkar, McMahan and Ramaswamy 2021, Algorithm 1: ``max_grad_norm`` C (at
    first the given one) becomes ``C exp(-clip_rate (b - target_quantile))``, where b
    is the fraction of norms up to C, noised by ``N(0, count_noise^2)`` people.

    ``noise_multiplier`` z pays for both: the count moves by 1/2 around its middle, so
    the gradients get ``(z^-2 - (2 count_noise)^-2)^(-1/2)`` (Theorem 1), a little more
    than z. The paper takes ``count_noise`` = expected batch size / 20, clip_rate 0.2.
    """

    target_quantile: float
    clip_rate: float
    count_noise: float

    def __post_init__(self):
        super().__post_init__()
        checks.probability("target_quantile", self.target_quantile)
        checks.positive("clip_rate", self.clip_rate)
        if (
            checks.positive("count_noise", self.count_noise)
            <= self.noise_multiplier / 2
        ):
            raise ValueError(
                f"count_noise={self.count_noise} must be > noise_multiplier / 2 = "
                f"{self.noise_multiplier / 2}: nothing is left for the gradients"
            )

    @property
    def gradient_noise_multiplier(self) -> float:
        """``(z^-2 - (2 count_noise)^-2)^(-1/2)``."""
        z = self.noise_multiplier
        return z / math.sqrt(1 - (z / (2 * self.count_noise)) ** 2)

    def adapted(self, norms: Tensor, n: int, *, rng: torch.Generator) -> DPSGD:
        """The algorithm with the next clipping norm, from the norms (B,) of a batch."""
        inside = (norms <= self.max_grad_norm).double() - 0.5
        count = inside.sum() + self.count_noise * normal_like(inside.sum(), rng=rng)
        fraction = float(count / (self.sampling_rate * n)) + 0.5
        shrink = math.exp(-self.clip_rate * (fraction - self.target_quantile))
        return replace(self, max_grad_norm=self.max_grad_norm * shrink)
