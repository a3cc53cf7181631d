"""Answers that look alike: a hint for a person, never a verdict.

Two answers are compared as sets of shingles, runs of ``LENGTH`` tokens with comments
and layout left out, by Jaccard's index |a & b| / |a | b| (Broder, "On the resemblance
and containment of documents", 1997). What the course handed out is taken away first,
and what is left must be long enough: everybody's short answer looks alike.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from privlab.course.grade.submissions import Submission

LENGTH = 5  # tokens in a shingle
FEWEST = 25  # shingles of one's own, below which an answer says nothing
MOST = 4000  # tokens that are looked at: no answer is longer
ALIKE = 0.7
# Each text is cut in one pass: no pattern here can take more than linear time.
TOKEN = re.compile(r"#[^\n]*|\"[^\"\n]*\"|'[^'\n]*'|\w+|[^\w\s]")


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two students whose answers to one exercise share most of their text."""

    exercise: str
    student: str
    other: str
    similarity: float


def similar(
    submissions: Iterable[Submission], starters: Mapping[str, str]
) -> tuple[Pair, ...]:
    """Every pair of answers at least ``ALIKE`` alike, by exercise, the likest first.

    ``starters`` holds the cell that was handed out for each exercise compared.
    """
    submissions, found = tuple(submissions), []
    for exercise, starter in starters.items():
        sets = {
            one.student: shingles(one.answers[exercise].code) - shingles(starter)
            for one in submissions
            if exercise in one.answers
        }
        long_enough = {name: own for name, own in sets.items() if len(own) >= FEWEST}
        pairs = [
            Pair(exercise=exercise, student=a, other=b, similarity=likeness)
            for a, b in combinations(sorted(long_enough), 2)
            if (likeness := jaccard(long_enough[a], long_enough[b])) >= ALIKE
        ]
        found += sorted(pairs, key=lambda pair: -pair.similarity)
    return tuple(found)


def shingles(code: str) -> frozenset[tuple[str, ...]]:
    """The runs of ``LENGTH`` tokens in a text; it is cut up, never parsed."""
    tokens = [t for t in TOKEN.findall(code[: 20 * MOST]) if not t.startswith("#")]
    runs = zip(*(tokens[start:MOST] for start in range(LENGTH)), strict=False)
    return frozenset(runs)


def jaccard(a: frozenset, b: frozenset) -> float:
    """The share of what either has that both have, to two digits."""
    return round(len(a & b) / len(a | b), 2)
