"""Private values found by patterns and by word lists, and what finding them misses."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from privlab.lm.corpus import Line

# What each number looks like when printed, and as people type it. The longer kinds come
# first: the head of a mobile number looks like a phone number.
PRINTED = {
    "card": r"\d{16}",
    "resident_id": r"\d{17}[\dX]",
    "mobile": r"1\d{10}",
    "phone": r"\d{3}-\d{4}",
}
TYPED = {
    "card": r"\d{4}([ -]?\d{4}){3}",
    "resident_id": r"\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx]",
    "mobile": r"1\d{2}[ -]?\d{4}[ -]?\d{4}",
    "phone": r"\d{3}[ .-]?\d{4}",
}


@dataclass(frozen=True, kw_only=True)
class Found:
    """A private value of some ``kind`` in ``text[start:stop]``."""

    kind: str
    start: int
    stop: int


@dataclass(frozen=True, kw_only=True)
class Scrubber:
    """Finds numbers by ``patterns`` and words by ``lists``, each by kind.

    Words that follow each other, as a given and a family name, are one find. Patterns
    come first, in their order. ``flags`` are those of ``re``; ``ValueError`` for a
    scrubber that can find nothing, or a kind that is no Python name.
    """

    patterns: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    flags: re.RegexFlag = re.NOFLAG

    def __post_init__(self):
        listed = {kind: _any_of(words) for kind, words in self.lists.items() if words}
        kinds = [*self.patterns.items(), *listed.items()]
        if not kinds:
            raise ValueError("patterns and lists are empty: give one of them")
        for kind in dict(kinds):
            if not kind.isidentifier():
                raise ValueError(f"kind={kind!r} must be a name without blanks")
        # not inside a longer number or word; Chinese words stand without blanks
        whole = "|".join(
            rf"(?P<{kind}_{i}>(?<![\dA-Za-z])(?:{pattern})(?![\dA-Za-z]))"
            for i, (kind, pattern) in enumerate(kinds)
        )
        object.__setattr__(self, "_whole", re.compile(whole, self.flags))

    def find(self, text: str) -> list[Found]:
        """The finds in ``text``, from the left, none inside another."""
        return [
            Found(
                kind=match.lastgroup.rpartition("_")[0],
                start=match.start(),
                stop=match.end(),
            )
            for match in self._whole.finditer(text)
        ]

    def scrub(self, text: str) -> str:
        """``text`` with every find replaced by its kind, as in "call [NAME]"."""
        for found in reversed(self.find(text)):
            text = f"{text[: found.start]}[{found.kind.upper()}]{text[found.stop :]}"
        return text


def _any_of(words: Sequence[str]) -> str:
    longest = sorted(map(re.escape, words), key=len, reverse=True)
    return rf"(?:{'|'.join(longest)})(?: ?(?:{'|'.join(longest)}))*"


@dataclass(frozen=True, kw_only=True)
class Score:
    """Counts of one kind: ``finds``, ``right`` ones; ``values``, ``caught`` ones.

    A value is caught if nothing of it is left; a find is right if it touches a value.
    """

    finds: int
    right: int
    values: int
    caught: int

    @property
    def precision(self) -> float:
        """right / finds; 1 if nothing was found, since nothing was found wrongly."""
        return self.right / self.finds if self.finds else 1.0

    @property
    def recall(self) -> float:
        """caught / values; 1 if there was nothing to catch."""
        return self.caught / self.values if self.values else 1.0


def scored(scrubber: Scrubber, lines: Sequence[Line]) -> dict[str, Score]:
    """What the scrubber finds against the truth, ``Line.private``, kind by kind.

    Values count under their own kind, finds under the kind that they were taken for.
    ``ValueError`` without lines.
    """
    if not lines:
        raise ValueError("lines is empty: there is nothing to score")
    counts: dict[str, np.ndarray] = {}
    for line in lines:
        private = _mask(len(line.text), line.spans)
        finds = scrubber.find(line.text)
        gone = _mask(len(line.text), [(f.start, f.stop) for f in finds])
        for found in finds:
            right = private[found.start : found.stop].any()
            counts[found.kind] = counts.get(found.kind, 0) + np.array([1, right, 0, 0])
        for (kind, _), (start, stop) in zip(line.private, line.spans, strict=True):
            caught = gone[start:stop].all()
            counts[kind] = counts.get(kind, 0) + np.array([0, 0, 1, caught])
    names = ("finds", "right", "values", "caught")
    return {
        kind: Score(**dict(zip(names, map(int, row), strict=True)))
        for kind, row in counts.items()
    }


def _mask(length: int, spans) -> np.ndarray:
    mask = np.zeros(length, dtype=bool)
    for start, stop in spans:
        mask[start:stop] = True
    return mask


def candidates(text: str, register: Sequence[Sequence[str]]) -> list[int]:
    """The rows of a public ``register`` all of whose words still stand in ``text``.

    The simplest linker: if one row is left, the text is about that person, although
    the name is gone (Sweeney 2002 calls such words quasi-identifiers).
    """
    return [i for i, words in enumerate(register) if all(w in text for w in words)]
