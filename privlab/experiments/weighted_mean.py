"""Two means of clinics' means: each clinic counts once, or each patient does."""

from dataclasses import dataclass

import numpy as np

from privlab.core.datasets import diabetes
from privlab.experiments.uneven_splits import partly_sorted, rising_sizes

CLINICS = 10
SPLITS = 300


@dataclass(frozen=True, kw_only=True)
class WeightedMean:
    """Clinics' ``sizes`` (k,) and ``means`` (k,) in one split, and means of them all.

    ``errors`` (splits,) are those of the plain mean, over many random splits.
    """

    link: float
    sizes: np.ndarray
    means: np.ndarray
    pooled: float
    errors: np.ndarray

    @property
    def weights(self) -> np.ndarray:
        """Each clinic's share of the patients, ``n_k / n``."""
        return self.sizes / self.sizes.sum()

    @property
    def plain(self) -> float:
        """``(1/N) sum_k mean_k``."""
        return float(self.means.mean())

    @property
    def weighted(self) -> float:
        """``sum_k (n_k / n) mean_k``."""
        return float(self.weights @ self.means)

    @property
    def by_covariance(self) -> float:
        """``-N cov(n_k / n, mean_k)``: what the plain mean is off by."""
        return -len(self.sizes) * np.cov(self.weights, self.means, bias=True)[0, 1]

    @property
    def summary(self) -> str:
        return (
            f"Largest clinic {self.sizes.max()} patients, smallest {self.sizes.min()}, "
            f"link {self.link:g}: over {len(self.errors)} splits the plain mean is off "
            f"by {self.errors.mean():+.1f} on average, deviation "
            f"{self.errors.std():.1f}; the weighted mean by 0."
        )


def weighted_mean(*, ratio: float, link: float, seed: int) -> WeightedMean:
    """Split the diabetes patients over ten clinics, many times, and average.

    A share ``link`` of the patients goes to a clinic that is the larger, the more ill
    they are; chance places the others.
    """
    scores, rng = diabetes().target, np.random.default_rng(seed)
    split = scores[partly_sorted(scores, link, splits=SPLITS, rng=rng)]
    sizes = rising_sizes(len(scores), CLINICS, ratio)
    first_rows = np.cumsum(sizes) - sizes
    means = np.add.reduceat(split, first_rows, axis=1) / sizes
    return WeightedMean(
        link=link,
        sizes=sizes,
        means=means[0],
        pooled=float(scores.mean()),
        errors=means.mean(axis=1) - scores.mean(),
    )


def plain_deviation(scores: np.ndarray, sizes: np.ndarray) -> float:
    """The deviation of the plain mean from the pooled one, over random splits.

    ``S sqrt(sum_k 1/n_k / N^2 - 1/n)`` with S^2 the variance of the scores (n - 1 in
    the denominator), from the finite-population formula (Cochran 1977, section 2.6).
    """
    spread = (1 / sizes).sum() / len(sizes) ** 2 - 1 / sizes.sum()
    return float(np.std(scores, ddof=1) * np.sqrt(max(spread, 0.0)))
