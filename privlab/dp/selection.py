"""Choosing the best of several, privately: the index comes out, the scores stay in."""

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from privlab.core import checks
from privlab.core.privacy import Privacy


@dataclass(frozen=True, kw_only=True)
class Exponential:
    """``Pr[i] ∝ exp(epsilon u_i / (2 sensitivity))``: epsilon-DP.

    McSherry & Talwar 2007, Theorem 6. ``sensitivity`` is the most that any one score
    ``u_i`` can move between neighbours of the caller's relation. Drawn in floating
    point: a choice whose chance is below 2⁻⁵³ may never come out.
    """

    epsilon: float
    sensitivity: float

    def __post_init__(self):
        checks.positive("epsilon", self.epsilon)
        checks.positive("sensitivity", self.sensitivity)

    @property
    def privacy(self) -> Privacy:
        return Privacy(epsilon=self.epsilon)

    def probabilities(self, scores) -> np.ndarray:
        """The chance of each index, for ``scores`` (k,)."""
        return softmax(self.epsilon * _scores(scores) / (2 * self.sensitivity))

    def release(self, scores, *, rng: np.random.Generator) -> int:
        """One index, higher scores more likely."""
        chances = self.probabilities(scores)
        return int(rng.choice(len(chances), p=chances))


@dataclass(frozen=True, kw_only=True)
class ReportNoisyMax:
    """``argmax(u_i + Laplace(2 sensitivity / epsilon))``: epsilon-DP.

    Dwork & Roth 2014, Claim 3.9, whose ``Laplace(sensitivity / epsilon)`` is enough
    where one person moves all scores the same way, as counts; where one score may rise
    while another falls, it takes twice that. Only the index is released: publishing
    the noisy maximum as well would cost more.
    """

    epsilon: float
    sensitivity: float

    def __post_init__(self):
        checks.positive("epsilon", self.epsilon)
        checks.positive("sensitivity", self.sensitivity)

    @property
    def privacy(self) -> Privacy:
        return Privacy(epsilon=self.epsilon)

    @property
    def scale(self) -> float:
        return 2 * self.sensitivity / self.epsilon

    def release(self, scores, *, rng: np.random.Generator) -> int:
        """One index, of the largest of the noisy ``scores`` (k,)."""
        scores = _scores(scores)
        return int(np.argmax(scores + rng.laplace(scale=self.scale, size=len(scores))))


@dataclass(frozen=True, kw_only=True)
class SparseVector:
    """Which answers of a stream lie above ``threshold``: epsilon-DP in all.

    Dwork & Roth 2014, Algorithm 2 (pure DP): noise ``Laplace(2 c Δ / epsilon)`` on the
    threshold, drawn anew after each "above", and twice that on every answer; it stops
    after ``most`` = c of them. Answers below cost nothing. Each part is needed: four
    published variants that left one out break their promise (Lyu, Su & Li 2017).
    """

    epsilon: float
    sensitivity: float
    threshold: float
    most: int = 1

    def __post_init__(self):
        checks.positive("epsilon", self.epsilon)
        checks.positive("sensitivity", self.sensitivity)
        checks.number("threshold", self.threshold)
        checks.whole("most", self.most)

    @property
    def privacy(self) -> Privacy:
        return Privacy(epsilon=self.epsilon)

    @property
    def scale(self) -> float:
        return 2 * self.most * self.sensitivity / self.epsilon

    def release(self, answers, *, rng: np.random.Generator) -> tuple[bool, ...]:
        """Above or not, for the answers up to the ``most``-th that is above."""
        above: list[bool] = []
        border = self.threshold + rng.laplace(scale=self.scale)
        for answer in _scores(answers):
            above.append(bool(answer + rng.laplace(scale=2 * self.scale) >= border))
            if sum(above) == self.most:
                break
            if above[-1]:
                border = self.threshold + rng.laplace(scale=self.scale)
        return tuple(above)


def _scores(values) -> np.ndarray:
    scores = checks.finite("scores", values)
    if scores.ndim != 1 or not len(scores):
        raise ValueError(
            f"scores of shape {scores.shape} must be a list of one or more"
        )
    return scores
