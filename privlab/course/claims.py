"""The article's 28 claims with verdicts, and laws with dates: data, one a line."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from privlab.course import paths
from privlab.course.contents import CHAPTERS, READY, number
from privlab.plots.claims import VERDICTS, Claim, Claims

EVERY = "all"


def _rows(name: str) -> list[dict[str, str]]:
    with Path(__file__).with_name(name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def claims() -> tuple[Claim, ...]:
    """C01 to C28, in order."""
    return tuple(
        Claim(
            id=row["id"],
            section=row["section"],
            text=row["claim"],
            verdict=row["verdict"],
            correct=row["correct"],
            lessons=tuple(row["lessons"].split(";")),
        )
        for row in _rows("claims.csv")
    )


def claims_by(*, verdict: str = EVERY, chapter: str = EVERY) -> Claims:
    """The claims of one verdict, or of one of the article's chapters, or both."""
    if verdict not in (EVERY, *VERDICTS):
        raise ValueError(f"verdict={verdict!r} must be one of {(EVERY, *VERDICTS)}")
    kept = [
        each
        for each in claims()
        if verdict in (EVERY, each.verdict) and chapter in (EVERY, each.chapter)
    ]
    named = "all chapters" if chapter == EVERY else f"chapter {chapter}"
    chosen = f"{named}, {'all verdicts' if verdict == EVERY else verdict}"
    return Claims(chosen=chosen.capitalize(), claims=tuple(kept))


def chapters() -> list[str]:
    """The article's chapters that claim something."""
    return sorted({each.chapter for each in claims()})


@dataclass(frozen=True, kw_only=True)
class Law:
    """A law or a standard: when it was published or came into force, and where."""

    date: str
    event: str
    name: str
    kind: str
    says: str
    source: str


@cache
def laws() -> tuple[Law, ...]:
    """Laws and standards, the oldest first. A date is a year, a month or a day."""
    return tuple(Law(**row) for row in _rows("laws.csv"))


def claims_table(of: Iterable[Claim] | None = None) -> str:
    """Markdown: a row for each claim, with a link to the lesson that settles it.

    A lesson that is not in this edition is named without a link.
    """
    rows = [("", "§", "the article says", "verdict", "correctly", "lesson")]
    rows += [
        (c.id, c.section, c.text, c.verdict, c.correct, _links(c.lessons))
        for c in (claims() if of is None else of)
    ]
    return _table(rows)


def laws_table() -> str:
    """Markdown: a row for each law or standard."""
    rows = [("date", "what", "name", "says", "source")]
    return _table(rows + [(e.date, e.event, e.name, e.says, e.source) for e in laws()])


def lesson_link(lesson: str) -> str:
    """``[3.1](03_1_differential_privacy.ipynb)``, or the number alone."""
    sources = (paths.COURSE / "source" / "notebooks").glob("*.py")
    stems = [each.stem for each in sources if number(each.stem) == lesson]
    if lesson in READY and stems:
        return f"[{lesson}]({stems[0]}.ipynb)"
    known = [own for _, lessons in CHAPTERS for own, _ in lessons]
    if lesson not in known:
        raise ValueError(f"lesson={lesson!r} must be one of {known}")
    return f"{lesson} (to come)"


def _links(lessons: tuple[str, ...]) -> str:
    return ", ".join(map(lesson_link, lessons))


def _table(rows: list[tuple[str, ...]]) -> str:
    """A Markdown table with the first row as its head; a bar would end a cell."""
    lines = [
        "| " + " | ".join(x.replace("|", r"\|") for x in row) + " |" for row in rows
    ]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])
