"""What an adversarial image changes, and what it tells about who trained the model.

Two networks, each trained on the images that the other has not seen. Every image is
attacked under both, so it plays member and outsider once each, and what it looks like
cannot give the answer away.
"""

from dataclasses import dataclass

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from privlab.attacks.adversarial import LinfBall, climbed, pgd
from privlab.attacks.membership import MembershipResult, loss_threshold, membership
from privlab.core import progress
from privlab.experiments.trained_digits import (
    PEOPLE,
    PLAIN,
    STEPS,
    Images,
    losses,
    members,
    network,
    others,
    part,
    trained_on,
)

CHANGE, LOSS, RULER = "the changed image", "the model's loss", "distance to the border"
RULER_RADII = np.linspace(0.3, 0.02, 15)


@dataclass(frozen=True, kw_only=True, eq=False)
class TwoHarms:
    """For each seed the decisions changed, and the membership results by their source.

    ``nearest_before`` and ``nearest_after`` are mean distances from an outsider's image
    to the nearest training image, before the attack and after it.
    """

    radius: float
    changed: tuple[float, ...]
    told: dict[str, tuple[MembershipResult, ...]]
    nearest_before: tuple[float, ...]
    nearest_after: tuple[float, ...]

    def auc(self, source: str) -> float:
        """The mean over the seeds."""
        return float(np.mean([result.auc for result in self.told[source]]))

    @property
    def summary(self) -> str:
        areas = ", ".join(f"{self.auc(name):.2f} from {name}" for name in self.told)
        return (
            f"PGD changed {np.mean(self.changed):.0%} of the decisions. Members told "
            f"from others (0.50 is guessing): {areas}."
        )


def two_harms(*, radius: float, seeds: tuple[int, ...]) -> TwoHarms:
    """Attack every image under both networks, for each seed."""
    runs = [_one_seed(radius, seed) for seed in progress.bar(seeds, "seeds")]
    changed, told, before, after = zip(*runs, strict=True)
    return TwoHarms(
        radius=radius,
        changed=changed,
        told={name: tuple(t[name] for t in told) for name in told[0]},
        nearest_before=before,
        nearest_after=after,
    )


def _one_seed(radius: float, seed: int):
    everyone = part(seed, 0, 2 * PEOPLE)
    halves = members(seed), others(seed)
    models = network(PLAIN, seed), trained_on(halves[1], PLAIN, seed=seed)
    rng = torch.Generator().manual_seed(seed)
    ball = LinfBall(radius=radius)
    setting = {"ball": ball, "step": radius / 4, "steps": STEPS, "rng": rng}
    attacks = [pgd(model, everyone.x, everyone.y, **setting) for model in models]
    told = {
        CHANGE: _from_changes([a.adversarial - a.x for a in attacks]),
        LOSS: loss_threshold(*_in_and_out([_loss(m, everyone) for m in models])),
        RULER: membership(*_in_and_out([border(m, everyone, rng) for m in models])),
    }
    outside = slice(PEOPLE, None)
    before, after = (
        float(torch.cdist(x[outside], halves[0].x).amin(1).mean())
        for x in (everyone.x, attacks[0].adversarial)
    )
    return float(np.mean([a.changed for a in attacks])), told, before, after


def _loss(model: nn.Module, of: Images) -> np.ndarray:
    return losses(model, of.x, of.y)


def _in_and_out(scores: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Scores under both networks, (600,) each, sorted into members' and others'."""
    first, second = (np.split(s, [PEOPLE]) for s in scores)
    return np.concatenate([first[0], second[1]]), np.concatenate([first[1], second[0]])


def _from_changes(changes: list[Tensor]) -> MembershipResult:
    """A classifier learns members from the changes of some images, and judges the rest.

    Each image is judged by the classifier that has not seen it, in either part.
    """
    rows = np.concatenate([change.numpy() for change in changes])
    inside = np.repeat([1, 0, 0, 1], PEOPLE)  # two networks, two halves
    even = np.tile(np.arange(2 * PEOPLE) % 2 == 0, 2)
    scores = np.empty(len(rows))
    for learn in (even, ~even):
        model = LogisticRegression(C=0.1, max_iter=500).fit(rows[learn], inside[learn])
        scores[~learn] = model.decision_function(rows[~learn])
    return membership(scores[inside == 1], scores[inside == 0])


def border(model: nn.Module, of: Images, rng: torch.Generator) -> np.ndarray:
    """The smallest radius tried at which PGD makes the model err, (n,); 0 if it does.

    PGD as a ruler: an upper bound on the distance to the border of the decision.
    """
    found = np.full(len(of), np.inf)
    for radius in RULER_RADII:
        setting = {"ball": LinfBall(radius=float(radius)), "step": radius / 3}
        moved = climbed(model, of.x, of.y, steps=5, rng=rng, **setting)
        found[_wrong(model, moved, of.y)] = radius
    found[_wrong(model, of.x, of.y)] = 0
    return np.minimum(found, 2 * RULER_RADII[0])


def _wrong(model: nn.Module, x: Tensor, y: Tensor) -> np.ndarray:
    with torch.no_grad():
        return (model(x).argmax(1) != y).numpy()
