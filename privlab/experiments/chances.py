"""What a promise (ε, δ) means in chances: for one person, and for a whole crowd."""

from dataclasses import dataclass

import numpy as np

from privlab.core import checks


@dataclass(frozen=True, kw_only=True)
class Chances:
    """The chance of some harm without a person's data, and the most it can be with."""

    epsilon: float
    answers: int
    without: float
    most: float

    @property
    def summary(self) -> str:
        return (
            f"ε = {self.epsilon:g}, {self.answers} times: a harm that meets "
            f"{self.without:.1%} anyway meets at most {self.most:.1%} of those who "
            "take part."
        )


def chances(*, epsilon: float, answers: int, without: float) -> Chances:
    """How much likelier any harm can become by taking part.

    ``most = min(e^(kε) p, 1 - e^(-kε) (1 - p))``: the definition (Dwork and Roth 2014,
    Definition 2.4) for the event and for its opposite, with k = ``answers`` composed
    (their Corollary 3.15). ``without`` is p, the chance if the person stays away.
    """
    checks.probability("without", without)
    total = checks.positive("epsilon", epsilon) * checks.whole("answers", answers)
    most = min(np.exp(total) * without, 1 - np.exp(-total) * (1 - without))
    return Chances(epsilon=epsilon, answers=answers, without=without, most=float(most))


@dataclass(frozen=True, kw_only=True)
class Published:
    """The chance that a δ hits somebody, for crowds of any size."""

    delta: float
    people: int
    crowds: np.ndarray
    chance: np.ndarray

    @property
    def here(self) -> float:
        """The chance in a crowd of ``people``."""
        return somebody(self.people, self.delta)

    @property
    def summary(self) -> str:
        return (
            f"δ = {self.delta:.2g}: among {self.people:,} people somebody's record is "
            f"published with a chance of {self.here:.2%}."
        )


def somebody(people, delta: float):
    """``1 - (1 - δ)^n``: the chance that at least one of n independent δs happens."""
    return -np.expm1(people * np.log1p(-delta))


def published(*, people: int, delta: float) -> Published:
    """A mechanism that publishes each record as it is with chance δ is (0, δ)-DP.

    Folklore as "name and shame"; Dwork and Roth 2014, section 2.3, warn of it. The
    promise is per person, the chance that somebody is hit grows with the crowd.
    """
    checks.probability("delta", delta)
    crowds = np.geomspace(10, 1e8, 200)
    return Published(
        delta=delta,
        people=checks.whole("people", people),
        crowds=crowds,
        chance=somebody(crowds, delta),
    )
