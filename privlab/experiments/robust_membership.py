"""Does training against adversarial examples change who can be told to be a member?"""

from dataclasses import dataclass

import numpy as np
import torch
from scipy import stats
from torch import nn

from privlab.attacks.adversarial import LinfBall, climbed
from privlab.attacks.membership import MembershipResult, loss_threshold
from privlab.core import progress
from privlab.experiments.trained_digits import (
    PLAIN,
    RADIUS,
    ROBUST,
    STEPS,
    TRAININGS,
    Images,
    losses,
    members,
    network,
    others,
)

AS_IS, WORST = "loss as it is", "loss after PGD"
LOSSES = (AS_IS, WORST)


@dataclass(frozen=True, kw_only=True, eq=False)
class Run:
    """One network: what it gets right, and the membership attack by each of ``LOSSES``.

    ``right`` has its accuracy on members and on others, untouched and after PGD.
    """

    right: dict[tuple[str, str], float]
    attacks: dict[str, MembershipResult]


@dataclass(frozen=True, kw_only=True, eq=False)
class RobustMembership:
    """A run for each training and each seed: ``runs[training][i]``."""

    radius: float
    runs: dict[str, tuple[Run, ...]]

    def aucs(self, training: str, loss: str) -> np.ndarray:
        """The area under the ROC curve for each seed."""
        return np.array([run.attacks[loss].auc for run in self.runs[training]])

    def right(self, training: str, who: str, how: str) -> float:
        """Mean accuracy on "members" or "others", "untouched" or "attacked"."""
        return float(np.mean([run.right[who, how] for run in self.runs[training]]))

    def hits_at(self, training: str, loss: str, false_alarms: float) -> float:
        """Mean share of members caught at so few false alarms."""
        hits = [r.attacks[loss].hits_at(false_alarms) for r in self.runs[training]]
        return float(np.mean(hits))

    @property
    def rise(self) -> np.ndarray:
        """For each seed: the best area on the robust network minus on the plain one."""
        best = {
            training: np.max([self.aucs(training, loss) for loss in LOSSES], axis=0)
            for training in (PLAIN, ROBUST)
        }
        return best[ROBUST] - best[PLAIN]

    @property
    def rise_interval(self) -> tuple[float, float]:
        """The mean rise, with 95 % confidence (Student's t over the seeds)."""
        mean, error = self.rise.mean(), stats.sem(self.rise)
        low, high = stats.t.interval(0.95, len(self.rise) - 1, mean, error)
        return float(low), float(high)

    @property
    def summary(self) -> str:
        each = "; ".join(
            f"{training}: {self.aucs(training, AS_IS).mean():.2f} and "
            f"{self.aucs(training, WORST).mean():.2f}"
            for training in self.runs
        )
        return f"Membership area by the {AS_IS} and by the {WORST}. {each}."


def robust_membership(
    *, seeds: tuple[int, ...], radius: float = RADIUS
) -> RobustMembership:
    """Train in each way for each seed, on the same people, and attack the same way."""
    runs = [
        [_run(network(training, seed, radius), seed, radius) for training in TRAININGS]
        for seed in progress.bar(seeds, "seeds")
    ]
    by_training = zip(TRAININGS, zip(*runs, strict=True), strict=True)
    return RobustMembership(radius=radius, runs=dict(by_training))


def _run(model: nn.Module, seed: int, radius: float) -> Run:
    rng = torch.Generator().manual_seed(seed)
    right, found = {}, {}
    for who, images in {"members": members(seed), "others": others(seed)}.items():
        for how, x in {
            "untouched": images.x,
            "attacked": _attacked(model, images, radius, rng),
        }.items():
            with torch.no_grad():
                hits = model(x).argmax(1) == images.y
            right[who, how] = float(hits.double().mean())
            found[who, how] = losses(model, x, images.y)
    attacks = {
        loss: loss_threshold(found["members", how], found["others", how])
        for loss, how in {AS_IS: "untouched", WORST: "attacked"}.items()
    }
    return Run(right=right, attacks=attacks)


def _attacked(model: nn.Module, of: Images, radius: float, rng: torch.Generator):
    setting = {"ball": LinfBall(radius=radius), "step": radius / 4, "steps": STEPS}
    return climbed(model, of.x, of.y, rng=rng, **setting)


@dataclass(frozen=True, kw_only=True, eq=False)
class LeakByRadius:
    """One seed at one training radius: the two ROC curves, plain and robust."""

    radius: float
    plain: Run
    robust: Run

    @property
    def summary(self) -> str:
        def area(run: Run) -> float:
            return max(attack.auc for attack in run.attacks.values())

        return (
            f"Trained against changes of {self.radius:g}: membership area "
            f"{area(self.robust):.2f}, plain {area(self.plain):.2f}; attacked images "
            f"read right: {self.robust.right['others', 'attacked']:.0%}, plain "
            f"{self.plain.right['others', 'attacked']:.0%}."
        )


def leak_by_radius(*, radius: float, seed: int) -> LeakByRadius:
    """Train one network in the plain way and one against changes of ``radius``."""
    plain, robust = (
        _run(network(training, seed, used), seed, radius)
        for training, used in ((PLAIN, RADIUS), (ROBUST, radius))
    )
    return LeakByRadius(radius=radius, plain=plain, robust=robust)
