"""Many hospitals vote on images that belong to nobody: PATE on handwritten digits."""

import math
from dataclasses import dataclass

import numpy as np

from privlab.core.datasets import Dataset
from privlab.dp.mechanisms import Gaussian
from privlab.dp.pate import GNMax, count_votes, train_teachers

CLASSES = 10
DELTA = 1e-5


@dataclass(frozen=True, kw_only=True, eq=False)
class Nearest:
    """The label of the nearest stored point: ``points`` (m, d), ``labels`` (m,).

    With people's own images as points it is the most accurate model here and the worst
    for privacy: whoever has the model has the images.
    """

    points: np.ndarray
    labels: np.ndarray

    def distances(self, queries: np.ndarray) -> np.ndarray:
        """Squared distance of each query (q, d) to each stored point: (q, m)."""
        lengths = (queries**2).sum(axis=1)[:, None] + (self.points**2).sum(axis=1)
        return lengths - 2 * queries @ self.points.T

    def __call__(self, queries: np.ndarray) -> np.ndarray:
        return self.labels[self.distances(queries).argmin(axis=1)]


def nearest_image(features: np.ndarray, target: np.ndarray) -> Nearest:
    """A teacher: it stores every image of its people."""
    return Nearest(points=features, labels=target)


def nearest_mean(features: np.ndarray, target: np.ndarray) -> Nearest:
    """A student: it stores the mean image of each label that it was told."""
    labels = np.unique(target)
    means = [features[target == label].mean(axis=0) for label in labels]
    return Nearest(points=np.array(means), labels=labels)


def right(model, data: Dataset) -> float:
    """The share of ``data`` that ``model`` labels correctly."""
    return float((model(data.features) == data.target).mean())


@dataclass(frozen=True, kw_only=True, eq=False)
class Hospitals:
    """``private`` images in ``teachers`` hospitals, and their ``votes`` on ``public``.

    ``votes`` (q, 10) are secret; the labels of ``public`` serve to measure only.
    """

    private: Dataset
    public: Dataset
    test: Dataset
    teachers: int
    votes: np.ndarray

    @property
    def majority(self) -> float:
        """How often the hospitals' majority is right, without any noise."""
        return float((self.votes.argmax(axis=1) == self.public.target).mean())

    def student(self, aggregate: GNMax, *, queries: int, rng) -> Nearest:
        """A model from ``queries`` public images and their released labels only."""
        labels = aggregate.release(self.votes[:queries], rng=rng)
        return nearest_mean(self.public.features[:queries], labels)


def hospitals(data: Dataset, *, teachers: int, seed: int) -> Hospitals:
    """Three fifths of ``data`` private, one fifth public without labels, one to test.

    The same ``seed`` gives the same three parts for every number of teachers.
    """
    rng = np.random.default_rng(seed)
    private, rest = data.split(0.4, rng=rng)
    public, test = rest.split(0.5, rng=rng)
    models = train_teachers(
        nearest_image, private.features, private.target, teachers=teachers, rng=rng
    )
    return Hospitals(
        private=private,
        public=public,
        test=test,
        teachers=teachers,
        votes=count_votes(models, public.features, classes=CLASSES),
    )


def votes_for(*, epsilon: float, queries: int, delta: float = DELTA) -> GNMax:
    """The aggregator with the least noise that answers so many queries.

    All answers together are one Gaussian release of L2 sensitivity ``sqrt(2 queries)``.
    """
    gaussian = Gaussian(
        epsilon=epsilon, delta=delta, sensitivity=math.sqrt(2 * queries)
    )
    return GNMax(sigma=gaussian.sigma)


@dataclass(frozen=True, kw_only=True)
class StudentByTeachers:
    """Accuracy of the student, mean and deviation over repeats, by teachers (k,)."""

    epsilon: float
    delta: float
    queries: int
    sigma: float
    teachers: np.ndarray
    majority: np.ndarray
    accuracy: np.ndarray
    deviation: np.ndarray

    def at(self, teachers: int) -> float:
        """The mean accuracy with this many teachers."""
        return float(self.accuracy[list(self.teachers).index(teachers)])

    @property
    def summary(self) -> str:
        best = self.accuracy.argmax()
        return (
            f"ε = {self.epsilon:g} for {self.queries} labels, noise {self.sigma:.0f} "
            f"votes: the student is best, {self.accuracy[best]:.0%} right, with "
            f"{self.teachers[best]} teachers, and {self.accuracy[0]:.0%} with "
            f"{self.teachers[0]}."
        )


def student_by_teachers(
    schools: tuple[Hospitals, ...], *, epsilon: float, queries: int, seed: int
) -> StudentByTeachers:
    """Train a student ten times from each of ``schools`` at the same promise."""
    rng = np.random.default_rng(seed)
    aggregate = votes_for(epsilon=epsilon, queries=queries)

    def trial(school: Hospitals) -> float:
        return right(school.student(aggregate, queries=queries, rng=rng), school.test)

    trials = np.array([[trial(school) for _ in range(10)] for school in schools])
    return StudentByTeachers(
        epsilon=epsilon,
        delta=DELTA,
        queries=queries,
        sigma=aggregate.sigma,
        teachers=np.array([school.teachers for school in schools]),
        majority=np.array([school.majority for school in schools]),
        accuracy=trials.mean(axis=1),
        deviation=trials.std(axis=1, ddof=1),
    )
