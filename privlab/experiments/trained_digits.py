"""Handwritten digits for the attacks of lesson 1.3, and networks trained on them."""

from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from privlab.attacks.adversarial import Ball, LinfBall, adversarial_training
from privlab.core.datasets import digits
from privlab.core.models import mlp
from privlab.core.training import fit

SIDE, CLASSES = 8, 10
PEOPLE = 300  # as many who train as who do not
RADIUS = 0.1  # of the changes that adversarial training sees: a tenth of full ink
STEPS = 10  # of PGD, in an attack
PLAIN, NOISE, ROBUST = "plain", "random changes", "adversarial"
TRAININGS = (PLAIN, NOISE, ROBUST)


@dataclass(frozen=True, kw_only=True, eq=False)
class Images:
    """Images x (n, 64) of pixels in [0, 1] and what they show, y (n,)."""

    x: Tensor
    y: Tensor

    def __len__(self) -> int:
        return len(self.y)


@cache
def shuffled(seed: int) -> Images:
    """All 1,797 digits, in an order that ``seed`` draws."""
    data = digits()
    order = np.random.default_rng(seed).permutation(len(data))
    x = torch.tensor(data.features[order] / 16, dtype=torch.float32)
    return Images(x=x, y=torch.tensor(data.target[order]))


def part(seed: int, first: int, last: int) -> Images:
    """The shuffled digits from ``first`` up to ``last``."""
    everyone = shuffled(seed)
    return Images(x=everyone.x[first:last], y=everyone.y[first:last])


def members(seed: int) -> Images:
    return part(seed, 0, PEOPLE)


def others(seed: int) -> Images:
    return part(seed, PEOPLE, 2 * PEOPLE)


def untrained(seed: int) -> nn.Module:
    """64 pixels, 128 hidden units, 10 classes."""
    rng = torch.Generator().manual_seed(seed)
    return mlp(SIDE**2, 128, CLASSES, rng=rng)


@cache
def network(training: str, seed: int, radius: float = RADIUS) -> nn.Module:
    """A network that has learned from ``members(seed)`` in one of ``TRAININGS``."""
    return trained_on(members(seed), training, seed=seed, radius=radius)


def trained_on(
    people: Images, training: str, *, seed: int, radius: float = RADIUS
) -> nn.Module:
    """A network that has learned the images as they are, or changed by ``radius``."""
    rng = torch.Generator().manual_seed(seed)
    ball = LinfBall(radius=radius)
    train = {
        PLAIN: fit,
        NOISE: partial(fit, inputs=lambda _, x, y: nudged(x, ball, rng=rng)),
        ROBUST: partial(adversarial_training, ball=ball, attack_steps=5),
    }[training]
    settings = {"steps": 400, "batch": 128, "rng": rng}
    return train(untrained(seed), people.x, people.y, **settings)


def nudged(x: Tensor, ball: Ball, *, rng: torch.Generator) -> Tensor:
    """The images after a random change from the ball, without any aim."""
    return (x + ball.draw(x, rng=rng)).clamp(0, 1)


def losses(model: nn.Module, x: Tensor, y: Tensor) -> np.ndarray:
    """The cross-entropy of each image, (n,)."""
    with torch.no_grad():
        return cross_entropy(model(x), y, reduction="none").numpy()
