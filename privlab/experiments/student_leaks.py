"""What a published model says about who was in its data."""

from dataclasses import dataclass

import numpy as np

from privlab.attacks.membership import MembershipResult, membership
from privlab.experiments.hospitals import (
    Hospitals,
    Nearest,
    nearest_image,
    nearest_mean,
    votes_for,
)


def closeness(model: Nearest, features: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Minus the squared distance to the nearest stored point of each record's label.

    In grey levels squared: 0, the largest, for a record that the model has stored.
    """
    own = model.labels == target[:, None]
    return -np.where(own, model.distances(features), np.inf).min(axis=1)


@dataclass(frozen=True, kw_only=True)
class ModelLeaks:
    """A membership attack on three models.

    The ``shared`` one stores all private images, the ``student`` learned from noisy
    votes, and the ``control`` from true public labels: it knows nothing of anybody.
    """

    epsilon: float
    teachers: int
    shared: MembershipResult
    student: MembershipResult
    control: MembershipResult

    @property
    def summary(self) -> str:
        return (
            f"A member outscores another person {self.shared.auc:.0%} of the time for "
            f"the model of all images, {self.student.auc:.0%} for the student at ε = "
            f"{self.epsilon:g}, {self.control.auc:.0%} for one that never saw a vote."
        )


def model_leaks(school: Hospitals, *, epsilon: float, seed: int) -> ModelLeaks:
    """Score members and others by how close each model comes to them."""
    rng = np.random.default_rng(seed)
    members, others, queries = school.private, school.test, len(school.votes)
    aggregate = votes_for(epsilon=epsilon, queries=queries)

    def attacked(model: Nearest) -> MembershipResult:
        return membership(
            closeness(model, members.features, members.target),
            closeness(model, others.features, others.target),
        )

    return ModelLeaks(
        epsilon=epsilon,
        teachers=school.teachers,
        shared=attacked(nearest_image(members.features, members.target)),
        student=attacked(school.student(aggregate, queries=queries, rng=rng)),
        control=attacked(nearest_mean(school.public.features, school.public.target)),
    )
