"""What each attack gains on the digits, whatever the defence: one number, 0 to 1."""

from dataclasses import dataclass
from functools import cache, partial
from time import perf_counter

import numpy as np
import torch
from scipy.special import log_softmax
from torch import Tensor

from privlab.attacks.adversarial import LinfBall, pgd
from privlab.attacks.lira import (
    Evidence,
    lira_online,
    scaled_confidence,
    shared_variance,
)
from privlab.attacks.membership import MembershipResult, judged
from privlab.attacks.poisoning import backdoor
from privlab.attacks.shadow import halves
from privlab.core.training import fit
from privlab.experiments import board_models as models
from privlab.experiments.board_models import Train, records
from privlab.experiments.poisoned_digits import TARGET, TRIGGER

SHADOWS = 6
RADIUS, POISON = 0.2, 0.05
FALSE_ALARMS = 0.01
NONE, ROUNDED, DP_8, DP_1 = "none", "rounded answers", "DP, ε = 8", "DP, ε = 1"
HE, FL = "HE inference", "FL"
MASKS, MASKS_DP, SCRUB = "FL + masks", "FL + masks + DP, ε = 8", "scrubbed text"


@dataclass(frozen=True, kw_only=True)
class Defence:
    """How the attacked model is trained, and how the adversary trains shadow models.

    Answers are probabilities, shown with so many ``decimals``; None is all of them.
    """

    train: Train
    alike: Train
    decimals: int | None = None

    def shown(self, scores: np.ndarray) -> np.ndarray:
        """Logarithms of the probabilities that an asker sees, (n, 10)."""
        logs = log_softmax(scores, axis=-1)
        if self.decimals is None:
            return logs
        unit = 10.0**-self.decimals
        return np.log(np.maximum(np.exp(logs).round(self.decimals), unit / 10))


def _dp(epsilon: float) -> Defence:
    train = partial(models.privately, epsilon=epsilon)
    return Defence(train=train, alike=train)


