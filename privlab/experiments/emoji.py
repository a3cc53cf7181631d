"""Which emoji do people use? A local survey of many values, one report each."""

from dataclasses import dataclass

import numpy as np

from privlab.dp.local import (
    Frequencies,
    KaryRandomizedResponse,
    OptimisedUnaryEncoding,
    SymmetricUnaryEncoding,
)

EMOJI = ("joy", "heart", "fire", "wink", "tears", "rose", "party", "snow")
EMOJI += ("cat", "sun", "bread", "tram", "kite", "onion", "anchor", "abacus")
PROTOCOLS = {
    "k-ary response": KaryRandomizedResponse,
    "symmetric bits": SymmetricUnaryEncoding,
    "optimised bits": OptimisedUnaryEncoding,
}
SIZES = np.unique(np.geomspace(2, 1000, 60).round().astype(int))


def favourites(people: int) -> np.ndarray:
    """An emoji (0 .. 15) for each of ``people``, the r-th used in proportion to 1/r."""
    weights = 1 / np.arange(1, len(EMOJI) + 1)
    limits = np.cumsum(weights / weights.sum())[:-1]
    return np.searchsorted(limits, (np.arange(people) + 0.5) / people)


@dataclass(frozen=True, kw_only=True)
class EmojiSurvey:
    """The true ``shares`` (16,) of the emoji among ``people``, and the estimated."""

    protocol: str
    epsilon: float
    people: int
    shares: np.ndarray
    estimated: Frequencies

    @property
    def error(self) -> float:
        """The root mean square error of the 16 shares."""
        return float(np.sqrt(np.mean((self.estimated.shares - self.shares) ** 2)))

    @property
    def summary(self) -> str:
        return (
            f"{self.protocol.capitalize()}, {self.people:,} reports at ε = "
            f"{self.epsilon:g}: the shares are off by {self.error:.1%} of the people."
        )


def emoji_survey(*, protocol: str, epsilon: float, people: int, seed: int):
    """Everybody sends one report about their favourite emoji."""
    rng = np.random.default_rng(seed)
    values = favourites(people)
    local = PROTOCOLS[protocol](epsilon=epsilon, size=len(EMOJI))
    return EmojiSurvey(
        protocol=protocol,
        epsilon=epsilon,
        people=people,
        shares=np.bincount(values, minlength=len(EMOJI)) / people,
        estimated=local.estimate(local.release(values, rng=rng)),
    )


@dataclass(frozen=True, kw_only=True)
class ErrorBySize:
    """Standard error of a rare value's share, by the number of values to choose from.

    ``errors`` maps each protocol's name to an array like ``sizes``.
    """

    epsilon: float
    people: int
    sizes: np.ndarray
    errors: dict[str, np.ndarray]

    @property
    def crossing(self) -> float:
        """Where bits become better: ``3 e^eps + 2`` values (Wang et al. 2017, 5.2)."""
        return float(3 * np.exp(self.epsilon) + 2)

    @property
    def summary(self) -> str:
        return (
            f"ε = {self.epsilon:g}, {self.people:,} people: beyond "
            f"{self.crossing:.1f} values optimised bits beat one k-ary answer."
        )


def error_by_size(*, epsilon: float, people: int) -> ErrorBySize:
    """The three protocols for 2 to 1,000 values."""

    def error(protocol: type, size: int) -> float:
        local = protocol(epsilon=epsilon, size=int(size))
        return np.sqrt(local.variance(people))

    return ErrorBySize(
        epsilon=epsilon,
        people=people,
        sizes=SIZES,
        errors={
            name: np.array([error(protocol, size) for size in SIZES])
            for name, protocol in PROTOCOLS.items()
        },
    )
