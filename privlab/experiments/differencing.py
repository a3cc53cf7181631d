"""Two published averages, one colleague between them: the three-minute taste."""

from dataclasses import dataclass

import numpy as np

from privlab.attacks.differencing import difference
from privlab.core.datasets import SALARY_LIMITS, people
from privlab.dp.mechanisms import Laplace


@dataclass(frozen=True, kw_only=True)
class Differencing:
    """What an adversary computes about one salary from two published averages."""

    staff: int
    epsilon: float
    salary: int
    average: float
    exact_guess: float
    noisy_guesses: np.ndarray
    noisy_averages: np.ndarray

    @property
    def typical_miss(self) -> float:
        """The median distance of a guess from the salary, in euros."""
        return float(np.median(abs(self.noisy_guesses - self.salary)))

    @property
    def average_error(self) -> float:
        """The median distance of a published average from the true one, in euros."""
        return float(np.median(abs(self.noisy_averages - self.average)))

    @property
    def summary(self) -> str:
        return (
            f"ε = {self.epsilon:g} an average: the guess about one salary misses by "
            f"{self.typical_miss:,.0f} €, the average itself by "
            f"{self.average_error:,.0f} €."
        )


def differencing(*, staff: int, epsilon: float, seed: int, trials=2_000):
    """Average salary before and after one colleague leaves, exact and noisy.

    The adversary knows both head counts: ``n a_before - (n - 1) a_after`` is the
    salary that left. Noise hides one replaced salary in each average.
    """
    rng = np.random.default_rng(seed)
    salary = people(staff, rng=rng).salary
    before, after = salary.mean(), salary[:-1].mean()

    def published(average: float, size: int) -> np.ndarray:
        reach = (SALARY_LIMITS[1] - SALARY_LIMITS[0]) / size
        mechanism = Laplace(epsilon=epsilon, sensitivity=reach)
        return mechanism.release(np.full(trials, average), rng=rng)

    def guess(first, second):
        return difference(staff * first, (staff - 1) * second).guess

    noisy = published(before, staff)
    return Differencing(
        staff=staff,
        epsilon=epsilon,
        salary=int(salary[-1]),
        average=float(before),
        exact_guess=float(guess(before, after)),
        noisy_guesses=guess(noisy, published(after, staff - 1)),
        noisy_averages=noisy,
    )
