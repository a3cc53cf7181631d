"""Poisoning: an adversary who writes a few of the training examples.

An attack on integrity, before training. Inputs are rows of pixels in [0, 1].
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from privlab.core import checks


@dataclass(frozen=True, kw_only=True, eq=False)
class Poisoned:
    """A training set x (n, d), y (n,) after the attack; ``rows`` (m,) are the altered.

    The defender sees x and y only.
    """

    x: Tensor
    y: Tensor
    rows: Tensor

    @property
    def summary(self) -> str:
        return f"{len(self.rows)} of {len(self.y)} training examples are poisoned."

    def found_by(self, kept: Tensor) -> float:
        """The share of the altered rows that a filter ``kept`` (n,) throws out."""
        return float((~kept[self.rows]).double().mean())


def flip_labels(
    x: Tensor, y: Tensor, *, share: float, classes: int, rng: torch.Generator
) -> Poisoned:
    """Give a random ``share`` of the rows another label, each other one as likely.

    Random label noise, the weakest of the label-flipping attacks (Biggio, Nelson and
    Laskov 2011): the adversary needs no access to the images, nor to the model.
    """
    checks.whole("classes", classes, low=2)
    rows = _some(torch.arange(len(y)), share, len(y), rng)
    labels = y.clone()
    other = torch.randint(1, classes, rows.shape, generator=rng)
    labels[rows] = (y[rows] + other) % classes
    return Poisoned(x=x, y=labels, rows=rows)


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """A patch of ``side`` x ``side`` pixels of full ink, 1, in the lower right corner.

    ``width`` is the side of the whole square image.
    """

    width: int
    side: int = 2

    def __post_init__(self):
        checks.whole("side", self.side)
        checks.whole("width", self.width, low=self.side)

    def stamp(self, x: Tensor) -> Tensor:
        """The images x (n, width²) with the patch on each."""
        images = x.reshape(len(x), self.width, self.width).clone()
        images[:, -self.side :, -self.side :] = 1
        return images.reshape(x.shape)


def backdoor(
    x: Tensor,
    y: Tensor,
    *,
    trigger: Trigger,
    target: int,
    share: float,
    rng: torch.Generator,
) -> Poisoned:
    """Stamp ``share`` of all rows, none of them of class ``target``, and call them it.

    BadNets (Gu, Dolan-Gavitt and Garg 2017), as in their digit case. The model learns
    its task, and that the patch means ``target``.
    """
    victims = (y != target).nonzero()[:, 0]
    rows = _some(victims, share, len(y), rng)
    images, labels = x.clone(), y.clone()
    images[rows], labels[rows] = trigger.stamp(x[rows]), target
    return Poisoned(x=images, y=labels, rows=rows)


def success(
    model: nn.Module, x: Tensor, y: Tensor, *, trigger: Trigger, target: int
) -> float:
    """How often the stamp turns an image of another class into ``target``."""
    with torch.no_grad():
        answers = model(trigger.stamp(x[y != target])).argmax(1)
    return float((answers == target).double().mean())


def neighbours_agree(x: Tensor, y: Tensor, *, neighbours: int = 15) -> Tensor:
    """A defence: keep (n,) rows whose label at least half of their neighbours share.

    The ``neighbours`` nearest other rows vote (after Paudice, Muñoz-González and Lupu
    2018, who relabel instead). It throws out honest rows that are rare, and fails where
    poisoned rows are so many that they are each other's neighbours.
    """
    checks.whole("neighbours", neighbours)
    if neighbours >= len(x):
        raise ValueError(f"neighbours={neighbours} must be < {len(x)}, the rows")
    apart = torch.cdist(x, x).fill_diagonal_(torch.inf)
    nearest = apart.topk(neighbours, largest=False).indices
    return (y[nearest] == y[:, None]).double().mean(1) >= 0.5


def _some(rows: Tensor, share: float, n: int, rng: torch.Generator) -> Tensor:
    """``share`` of ``n``, drawn from ``rows`` without replacement; at least one."""
    count = round(checks.probability("share", share) * n)
    if not 1 <= count <= len(rows):
        raise ValueError(f"share={share} is {count} of {n} rows; 1..{len(rows)} can be")
    return rows[torch.randperm(len(rows), generator=rng)[:count]]
