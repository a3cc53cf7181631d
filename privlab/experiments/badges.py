"""Thirty people, one picture each, and a model that tells them apart."""

from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import torch
from torch import nn
from torch.optim import Adam

from privlab.attacks.inversion import invert, slope_by_queries, slope_of_model
from privlab.attacks.stealing import label_only, rounded
from privlab.core.datasets import digits
from privlab.core.models import softmax_regression
from privlab.experiments.hidden_attribute import probabilities

PEOPLE, COPIES, NOISE = 30, 6, 0.15
STEPS, RATE, MOVE = 20, 0.1, 0.2
DECAY = {"without decay": 0.0, "weight decay": 0.03}
SEEN = {
    "the model itself": None,
    "6 decimals": partial(rounded, decimals=6),
    "3 decimals": partial(rounded, decimals=3),
    "2 decimals": partial(rounded, decimals=2),
    "1 decimal": partial(rounded, decimals=1),
    "only the name": label_only,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Badges:
    """``pictures`` (30, 64) of 0..1, one per person, and the model that tells them."""

    pictures: np.ndarray
    model: nn.Module
    accuracy: float


@cache
def badges(training: str, seed: int) -> Badges:
    """Train on six noisy copies of each picture, test on three others."""
    data = digits()
    rng = np.random.default_rng(seed)
    pictures = data.features[rng.choice(len(data), PEOPLE, replace=False)] / 16

    def noisy(copies: int) -> tuple[torch.Tensor, torch.Tensor]:
        rows = np.repeat(pictures, copies, axis=0)
        rows = np.clip(rows + rng.normal(0, NOISE, rows.shape), 0, 1)
        names = np.repeat(np.arange(PEOPLE), copies)
        return torch.tensor(rows, dtype=torch.float32), torch.tensor(names)

    (x, y), (test_x, test_y) = noisy(COPIES), noisy(3)
    model = softmax_regression(64, PEOPLE)
    adam = Adam(model.parameters(), lr=0.02, weight_decay=DECAY[training])
    for _ in range(150):
        adam.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        adam.step()
    right = (model(test_x).argmax(dim=1) == test_y).float().mean()
    return Badges(pictures=pictures, model=model, accuracy=float(right))


@dataclass(frozen=True, kw_only=True, eq=False)
class Inverted:
    """What the attack made of one person's name, beside the picture itself.

    ``likeness`` (30,) are correlations of the found image with everybody's picture.
    """

    seen: str
    training: str
    person: int
    picture: np.ndarray
    image: np.ndarray
    likeness: np.ndarray

    @property
    def recognised(self) -> bool:
        """Whether the person's own picture is the likest of all, beyond rounding."""
        others = np.delete(self.likeness, self.person)
        return bool(self.likeness[self.person] > others.max() + 1e-9)

    @property
    def summary(self) -> str:
        found = "recognised" if self.recognised else "not recognised"
        return (
            f"Person {self.person} from {self.seen}: the found image has correlation "
            f"{self.likeness[self.person]:.2f} with the true picture, {found}."
        )


def inverted(
    *, person: int, seen: str, seed: int, training: str = "weight decay"
) -> Inverted:
    """Start from grey and walk towards ``person``, seeing as much as ``seen`` says."""
    case = badges(training, seed)
    walk = {"steps": STEPS, "rate": RATE}
    image = invert(_slope(case, person, seen), np.full(64, 0.5), **walk).image
    return Inverted(
        seen=seen,
        training=training,
        person=person,
        picture=case.pictures[person],
        image=image,
        likeness=np.array([_correlation(image, other) for other in case.pictures]),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Everybody:
    """The attack on all thirty: the share recognised, and the middle likeness."""

    seen: str
    training: str
    recognised: float
    likeness: float

    @property
    def summary(self) -> str:
        return (
            f"From {self.seen} ({self.training}): {self.recognised:.0%} of {PEOPLE} "
            f"people recognised, median correlation {self.likeness:.2f}."
        )


def everybody(*, seen: str, seed: int, training: str = "weight decay") -> Everybody:
    """Invert the name of each of the thirty."""
    setting = {"seen": seen, "seed": seed, "training": training}
    found = [inverted(person=k, **setting) for k in range(PEOPLE)]
    return Everybody(
        seen=seen,
        training=training,
        recognised=float(np.mean([one.recognised for one in found])),
        likeness=float(np.median([one.likeness[one.person] for one in found])),
    )


def _slope(case: Badges, person: int, seen: str):
    if seen == "the model itself":
        return slope_of_model(case.model, person)
    shown = SEEN[seen](probabilities(case.model))
    return slope_by_queries(shown, person, step=MOVE)


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float(a @ b / max(np.linalg.norm(a) * np.linalg.norm(b), 1e-12))
