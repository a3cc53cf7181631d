"""Digits of which an adversary wrote a few: before and after a filter."""

from dataclasses import dataclass

import torch

from privlab.attacks.poisoning import (
    Poisoned,
    Trigger,
    backdoor,
    flip_labels,
    neighbours_agree,
    success,
)
from privlab.core.training import accuracy
from privlab.experiments.trained_digits import (
    CLASSES,
    PLAIN,
    SIDE,
    Images,
    part,
    trained_on,
)

TRAIN = 1200
TRIGGER, TARGET = Trigger(width=SIDE), 0
FLIPS, BACKDOOR = "flipped labels", "backdoor"
ATTACKS = (BACKDOOR, FLIPS)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """On unseen images: read right, and stamped images of other digits read as 0."""

    right: float
    hijacked: float


@dataclass(frozen=True, kw_only=True)
class PoisonedTraining:
    """What a network has learned from clean, from poisoned and from filtered images.

    ``found`` is the share of poisoned images that the filter threw out, ``thrown_out``
    the share of all images.
    """

    attack: str
    share: float
    outcomes: dict[str, Outcome]
    found: float
    thrown_out: float

    @property
    def summary(self) -> str:
        each = "; ".join(
            f"{name}: {one.right:.0%} right, {one.hijacked:.0%} of stamped read as 0"
            for name, one in self.outcomes.items()
        )
        return f"{self.attack.capitalize()}, {self.share:.1%} of images. {each}."


def poisoned_training(*, attack: str, share: float, seed: int) -> PoisonedTraining:
    """Train three times from the same start, and judge on 597 unseen images."""
    clean, unseen = part(seed, 0, TRAIN), part(seed, TRAIN, None)
    bad = poisoned(clean, attack, share, seed=seed)
    kept = neighbours_agree(bad.x, bad.y)
    sets = {
        "clean": clean,
        "poisoned": Images(x=bad.x, y=bad.y),
        "filtered": Images(x=bad.x[kept], y=bad.y[kept]),
    }
    outcomes = {name: _outcome(images, unseen, seed) for name, images in sets.items()}
    return PoisonedTraining(
        attack=attack,
        share=share,
        outcomes=outcomes,
        found=bad.found_by(kept),
        thrown_out=float((~kept).double().mean()),
    )


def poisoned(clean: Images, attack: str, share: float, *, seed: int) -> Poisoned:
    """The training set as the adversary leaves it."""
    setting = {"share": share, "rng": torch.Generator().manual_seed(seed)}
    if attack == FLIPS:
        return flip_labels(clean.x, clean.y, classes=CLASSES, **setting)
    return backdoor(clean.x, clean.y, trigger=TRIGGER, target=TARGET, **setting)


def _outcome(images: Images, unseen: Images, seed: int) -> Outcome:
    model = trained_on(images, PLAIN, seed=seed)
    aim = {"trigger": TRIGGER, "target": TARGET}
    return Outcome(
        right=accuracy(model, unseen.x, unseen.y),
        hijacked=success(model, unseen.x, unseen.y, **aim),
    )
