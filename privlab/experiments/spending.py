"""Two purses for the same promise: how many noisy answers each of them pays for."""

import math
from dataclasses import dataclass

import numpy as np

from privlab.core.privacy import Privacy
from privlab.dp.budget import Budget, Overspent, RenyiBudget
from privlab.dp.rdp import rdp
from privlab.dp.tradeoff import epsilon_of_mu

EACH_DELTA = 1e-8  # what an answer may take of delta when costs are added up
MOST_ANSWERS = 40_000  # more than the widget's ends can pay for


@dataclass(frozen=True, kw_only=True)
class Spending:
    """The share of the budget spent after each answer, until the filter refuses."""

    limit: Privacy
    noise_multiplier: float
    added_up: np.ndarray
    renyi: np.ndarray

    @property
    def answers(self) -> tuple[int, int]:
        """Answers before the refusal: costs added up, and Renyi divergences."""
        return len(self.added_up), len(self.renyi)

    @property
    def summary(self) -> str:
        plain, renyi = self.answers
        return (
            f"Noise {self.noise_multiplier:g}, {self.limit} in all: {plain} answers if "
            f"their costs are added up, {renyi} if Rényi divergences are."
        )


def spending(*, noise_multiplier: float, epsilon: float, delta=1e-5) -> Spending:
    """Ask for Gaussian counts of this noise until each of two filters refuses."""
    limit = Privacy(epsilon=epsilon, delta=delta)
    order = 1 + 2 * math.log(1 / delta) / epsilon
    one = {"noise_multiplier": noise_multiplier, "sampling_rate": 1, "steps": 1}
    plain = Privacy(
        epsilon=epsilon_of_mu(1 / noise_multiplier, delta=EACH_DELTA), delta=EACH_DELTA
    )
    renyi = RenyiBudget(limit=limit, order=order)
    return Spending(
        limit=limit,
        noise_multiplier=noise_multiplier,
        added_up=np.array([p.spent.epsilon for p in paid(Budget(limit=limit), plain)])
        / epsilon,
        renyi=np.array([p.spent for p in paid(renyi, rdp(**one, orders=[order])[0])])
        / renyi.allowance,
    )


def paid(purse, cost) -> list:
    """The purse after each answer of this cost, up to the first refusal."""
    states = []
    while len(states) < MOST_ANSWERS:
        try:
            purse = purse.spend(cost)
        except Overspent:
            break
        states.append(purse)
    return states
