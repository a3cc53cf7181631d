"""Promises against an adversary who can compute everything: which still hold."""

import math
from dataclasses import dataclass

import numpy as np

from privlab.dp.discrete import DiscreteLaplace
from privlab.he.context import SETS, Parameters
from privlab.he.security import MOST_BITS, MOST_BITS_QUANTUM


@dataclass(frozen=True, kw_only=True)
class Unbounded:
    """The best odds that any computation gets out of a noisy count.

    ``ratio`` is the largest likelihood ratio over all outputs, ``right`` how often the
    best of all guessers says correctly which of two equally likely worlds it was in,
    ``limit`` the most that epsilon allows.
    """

    epsilon: float
    ratio: float
    right: float
    limit: float

    @property
    def summary(self) -> str:
        return (
            f"ε = {self.epsilon:g}: the best guesser, with any computer, is right "
            f"{self.right:.1%} of the time; ε allows {self.limit:.1%}."
        )


def unbounded(*, epsilon: float, reach: int = 400) -> Unbounded:
    """Counts 42 and 43 behind exact noise, and the likelihood-ratio test between them.

    Nothing is sampled: the chances of the outputs are summed, ``reach`` or more each
    way.
    """
    mechanism = DiscreteLaplace(epsilon=epsilon, sensitivity=1)
    reach = max(reach, math.ceil(40 / epsilon))  # beyond it lies less than e^-40
    outputs = np.arange(42 - reach, 44 + reach)
    here, there = (mechanism.probability(outputs, value=v) for v in (42, 43))
    shown = np.minimum(here, there) > 1e-290  # smaller floats have fewer digits
    ratio = np.exp(np.abs(np.log(here[shown]) - np.log(there[shown])).max())
    grown = np.exp(epsilon)
    return Unbounded(
        epsilon=epsilon,
        ratio=float(ratio),
        right=float(np.maximum(here, there).sum() / 2),
        limit=float(grown / (1 + grown)),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class LatticeLimits:
    """The most bits of modulus at 128-bit security, and the course's own sets."""

    degrees: np.ndarray
    classical: np.ndarray
    quantum: np.ndarray
    sets: tuple[Parameters, ...]

    @property
    def lost(self) -> np.ndarray:
        """The share of the modulus that a quantum adversary costs, by degree."""
        return 1 - self.quantum / self.classical

    @property
    def safe(self) -> tuple[str, ...]:
        """The sets that keep 128 bits against a quantum computer."""
        return tuple(
            own.name
            for own in self.sets
            if own.modulus_bits <= MOST_BITS_QUANTUM[own.degree]
        )

    @property
    def summary(self) -> str:
        return (
            f"A quantum adversary costs {self.lost.min():.0%} to {self.lost.max():.0%} "
            f"of the modulus; {len(self.safe)} of {len(self.sets)} sets of this course "
            "keep 128 bits."
        )


def lattice_limits() -> LatticeLimits:
    """The two tables of ``he.security``, and the sets of ``he.context`` beside them."""
    degrees = list(MOST_BITS)
    return LatticeLimits(
        degrees=np.array(degrees),
        classical=np.array([MOST_BITS[n][0] for n in degrees]),
        quantum=np.array([MOST_BITS_QUANTUM[n] for n in degrees]),
        sets=SETS,
    )
