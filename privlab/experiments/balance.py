"""The balance of usable and private, for one published share of a crowd."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Balance:
    """Errors of a published share, in percentage points, for each of ``epsilons``.

    ``by_noise`` (k,) is what privacy costs, ``by_chance`` what the share would be off
    anyway if these people are a sample of a town, and ``guesses`` (k,) how often the
    best adversary is right about one person, from 0.5 to 1.
    """

    people: int
    epsilon: float
    epsilons: np.ndarray
    by_noise: np.ndarray
    guesses: np.ndarray
    by_chance: float

    @property
    def chosen(self) -> tuple[float, float]:
        """The right guesses and the error at ``epsilon``."""
        return right_guesses(self.epsilon), _percent(self.epsilon, self.people)

    @property
    def summary(self) -> str:
        guesses, error = self.chosen
        return (
            f"{self.people:,} people, ε = {self.epsilon:g}: at best {guesses:.0%} "
            f"right guesses about one, and noise of {error:.2g} percentage points "
            f"where chance alone makes {self.by_chance:.2g}."
        )


def balance(*, people: int, epsilon: float, share: float = 0.2) -> Balance:
    """Publish which share of ``people`` is ill: a count with exact discrete noise."""
    epsilons = np.geomspace(0.02, 8, 60)
    spread = math.sqrt(share * (1 - share) / people)
    return Balance(
        people=people,
        epsilon=epsilon,
        epsilons=epsilons,
        by_noise=_percent(epsilons, people),
        guesses=right_guesses(epsilons),
        by_chance=100 * spread * math.sqrt(2 / math.pi),  # mean distance of a normal
    )


def right_guesses(epsilon):
    """The most that anyone can be right about one bit: ``e^epsilon / (1 + e^epsilon)``.

    For even odds beforehand; the discrete Laplace count attains it.
    """
    return 1 / (1 + np.exp(-epsilon))


def noise_size(epsilon):
    """The mean distance from 0 of discrete Laplace noise: ``1 / sinh(epsilon)``.

    ``Pr[k] = (1 - a) / (1 + a) a^|k|`` with ``a = e^-epsilon`` (Ghosh, Roughgarden and
    Sundararajan 2009) has ``E|k| = 2 a / (1 - a^2)``.
    """
    return 1 / np.sinh(epsilon)


def _percent(epsilon, people: int):
    return 100 * noise_size(epsilon) / people
