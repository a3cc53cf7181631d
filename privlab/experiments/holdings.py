"""Who holds which digits, in four ways to divide them among clients."""

from dataclasses import dataclass

import numpy as np

from privlab.core import datasets
from privlab.fl import partition

WAYS = ("shuffled", "label skew", "unequal sizes", "sorted by ink")


@dataclass(frozen=True, kw_only=True, eq=False)
class Holdings:
    """``counts`` (clients, classes) images that each client holds of each digit."""

    way: str
    counts: np.ndarray

    @property
    def commonest(self) -> float:
        """The share of all images that show their client's commonest digit."""
        return float(self.counts.max(axis=1).sum() / self.counts.sum())

    @property
    def summary(self) -> str:
        sizes = self.counts.sum(axis=1)
        return (
            f"{self.way}: {len(sizes)} clients hold {sizes.min()} to {sizes.max()} "
            f"images; {100 * self.commonest:.0f} % of all images show their client's "
            "commonest digit."
        )


def holdings(way: str, *, clients: int, alpha: float, seed: int) -> Holdings:
    """The digits in one of ``WAYS``; ``alpha`` is the Dirichlet's, where there is one.

    The ink of an image is the sum of its pixels.
    """
    data, rng = datasets.digits(), np.random.default_rng(seed)
    n = len(data)
    ways = {
        "shuffled": lambda: partition.iid(n, clients, rng=rng),
        "label skew": lambda: partition.dirichlet(
            data.target, clients, alpha=alpha, rng=rng
        ),
        "unequal sizes": lambda: partition.quantity(n, clients, alpha=alpha, rng=rng),
        "sorted by ink": lambda: partition.by_feature(
            data.features.sum(axis=1), clients
        ),
    }
    if way not in ways:
        raise ValueError(f"way={way!r} must be one of {', '.join(WAYS)}")
    return Holdings(way=way, counts=ways[way]().counts(data.target, 10))
