"""A classifier that is one private release: the noisy mean of every class."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from privlab.core import checks
from privlab.core.privacy import Privacy
from privlab.dp.mechanisms import Gaussian


def clip_rows(rows: np.ndarray, norm: float) -> np.ndarray:
    """Shrink every row of ``rows`` (n, d) whose length exceeds ``norm`` to ``norm``.

    ``x * min(1, norm / ||x||)`` (Abadi et al. 2016, Algorithm 1): the direction
    stays. It costs one person nothing to be far out, and it bounds their influence.
    """
    checks.positive("norm", norm)
    lengths = np.linalg.norm(checks.finite("rows", rows), axis=1, keepdims=True)
    return rows / np.maximum(1, lengths / norm)


@dataclass(frozen=True, kw_only=True)
class PrivateClassMeans:
    """The mean of each class, released once under (epsilon, delta).

    Every person adds ``(clip(x), norm)`` to the total of their own class: the last
    entry counts them. Neighbours: one person added or removed, which moves the
    (classes, d + 1) totals by at most ``sqrt(2) norm`` in L2. Gaussian noise of the
    analytic size (Balle & Wang 2018) covers all totals at once.
    """

    epsilon: float
    delta: float
    norm: float

    @property
    def sensitivity(self) -> float:
        return np.sqrt(2) * self.norm

    @cached_property
    def mechanism(self) -> Gaussian:
        return Gaussian(
            epsilon=self.epsilon, delta=self.delta, sensitivity=self.sensitivity
        )

    @property
    def privacy(self) -> Privacy:
        return self.mechanism.privacy

    def totals(self, features, target, classes: int) -> np.ndarray:
        """The exact totals (classes, d + 1); secret until ``release``."""
        clipped = clip_rows(features, self.norm)
        marked = np.column_stack([clipped, np.full(len(target), self.norm)])
        members = np.arange(classes)[:, None] == target
        return members.astype(float) @ marked

    def means(self, totals: np.ndarray) -> np.ndarray:
        """Totals to class means (classes, d); a count below one is taken as one."""
        counts = np.maximum(totals[:, -1:] / self.norm, 1)
        return totals[:, :-1] / counts

    def release(self, features, target, classes: int, *, rng) -> np.ndarray:
        """The private class means (classes, d)."""
        totals = self.totals(features, target, classes)
        return self.means(self.mechanism.release(totals, rng=rng))


def exact_means(features: np.ndarray, target: np.ndarray, classes: int) -> np.ndarray:
    """The true class means (classes, d), for comparison: no privacy at all."""
    return np.array([features[target == c].mean(axis=0) for c in range(classes)])


def nearest(means: np.ndarray, features: np.ndarray) -> np.ndarray:
    """The class whose mean lies nearest to each row of ``features`` (n, d)."""
    # ||x - m||² = ||x||² - 2 x·m + ||m||², and ||x||² is the same for every class
    return np.argmin((means**2).sum(axis=1) - 2 * features @ means.T, axis=1)
