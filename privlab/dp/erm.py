"""Private logistic regression by noise on the result or inside the objective.

Chaudhuri, Monteleoni and Sarwate 2011. Neighbours: one labelled example replaced.
Rows must have length at most 1 and labels be -1 or +1; the minimum must be exact.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from privlab.core import checks
from privlab.core.privacy import Privacy

CURVATURE = 0.25  # the second derivative of log(1 + e^-z) is nowhere larger


def minimum(rows, labels, *, weight_decay: float, push=0.0) -> np.ndarray:
    """``argmin_w mean(log(1 + exp(-y w·x))) + weight_decay |w|²/2 + push·w``.

    ``push`` is 0 or a vector (d,). Strictly convex, so there is one answer, found to
    a gradient below 1e-9; ``RuntimeError`` if it is not.
    """

    def objective(w):
        margins = labels * (rows @ w)
        slope = -labels * expit(-margins)
        value = np.logaddexp(0, -margins).mean() + weight_decay * w @ w / 2
        gradient = slope @ rows / len(rows) + weight_decay * w + push
        return value + np.sum(push * w), gradient

    start = np.zeros(rows.shape[1])
    found = minimize(objective, start, jac=True, method="BFGS", options={"gtol": 1e-9})
    if np.abs(objective(found.x)[1]).max() > 1e-6:
        raise RuntimeError(f"no exact minimum: {found.message}")
    return found.x


@dataclass(frozen=True, kw_only=True)
class OutputPerturbation:
    """The minimum plus noise of density ``∝ exp(-epsilon n weight_decay |b| / 2)``.

    Algorithm 1 and Theorem 6: replacing one example moves the minimum by at most
    ``2 / (n weight_decay)``, so less regularisation costs more noise.
    """

    epsilon: float
    weight_decay: float

    def __post_init__(self):
        checks.positive("epsilon", self.epsilon)
        checks.positive("weight_decay", self.weight_decay)

    @property
    def privacy(self) -> Privacy:
        return Privacy(epsilon=self.epsilon)

    def release(self, rows, labels, *, rng: np.random.Generator) -> np.ndarray:
        rows, labels = examples(rows, labels)
        exact = minimum(rows, labels, weight_decay=self.weight_decay)
        rate = self.epsilon * len(rows) * self.weight_decay / 2
        return exact + spherical(rows.shape[1], rate, rng=rng)


@dataclass(frozen=True, kw_only=True)
class ObjectivePerturbation:
    """The minimum of ``L(w) + b·w / n``, with noise b drawn before it is sought.

    Algorithm 2 and Theorem 9: density ``∝ exp(-epsilon' |b| / 2)``, where a part of
    epsilon pays for the curvature of the loss. The noise multiplies w: that is what
    ``L + noise``, which no gradient notices, lacks.
    """

    epsilon: float
    weight_decay: float

    def __post_init__(self):
        checks.positive("epsilon", self.epsilon)
        checks.positive("weight_decay", self.weight_decay)

    @property
    def privacy(self) -> Privacy:
        return Privacy(epsilon=self.epsilon)

    def parameters(self, n: int) -> tuple[float, float]:
        """(epsilon', weight decay): step 1 and 2 of Algorithm 2."""
        ratio = CURVATURE / (n * self.weight_decay)
        left = self.epsilon - math.log(1 + 2 * ratio + ratio**2)
        if left > 0:
            return left, self.weight_decay
        more = CURVATURE / (n * math.expm1(self.epsilon / 4))
        return self.epsilon / 2, more

    def release(self, rows, labels, *, rng: np.random.Generator) -> np.ndarray:
        rows, labels = examples(rows, labels)
        epsilon, weight_decay = self.parameters(len(rows))
        noise = spherical(rows.shape[1], epsilon / 2, rng=rng)
        return minimum(rows, labels, weight_decay=weight_decay, push=noise / len(rows))


def spherical(size: int, rate: float, *, rng: np.random.Generator) -> np.ndarray:
    """A vector of density ``∝ exp(-rate |b|)``: Gamma length, uniform direction."""
    direction = rng.normal(size=size)
    length = rng.gamma(shape=size, scale=1 / checks.positive("rate", rate))
    return length * direction / np.linalg.norm(direction)


def examples(rows, labels) -> tuple[np.ndarray, np.ndarray]:
    """``rows`` (n, d) and ``labels`` (n,) if they are what the theorems ask for."""
    rows, labels = checks.finite("rows", rows), checks.finite("labels", labels)
    longest = np.linalg.norm(rows, axis=1).max()
    if longest > 1 + 1e-9:
        raise ValueError(
            f"a row has length {longest:.3g} > 1: clip_rows(rows, 1) first"
        )
    if not np.isin(labels, (-1, 1)).all():
        raise ValueError(f"labels={np.unique(labels)} must be -1 and +1")
    return rows, labels
