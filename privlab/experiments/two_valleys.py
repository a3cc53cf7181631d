"""Clients whose losses are parabolas: where federated averaging settles, by formula.

Client k has the loss ``a_k (theta - c_k)^2 / 2`` and the weight ``w_k = n_k / n``.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

CURVATURES = np.array([1.0, 9.0])
MINIMA = np.array([0.0, 1.0])
WEIGHTS = np.array([0.5, 0.5])
RATE = 0.1
STEPS = np.arange(1, 51)


def optimum(curvatures: np.ndarray, minima: np.ndarray, weights: np.ndarray) -> float:
    """``sum w a c / sum w a``: where the gradient of the weighted loss vanishes."""
    pull = weights * curvatures
    return float(pull @ minima / pull.sum())


def fedavg_limit(curvatures, minima, weights, *, rate: float, steps: int) -> float:
    """``sum w p c / sum w p`` with ``p_k = 1 - (1 - rate a_k)^steps``.

    The model that a round of FedAvg leaves where it is. It is reached if
    ``|sum_k w_k (1 - rate a_k)^steps| < 1``.
    """
    pull = weights * (1 - (1 - rate * curvatures) ** steps)
    return float(pull @ minima / pull.sum())


def fedprox_limit(curvatures, minima, weights, *, mu: float) -> float:
    """The same with ``p_k = a_k / (a_k + mu)``: clients minimise loss + proximal term.

    Li, Sahu, Zaheer, Sanjabi, Talwalkar and Smith 2020, equation 2, solved exactly.
    """
    pull = weights * curvatures / (curvatures + mu)
    return float(pull @ minima / pull.sum())


def fedavg_round(theta, curvatures, minima, weights, *, rate: float, steps: int):
    """One round as it is run: ``steps`` of descent at each client, then the mean."""
    local = np.full(len(minima), theta, dtype=float)
    for _ in range(steps):
        local = local - rate * curvatures * (local - minima)
    return float(weights @ local)


def scaffold_round(state, curvatures, minima, weights, *, rate: float, steps: int):
    """One round of SCAFFOLD from ``state = (theta, controls)``, its option II.

    Every step takes ``gradient - c_k + c``; then ``c_k`` becomes the mean gradient on
    the way (Karimireddy et al. 2020, Algorithm 1). All clients take part.
    """
    theta, controls = state
    correction = weights @ controls - controls
    local = np.full(len(minima), theta, dtype=float)
    for _ in range(steps):
        local = local - rate * (curvatures * (local - minima) + correction)
    controls = (theta - local) / (rate * steps) - correction
    return float(weights @ local), controls


def settled(round_: Callable, state, rounds: int = 2_000):
    """``state`` after so many rounds of ``state = round_(state)``."""
    for _ in range(rounds):
        state = round_(state)
    return state


@dataclass(frozen=True, kw_only=True)
class TwoValleys:
    """Two parabolas, their mean, and FedAvg's limit for every number of ``STEPS``."""

    curvatures: np.ndarray
    steps: int
    best: float
    limits: np.ndarray

    @property
    def limit(self) -> float:
        """Where FedAvg settles with the chosen number of local steps."""
        return float(self.limits[self.steps - 1])

    def loss(self, theta) -> np.ndarray:
        """The loss of each client at ``theta`` (m,): (2, m)."""
        return self.curvatures[:, None] / 2 * (theta - MINIMA[:, None]) ** 2

    @property
    def summary(self) -> str:
        return (
            f"Curvatures 1 and {self.curvatures[1]:g}, {self.steps} local step"
            f"{'s' * (self.steps > 1)}: the common loss is least at {self.best:.3f}, "
            f"FedAvg settles at {self.limit:.3f}."
        )


def two_valleys(*, curvature: float, steps: int) -> TwoValleys:
    """Minima 0 and 1, curvatures 1 and ``curvature``, equal weights, a rate of 0.1."""
    curvatures = np.array([1.0, curvature])
    clients = (curvatures, MINIMA, WEIGHTS)
    limits = [fedavg_limit(*clients, rate=RATE, steps=count) for count in STEPS]
    return TwoValleys(
        curvatures=curvatures,
        steps=steps,
        best=optimum(*clients),
        limits=np.array(limits),
    )
