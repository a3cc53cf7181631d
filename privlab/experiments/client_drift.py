"""Client drift: what a mean of clients misses after several local steps."""

from dataclasses import dataclass

import numpy as np

from privlab.experiments.tumour_clinics import tumour_clinics

RATE = 0.1
STEPS = np.arange(1, 51)


@dataclass(frozen=True, kw_only=True, eq=False)
class ClientDrift:
    """One round from the zero model, with every number of local ``STEPS``.

    ``local`` (steps + 1, k, d) are the clinics' models on their way, ``pooled``
    (steps + 1, d) that of descent on all tumours together.
    """

    skew: float
    steps: int
    local: np.ndarray
    pooled: np.ndarray
    mean: np.ndarray

    @property
    def gaps(self) -> np.ndarray:
        """``|mean - pooled| / |pooled|`` after 1, 2, ... local steps."""
        apart = np.linalg.norm(self.mean - self.pooled, axis=1)[1:]
        return apart / np.linalg.norm(self.pooled, axis=1)[1:]

    @property
    def gap(self) -> float:
        """The gap after the chosen number of steps."""
        return float(self.gaps[self.steps - 1])

    @property
    def plane(self) -> np.ndarray:
        """Two orthonormal directions (2, d): of the pooled way, and of most spread."""
        ahead = self.pooled[-1] / np.linalg.norm(self.pooled[-1])
        spread = self.local[-1] - self.mean[-1]
        across = np.linalg.svd(spread - np.outer(spread @ ahead, ahead))[2][0]
        return np.stack([ahead, across * np.sign(across[np.abs(across).argmax()])])

    @property
    def summary(self) -> str:
        return (
            f"Skew {self.skew:.0%}, {self.steps} local step{'s' * (self.steps > 1)}: "
            f"the clinics' mean is {self.gap:.1%} of the way off the pooled model."
        )


def client_drift(*, skew: float, steps: int, seed: int) -> ClientDrift:
    """Ten clinics of equal size descend from the same zero model, rate 0.1."""
    clinics = tumour_clinics(skew=skew, seed=seed)
    width = clinics.signed.shape[2]
    local, pooled = [np.zeros((len(clinics.sizes), width))], [np.zeros((1, width))]
    for _ in STEPS:
        local.append(clinics.local(local[-1], steps=1, rate=RATE))
        pooled.append(clinics.together.local(pooled[-1], steps=1, rate=RATE))
    return ClientDrift(
        skew=skew,
        steps=steps,
        local=np.array(local),
        pooled=np.array(pooled)[:, 0],
        mean=clinics.weights @ np.array(local),
    )
