"""A clipping norm that finds its own way while the model trains."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.optim import SGD

from privlab.dp.adaptive_clipping import AdaptiveDPSGD
from privlab.dp.sgd import train
from privlab.experiments.private_training import (
    DELTA,
    linear,
    loss,
    noise_for,
    spent,
    task,
)

STEPS, EPSILON = 60, 3.0


@dataclass(frozen=True, kw_only=True, eq=False)
class NormPath:
    """The clipping norm in force at each step (steps,), from ``first`` on.

    ``last_norms`` (n,) are the lengths of all gradients at the end: a secret.
    """

    first: float
    target_quantile: float
    path: np.ndarray
    last_norms: np.ndarray

    @property
    def reached(self) -> float:
        """The share of the gradients that are no longer than the last norm."""
        return float((self.last_norms <= self.path[-1]).mean())

    @property
    def summary(self) -> str:
        return (
            f"From {self.first:g} the norm went to {self.path[-1]:.2f}, where "
            f"{self.reached:.0%} of the gradients fit; asked for was "
            f"{self.target_quantile:.0%}."
        )


def norm_path(*, first: float, target_quantile: float, seed: int) -> NormPath:
    """Train on digits at epsilon 3, everybody in each step; watch the clipping norm."""
    people = task("digits, edges", seed)
    rng = torch.Generator().manual_seed(seed)
    model = linear(people, rng=rng)
    dpsgd = AdaptiveDPSGD(
        noise_multiplier=noise_for(epsilon=EPSILON, sampling_rate=1.0, steps=STEPS),
        max_grad_norm=first,
        sampling_rate=1.0,
        chunk=4096,
        target_quantile=target_quantile,
        clip_rate=0.2,
        count_noise=len(people.x) / 20,
    )
    optimizer = SGD(model.parameters(), lr=1.0)
    run = {"steps": STEPS, "delta": DELTA, "accountant": spent, "rng": rng}
    result = train(dpsgd, model, loss, people.x, people.y, optimizer, **run)
    return NormPath(
        first=first,
        target_quantile=target_quantile,
        path=np.array(result.max_grad_norms),
        last_norms=dpsgd.clipped(model, loss, people.x, people.y).norms.numpy(),
    )
