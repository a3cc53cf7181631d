"""Accuracy against epsilon for a classifier of private class means."""

from dataclasses import dataclass

import numpy as np

from privlab.core.datasets import Dataset
from privlab.dp.class_means import PrivateClassMeans, clip_rows, exact_means, nearest


@dataclass(frozen=True, kw_only=True)
class AccuracyByEpsilon:
    """Test accuracy of private class means, mean and deviation over repeats."""

    data: str
    classes: int
    records: int
    norm: float
    delta: float
    epsilons: np.ndarray
    accuracy: np.ndarray
    deviation: np.ndarray
    without_privacy: float

    def at(self, epsilon: float) -> float:
        """The mean accuracy at the nearest epsilon that was tried."""
        return float(self.accuracy[np.argmin(abs(np.log(self.epsilons / epsilon)))])

    @property
    def summary(self) -> str:
        return (
            f"{self.records} records: {self.without_privacy:.0%} right in the open, "
            f"{self.at(1):.0%} at ε = 1, {self.at(0.1):.0%} at ε = 0.1."
        )


EPSILONS = np.geomspace(0.01, 10, 13)


def accuracy_by_epsilon(
    data: Dataset, *, records: int, norm: float, seed: int, delta=1e-5, repeats=10
) -> AccuracyByEpsilon:
    """Train nearest class means on ``records`` rows, test on a third of the data."""
    rng = np.random.default_rng(seed)
    train, test = data.split(1 / 3, rng=rng)
    train = train.rows(np.arange(min(records, len(train))))
    classes = len(data.target_names)

    def correct(means: np.ndarray, rows: np.ndarray) -> float:
        return float((nearest(means, rows) == test.target).mean())

    def trial(epsilon: float) -> float:
        private = PrivateClassMeans(epsilon=epsilon, delta=delta, norm=norm)
        means = private.release(train.features, train.target, classes, rng=rng)
        return correct(means, clip_rows(test.features, norm))

    trials = np.array([[trial(e) for _ in range(repeats)] for e in EPSILONS])
    return AccuracyByEpsilon(
        data=data.name.capitalize(),
        classes=classes,
        records=len(train),
        norm=norm,
        delta=delta,
        epsilons=EPSILONS,
        accuracy=trials.mean(axis=1),
        deviation=trials.std(axis=1, ddof=1),
        without_privacy=correct(
            exact_means(train.features, train.target, classes), test.features
        ),
    )
