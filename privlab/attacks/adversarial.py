"""Adversarial examples: small changes of an input that change the model's decision.

An attack on integrity. Inputs are rows of pixels (n, d) in [0, 1], and stay there.
"""

from dataclasses import dataclass
from functools import partial
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from privlab.core import checks, training


class Ball(Protocol):
    """The changes of one row that count as small."""

    radius: float

    def size(self, change: Tensor) -> Tensor:
        """The norm of each row, (n,)."""

    def steepest(self, gradient: Tensor) -> Tensor:
        """The change of size 1 that raises a loss with this gradient the most."""

    def project(self, change: Tensor) -> Tensor:
        """The nearest change in the ball."""

    def draw(self, like: Tensor, *, rng: torch.Generator) -> Tensor:
        """A uniform change in the ball for each row of ``like``."""


@dataclass(frozen=True, kw_only=True)
class LinfBall:
    """Every pixel may change by ``radius``: ``max_i |change_i| <= radius``."""

    radius: float

    def __post_init__(self):
        checks.at_least("radius", self.radius, 0)

    def size(self, change: Tensor) -> Tensor:
        return change.abs().amax(1)

    def steepest(self, gradient: Tensor) -> Tensor:
        return gradient.sign()

    def project(self, change: Tensor) -> Tensor:
        return change.clamp(-self.radius, self.radius)

    def draw(self, like: Tensor, *, rng: torch.Generator) -> Tensor:
        return self.radius * (2 * torch.rand(like.shape, generator=rng) - 1)


@dataclass(frozen=True, kw_only=True)
class L2Ball:
    """The change as a whole has a length: ``sqrt(sum_i change_i^2) <= radius``."""

    radius: float

    def __post_init__(self):
        checks.at_least("radius", self.radius, 0)

    def size(self, change: Tensor) -> Tensor:
        return change.norm(dim=1)

    def steepest(self, gradient: Tensor) -> Tensor:
        return gradient / gradient.norm(dim=1, keepdim=True).clamp_min(1e-30)

    def project(self, change: Tensor) -> Tensor:
        length = change.norm(dim=1, keepdim=True).clamp_min(1e-30)
        return change * (self.radius / length).clamp_max(1)

    def draw(self, like: Tensor, *, rng: torch.Generator) -> Tensor:
        direction = self.steepest(torch.randn(like.shape, generator=rng))
        share = torch.rand(len(like), 1, generator=rng) ** (1 / like.shape[1])
        return self.radius * share * direction


@dataclass(frozen=True, kw_only=True, eq=False)
class Evasion:
    """Inputs x (n, d), their ``adversarial`` versions, and what the model made of both.

    ``before`` and ``after`` (n,) are the decisions; ``y`` (n,) the true labels.
    """

    ball: Ball
    x: Tensor
    y: Tensor
    adversarial: Tensor
    before: Tensor
    after: Tensor

    @property
    def accuracy_before(self) -> float:
        return float((self.before == self.y).double().mean())

    @property
    def accuracy_after(self) -> float:
        return float((self.after == self.y).double().mean())

    @property
    def changed(self) -> float:
        """The share of decisions that are no longer what they were."""
        return float((self.before != self.after).double().mean())

    @property
    def summary(self) -> str:
        return (
            f"Changes of size {self.ball.radius:g} took the model from "
            f"{self.accuracy_before:.0%} right to {self.accuracy_after:.0%}."
        )


def fgsm(model: nn.Module, x: Tensor, y: Tensor, *, epsilon: float) -> Evasion:
    """``x + epsilon sign(gradient of the loss at x)``, cut to [0, 1].

    The fast gradient sign method of Goodfellow, Shlens and Szegedy 2015, section 4:
    the best change in the L-infinity ball if the loss were linear. A pixel whose
    gradient is 0 stays: a model so sure that its loss underflows only *looks* robust.
    """
    ball = LinfBall(radius=epsilon)
    return _judged(model, x, y, ball, _step(model, _pixels(x), x, y, ball, epsilon))


def pgd(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    *,
    ball: Ball,
    step: float,
    steps: int,
    rng: torch.Generator,
) -> Evasion:
    """Many small steps uphill, each followed by a return to the ball and to [0, 1].

    Projected gradient descent on the negative loss, from a random point of the ball:
    Madry, Makelov, Schmidt, Tsipras and Vladu 2018, section 2.1. It finds a local
    maximum of the loss; that it fails proves no robustness.
    """
    moved = climbed(model, x, y, ball=ball, step=step, steps=steps, rng=rng)
    return _judged(model, x, y, ball, moved)


def climbed(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    *,
    ball: Ball,
    step: float,
    steps: int,
    rng: torch.Generator,
) -> Tensor:
    """The adversarial inputs (n, d) of ``pgd``, not judged: what training needs."""
    checks.positive("step", step)
    checks.whole("steps", steps)
    moved = (x + ball.draw(_pixels(x), rng=rng)).clamp(0, 1)
    for _ in range(steps):
        moved = _step(model, moved, x, y, ball, step)
    return moved


def adversarial_training(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    *,
    ball: Ball,
    steps: int,
    rng: torch.Generator,
    attack_steps: int = 7,
    **settings,
) -> nn.Module:
    """Train on the worst inputs found: ``min over weights E max over ball of loss``.

    Madry et al. 2018, equation 2.1, the inner maximum by ``attack_steps`` steps of
    PGD; ``settings`` are those of ``training.fit``. The model is robust to the ball it
    has seen, and to no other, and costs ``attack_steps + 1`` times as much.
    """
    checks.positive("ball.radius", ball.radius)
    reach = 2.5 * ball.radius / checks.whole("attack_steps", attack_steps)
    worst = partial(climbed, ball=ball, step=reach, steps=attack_steps, rng=rng)
    return training.fit(model, x, y, steps=steps, rng=rng, inputs=worst, **settings)


def input_gradient(model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """The gradient (n, d) of each row's own cross-entropy with respect to the row."""
    x = x.detach().requires_grad_()
    return torch.autograd.grad(cross_entropy(model(x), y, reduction="sum"), x)[0]


def _step(model, moved, x, y, ball: Ball, step: float) -> Tensor:
    """One step uphill from ``moved``, back into the ball around ``x``, cut to [0, 1].

    The cut moves every pixel towards x, which lies in [0, 1], so it leaves no ball.
    """
    uphill = step * ball.steepest(input_gradient(model, moved, y))
    return (x + ball.project(moved + uphill - x)).clamp(0, 1)


def _judged(model, x, y, ball: Ball, moved: Tensor) -> Evasion:
    with torch.no_grad():
        before, after = (model(inputs).argmax(1) for inputs in (x, moved))
    return Evasion(ball=ball, x=x, y=y, adversarial=moved, before=before, after=after)


def _pixels(x: Tensor) -> Tensor:
    """``x`` if it is rows of numbers in [0, 1]; ``ValueError`` otherwise."""
    if x.ndim != 2 or not len(x):
        raise ValueError(f"x of shape {tuple(x.shape)} must be rows of pixels (n, d)")
    if not (x.min() >= 0 and x.max() <= 1):
        raise ValueError(
            f"x goes from {x.min():g} to {x.max():g}; it must be in [0, 1]"
        )
    return x
