"""Finding frequent words among too many to list, with one local report per person."""

from dataclasses import dataclass

import numpy as np

from privlab.core import checks
from privlab.core.privacy import Privacy
from privlab.dp.local import Frequencies, OptimisedUnaryEncoding


@dataclass(frozen=True, kw_only=True, eq=False)
class HeavyHitters:
    """The likeliest ``words``, best first, and their frequencies in the last group.

    Chosen because they looked large, they are on average not quite as large.
    """

    words: tuple[str, ...]
    frequencies: Frequencies


@dataclass(frozen=True, kw_only=True)
class PrefixSearch:
    """The ``keep`` likeliest words of ``length`` letters, grown letter by letter.

    People are divided into ``length`` groups. Group i is asked which of the prefixes
    that group i - 1 kept, each with every letter of ``alphabet`` added, begins their
    word, if any: one report under ``OptimisedUnaryEncoding``, so epsilon-DP for each
    person. A simple form of the prefix extending method (Wang, Li & Jha 2017); a word
    whose beginning looks rare in one group is lost.
    """

    epsilon: float
    alphabet: str
    length: int
    keep: int

    def __post_init__(self):
        checks.positive("epsilon", self.epsilon)
        checks.whole("length", self.length)
        checks.whole("keep", self.keep)
        if not self.alphabet or len(set(self.alphabet)) < len(self.alphabet):
            raise ValueError(f"alphabet={self.alphabet!r} must be different letters")

    @property
    def privacy(self) -> Privacy:
        return Privacy(epsilon=self.epsilon)

    def release(self, words: list[str], *, rng: np.random.Generator) -> HeavyHitters:
        """What the server finds, if each of n people has one of ``words`` (n,)."""
        prefixes = [""]
        for group in np.array_split(rng.permutation(self._whole(words)), self.length):
            candidates = [start + end for start in prefixes for end in self.alphabet]
            seen = self._asked(group, candidates, rng)
            best = np.argsort(-seen.shares[:-1], kind="stable")[: self.keep]
            prefixes = [candidates[i] for i in best]
        errors = seen.standard_errors[best]
        return HeavyHitters(
            words=tuple(prefixes),
            frequencies=Frequencies(shares=seen.shares[best], standard_errors=errors),
        )

    def _asked(self, words, candidates: list[str], rng) -> Frequencies:
        """Which candidate begins each word; the last value says "none of them"."""
        depth, none = len(candidates[0]), len(candidates)
        oracle = OptimisedUnaryEncoding(epsilon=self.epsilon, size=none + 1)
        places = {candidate: i for i, candidate in enumerate(candidates)}
        values = np.array([places.get(word[:depth], none) for word in words])
        return oracle.estimate(oracle.release(values, rng=rng))

    def _whole(self, words) -> np.ndarray:
        for word in words:
            if len(word) != self.length or not set(word) <= set(self.alphabet):
                raise ValueError(
                    f"the word {word!r} must be {self.length} of {self.alphabet!r}"
                )
        if len(words) < self.length:
            raise ValueError(
                f"{len(words)} words: each of {self.length} groups needs 1"
            )
        return np.array(words)
