"""Which new words do people type? Heavy hitters among half a million."""

from dataclasses import dataclass
from string import ascii_lowercase

import numpy as np

from privlab.dp.heavy_hitters import HeavyHitters, PrefixSearch

COMMON = {"haha": 0.20, "okay": 0.12, "love": 0.09, "yeet": 0.07}
COMMON |= {"rain": 0.05, "nope": 0.04, "cool": 0.03, "sure": 0.02}
LENGTH = 4


def typed_words(people: int, *, rng: np.random.Generator) -> list[str]:
    """A four-letter word for each of ``people``: ``COMMON``, or else random letters."""
    letters = rng.choice(list(ascii_lowercase), size=(people, LENGTH))
    words = np.array(["".join(row) for row in letters])
    limits = np.cumsum(list(COMMON.values()))
    which = np.searchsorted(limits, rng.random(people))
    common = np.array([*COMMON, ""])[which]
    return np.where(common == "", words, common).tolist()


@dataclass(frozen=True, kw_only=True)
class TypedWords:
    """What the collector ``found``; ``shares`` (8,) of the common words in truth."""

    people: int
    epsilon: float
    bits: int
    shares: np.ndarray
    found: HeavyHitters

    @property
    def hits(self) -> tuple[str, ...]:
        """The common words that were found."""
        return tuple(word for word in COMMON if word in self.found.words)

    def estimate(self, word: str) -> tuple[float, float]:
        """The estimated share of a found word, and its standard error."""
        place = self.found.words.index(word)
        frequencies = self.found.frequencies
        return float(frequencies.shares[place]), float(
            frequencies.standard_errors[place]
        )

    @property
    def summary(self) -> str:
        return (
            f"{self.people:,} people at ε = {self.epsilon:g}, {self.bits} bits each: "
            f"{len(self.hits)} of the {len(COMMON)} common words found."
        )


def find_words(*, people: int, epsilon: float, keep: int, seed: int) -> TypedWords:
    """Everybody sends one report; the collector grows ``keep`` likely beginnings."""
    rng = np.random.default_rng(seed)
    words = typed_words(people, rng=rng)
    search = PrefixSearch(
        epsilon=epsilon, alphabet=ascii_lowercase, length=LENGTH, keep=keep
    )
    return TypedWords(
        people=people,
        epsilon=epsilon,
        bits=keep * len(ascii_lowercase) + 1,
        shares=np.array([words.count(word) / people for word in COMMON]),
        found=search.release(words, rng=rng),
    )
