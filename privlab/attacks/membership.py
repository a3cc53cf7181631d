"""Was this record in the training set? Scores, and how well they tell."""

from dataclasses import dataclass

import numpy as np

from privlab.core import checks


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


def loss_threshold(
    member_losses: np.ndarray, other_losses: np.ndarray
) -> MembershipResult:
    """The simplest attack: a small loss means "was in" (Yeom et al. 2018)."""
    return membership(-np.asarray(member_losses), -np.asarray(other_losses))


def _share_from(scores: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """For each threshold the share of ``scores`` that reach it."""
    return 1 - np.searchsorted(np.sort(scores), thresholds) / len(scores)
