"""One task, three kinds of trust: a curator, many hospitals, nobody."""

from dataclasses import dataclass

import numpy as np

from privlab.core.datasets import Dataset
from privlab.dp.class_means import PrivateClassMeans, clip_rows, nearest
from privlab.dp.mechanisms import Gaussian
from privlab.experiments.hospitals import (
    CLASSES,
    DELTA,
    hospitals,
    right,
    votes_for,
)

NORM = 60.0  # grey levels: the length to which an image is clipped
EPSILONS = np.array([0.25, 0.5, 1, 2, 4, 8, 16, 32])
TEACHERS, QUERIES = 200, 100
TRUSTED = ("a curator", "own hospital", "nobody")


@dataclass(frozen=True, kw_only=True)
class AccuracyByTrust:
    """Accuracy on unseen digits at each of ``epsilons`` (k,), by who is trusted.

    ``accuracy`` and ``deviation`` map each of ``TRUSTED`` to arrays (k,): mean and
    standard deviation of ten repeats.
    """

    people: int
    delta: float
    epsilons: np.ndarray
    accuracy: dict[str, np.ndarray]
    deviation: dict[str, np.ndarray]

    def at(self, trusted: str, epsilon: float) -> float:
        """The mean accuracy at one of ``epsilons``."""
        return float(self.accuracy[trusted][list(self.epsilons).index(epsilon)])

    @property
    def summary(self) -> str:
        shares = (f"{self.at(trusted, 1):.0%} ({trusted})" for trusted in TRUSTED)
        return (
            f"{self.people:,} people, ε = 1, right on unseen digits by who is "
            f"trusted: {', '.join(shares)}; guessing gives 10%."
        )


def accuracy_by_trust(data: Dataset, *, seed: int, repeats=10) -> AccuracyByTrust:
    """Class means from a curator's noise or everybody's own, and PATE, on ``data``.

    Neighbours: one person's image and label replaced. It moves the totals of the
    class means by ``2 NORM`` at most, in L2; without a curator each person covers
    their own totals with that noise, so n times its variance ends up in the sum.
    """
    rng = np.random.default_rng(seed)
    school = hospitals(data, teachers=TEACHERS, seed=seed)
    private, test = school.private, school.test
    means = PrivateClassMeans(epsilon=1, delta=DELTA, norm=NORM)
    totals = means.totals(private.features, private.target, CLASSES)

    def by_means(epsilon: float, people_with_noise: int) -> float:
        gaussian = Gaussian(epsilon=epsilon, delta=DELTA, sensitivity=2 * NORM)
        scale = np.sqrt(people_with_noise) * gaussian.sigma
        noisy = totals + rng.normal(scale=scale, size=totals.shape)
        found = nearest(means.means(noisy), clip_rows(test.features, NORM))
        return float((found == test.target).mean())

    def by_votes(epsilon: float) -> float:
        aggregate = votes_for(epsilon=epsilon, queries=QUERIES)
        return right(school.student(aggregate, queries=QUERIES, rng=rng), test)

    trials = {
        "a curator": lambda epsilon: by_means(epsilon, 1),
        "own hospital": by_votes,
        "nobody": lambda epsilon: by_means(epsilon, len(private)),
    }
    measured = {
        trusted: np.array([[trial(e) for _ in range(repeats)] for e in EPSILONS])
        for trusted, trial in trials.items()
    }
    return AccuracyByTrust(
        people=len(private),
        delta=DELTA,
        epsilons=EPSILONS,
        accuracy={name: found.mean(axis=1) for name, found in measured.items()},
        deviation={name: found.std(axis=1, ddof=1) for name, found in measured.items()},
    )
