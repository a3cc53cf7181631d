"""Hospitals that refuse to answer where they are divided, and who learns from them."""

from dataclasses import dataclass

import numpy as np

from privlab.core.privacy import Privacy
from privlab.dp.pate import ConfidentGNMax
from privlab.experiments.hospitals import (
    DELTA,
    Hospitals,
    nearest_image,
    nearest_mean,
    right,
    votes_for,
)


@dataclass(frozen=True, kw_only=True)
class Confidence:
    """Confident votes at a ``threshold``, beside plain ones at the same epsilon.

    ``top`` (q,) is the largest count of votes on each query, ``majority_right`` (q,)
    whether that majority is right. The pairs are (confident, plain), means of ten
    repeats: the share of ``right_labels``, and the accuracy of two students, the
    ``copier`` that stores the labelled images and the ``averager`` of their means.
    """

    threshold: int
    teachers: int
    privacy: Privacy
    top: np.ndarray
    majority_right: np.ndarray
    answered: float
    right_labels: tuple[float, float]
    copier: tuple[float, float]
    averager: tuple[float, float]

    @property
    def summary(self) -> str:
        pairs = zip(self.right_labels, self.copier, self.averager, strict=True)
        confident, plain = (
            f"{labels:.0%} (copier {copier:.0%}, averager {averager:.0%})"
            for labels, copier, averager in pairs
        )
        return (
            f"Threshold {self.threshold} of {self.teachers} votes: {self.answered:.0f} "
            f"of {len(self.top)} labels given, right are {confident}; plain votes give "
            f"all, right are {plain}; both at ε = {self.privacy.epsilon:.1f}."
        )


def confidence(
    school: Hospitals, *, threshold: int, seed: int, repeats=10
) -> Confidence:
    """Have the public images labelled, by confident votes and by plain ones."""
    rng = np.random.default_rng(seed)
    images, truth = school.public.features, school.public.target
    confident = ConfidentGNMax(
        sigma=10, threshold=threshold, threshold_sigma=30, most=60
    )
    privacy = confident.privacy_after(len(truth), delta=DELTA)
    plain = votes_for(epsilon=privacy.epsilon, queries=len(truth))

    def trial(aggregate) -> tuple[float, ...]:
        labels = aggregate.release(school.votes, rng=rng)
        told = labels >= 0
        copier, averager = (
            right(fit(images[told], labels[told]), school.test)
            for fit in (nearest_image, nearest_mean)
        )
        return told.sum(), (labels == truth)[told].mean(), copier, averager

    (answered, *with_refusals), (_, *without) = (
        np.mean([trial(aggregate) for _ in range(repeats)], axis=0).tolist()
        for aggregate in (confident, plain)
    )
    right_labels, copier, averager = zip(with_refusals, without, strict=True)
    return Confidence(
        threshold=threshold,
        teachers=school.teachers,
        privacy=privacy,
        top=school.votes.max(axis=1),
        majority_right=school.votes.argmax(axis=1) == truth,
        answered=answered,
        right_labels=right_labels,
        copier=copier,
        averager=averager,
    )
