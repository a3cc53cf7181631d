"""Training under differential privacy: sample, clip, add noise, divide, step."""

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from privlab.core import checks, progress
from privlab.core.privacy import Privacy
from privlab.dp import bookkeeping
from privlab.dp.per_example import ClippedSum, Loss, added, trainable

REPORTS = 20  # how often at most a training run asks the accountant for its epsilon


@dataclass(frozen=True, kw_only=True)
class DPSGD:
    """One step of DP-SGD: Abadi et al. 2016, Algorithm 1.

    ``(sum over B of clip(g_i) + N(0, (noise_multiplier max_grad_norm)^2)) / (q n)``:
    each of the n people is in the batch B with probability q = ``sampling_rate``,
    independently, and their gradient g_i is shortened to ``max_grad_norm`` at most.
    The divisor is the expected size of B, since the drawn one depends on who is there.

    Neighbours: one person added or removed, which moves the sum by ``max_grad_norm``;
    n is taken as public. ``clipped_sum`` is the fast or the readable one of
    ``bookkeeping`` and ``per_example``; ``chunk`` rows are in memory at a time, which
    changes nothing but rounding. Floating-point noise leaks, and a seeded generator is
    for experiments. A multiplier of 0 is clipped SGD: no privacy.
    """

    noise_multiplier: float
    max_grad_norm: float
    sampling_rate: float
    clipped_sum: Callable[..., ClippedSum] = bookkeeping.clipped_sum
    chunk: int = 1024

    def __post_init__(self):
        checks.at_least("noise_multiplier", self.noise_multiplier, 0)
        checks.positive("max_grad_norm", self.max_grad_norm)
        if checks.positive("sampling_rate", self.sampling_rate) > 1:
            raise ValueError(f"sampling_rate={self.sampling_rate} must be <= 1")
        checks.whole("chunk", self.chunk)

    @property
    def gradient_noise_multiplier(self) -> float:
        """The noise on the sum of gradients, in units of ``max_grad_norm``."""
        return self.noise_multiplier

    def step(
        self,
        model: nn.Module,
        loss: Loss,
        x: Tensor,
        y: Tensor,
        optimizer: torch.optim.Optimizer,
        *,
        rng: torch.Generator,
    ) -> ClippedSum:
        """One private step on the data set (x, y); the batch's secrets are returned.

        ``loss(model(x), y)`` gives one number per example. The optimizer may be any
        that needs no closure: what it makes of the noisy gradient is post-processing.
        """
        if not len(x) == len(y) > 0:
            raise ValueError(f"x has {len(x)} rows and y {len(y)}: one each per person")
        batch = self.draw(len(x), rng=rng)
        clipped = self.clipped(model, loss, x[batch], y[batch])
        gradient = self.noisy_mean(clipped.gradient, len(x), rng=rng)
        for name, parameter in trainable(model).items():
            parameter.grad = gradient[name]
        optimizer.step()
        return clipped

    def draw(self, n: int, *, rng: torch.Generator) -> Tensor:
        """The batch, as indices: each of n people with probability ``sampling_rate``.

        Poisson sampling, which the accountants assume. The batch may be empty.
        """
        # In double precision: float32 has only 2^24 steps, coarse for a rare event.
        chances = torch.rand(n, generator=rng, dtype=torch.float64, device=rng.device)
        return (chances < self.sampling_rate).nonzero()[:, 0]

    def clipped(self, model: nn.Module, loss: Loss, x: Tensor, y: Tensor) -> ClippedSum:
        """The clipped sum over one batch, ``chunk`` rows at a time."""
        chunks = zip(x.split(self.chunk), y.split(self.chunk), strict=True)
        bound = self.max_grad_norm
        return added([self.clipped_sum(model, loss, *rows, bound) for rows in chunks])

    def noisy_mean(
        self, total: dict[str, Tensor], n: int, *, rng: torch.Generator
    ) -> dict[str, Tensor]:
        """``(total + noise) / (sampling_rate n)``, tensor by tensor."""
        sigma = self.gradient_noise_multiplier * self.max_grad_norm
        size = self.sampling_rate * n
        return {
            name: (value + sigma * normal_like(value, rng=rng)) / size
            for name, value in total.items()
        }

    def epsilon(self, accountant: Callable, steps: int, delta: float) -> float:
        """What ``steps`` such steps spend, infinite without noise."""
        if self.noise_multiplier == 0:
            return math.inf
        return accountant(
            noise_multiplier=self.noise_multiplier,
            sampling_rate=self.sampling_rate,
            steps=steps,
            delta=delta,
        )

    def adapted(self, norms: Tensor, n: int, *, rng: torch.Generator) -> "DPSGD":
        """The algorithm for the next step: here the same, whatever the norms were."""
        return self