DEFENCES = {
    NONE: Defence(train=models.openly, alike=models.openly),
    ROUNDED: Defence(train=models.openly, alike=models.openly, decimals=1),
    DP_8: _dp(8.0),
    DP_1: _dp(1.0),
    HE: Defence(train=models.under_encryption, alike=models.squares_in_the_open),
    FL: Defence(train=models.federated, alike=models.federated),
    MASKS: Defence(train=models.masked, alike=models.federated),
    MASKS_DP: Defence(
        train=partial(models.masked_and_noised, epsilon=8.0),
        alike=partial(models.noised, epsilon=8.0),
    ),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Victim:
    """One trained target: what it answers to ``people``, and who was ``inside``.

    ``test``, ``hostile`` and ``stamped`` are its answers to test images: untouched,
    changed by PGD, and with the patch of the backdoor.
    """

    people: np.ndarray
    inside: np.ndarray
    test: np.ndarray
    hostile: np.ndarray
    stamped: np.ndarray
    seconds: float


@cache
def membership_halves(seed: int) -> Tensor:
    """Who learns in the ``SHADOWS`` shadow models and, last, in the target."""
    rng = torch.Generator().manual_seed(seed)
    return halves(SHADOWS + 2, models.PEOPLE, rng=rng)[: SHADOWS + 1]


@cache
def shadow_scores(train: Train, seed: int) -> np.ndarray:
    """What the adversary's own models answer to everybody, (``SHADOWS``, n, 10)."""
    people, inside = records(seed).people, membership_halves(seed)[:SHADOWS]
    return np.stack(
        [
            train(people.x[mine], people.y[mine], seed=1000 * (k + 1) + seed)(people.x)
            for k, mine in enumerate(inside)
        ]
    )


@cache
def attacked_images(seed: int) -> Tensor:
    """Test images that PGD changed until the adversary's own network erred.

    It trains on rightly labelled digits of other people and never sees the target: a
    transfer attack, which neither rounding nor encryption can be in the way of.
    """
    of, rng = records(seed), torch.Generator().manual_seed(seed)
    others = (~membership_halves(seed)[-1]).numpy() & ~of.odd
    x, y = of.people.x[others], of.people.y[others]
    own = fit(models.start(seed + 500), x, y, steps=300, rng=rng)
    setting = {"step": RADIUS / 4, "steps": 10, "rng": rng}
    ball = LinfBall(radius=RADIUS)
    return pgd(own, of.test.x, of.test.y, ball=ball, **setting).adversarial


@cache
def victim(train: Train, seed: int) -> Victim:
    """Train the target on its half, and ask it everything that the attacks need."""
    of, inside = records(seed), membership_halves(seed)[-1]
    begun = perf_counter()
    answer = train(of.people.x[inside], of.people.y[inside], seed=seed)
    seconds = perf_counter() - begun
    asked = {
        "people": of.people.x,
        "test": of.test.x,
        "hostile": attacked_images(seed),
        "stamped": stamped_images(seed),
    }
    ends = np.cumsum([len(x) for x in asked.values()])[:-1]
    told = np.split(answer(torch.cat(list(asked.values()))), ends)  # asked at one go
    answers = dict(zip(asked, told, strict=True))
    return Victim(inside=inside.numpy(), seconds=seconds, **answers)


def membership_of(name: str, seed: int) -> MembershipResult:
    """LiRA with ``SHADOWS`` shadow models trained as the defence trains."""
    defence, labels = DEFENCES[name], records(seed).people.y.numpy()
    target = victim(defence.train, seed)
    seen = Evidence(
        target=scaled_confidence(defence.shown(target.people), labels),
        shadow=scaled_confidence(
            defence.shown(shadow_scores(defence.alike, seed)), labels
        ),
        inside=membership_halves(seed)[:SHADOWS].numpy(),
    )
    scores = lira_online(seen, shared_variance)
    inside = np.flatnonzero(target.inside), np.flatnonzero(~target.inside)
    return judged(scores, members=inside[0], others=inside[1])


def membership_hits(name: str, seed: int) -> float:
    """Members caught at 1 % false alarms, minus that 1 %."""
    return membership_of(name, seed).hits_at(FALSE_ALARMS) - FALSE_ALARMS


def membership_area(name: str, seed: int) -> float:
    """``2 AUC - 1``: 0 is guessing, 1 is knowing."""
    return 2 * membership_of(name, seed).auc - 1


def recorded_label(name: str, seed: int) -> float:
    """Attribute inference: the model is asked for the label in someone's record.

    Those with a wrong label only, so that knowing digits does not help: the share of
    members whose recorded label it says, minus that of others.
    """
    of, target = records(seed), victim(DEFENCES[name].train, seed)
    said = target.people.argmax(axis=1) == of.people.y.numpy()
    inside = target.inside
    return float(said[of.odd & inside].mean() - said[of.odd & ~inside].mean())


def adversarial(name: str, seed: int) -> float:
    """Test images that were read rightly, minus those read so after the change."""
    return right_share(name, seed) - _right(name, seed, "hostile")


def right_share(name: str, seed: int) -> float:
    """The share of untouched test images read rightly: a price, not an attack."""
    return _right(name, seed, "test")


def _right(name: str, seed: int, which: str) -> float:
    said = getattr(victim(DEFENCES[name].train, seed), which).argmax(axis=1)
    return float((said == records(seed).test.y.numpy()).mean())


def stamped_images(seed: int) -> Tensor:
    """Test images of other digits than the backdoor's target, with its patch."""
    test = records(seed).test
    return TRIGGER.stamp(test.x[test.y != TARGET])


@cache
def hijacked(train: Train, seed: int) -> float:
    """Stamped images read as 0 by a model of which every twentieth image was stamped.

    Those images were labelled 0 in training (``backdoor``).
    """
    of, inside = records(seed).people, membership_halves(seed)[-1]
    aim = {"trigger": TRIGGER, "target": TARGET}
    rng = torch.Generator().manual_seed(seed)
    bad = backdoor(of.x[inside], of.y[inside], share=POISON, rng=rng, **aim)
    said = train(bad.x, bad.y, seed=seed)(stamped_images(seed)).argmax(axis=1)
    return float((said == TARGET).mean())


def poisoning(name: str, seed: int) -> float:
    """What a backdoor gains over the model that was trained without it.

    By the adversary's way to train: masks and encryption do not change what is learned.
    """
    defence = DEFENCES[name]
    said = victim(defence.train, seed).stamped.argmax(axis=1)
    return hijacked(defence.alike, seed) - float((said == TARGET).mean())


ATTACKS = {
    "membership, 1 % false alarms": membership_hits,
    "membership, area": membership_area,
    "recorded label": recorded_label,
    "adversarial image": adversarial,
    "poisoned training": poisoning,
}
