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
from privlab.experiments.board_models import Answers, Train, records
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
    """One trained target, who was ``inside``, and the seconds that training took."""

    answer: Answers
    inside: np.ndarray
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
    """Test images that ten steps of PGD changed against the adversary's own network.

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
    """Train the target on its half."""
    of, inside = records(seed), membership_halves(seed)[-1]
    begun = perf_counter()
    answer = train(of.people.x[inside], of.people.y[inside], seed=seed)
    seconds = perf_counter() - begun
    return Victim(answer=answer, inside=inside.numpy(), seconds=seconds)


@cache
def to_people(train: Train, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What the target answers to everybody and to the test, untouched."""
    of = records(seed)
    return _asked(train, seed, of.people.x, of.test.x)


@cache
def to_hostile(train: Train, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What it answers to test images changed by PGD, and with the backdoor's patch."""
    return _asked(train, seed, attacked_images(seed), stamped_images(seed))


def _asked(train: Train, seed: int, first: Tensor, second: Tensor):
    """Two sets of images at one go: under encryption that costs what one does."""
    told = victim(train, seed).answer(torch.cat([first, second]))
    return told[: len(first)], told[len(first) :]


def membership_of(name: str, seed: int) -> MembershipResult:
    """LiRA with ``SHADOWS`` shadow models trained as the defence trains."""
    defence, labels = DEFENCES[name], records(seed).people.y.numpy()
    people, _ = to_people(defence.train, seed)
    seen = Evidence(
        target=scaled_confidence(defence.shown(people), labels),
        shadow=scaled_confidence(
            defence.shown(shadow_scores(defence.alike, seed)), labels
        ),
        inside=membership_halves(seed)[:SHADOWS].numpy(),
    )
    scores = lira_online(seen, shared_variance)
    inside = victim(defence.train, seed).inside
    members, others = np.flatnonzero(inside), np.flatnonzero(~inside)
    return judged(scores, members=members, others=others)


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
    of, train = records(seed), DEFENCES[name].train
    people, _ = to_people(train, seed)
    said = people.argmax(axis=1) == of.people.y.numpy()
    inside = victim(train, seed).inside
    return float(said[of.odd & inside].mean() - said[of.odd & ~inside].mean())


def adversarial(name: str, seed: int) -> float:
    """Test images that were read rightly, minus those read so after the change."""
    changed, _ = to_hostile(DEFENCES[name].train, seed)
    return right_share(name, seed) - _right(changed, seed)


def right_share(name: str, seed: int) -> float:
    """The share of untouched test images read rightly: a price, not an attack."""
    _, test = to_people(DEFENCES[name].train, seed)
    return _right(test, seed)


def _right(scores: np.ndarray, seed: int) -> float:
    return float((scores.argmax(axis=1) == records(seed).test.y.numpy()).mean())


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
    _, stamped = to_hostile(defence.train, seed)
    before = float((stamped.argmax(axis=1) == TARGET).mean())
    return hijacked(defence.alike, seed) - before


ATTACKS = {
    "membership, 1 % false alarms": membership_hits,
    "membership, area": membership_area,
    "recorded label": recorded_label,
    "adversarial image": adversarial,
    "poisoned training": poisoning,
}
