"""The two errors of an adversary who must name the world after one release."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from privlab.dp.mechanisms import Gaussian, Laplace
from privlab.dp.tradeoff import gaussian_tradeoff, pure_tradeoff

MECHANISMS = ("Laplace", "Gaussian")


@dataclass(frozen=True, kw_only=True)
class Tradeoff:
    """Fewest misses against false alarms: promised, exact, and as an attack had them.

    ``attack`` holds (false alarm rates, miss rates), each (m,), of m thresholds over
    ``trials`` releases in each world.
    """

    mechanism: str
    epsilon: float
    delta: float
    trials: int
    false_alarms: np.ndarray
    promised: np.ndarray
    exact: np.ndarray
    attack: tuple[np.ndarray, np.ndarray]

    @property
    def right_guesses(self) -> float:
        """The best share of right guesses, either world being as likely."""
        return float(1 - (self.false_alarms + self.exact).min() / 2)

    @property
    def summary(self) -> str:
        return (
            f"{self.mechanism}, ε = {self.epsilon:g}, δ = {self.delta:g}: with 10 % "
            f"false alarms an adversary misses {self.misses_at(0.1):.0%}, and the best "
            f"guess is right {self.right_guesses:.0%} of the time."
        )

    def misses_at(self, false_alarms: float) -> float:
        """The fewest misses with this share of false alarms."""
        return float(np.interp(false_alarms, self.false_alarms, self.exact))


def tradeoff(*, mechanism: str, epsilon: float, seed: int, trials=5_000) -> Tradeoff:
    """A count of 0 or 1 under noise, guessed by thresholds.

    Laplace at delta = 0; Gaussian at delta = 0.05, far too large for use, to be seen.
    """
    delta = 0.05 if mechanism == "Gaussian" else 0.0
    noise = {
        "Laplace": lambda: Laplace(epsilon=epsilon, sensitivity=1),
        "Gaussian": lambda: Gaussian(epsilon=epsilon, delta=0.05, sensitivity=1),
    }[mechanism]()
    shares = np.linspace(0, 1, 401)
    rng = np.random.default_rng(seed)
    without, with_one = (
        noise.release(np.full(trials, answer), rng=rng) for answer in (0.0, 1.0)
    )
    thresholds = np.quantile(without, np.arange(0.1, 1, 0.1))[:, None]
    return Tradeoff(
        mechanism=mechanism,
        epsilon=epsilon,
        delta=delta,
        trials=trials,
        false_alarms=shares,
        promised=pure_tradeoff(shares, epsilon=epsilon, delta=delta),
        exact=exact_misses(noise, shares),
        attack=(
            (without > thresholds).mean(axis=1),
            (with_one <= thresholds).mean(axis=1),
        ),
    )


def exact_misses(noise: Laplace | Gaussian, false_alarms: np.ndarray) -> np.ndarray:
    """The fewest misses for a shift of 1: thresholds are the best tests of both noises.

    A threshold t has false alarms ``Pr[Z > t]`` and misses ``Pr[Z <= t - 1]``.
    """
    if isinstance(noise, Gaussian):
        return gaussian_tradeoff(false_alarms, mu=1 / noise.sigma)
    law = stats.laplace(scale=noise.scale)
    return law.cdf(law.isf(false_alarms) - 1)
