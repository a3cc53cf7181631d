"""What it is worth that nobody knows who was in the sample."""

from dataclasses import dataclass

import numpy as np

from privlab.dp.audit import AuditResult, audit
from privlab.dp.mechanisms import Laplace
from privlab.dp.sampled_gaussian import sampled


@dataclass(frozen=True, kw_only=True)
class Amplification:
    """Epsilon on the data against the sampling rate, for one epsilon on the sample."""

    epsilon: float
    rate: float
    rates: np.ndarray
    amplified: np.ndarray
    proportional: np.ndarray

    @property
    def at_rate(self) -> float:
        """Epsilon on the data at the chosen rate."""
        return float(sampled(self.epsilon, self.rate))

    @property
    def summary(self) -> str:
        return (
            f"ε = {self.epsilon:g} on a sample of {self.rate:.2%}: ε = "
            f"{self.at_rate:.3g} on the data; the rule of thumb rate · ε says "
            f"{self.rate * self.epsilon:.3g}."
        )


def amplification(*, epsilon: float, rate: float) -> Amplification:
    """``ln(1 + q (e^epsilon - 1))`` for Poisson samples of rate q, and ``q epsilon``.

    Balle, Barthe and Gaboardi 2018, Theorem 8; neighbours by adding or removing one.
    """
    rates = np.geomspace(1e-4, 1, 201)
    return Amplification(
        epsilon=epsilon,
        rate=rate,
        rates=rates,
        amplified=np.array([sampled(epsilon, q) for q in rates]),
        proportional=rates * epsilon,
    )


def sampled_count_audit(
    *, epsilon: float, rate: float, trials: int, seed: int
) -> AuditResult:
    """Audit a noisy count over a Poisson sample: one person there, or nobody."""
    mechanism = Laplace(epsilon=epsilon, sensitivity=1)

    def release(people: int, *, rng) -> float:
        return mechanism.release(rng.binomial(people, rate), rng=rng)

    return audit(release, 1, 0, trials=trials, rng=np.random.default_rng(seed))
