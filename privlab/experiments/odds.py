"""What an epsilon-DP output can do to a belief."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Odds:
    """The highest and lowest belief an adversary can reach from each prior belief."""

    epsilon: float
    prior: float
    priors: np.ndarray
    highest: np.ndarray
    lowest: np.ndarray

    @property
    def reached(self) -> tuple[float, float]:
        return posterior(self.prior, -self.epsilon), posterior(self.prior, self.epsilon)

    @property
    def summary(self) -> str:
        low, high = self.reached
        return (
            f"ε = {self.epsilon:g}: a belief of {self.prior:.0%} can fall to {low:.1%} "
            f"or rise to {high:.1%}, no further."
        )


def posterior(prior, log_odds_change):
    """Belief after the odds of ``prior`` are multiplied by ``exp(log_odds_change)``."""
    odds = prior / (1 - prior) * np.exp(log_odds_change)
    return odds / (1 + odds)


def adversary_odds(*, epsilon: float, prior: float) -> Odds:
    """What one epsilon-DP output can do to a belief: Bayes' rule and the definition.

    Kasiviswanathan & Smith 2014 work the Bayesian reading out.
    """
    priors = np.linspace(0.001, 0.999, 400)
    return Odds(
        epsilon=epsilon,
        prior=prior,
        priors=priors,
        highest=posterior(priors, epsilon),
        lowest=posterior(priors, -epsilon),
    )
