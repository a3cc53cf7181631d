"""The price of trusting nobody: the same count with a curator and without one."""

from dataclasses import dataclass

import numpy as np

from privlab.core import checks
from privlab.dp.local import KaryRandomizedResponse
from privlab.dp.mechanisms import Laplace

SHARE = 0.1  # of the people would say yes
SIZES = np.geomspace(100, 100_000, 31)


def central_error(epsilon: float) -> float:
    """Standard deviation of a curator's noisy count: ``sqrt(2) / epsilon`` people.

    Laplace noise; neighbours: one person's yes or no replaced, which moves it by 1.
    """
    return np.sqrt(2) / checks.positive("epsilon", epsilon)


def local_error(people, *, epsilon: float):
    """The same where all randomise their own answer, in people.

    ``sqrt(people e^eps) / (e^eps - 1)``: ``people`` times the root of the variance of
    ``KaryRandomizedResponse`` of two values.
    """
    coin = KaryRandomizedResponse(epsilon=epsilon, size=2)
    return np.sqrt(people * coin.variance(1))


@dataclass(frozen=True, kw_only=True)
class PriceOfTrust:
    """Errors of a count of ``people``, in people: in theory at ``sizes``, and measured.

    ``central`` and ``local`` (31,) are standard deviations, ``measured`` the root mean
    square errors (central, local) of ``surveys`` repeated surveys.
    """

    people: int
    epsilon: float
    surveys: int
    sizes: np.ndarray
    central: np.ndarray
    local: np.ndarray
    measured: tuple[float, float]

    @property
    def price(self) -> float:
        """How many times larger the measured local error is."""
        return self.measured[1] / self.measured[0]

    @property
    def summary(self) -> str:
        central, local = self.measured
        return (
            f"{self.people:,} people, ε = {self.epsilon:g}: with a curator the count "
            f"is off by {central:.1f} people, without one by {local:,.0f}."
        )


def price_of_trust(*, people: int, epsilon: float, seed: int, surveys=40):
    """Count who says yes, with a trusted curator and with none, again and again."""
    rng = np.random.default_rng(seed)
    answers = (np.arange(people) < SHARE * people).astype(int)
    curator = Laplace(epsilon=epsilon, sensitivity=1)
    coin = KaryRandomizedResponse(epsilon=epsilon, size=2)

    def local_count() -> float:
        reports = coin.release(answers, rng=rng)
        return people * coin.estimate(reports).shares[1]

    central = curator.release(np.full(surveys, answers.sum()), rng=rng)
    local = np.array([local_count() for _ in range(surveys)])
    central_rms, local_rms = (
        float(np.sqrt(np.mean((counts - answers.sum()) ** 2)))
        for counts in (central, local)
    )
    return PriceOfTrust(
        people=people,
        epsilon=epsilon,
        surveys=surveys,
        sizes=SIZES,
        central=np.full(len(SIZES), central_error(epsilon)),
        local=local_error(SIZES, epsilon=epsilon),
        measured=(central_rms, local_rms),
    )
