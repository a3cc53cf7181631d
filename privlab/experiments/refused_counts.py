"""A counter that refuses small counts, asked by somebody who may ask."""

from dataclasses import dataclass

import numpy as np

from privlab.attacks.differencing import Difference, Tracked, tracker
from privlab.attacks.linkage import groups
from privlab.core.privacy import Privacy
from privlab.dp.mechanisms import Laplace
from privlab.experiments.crowds import coarse
from privlab.experiments.linked_records import town


@dataclass(frozen=True, kw_only=True, eq=False)
class Counter:
    """Answers "how many?" exactly, unless fewer than ``least`` are counted, or left."""

    least: int

    def __call__(self, chosen: np.ndarray) -> float | None:
        count = int(chosen.sum())
        refused = count < self.least or count > len(chosen) - self.least
        return None if refused else float(count)


@dataclass(frozen=True, kw_only=True, eq=False)
class NoisyCounter:
    """Answers everything, each time with fresh Laplace noise; one person counts 1."""

    epsilon: float
    rng: np.random.Generator

    def __call__(self, chosen: np.ndarray) -> float:
        mechanism = Laplace(epsilon=self.epsilon, sensitivity=1)
        return mechanism.release(int(chosen.sum()), rng=self.rng)


@dataclass(frozen=True, kw_only=True, eq=False)
class Village:
    """``known`` (t, n) picks out each target; ``ill`` (n,) is the secret."""

    known: np.ndarray
    ill: np.ndarray
    women: np.ndarray

    def asked(self, counter, target: int) -> Tracked:
        """Whether one target is ill, by the general tracker with the women."""
        return tracker(counter, self.known[target] & self.ill, self.women)

    @property
    def truth(self) -> np.ndarray:
        """For each target (t,), whether they are ill."""
        return (self.known & self.ill).any(axis=1)


def village(*, residents: int, targets: int, seed: int) -> Village:
    """Residents whom postcode, year of birth and sex single out: the targets."""
    everyone = town(residents, seed)
    of_row = groups(coarse(everyone, years=1, postcodes=1))
    alone = np.flatnonzero(of_row.crowd == 1)[:targets]
    return Village(
        known=alone[:, None] == np.arange(residents),
        ill=everyone.diagnosis != "none",
        women=everyone.sex == "F",
    )


@dataclass(frozen=True, kw_only=True)
class NoisyAnswers:
    """What the tracker finds about ill and well people under noise."""

    epsilon: float
    ill: np.ndarray
    well: np.ndarray

    @property
    def total(self) -> Privacy:
        """What the four answers about one person cost together."""
        return Privacy(epsilon=self.epsilon).repeated(4)

    @property
    def right(self) -> float:
        """Right guesses if half of the targets were ill."""
        found = Difference(guess=self.ill).says_yes().mean()
        spared = 1 - Difference(guess=self.well).says_yes().mean()
        return float((found + spared) / 2)

    @property
    def summary(self) -> str:
        return (
            f"ε = {self.epsilon:g} an answer: the four answers say who is ill with "
            f"{self.right:.0%} right; 50% is guessing."
        )


def noisy_answers(*, epsilon: float, residents: int, targets: int, seed: int):
    """Track every target through a counter that adds noise."""
    people = village(residents=residents, targets=targets, seed=seed)
    counter = NoisyCounter(epsilon=epsilon, rng=np.random.default_rng(seed))
    counts = np.array(
        [people.asked(counter, target).count for target in range(len(people.known))]
    )
    return NoisyAnswers(
        epsilon=epsilon, ill=counts[people.truth], well=counts[~people.truth]
    )
