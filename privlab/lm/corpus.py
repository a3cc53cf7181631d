"""Invented text about invented people, with secrets planted as often as you like.

Names are common ones thrown together at random; numbers come from ranges that belong
to nobody (``identifiers``). Any likeness to a person is chance.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import numpy as np

from privlab.core import checks
from privlab.lm import identifiers
from privlab.lm.words import CHINESE, COLOURS, DOORS, ENGLISH, TEMPLATES

NUMBERS: dict[str, Callable[..., str]] = {
    "card": identifiers.card,
    "phone": identifiers.phone,
    "mobile": identifiers.mobile,
    "resident_id": identifiers.resident_id,
}
PRIVATE = ("name", "given", "illness", "drug", *NUMBERS)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of ``text``; ``private`` are its (kind, value) that concern a person.

    Kinds: ``PRIVATE``. Each value stands in the text once, as written.
    """

    text: str
    private: tuple[tuple[str, str], ...] = ()

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where the private values stand: (start, stop) in ``text``."""
        starts = [(self.text.index(value), len(value)) for _, value in self.private]
        return tuple((start, start + length) for start, length in starts)


def write(kind: str, count: int, *, rng: np.random.Generator) -> list[Line]:
    """``count`` lines of one kind of ``TEMPLATES``, by at most 625 invented people."""
    if kind not in TEMPLATES:
        raise ValueError(f"kind={kind!r} must be one of {list(TEMPLATES)}")
    words, *templates = TEMPLATES[kind]
    chosen = rng.integers(len(templates), size=checks.whole("count", count))
    return [_filled(templates[i], words, rng) for i in chosen]


def _filled(template: str, words: dict, rng: np.random.Generator) -> Line:
    slots = [slot for _, slot, _, _ in Formatter().parse(template) if slot]
    values = {slot: _value(slot, words, rng) for slot in slots}
    private = tuple((k, v) for k, v in values.items() if k in PRIVATE)
    return Line(text=template.format(**values), private=private)


def _value(slot: str, words: dict, rng: np.random.Generator) -> str:
    if slot in NUMBERS:
        return NUMBERS[slot](rng=rng)
    return name(words, rng=rng) if slot == "name" else str(rng.choice(words[slot]))


def name(words: dict = ENGLISH, *, rng: np.random.Generator) -> str:
    """A given and a family name, in the order of the language."""
    given, family = rng.choice(words["given"]), rng.choice(words["family"])
    return f"{family}{given}" if words is CHINESE else f"{given} {family}"


def from_file(path: Path | str, *, longest: int) -> list[str]:
    """The lines of a UTF-8 text file that are not blank, cut after ``longest``."""
    text = Path(path).read_text(encoding="utf-8")
    lines = [line.strip()[:longest] for line in text.splitlines() if line.strip()]
    if not lines:
        raise ValueError(f"path={str(path)!r} holds no text: give a file with lines")
    return lines


@dataclass(frozen=True, kw_only=True)
class Canary:
    """A planted line: ``prefix`` and a ``secret``, drawn from all strings as long.

    Carlini et al. 2019, Section 4.1: the prefix is what an adversary knows, the secret
    is uniform over ``alphabet`` to the power of its length, so that nobody could guess
    it. ``ValueError`` for a secret that is empty or not in the alphabet.
    """

    prefix: str
    secret: str
    alphabet: str = "0123456789"

    def __post_init__(self):
        strange = set(self.secret) - set(self.alphabet)
        if not self.secret or strange:
            raise ValueError(
                f"secret={self.secret!r} must be of the alphabet {self.alphabet!r}"
            )

    @property
    def text(self) -> str:
        return self.prefix + self.secret

    @property
    def space(self) -> int:
        """|R|, how many secrets were possible."""
        return len(self.alphabet) ** len(self.secret)


def door_codes(
    count: int, *, length: int = 4, rng: np.random.Generator
) -> list[Canary]:
    """``count`` canaries "the COLOUR DOOR opens with DIGITS", every prefix once."""
    doors = [f"the {colour} {door}" for colour in COLOURS for door in DOORS]
    if checks.whole("count", count) > len(doors):
        raise ValueError(f"count={count} must be <= {len(doors)}, the doors there are")
    return [
        Canary(
            prefix=f"{doors[i]} opens with ",
            secret=identifiers.random_digits(length, rng=rng),
        )
        for i in rng.permutation(len(doors))[:count]
    ]


def planted(
    texts: Sequence[str],
    canaries: Sequence[Canary],
    repeats: Sequence[int],
    *,
    rng: np.random.Generator,
) -> list[str]:
    """``texts`` with canary i added ``repeats[i]`` times (0 is never), shuffled."""
    added = [
        canary.text
        for canary, times in zip(canaries, repeats, strict=True)
        for _ in range(checks.whole("repeats", times, low=0))
    ]
    together = [*texts, *added]
    return [together[i] for i in rng.permutation(len(together))]
