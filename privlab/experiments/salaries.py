"""The mean of ten salaries, clipped before the noise or after it."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from privlab.dp.audit import AuditResult, audit
from privlab.dp.mechanisms import Laplace

SALARY_RANGE = (0, 100_000)
ORDERS = ("clip last", "clip first")


def salaries(*, tenth: float) -> np.ndarray:
    """Ten salaries in euros: nine near 40,000, and the tenth."""
    near = [36_000, 37_500, 38_000, 39_000, 40_000, 41_000, 42_000, 42_500, 44_000]
    return np.array([*near, tenth], dtype=float)


def _salary_noise(values: np.ndarray, epsilon: float) -> Laplace:
    low, high = SALARY_RANGE
    return Laplace(epsilon=epsilon, sensitivity=(high - low) / len(values))


def clip_first(values: np.ndarray, *, epsilon: float, rng) -> float:
    """Bound each salary, then average, then add noise: epsilon-DP, replace one."""
    mean = np.clip(values, *SALARY_RANGE).mean()
    return _salary_noise(values, epsilon).release(mean, rng=rng)


def clip_last(values: np.ndarray, *, epsilon: float, rng) -> float:
    """The article's order (3.2.1): the same noise, and the result cut to the range."""
    noisy = _salary_noise(values, epsilon).release(values.mean(), rng=rng)
    return float(np.clip(noisy, *SALARY_RANGE))


@dataclass(frozen=True, kw_only=True)
class TwoWorlds:
    """Published averages with and without one very rich person."""

    order: str
    epsilon: float
    ordinary: np.ndarray
    rich: np.ndarray

    @property
    def right_guesses(self) -> float:
        """How often a guess by the nearer typical average names the right world."""
        middle = (np.median(self.ordinary) + np.median(self.rich)) / 2
        return float(
            ((self.ordinary < middle).mean() + (self.rich > middle).mean()) / 2
        )

    @property
    def allowed(self) -> float:
        """The most that the promise allows: e^epsilon / (1 + e^epsilon)."""
        return float(1 / (1 + np.exp(-self.epsilon)))

    @property
    def summary(self) -> str:
        return (
            f"{self.order.capitalize()}: one published average names the right world "
            f"{self.right_guesses:.0%} of the time; ε = {self.epsilon:g} allows "
            f"{self.allowed:.0%}."
        )


def two_worlds(*, order: str, epsilon: float, seed: int, trials=2_000) -> TwoWorlds:
    """Publish the average of ten salaries many times in each of the two worlds."""
    publish = {"clip last": clip_last, "clip first": clip_first}[order]
    rng = np.random.default_rng(seed)

    def averages(tenth: float) -> np.ndarray:
        values = salaries(tenth=tenth)
        return np.array(
            [publish(values, epsilon=epsilon, rng=rng) for _ in range(trials)]
        )

    return TwoWorlds(
        order=order,
        epsilon=epsilon,
        ordinary=averages(40_000),
        rich=averages(40_000_000),
    )


@dataclass(frozen=True, kw_only=True)
class OutlierAudits:
    """The epsilon measured against the salary of the tenth person."""

    claimed: float
    tenth: tuple[float, ...]
    unbounded: tuple[AuditResult, ...]
    bounded: tuple[AuditResult, ...]

    @property
    def summary(self) -> str:
        worst = max(result.epsilon_lower for result in self.bounded)
        return (
            f"Claimed: ε = {self.claimed:g}. Measured: {worst:.1f} at most if each "
            f"salary is bounded first, {self.unbounded[-1].epsilon_lower:.1f} if not."
        )


def outlier_audits(*, epsilon: float, tenth: tuple, trials: int, seed: int):
    """Audit both orders on ever richer tenth people against an ordinary one."""
    rng = np.random.default_rng(seed)

    def measured(publish, salary: float) -> AuditResult:
        return audit(
            partial(publish, epsilon=epsilon),
            salaries(tenth=salary),
            salaries(tenth=40_000),
            trials=trials,
            rng=rng,
        )

    return OutlierAudits(
        claimed=epsilon,
        tenth=tenth,
        unbounded=tuple(measured(clip_last, salary) for salary in tenth),
        bounded=tuple(measured(clip_first, salary) for salary in tenth),
    )
