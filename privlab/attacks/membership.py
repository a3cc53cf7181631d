"""Was this record in the training set? Scores, and how well they tell."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import betainccinv, betaincinv

from privlab.core import checks

CONFIDENCE = 0.95  # of an interval, unless it says otherwise


@dataclass(frozen=True, kw_only=True)
class OperatingPoint:
    """Hits at no more than ``asked`` false alarms, with what the counts leave open.

    ``hits_low`` and ``hits_high`` are the two-sided limits of Clopper and Pearson 1934
    for the share of members caught. ``false_alarms_high`` is a one-sided limit for the
    *true* share of false alarms, though the same others have set the threshold: if k
    of them may lie above it, the share that does follows Beta(k + 1, n - k) or less.
    Both are exact for independent scores.
    """

    asked: float
    hits: float
    hits_low: float
    hits_high: float
    false_alarms_high: float
    confidence: float
    members: int
    others: int

    def __str__(self) -> str:
        return (
            f"{self.hits:.2%} of {self.members:,} members "
            f"({self.hits_low:.2%} to {self.hits_high:.2%}) at {self.asked:.1%} false "
            f"alarms among {self.others:,} others (true share below "
            f"{self.false_alarms_high:.2%}; limits at {self.confidence:.0%})"
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class MembershipResult:
    """Scores of members and others, higher meaning "was in", and what they achieve.

    ``false_alarms`` and ``hits`` (k,) are the points of the ROC curve, rising from
    (0, 0) to (1, 1): calling everyone "in" whose score reaches a threshold.
    """

    members: np.ndarray
    others: np.ndarray
    false_alarms: np.ndarray
    hits: np.ndarray

    @property
    def auc(self) -> float:
        """The chance that a member scores above another person; ties count half."""
        return float(np.trapezoid(self.hits, self.false_alarms))

    @property
    def advantage(self) -> float:
        """The most that hits exceed false alarms (Yeom et al. 2018, Definition 4)."""
        return float((self.hits - self.false_alarms).max())

    def hits_at(self, false_alarms: float) -> float:
        """The most hits at no more than this share of false alarms.

        What Carlini et al. 2022 ask for: an attack that is sure about a few people
        harms them, however poor its average.
        """
        checks.probability("false_alarms", false_alarms)
        return float(self.hits[self.false_alarms <= false_alarms].max())

    def at(self, asked: float, *, confidence: float = CONFIDENCE) -> OperatingPoint:
        """``hits_at`` with limits; fewer than ``1 / asked`` others can hardly tell."""
        m, n = len(self.members), len(self.others)
        hits = self.hits_at(asked)
        low, high = clopper_pearson(round(hits * m), m, confidence=confidence)
        allowed = math.floor(asked * n + 1e-9)  # 0.29 of 100 is 29
        return OperatingPoint(
            asked=asked,
            hits=hits,
            hits_low=float(low),
            hits_high=float(high),
            false_alarms_high=float(betaincinv(allowed + 1, n - allowed, confidence)),
            confidence=confidence,
            members=m,
            others=n,
        )

    def band(self, *, confidence: float = CONFIDENCE) -> tuple[np.ndarray, np.ndarray]:
        """Limits (k,), (k,) of the hits at each point of the curve, one by one.

        Clopper-Pearson for one threshold at a time: the whole curve leaves the band
        more often than a single point does.
        """
        m = len(self.members)
        return clopper_pearson(np.rint(self.hits * m), m, confidence=confidence)


def membership(members: np.ndarray, others: np.ndarray) -> MembershipResult:
    """Judge scores of members (m,) and of others (n,), higher meaning "was in"."""
    members, others = checks.finite("members", members), checks.finite("others", others)
    if not (len(members) and len(others)):
        raise ValueError(f"{len(members)} members, {len(others)} others: need both")
    thresholds = np.unique(np.concatenate([members, others]))[::-1]
    return MembershipResult(
        members=members,
        others=others,
        false_alarms=np.concatenate([[0.0], _share_from(others, thresholds)]),
        hits=np.concatenate([[0.0], _share_from(members, thresholds)]),
    )


def judged(
    scores: np.ndarray, *, members: np.ndarray, others: np.ndarray
) -> MembershipResult:
    """Judge the ``scores`` (n,) of people; ``members`` and ``others`` are indices.

    ``ValueError`` for someone who is both: such a hit would also be a false alarm.
    """
    scores = checks.finite("scores", scores)
    members, others = (
        checks.integers(name, index)
        for name, index in {"members": members, "others": others}.items()
    )
    both = np.intersect1d(members, others)
    if len(both):
        raise ValueError(
            f"members and others overlap in {len(both)} people, {both[0]} the first: "
            "nobody can be in the training set and not"
        )
    return membership(scores[members], scores[others])


def clopper_pearson(
    hits: np.ndarray, trials: int, *, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Two-sided limits for a chance that gave ``hits`` in ``trials``, each an array.

    Quantiles of ``Beta(h, n - h + 1)`` and ``Beta(h + 1, n - h)`` (Clopper and Pearson
    1934): each limit fails with probability (1 - confidence) / 2 at most.
    """
    trials = checks.whole("trials", trials)
    error = (1 - checks.probability("confidence", confidence)) / 2
    hits = np.asarray(hits)
    low = betaincinv(np.maximum(hits, 1), trials - hits + 1, error)
    high = betainccinv(hits + 1, np.maximum(trials - hits, 1), error)
    return np.where(hits > 0, low, 0.0), np.where(hits < trials, high, 1.0)


def loss_threshold(
    member_losses: np.ndarray, other_losses: np.ndarray
) -> MembershipResult:
    """The simplest attack: a small loss means "was in" (Yeom et al. 2018)."""
    return membership(-np.asarray(member_losses), -np.asarray(other_losses))


def _share_from(scores: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """For each threshold the share of ``scores`` that reach it."""
    below = np.searchsorted(np.sort(scores), thresholds)
    return (len(scores) - below) / len(scores)  # 1 of 1,000 is 0.001 to the last digit
