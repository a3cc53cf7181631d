"""What answers cost: a vote for each question, or a student taught by a few."""

from dataclasses import dataclass

import numpy as np

from privlab.dp.pate import GNMax
from privlab.experiments.hospitals import DELTA


@dataclass(frozen=True, kw_only=True)
class Bill:
    """Epsilon after so many ``questions`` (k,), however it is paid."""

    sigma: float
    labels: int
    delta: float
    questions: np.ndarray
    summed: np.ndarray
    voted: np.ndarray
    student: float

    @property
    def summary(self) -> str:
        return (
            f"{self.questions[-1]:,} questions: ε = {self.voted[-1]:.0f} if the "
            f"hospitals vote on each, {self.student:.1f} if they label "
            f"{self.labels} public images and a student answers."
        )


def bill(*, sigma: float, labels: int, most: int = 10_000) -> Bill:
    """What answers cost one by one, and through a student taught by ``labels`` votes.

    ``summed`` adds up one-answer epsilons by basic composition, each at its share of
    delta; ``voted`` is the exact promise of all the answers together.
    """
    vote = GNMax(sigma=sigma)
    questions = np.unique(np.geomspace(1, most, 25).round().astype(int))
    return Bill(
        sigma=sigma,
        labels=labels,
        delta=DELTA,
        questions=questions,
        summed=np.array(
            [
                vote.privacy_after(1, delta=DELTA / k).repeated(int(k)).epsilon
                for k in questions
            ]
        ),
        voted=np.array(
            [vote.privacy_after(int(k), delta=DELTA).epsilon for k in questions]
        ),
        student=vote.privacy_after(labels, delta=DELTA).epsilon,
    )
