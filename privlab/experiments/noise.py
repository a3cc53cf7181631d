"""Noisy counts: two neighbouring worlds, repeated questions, long lists of counts."""

from dataclasses import dataclass

import numpy as np

from privlab.core.privacy import Privacy
from privlab.dp.mechanisms import Gaussian, Laplace

COUNTS = (42, 43)


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """The density of a noisy count in two neighbouring worlds, over ``outputs``."""

    epsilon: float
    published: float
    outputs: np.ndarray
    densities: tuple[np.ndarray, np.ndarray]
    at_published: tuple[float, float]

    @property
    def ratio(self) -> float:
        return max(self.at_published) / min(self.at_published)

    @property
    def summary(self) -> str:
        return (
            f"Publishing {self.published:g} is {self.ratio:.2f} times likelier in one "
            f"world than in the other; the limit at ε = {self.epsilon:g} is "
            f"{np.exp(self.epsilon):.2f}."
        )


def neighbours(*, epsilon: float, published: float) -> Neighbours:
    """A count of 42 or 43 people under Laplace noise: two worlds, one person apart."""
    mechanism = Laplace(epsilon=epsilon, sensitivity=1)
    outputs = np.linspace(32, 53, 421)
    first, second = COUNTS
    return Neighbours(
        epsilon=epsilon,
        published=published,
        outputs=outputs,
        densities=(
            mechanism.density(outputs, value=first),
            mechanism.density(outputs, value=second),
        ),
        at_published=(
            float(mechanism.density(published, value=first)),
            float(mechanism.density(published, value=second)),
        ),
    )


@dataclass(frozen=True, kw_only=True)
class RepeatedQuestion:
    """The average of many noisy answers to one question, in two worlds."""

    questions: int
    each: Privacy
    averages: tuple[np.ndarray, np.ndarray]

    @property
    def total(self) -> Privacy:
        return self.each.repeated(self.questions)

    @property
    def right_guesses(self) -> float:
        middle = sum(COUNTS) / 2
        first, second = self.averages
        return float(((first < middle).mean() + (second > middle).mean()) / 2)

    @property
    def summary(self) -> str:
        answers = f"{self.questions} answer{'s' * (self.questions > 1)}"
        return (
            f"{answers} at ε = {self.each.epsilon:g} each: the average names the right "
            f"world {self.right_guesses:.0%} of the time; in total ε = "
            f"{self.total.epsilon:g}."
        )


def repeated_question(*, questions: int, epsilon: float, seed: int, trials=2_000):
    """Ask for the same noisy count again and again, and average the answers."""
    mechanism = Laplace(epsilon=epsilon, sensitivity=1)
    rng = np.random.default_rng(seed)

    def average(count: int) -> np.ndarray:
        exact = np.full((trials, questions), float(count))
        return mechanism.release(exact, rng=rng).mean(axis=1)

    return RepeatedQuestion(
        questions=questions,
        each=mechanism.privacy,
        averages=(average(COUNTS[0]), average(COUNTS[1])),
    )


@dataclass(frozen=True, kw_only=True)
class NoiseByLength:
    """Noise on each entry of a list of counts, by the length of the list."""

    epsilon: float
    delta: float
    lengths: np.ndarray
    laplace: np.ndarray
    gaussian: np.ndarray

    @property
    def crossing(self) -> int:
        """The first length at which Gaussian noise is the smaller."""
        return int(self.lengths[np.argmax(self.gaussian < self.laplace)])

    @property
    def summary(self) -> str:
        return (
            f"ε = {self.epsilon:g}: from {self.crossing} counts on, Gaussian noise "
            f"with δ = {self.delta:g} is smaller than Laplace noise."
        )


def noise_by_length(*, epsilon: float, delta: float) -> NoiseByLength:
    """The standard deviation of each kind of noise when one person moves every count.

    One person changes each of d counts by at most 1: d in L1, sqrt(d) in L2.
    """
    lengths = np.arange(1, 1001)
    one = Gaussian(epsilon=epsilon, delta=delta, sensitivity=1).sigma
    return NoiseByLength(
        epsilon=epsilon,
        delta=delta,
        lengths=lengths,
        laplace=np.sqrt(2) * lengths / epsilon,
        gaussian=one * np.sqrt(lengths),
    )
