"""Some clients a round: which mean of the drawn ones aims at the mean of all."""

from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

from privlab.core import checks
from privlab.experiments.weighted_mean import weighted_mean

BY_SIZE, RATIO, PLAIN, SCALED = (
    "drawn by size",
    "n_k / drawn patients",
    "1 / drawn clinics",
    "n_k / n · N / m",
)
SCHEMES = (BY_SIZE, RATIO, PLAIN, SCALED)


@cache
def subsets(clients: int, drawn: int) -> np.ndarray:
    """All equally likely draws without replacement, as rows of 0 and 1."""
    if checks.whole("drawn", drawn) > clients:
        raise ValueError(f"drawn={drawn} must be <= {clients}, the number of clients")
    chosen = np.array(list(combinations(range(clients), drawn)))
    return np.eye(clients)[chosen].sum(axis=1)


def weights_of_drawn(sizes: np.ndarray, drawn: np.ndarray, scheme: str) -> np.ndarray:
    """The weights (draws, N) that the server gives, for draws (draws, N) of 0 and 1.

    RATIO is Algorithm 1 of McMahan et al. 2017 as corrected, and Flower's FedAvg;
    SCALED is the estimator of Horvitz and Thompson 1952.
    """
    count = drawn.sum(axis=1, keepdims=True)
    if scheme == RATIO:
        return drawn * sizes / (drawn @ sizes)[:, None]
    if scheme == PLAIN:
        return drawn / count
    if scheme == SCALED:
        return drawn * sizes / sizes.sum() * len(sizes) / count
    raise ValueError(f"scheme={scheme!r} has no weights for those drawn")


def moments(sizes, updates, *, drawn: int, scheme: str) -> tuple[float, float]:
    """Bias and standard deviation of the server's mean of ``updates`` (N,), exactly.

    Drawn by size, with replacement and plainly averaged: mean ``sum w_k u_k`` with
    ``w_k = n_k / n``, variance ``(sum w_k u_k^2 - mean^2) / m``. Else by going through
    all draws.
    """
    weights = sizes / sizes.sum()
    target = weights @ updates
    if scheme == BY_SIZE:
        return 0.0, float(np.sqrt(weights @ (updates - target) ** 2 / drawn))
    draws = subsets(len(sizes), drawn)
    found = weights_of_drawn(sizes, draws, scheme) @ updates
    return float(found.mean() - target), float(found.std())


@dataclass(frozen=True, kw_only=True)
class ClientSampling:
    """Bias and deviation (N,) of each scheme's mean when 1, ..., N are drawn."""

    drawn: int
    sizes: np.ndarray
    updates: np.ndarray
    bias: dict[str, np.ndarray]
    deviation: dict[str, np.ndarray]

    def error(self, scheme: str) -> float:
        """The root of the mean squared error at the chosen number."""
        at = self.drawn - 1
        return float(np.hypot(self.bias[scheme][at], self.deviation[scheme][at]))

    @property
    def summary(self) -> str:
        at = self.drawn - 1
        each = (
            f"{name} {round(self.bias[name][at], 1) + 0.0:+.1f} "
            f"± {self.deviation[name][at]:.1f}"
            for name in SCHEMES
        )
        return (
            f"{self.drawn} of {len(self.sizes)} drawn, bias ± s.d.: {', '.join(each)}."
        )


def client_sampling(
    *, drawn: int, ratio: float, model: float, seed: int
) -> ClientSampling:
    """Ten clinics, the larger the more ill; each would move ``model`` to its mean."""
    split = weighted_mean(ratio=ratio, link=1, seed=seed)
    sizes, updates = split.sizes, split.means - model
    numbers = range(1, len(sizes) + 1)
    table = {
        scheme: np.array(
            [moments(sizes, updates, drawn=m, scheme=scheme) for m in numbers]
        ).T
        for scheme in SCHEMES
    }
    return ClientSampling(
        drawn=drawn,
        sizes=sizes,
        updates=updates,
        bias={scheme: both[0] for scheme, both in table.items()},
        deviation={scheme: both[1] for scheme, both in table.items()},
    )
