"""The article's training loop with its faults as parts that can be exchanged.

Many runs of one linear layer are trained side by side: ``weights`` (runs, d, k). The
gradient of patient i is then ``x_i`` times the gradient ``g_i`` at the k outputs
(Goodfellow 2015), so its length is ``|x_i| |g_i|`` and no per-patient copy is needed.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from privlab.experiments.listing import seeded
from privlab.experiments.patients import Patients, patients

PLACES = ("after the step", "on the loss", "on the predictions", "on the gradient")
BATCHES = ("in order", "Poisson")
DIVISORS = ("drawn size", "expected size")
LEARNING_RATE = 0.01  # the article's, as are the ten epochs
EPOCHS = 10


@dataclass(frozen=True, kw_only=True)
class Loop:
    """One way to train. The defaults are the article's.

    ``scores`` is what the from-logits loss gets: the "softmax" or the "logits".
    ``noise`` is its standard deviation; "on the gradient" it is in units of
    ``max_grad_norm``, or of 1 where nothing is clipped (an infinite bound).
    """

    outputs: int = 10
    first_weights: str = "Glorot"
    scores: str = "softmax"
    max_grad_norm: float = math.inf
    noise_on: str = "after the step"
    noise: float = 1.0
    batches: str = "in order"
    divisor: str = "drawn size"
    batch_size: int = 2

    def batch(self, step: int, n: int) -> Tensor:
        """The rows that may be in the batch of this step."""
        if self.batches == "Poisson":
            return torch.arange(n)
        first = step * self.batch_size % n
        return torch.arange(first, min(first + self.batch_size, n))

    def drawn(self, runs: int, rows: int, n: int, *, rng: torch.Generator) -> Tensor:
        """Who of these rows is in the batch, (runs, rows) of 0 and 1."""
        if self.batches == "in order":
            return torch.ones(runs, rows)
        return (torch.rand(runs, rows, generator=rng) < self.batch_size / n).float()

    def at_outputs(self, weights, x, y, *, rng: torch.Generator) -> Tensor:
        """The gradient of each patient's loss at the logits, (runs, n, k)."""
        logits = torch.einsum("nd,rdk->rnk", x, weights).requires_grad_()
        scores = logits.softmax(dim=2) if self.scores == "softmax" else logits
        if self.noise_on == "on the predictions":
            scores = scores + self.noise * torch.randn(scores.shape, generator=rng)
        losses = F.cross_entropy(
            scores.flatten(0, 1), y.repeat(len(weights)), reduction="none"
        )
        if self.noise_on == "on the loss":
            losses = losses + self.noise * torch.randn(losses.shape, generator=rng)
        if self.noise_on == "after the step":  # the article's: it goes nowhere
            noisy = scores + self.noise * torch.randn(scores.shape, generator=rng)
            noisy.clamp(-1, 1)
        return torch.autograd.grad(losses.sum(), logits)[0]

    def foreseen(self, weights, x, y, g: Tensor) -> Tensor:
        """``g`` as far as somebody knows it who does not know the noise."""
        if self.noise_on != "on the predictions":
            return g
        return replace(self, noise=0.0).at_outputs(weights, x, y, rng=seeded(0))

    def total(self, x: Tensor, g: Tensor, present: Tensor) -> Tensor:
        """The sum of the gradients of those present, each clipped, (runs, d, k)."""
        lengths = x.norm(dim=1) * g.norm(dim=2)
        factors = present * (self.max_grad_norm / lengths).clamp(max=1)
        return torch.einsum("nd,rnk->rdk", x, factors[:, :, None] * g)

    def noisy(self, total: Tensor, *, rng: torch.Generator) -> Tensor:
        if self.noise_on != "on the gradient":
            return total
        unit = self.max_grad_norm if math.isfinite(self.max_grad_norm) else 1.0
        return total + self.noise * unit * torch.randn(total.shape, generator=rng)

    def mean(self, total: Tensor, present: Tensor) -> Tensor:
        if self.divisor == "expected size":
            return total / self.batch_size
        return total / present.sum(dim=1).clamp(min=1)[:, None, None]


def with_one(x: Tensor) -> Tensor:
    """A column of ones for the bias, (n, d) to (n, d + 1)."""
    return torch.cat([x, torch.ones(len(x), 1)], dim=1)


def start(features: int, loop: Loop) -> Tensor:
    """The first weights, (features + 1, k), which the auditor knows.

    "Glorot" and Bengio's uniform ones of 2010 with biases 0, Keras' default; or "zero".
    """
    weights = torch.zeros(features + 1, loop.outputs)
    if loop.first_weights == "Glorot":
        limit = math.sqrt(6 / (features + loop.outputs))
        weights[:-1].uniform_(-limit, limit, generator=seeded(0))
    return weights


@dataclass(frozen=True, kw_only=True, eq=False)
class Runs:
    """Many trainings from one start: the final ``weights`` (runs, d + 1, k).

    ``scores`` (runs,): how far the updates of a run went beyond those that the auditor
    expects without the last patient, in the direction of that patient's gradient.
    """

    weights: Tensor
    scores: np.ndarray


def trained(loop: Loop, people: Patients, last_is_in: bool, *, runs: int, rng) -> Runs:
    """Train ``runs`` models side by side, with the last patient or without.

    The auditor sees every update, as the promise of DP-SGD allows, and knows everybody
    else and who of them was drawn. What it does not know is the noise.
    """
    x, y, n = with_one(people.x), people.y, len(people.x)
    weights = start(people.x.shape[1], loop).repeat(runs, 1, 1)
    scores = torch.zeros(runs)
    for step in range(EPOCHS * -(-n // loop.batch_size)):
        rows = loop.batch(step, n)
        g = loop.at_outputs(weights, x[rows], y[rows], rng=rng)
        present = loop.drawn(runs, len(rows), n, rng=rng)
        if rows[-1] == n - 1:
            present[:, -1] *= last_is_in
        update = loop.mean(
            loop.noisy(loop.total(x[rows], g, present), rng=rng), present
        )
        if rows[-1] == n - 1:
            known = loop.foreseen(weights, x[rows], y[rows], g)
            others = present.clone()
            others[:, -1] = 0
            beyond = update - loop.mean(loop.total(x[rows], known, others), others)
            pull = F.normalize(known[:, -1], dim=1)
            scores += torch.einsum("rdk,d,rk->r", beyond, x[-1], pull)
        weights = weights - LEARNING_RATE * update
    return Runs(weights=weights, scores=scores.double().numpy())


def unusual_last(count: int, *, seed: int) -> Patients:
    """``count`` patients; the last has the most unusual measurements, misdiagnosed."""
    people = patients(count, seed=seed)
    order = people.x.norm(dim=1).argsort()
    y = people.y[order]
    y[-1] = 1 - y[-1]
    return replace(people, x=people.x[order], y=y)
