"""How much Gaussian noise: the classical formula against the exact condition."""

from dataclasses import dataclass

import numpy as np

from privlab.core import checks
from privlab.dp.mechanisms import Gaussian, gaussian_delta


def classical_sigma(*, epsilon: float, delta: float) -> float:
    """``sqrt(2 ln(1.25 / delta)) / epsilon``, for a sensitivity of 1.

    Dwork and Roth 2014, Theorem A.1, which proves it for epsilon < 1 only.
    """
    checks.positive("epsilon", epsilon)
    checks.probability("delta", delta)
    return float(np.sqrt(2 * np.log(1.25 / delta)) / epsilon)


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Noise by either formula against epsilon, and the delta that it really keeps."""

    delta: float
    epsilons: np.ndarray
    classical: np.ndarray
    exact: np.ndarray
    classical_delta: np.ndarray

    @property
    def breaks_at(self) -> float:
        """The first epsilon at which the classical noise is too little."""
        return float(self.epsilons[np.argmax(self.classical_delta > self.delta)])

    @property
    def summary(self) -> str:
        return (
            f"δ = {self.delta:g}: at ε = 1 the classical noise is "
            f"{self.at_one:.2f} times what is needed; from about ε = "
            f"{self.breaks_at:.2g} on it is too little."
        )

    @property
    def at_one(self) -> float:
        """Classical noise over exact noise at epsilon = 1."""
        i = np.argmin(abs(self.epsilons - 1))
        return float(self.classical[i] / self.exact[i])


def calibration(*, delta: float) -> Calibration:
    """Both noises for 49 values of epsilon from 0.1 to 100, at one promised delta."""
    epsilons = np.geomspace(0.1, 100, 49)
    classical = np.array([classical_sigma(epsilon=e, delta=delta) for e in epsilons])
    pairs = zip(classical, epsilons, strict=True)
    return Calibration(
        delta=delta,
        epsilons=epsilons,
        classical=classical,
        exact=np.array(
            [Gaussian(epsilon=e, delta=delta, sensitivity=1).sigma for e in epsilons]
        ),
        classical_delta=np.array([gaussian_delta(s, e, 1) for s, e in pairs]),
    )