@dataclass(frozen=True, kw_only=True)
class TrainingResult:
    """The history of a run. Its ``losses`` are secret: no noise protects them.

    ``losses`` (steps,) are means over each batch, NaN for an empty one;
    ``max_grad_norms`` (steps,) the bounds in force. After ``checkpoints[i]`` steps the
    run had spent ``epsilons[i]`` at ``delta``.
    """

    losses: tuple[float, ...]
    max_grad_norms: tuple[float, ...]
    checkpoints: tuple[int, ...]
    epsilons: tuple[float, ...]
    delta: float

    @property
    def privacy(self) -> Privacy:
        """The promise of the trained model; a ``ValueError`` if there was no noise."""
        return Privacy(epsilon=self.epsilons[-1], delta=self.delta)

    @property
    def summary(self) -> str:
        first, last = self.losses[0], self.losses[-1]
        return (
            f"{len(self.losses)} steps took the loss from {first:.3f} to {last:.3f} "
            f"for ε = {self.epsilons[-1]:.2f} at δ = {self.delta:g}."
        )


def train(
    algorithm: DPSGD,
    model: nn.Module,
    loss: Loss,
    x: Tensor,
    y: Tensor,
    optimizer: torch.optim.Optimizer,
    *,
    steps: int,
    delta: float,
    accountant: Callable[..., float],
    rng: torch.Generator,
) -> TrainingResult:
    """Take ``steps`` steps of ``algorithm``; the bar shows loss, epsilon, time left.

    ``accountant(noise_multiplier=, sampling_rate=, steps=, delta=)`` gives the epsilon
    of so many steps, as ``calibration.certified_epsilon`` does. ``model`` is
    changed in place. Stopping early by the loss on this data would be one more release.
    """
    checkpoints = _checkpoints(checks.whole("steps", steps))
    epsilons = [algorithm.epsilon(accountant, count, delta) for count in checkpoints]
    losses, max_grad_norms = [], []
    with progress.bar(range(steps), "DP-SGD", unit="step") as bar:
        for step in bar:
            batch = algorithm.step(model, loss, x, y, optimizer, rng=rng)
            losses.append(float(batch.losses.mean()))
            max_grad_norms.append(algorithm.max_grad_norm)
            algorithm = algorithm.adapted(batch.norms, len(x), rng=rng)
            spent = epsilons[bisect_left(checkpoints, step + 1)]
            shown = {"loss": f"{losses[-1]:.3f}", "epsilon": f"{spent:.2f}"}
            bar.set_postfix(shown, refresh=False)
    return TrainingResult(
        losses=tuple(losses),
        max_grad_norms=tuple(max_grad_norms),
        checkpoints=checkpoints,
        epsilons=tuple(epsilons),
        delta=delta,
    )


def _checkpoints(steps: int) -> tuple[int, ...]:
    """At most ``REPORTS`` step counts, evenly spread, the last of them ``steps``."""
    return tuple(sorted({-(-steps * k // REPORTS) for k in range(1, REPORTS + 1)}))


def normal_like(like: Tensor, *, rng: torch.Generator) -> Tensor:
    """Standard normal noise of the shape and type of ``like``."""
    return torch.randn(like.shape, generator=rng, dtype=like.dtype, device=like.device)
