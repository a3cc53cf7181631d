"""Private logistic regression by noise on the result or inside the objective.

Chaudhuri, Monteleoni and Sarwate 2011. Neighbours: one labelled example replaced.
Rows must have length at most 1 and labels be -1 or +1; the minimum must be exact.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from privlab.core import checks
from privlab.core.privacy import Privacy

CURVATURE = 0.25  # the second derivative of log(1 + e^-z) is nowhere larger


def minimum(rows, labels, *, weight_decay: float, push=0.0) -> np.ndarray:
    """``argmin_w mean(log(1 + exp(-y w·x))) + weight_decay |w|²/2 + push·w``.

    ``rows`` (n, d), ``labels`` (n,) of -1 and +1, ``push`` 0 or a vector (d,). Strictly
    convex: there is one answer, sought by Newton's steps, halved until the gradient
    shrinks, to a gradient of 1e-10 (relative to a push above 1); else
    ``RuntimeError``.
    """
    checks.positive("weight_decay", weight_decay)
    signed = labels[:, None] * rows

    def gradient(w):
        return weight_decay * w + push - expit(-signed @ w) @ signed / len(rows)

    w, size = np.zeros(rows.shape[1]), 1.0
    for _ in range(500):
        slope = gradient(w)
        if np.abs(slope).max() <= 1e-10 * max(1, np.abs(push).max()):
            return w
        bend = expit(signed @ w) * expit(-signed @ w) / len(rows)
        hessian = (signed.T * bend) @ signed + weight_decay * np.eye(len(w))
        step = size * np.linalg.solve(hessian, slope)
        shorter = np.linalg.norm(gradient(w - step)) < np.linalg.norm(slope)
        w, size = (w - step, 1.0) if shorter else (w, size / 2)
    raise RuntimeError(f"no exact minimum: the gradient is still {slope}")


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

    def sensitivity(self, n: int) -> float:
        """``2 / (n weight_decay)``, the reach of one of ``n`` examples: Corollary 8."""
        return 2 / (checks.whole("n", n) * self.weight_decay)

    def release(self, rows, labels, *, rng: np.random.Generator) -> np.ndarray:
        """Private weights (d,) from ``rows`` (n, d) and ``labels`` (n,)."""
        rows, labels = examples(rows, labels)
        exact = minimum(rows, labels, weight_decay=self.weight_decay)
        rate = self.epsilon / self.sensitivity(len(rows))
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
        """(epsilon', weight decay) for ``n`` examples: steps 1 and 2 of Algorithm 2.

        ``epsilon' = epsilon - 2 ln(1 + c / (n weight_decay))``, c the curvature; where
        nothing is left, weight decay is raised until half of epsilon is.
        """
        checks.whole("n", n)
        left = self.epsilon - 2 * math.log1p(CURVATURE / (n * self.weight_decay))
        if left > 0:
            return left, self.weight_decay
        return self.epsilon / 2, CURVATURE / (n * math.expm1(self.epsilon / 4))

    def release(self, rows, labels, *, rng: np.random.Generator) -> np.ndarray:
        """Private weights (d,) from ``rows`` (n, d) and ``labels`` (n,)."""
        rows, labels = examples(rows, labels)
        epsilon, weight_decay = self.parameters(len(rows))
        noise = spherical(rows.shape[1], epsilon / 2, rng=rng)
        return minimum(rows, labels, weight_decay=weight_decay, push=noise / len(rows))


def spherical(size: int, rate: float, *, rng: np.random.Generator) -> np.ndarray:
    """A vector of density ``∝ exp(-rate |b|)``: Gamma length, uniform direction."""
    direction = rng.normal(size=checks.whole("size", size))
    length = rng.gamma(shape=size, scale=1 / checks.positive("rate", rate))
    return length * direction / np.linalg.norm(direction)


def examples(rows, labels) -> tuple[np.ndarray, np.ndarray]:
    """``rows`` (n, d) and ``labels`` (n,) if they are what the theorems ask for."""
    rows, labels = checks.finite("rows", rows), checks.finite("labels", labels)
    if rows.ndim != 2 or not rows.size or labels.shape != rows.shape[:1]:
        raise ValueError(
            f"rows of shape {rows.shape} and labels of shape {labels.shape}: "
            "there must be one or more rows, and one label for each"
        )
    longest = np.linalg.norm(rows, axis=1).max()
    if longest > 1 + 1e-9:
        raise ValueError(
            f"a row has length {longest:.3g} > 1: clip_rows(rows, 1) first"
        )
    if not np.isin(labels, (-1, 1)).all():
        raise ValueError(f"labels={np.unique(labels)} must be -1 and +1")
    return rows, labels
