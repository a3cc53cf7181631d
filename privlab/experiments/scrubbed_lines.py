"""Private values in text scrubbed away: how many are caught, and who is known still."""

import re
from dataclasses import dataclass
from functools import cache

import numpy as np

from privlab.lm import scrub
from privlab.lm.corpus import Line, name, write
from privlab.lm.words import CHINESE, ENGLISH, TEMPLATES

KINDS = {
    "name": "names",
    "given": "first names",
    "phone": "phones",
    "mobile": "mobiles",
    "card": "cards",
    "resident_id": "ids",
}
TEXTS = tuple(TEMPLATES)
CAREFUL = ("strict", "tolerant")
LINES = 200


def scrubber(*, style: str, share: float, seed: int) -> scrub.Scrubber:
    """Numbers ``CAREFUL`` in their form, and a list of names of which it has a share.

    "strict" wants numbers as printed and names with capitals, "tolerant" neither.
    """
    rng = np.random.default_rng(seed)
    names = np.array([w for t in (ENGLISH, CHINESE) for w in t["given"] + t["family"]])
    known = rng.permutation(names)[: round(share * len(names))]
    patterns = scrub.PRINTED if style == "strict" else scrub.TYPED
    flags = re.NOFLAG if style == "strict" else re.IGNORECASE
    return scrub.Scrubber(patterns=patterns, lists={"name": list(known)}, flags=flags)


def grouped(number: str, sizes: tuple[int, ...]) -> str:
    """A number in groups, as people read it aloud."""
    stops = np.cumsum(sizes)
    return " ".join(
        number[stop - size : stop] for size, stop in zip(sizes, stops, strict=True)
    )


def carelessly(line: Line) -> Line:
    """The line as somebody types it in a hurry: no capitals, numbers in groups."""
    text, private = line.text, []
    for kind, value in line.private:
        typed = _typed(kind, value)
        text = text.replace(value, typed)
        private.append((kind, typed))
    return Line(text=text, private=tuple(private))


def _typed(kind: str, value: str) -> str:
    if kind == "phone":
        return value.replace("-", " ")
    sizes = {"card": (4,) * 4, "mobile": (3, 4, 4), "resident_id": (6, 8, 4)}
    return grouped(value, sizes[kind]) if kind in sizes else value.lower()


def harmless(count: int, *, rng: np.random.Generator) -> list[Line]:
    """Lines without anything private that look as if: order numbers, a young park."""
    orders = rng.integers(10**7, 10**8, size=count)
    texts = ("order 20261124{} has left", "a young park ranger has order {}")
    return [Line(text=texts[i % 2].format(orders[i])) for i in range(count)]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scrubbed:
    """``scores`` by kind, and the first line ``before`` and ``after``."""

    style: str
    scores: dict[str, scrub.Score]
    before: str
    after: str

    @property
    def recall(self) -> float:
        """The share of all private values of ``KINDS`` that is gone."""
        caught = sum(self.scores[kind].caught for kind in self.kinds)
        return caught / sum(self.scores[kind].values for kind in self.kinds)

    @property
    def precision(self) -> float:
        """The share of all finds that are private."""
        finds = sum(score.finds for score in self.scores.values())
        right = sum(score.right for score in self.scores.values())
        return right / finds if finds else 1.0

    @property
    def kinds(self) -> list[str]:
        """The kinds of ``KINDS`` of which the text has values."""
        return [k for k in KINDS if k in self.scores and self.scores[k].values]

    @property
    def summary(self) -> str:
        each = (f"{KINDS[k]} {self.scores[k].recall:.0%}" for k in self.kinds)
        return (
            f"Caught by the {self.style} scrubber: {', '.join(each)}; of all that it "
            f"took away {self.precision:.0%} was private."
        )


@cache
def scrubbed(
    *, text: str, style: str, names: float, careless: float, seed: int
) -> Scrubbed:
    """Scrub 200 lines, a share of them typed carelessly, among 40 harmless ones.

    ``names`` is the percentage of names in the scrubber's list, ``careless`` the one
    of lines typed in a hurry.
    """
    rng = np.random.default_rng(seed)
    lines = write(text, LINES, rng=rng)
    hurried = rng.random(LINES) < careless / 100
    typed = [
        carelessly(line) if fast else line
        for line, fast in zip(lines, hurried, strict=True)
    ]
    own = scrubber(style=style, share=names / 100, seed=seed)
    return Scrubbed(
        style=style,
        scores=scrub.scored(own, [*typed, *harmless(LINES // 5, rng=rng)]),
        before=typed[0].text,
        after=own.scrub(typed[0].text),
    )


KNOWN = {
    "city": 1,
    "city and day": 2,
    "city, day and goods": 3,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Linked:
    """For each scrubbed line (n,) how many people it may be about: ``crowd``."""

    known: str
    crowd: np.ndarray
    right: np.ndarray
    example: str

    @property
    def named(self) -> float:
        """The share of lines that can be about one person only."""
        return float((self.crowd == 1).mean())

    @property
    def summary(self) -> str:
        return (
            f"Who knows {self.known} of each of {len(self.crowd)} people names "
            f"{self.named:.0%} of the scrubbed lines for certain."
        )


@cache
def linked(*, known: str, people: int, seed: int) -> Linked:
    """Scrub every name from the deliveries, and ask a neighbour who they were for."""
    rng = np.random.default_rng(seed)
    kinds = ("city", "day", "goods")
    rows = [[str(rng.choice(ENGLISH[kind])) for kind in kinds] for _ in range(people)]
    names = [name(rng=rng) for _ in range(people)]
    own = scrubber(style="strict", share=1.0, seed=seed)
    texts = [
        own.scrub(f"{goods} for {who} go to {city} on {day}")
        for who, (city, day, goods) in zip(names, rows, strict=True)
    ]
    register = [row[: KNOWN[known]] for row in rows]
    found = [scrub.candidates(text, register) for text in texts]
    return Linked(
        known=known,
        crowd=np.array([len(each) for each in found]),
        right=np.array([i in each for i, each in enumerate(found)]),
        example=texts[0],
    )
