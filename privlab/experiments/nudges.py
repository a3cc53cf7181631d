"""Small changes of digits: one image looked at, and accuracy against their size."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

from privlab.attacks.adversarial import Ball, L2Ball, LinfBall, fgsm, pgd
from privlab.core.models import softmax_regression
from privlab.core.training import fit
from privlab.experiments.trained_digits import (
    CLASSES,
    SIDE,
    STEPS,
    members,
    network,
    nudged,
    others,
)

RANDOM, FGSM, PGD = "random", "FGSM", "PGD"
METHODS = (RANDOM, FGSM, PGD)
# How far the curves go: 0.3 in every pixel, or a length of 2 over the whole image.
NORMS = {"every pixel": (LinfBall, 0.3), "whole image": (L2Ball, 2.0)}


@dataclass(frozen=True, kw_only=True, eq=False)
class Nudge:
    """One image (64,) before and after, and the model's chances (10,) for each."""

    method: str
    radius: float
    label: int
    before: np.ndarray
    after: np.ndarray
    chances_before: np.ndarray
    chances_after: np.ndarray

    @property
    def summary(self) -> str:
        said, says = self.chances_before.argmax(), self.chances_after.argmax()
        return (
            f"A {self.label}, read as {said} with {self.chances_before[said]:.0%}; "
            f"after a {self.method} change of up to {self.radius:g} in every pixel, "
            f"read as {says} with {self.chances_after[says]:.0%}."
        )


def nudge(*, method: str, radius: float, image: int, training: str, seed: int) -> Nudge:
    """Change one image that the model has not seen, by at most ``radius`` per pixel."""
    model, people = network(training, seed), others(seed)
    x, y = people.x[image : image + 1], people.y[image : image + 1]
    moved = changed(model, x, y, method, LinfBall(radius=radius), seed=seed)
    with torch.no_grad():
        chances = model(torch.cat([x, moved])).softmax(1).numpy()
    return Nudge(
        method=method,
        radius=radius,
        label=int(y),
        before=x[0].numpy(),
        after=moved[0].numpy(),
        chances_before=chances[0],
        chances_after=chances[1],
    )


def changed(model, x: Tensor, y: Tensor, method: str, ball: Ball, *, seed: int):
    """The images after one of ``METHODS``; FGSM knows the L-infinity ball only."""
    rng = torch.Generator().manual_seed(seed)
    if method == RANDOM:
        return nudged(x, ball, rng=rng)
    if method == FGSM:
        return fgsm(model, x, y, epsilon=ball.radius).adversarial
    step = max(ball.radius / 4, 1e-6)
    return pgd(model, x, y, ball=ball, step=step, steps=STEPS, rng=rng).adversarial


@dataclass(frozen=True, kw_only=True, eq=False)
class AccuracyByRadius:
    """The share of unseen images read right, (r,) for each method."""

    training: str
    norm: str
    radii: np.ndarray
    accuracy: dict[str, np.ndarray]

    def at(self, method: str, radius: float) -> float:
        """The accuracy at the nearest radius that was tried."""
        return float(self.accuracy[method][np.argmin(abs(self.radii - radius))])

    @property
    def summary(self) -> str:
        middle = self.radii[len(self.radii) // 2]
        after = ", ".join(f"{self.at(m, middle):.0%} {m}" for m in self.accuracy)
        return (
            f"{self.training.capitalize()} training: {self.at(PGD, 0):.0%} right on "
            f"untouched images; after changes of {middle:g} ({self.norm}): {after}."
        )


def accuracy_by_radius(*, training: str, norm: str, seed: int) -> AccuracyByRadius:
    """Attack the unseen images with each method at growing radii."""
    model, people = network(training, seed), others(seed)
    kind, most = NORMS[norm]
    radii = np.linspace(0, most, 7)
    methods = METHODS if kind is LinfBall else (RANDOM, PGD)

    def right(method: str, radius: float) -> float:
        ball = kind(radius=radius)
        moved = changed(model, people.x, people.y, method, ball, seed=seed)
        with torch.no_grad():
            return float((model(moved).argmax(1) == people.y).double().mean())

    accuracy = {m: np.array([right(m, float(r)) for r in radii]) for m in methods}
    return AccuracyByRadius(
        training=training, norm=norm, radii=radii, accuracy=accuracy
    )


@cache
def linear_model(seed: int) -> nn.Module:
    """A softmax regression that has learned from the members."""
    people = members(seed)
    rng = torch.Generator().manual_seed(seed)
    return fit(
        softmax_regression(SIDE**2, CLASSES), people.x, people.y, steps=300, rng=rng
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class AddingUp:
    """One image, a linear model, and the class that an aimed change reaches first.

    ``margin`` is the score of the class ``read_as`` minus the other's. A change of r in
    every pixel takes off ``r aimed``, aimed, or about ``r random``, at random.
    """

    read_as: int
    other: int
    margin: float
    aimed: float
    random: float

    @property
    def border(self) -> float:
        """The smallest radius that changes the decision: ``margin / ||w||_1``."""
        return self.margin / self.aimed

    @property
    def summary(self) -> str:
        return (
            f"A digit read as {self.read_as} is read as {self.other} after a change of "
            f"{self.border:.3f} in every pixel, aimed; a random one would have to be "
            f"about {self.aimed / self.random:.0f} times as large."
        )


def adding_up(*, image: int, seed: int) -> AddingUp:
    """The linear model and one unseen image; pixels may leave [0, 1] here.

    With w the difference of two classes' weights an aimed change of r in each pixel
    moves the margin by ``r ||w||_1``, one with random signs by ``r ||w||_2`` typically.
    """
    layer, x = linear_model(seed)[0], others(seed).x[image]
    with torch.no_grad():
        scores = layer(x)
        read_as = int(scores.argmax())
        margins = (scores[read_as] - scores).numpy()
        apart = (layer.weight[read_as] - layer.weight).numpy()
    aimed, random = np.abs(apart).sum(1), np.sqrt((apart**2).sum(1))
    rivals = [k for k in range(CLASSES) if k != read_as]
    other = min(rivals, key=lambda k: margins[k] / aimed[k])
    return AddingUp(
        read_as=read_as,
        other=other,
        margin=float(margins[other]),
        aimed=float(aimed[other]),
        random=float(random[other]),
    )
