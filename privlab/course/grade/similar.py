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
# A text is cut up in one pass, in linear time whatever it holds; it is never parsed.
TOKEN = re.compile(r"#[^\n]*|\"[^\"\n]*\"|'[^'\n]*'|\w+|[^\w\s]")

Shingles = frozenset[tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two students whose answers to one exercise share most of their text.

    ``other`` is "" for the course's own solution.
    """

    exercise: str
    student: str
    other: str
    similarity: float


def similar(
    submissions: Iterable[Submission],
    starters: Mapping[str, str],
    references: Mapping[str, str],
) -> tuple[Pair, ...]:
    """Every pair of answers at least ``ALIKE`` alike, by exercise, the likest first.

    ``starters`` holds the cell that was handed out for each exercise, ``references``
    the solution: of those who are like it, only that is told, not each pair of them.
    """
    submissions, found = tuple(submissions), []
    for exercise, starter in starters.items():
        handed_out = shingles(starter)
        answers = {
            one.student: shingles(one.answers[exercise].code) - handed_out
            for one in submissions
            if exercise in one.answers
        }
        solution = shingles(references[exercise]) - handed_out
        found += _alike(exercise, answers, solution)
    return tuple(found)


def shingles(code: str) -> Shingles:
    """The runs of ``LENGTH`` tokens in a text."""
    tokens = [t for t in TOKEN.findall(code[: 20 * MOST]) if not t.startswith("#")]
    runs = zip(*(tokens[start:MOST] for start in range(LENGTH)), strict=False)
    return frozenset(runs)


def jaccard(a: Shingles, b: Shingles) -> float:
    """The share of what either has that both have, to two digits."""
    return round(len(a & b) / len(a | b), 2)


def _alike(
    exercise: str, answers: Mapping[str, Shingles], solution: Shingles
) -> list[Pair]:
    own = {name: answers[name] for name in sorted(answers)}
    own = {name: answer for name, answer in own.items() if len(answer) >= FEWEST}
    to_solution = {name: jaccard(answer, solution) for name, answer in own.items()}
    copies = {name: like for name, like in to_solution.items() if like >= ALIKE}
    between = {
        (a, b): jaccard(own[a], own[b])
        for a, b in combinations([name for name in own if name not in copies], 2)
    }
    pairs = {(name, ""): like for name, like in copies.items()} | between
    return [
        Pair(exercise=exercise, student=student, other=other, similarity=likeness)
        for (student, other), likeness in sorted(pairs.items(), key=lambda p: -p[1])
        if likeness >= ALIKE
    ]
