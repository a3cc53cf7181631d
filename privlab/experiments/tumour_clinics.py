"""Ten clinics with tumours: logistic regression on rows that stay where they are."""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from privlab.core.datasets import breast_cancer
from privlab.experiments.uneven_splits import partly_sorted, rising_sizes

CLINICS = 10
DECAY = 0.1


@dataclass(frozen=True, kw_only=True, eq=False)
class Clinics:
    """``signed`` (k, m, d): y x of each tumour (y = -1 or 1); ``sizes`` (k,) are n_k.

    Clinics with fewer than m tumours end in rows of zeros, which add nothing to a
    gradient. Models are ``theta`` (k, d), one for each clinic, or (d,), the same.
    """

    signed: np.ndarray
    sizes: np.ndarray

    @property
    def weights(self) -> np.ndarray:
        """``n_k / n``."""
        return self.sizes / self.sizes.sum()

    def gradients(self, theta: np.ndarray) -> np.ndarray:
        """Of each clinic's ``mean ln(1 + e^(-y x theta)) + DECAY |theta|^2 / 2``."""
        margins = (self.signed @ theta[..., None])[..., 0]
        pull = (expit(-margins)[:, None] @ self.signed)[:, 0]
        return DECAY * theta - pull / self.sizes[:, None]

    def losses(self, theta: np.ndarray) -> np.ndarray:
        """Each clinic's loss (k,) at its model."""
        margins = (self.signed @ theta[..., None])[..., 0]
        there = np.arange(margins.shape[1]) < self.sizes[:, None]
        fits = (np.logaddexp(0, -margins) * there).sum(axis=1) / self.sizes
        return fits + DECAY / 2 * (theta**2).sum(axis=-1)

    def loss(self, theta: np.ndarray) -> float:
        """The loss of one model (d,) on all tumours, wherever they are."""
        return float(self.weights @ self.losses(theta))

    def local(self, theta: np.ndarray, *, steps: int, rate: float) -> np.ndarray:
        """Each clinic's model (k, d) after ``steps`` of descent on all its rows."""
        local = np.broadcast_to(theta, (len(self.sizes), theta.shape[-1]))
        for _ in range(steps):
            local = local - rate * self.gradients(local)
        return local

    def only(self, client: int) -> "Clinics":
        """One of the clinics by itself."""
        one = slice(client, client + 1)
        return Clinics(signed=self.signed[one], sizes=self.sizes[one])

    @cached_property
    def together(self) -> "Clinics":
        """All tumours in one clinic, which nobody has: to compare with."""
        there = np.arange(self.signed.shape[1]) < self.sizes[:, None]
        return Clinics(signed=self.signed[there][None], sizes=self.sizes.sum()[None])


@cache
def tumours() -> tuple[np.ndarray, np.ndarray]:
    """Standardised measurements with a column of ones (569, 31), and labels -1, 1."""
    data = breast_cancer()
    scaled = (data.features - data.features.mean(axis=0)) / data.features.std(axis=0)
    return np.column_stack([scaled, np.ones(len(data))]), 2 * data.target - 1


def tumour_clinics(*, skew: float, seed: int, ratio: float = 1) -> Clinics:
    """Divide the tumours: a share ``skew`` sorted by label, the others by chance.

    The last clinic is about ``ratio`` times as large as the first.
    """
    rows, labels = tumours()
    rng = np.random.default_rng(seed)
    order = partly_sorted(labels, skew, splits=1, rng=rng)[0]
    sizes = rising_sizes(len(labels), CLINICS, ratio)
    signed = np.zeros((CLINICS, sizes.max(), rows.shape[1]))
    parts = np.split((rows * labels[:, None])[order], np.cumsum(sizes)[:-1])
    for clinic, part in zip(signed, parts, strict=True):
        clinic[: len(part)] = part
    return Clinics(signed=signed, sizes=sizes)


@cache
def least_loss() -> float:
    """The smallest loss that any model has on all tumours."""
    every = tumour_clinics(skew=0, seed=0).together
    found = minimize(
        every.loss,
        np.zeros(every.signed.shape[2]),
        jac=lambda theta: every.gradients(theta)[0],
        method="BFGS",
        options={"gtol": 1e-10},
    )
    return float(found.fun)
