"""``privlab progress``: where the learner stands, as text, JSON, CSV or a page."""

import argparse
import csv
import datetime
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from privlab.course import minutes, paths, record
from privlab.course.exercise import Exercise, exercises
from privlab.course.grade import page
from privlab.course.record import PASSED

SELF_REPORTED = (
    "This page was made on the learner's own computer from the learner's own record "
    "(progress.json), which anybody can edit. It was checked by nobody. It counts the "
    "public checks only; the mark that counts is the teacher's."
)
MEASURED = (
    "Minutes are measured between checks and hints, and a gap of more than ten minutes "
    "is a pause that does not count: they are a lower bound."
)
HEAD = ("lesson", "exercise", "title", "status", "points", "attempts", "hints")
HEAD += ("estimated_minutes", "measured_minutes")


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is known of one exercise; ``seconds`` is a lower bound."""

    exercise: Exercise
    status: str
    attempts: int
    hints: int
    seconds: float


def work() -> tuple[Work, ...]:
    """Every exercise of the course with what was done about it, in course order."""
    notes, spent = record.notes(), minutes.seconds()
    return tuple(
        Work(
            exercise=exercise,
            seconds=spent.get(exercise.id, 0.0),
            **notes.get(exercise.id, record.FRESH),
        )
        for exercise in exercises().values()
    )


def rows(done: Sequence[Work]) -> list[dict[str, object]]:
    """One row an exercise, with the estimated and the measured minutes."""
    return [
        {
            "lesson": one.exercise.lesson,
            "exercise": one.exercise.id,
            "title": one.exercise.title,
            "status": one.status,
            "points": one.exercise.points,
            "attempts": one.attempts,
            "hints": one.hints,
            "estimated_minutes": one.exercise.minutes,
            "measured_minutes": round(one.seconds / 60, 1),
        }
        for one in done
    ]


def overview(done: Sequence[Work]) -> str:
    """A line for each lesson that was begun, and what to go on with."""
    lines = []
    for lesson in dict.fromkeys(one.exercise.lesson for one in done):
        own = [one for one in done if one.exercise.lesson == lesson]
        if any(one.attempts or one.hints for one in own):
            passed = [one for one in own if one.status == PASSED]
            spent = sum(one.seconds for one in own) / 60
            planned = sum(one.exercise.minutes for one in own)
            lines.append(
                f"{lesson}: {len(passed)} of {len(own)} passed, "
                f"{spent:.0f} of about {planned} minutes"
            )
    lines.append(record.standing().summary)
    last = minutes.last_lesson()
    if last:
        lines.append(f"Go on with exercises/{last}.ipynb.")
    return "\n".join(lines) + "\n"


def as_csv(done: Sequence[Work]) -> str:
    """The rows as CSV, with a head."""
    file = io.StringIO()
    table = csv.DictWriter(file, HEAD, lineterminator="\n")
    table.writeheader()
    table.writerows(rows(done))
    return file.getvalue()


def as_json(done: Sequence[Work]) -> str:
    """The rows as JSON, with the date and the notes that they need."""
    kept = {"made": _today(), "notes": [SELF_REPORTED, MEASURED]}
    return json.dumps(kept | {"exercises": rows(done)}, indent=1) + "\n"


def certificate(done: Sequence[Work], *, name: str) -> str:
    """A page that stands alone: what was passed, and what the page is worth."""
    passed = [one for one in done if one.status == PASSED]
    points = sum(one.exercise.points for one in passed)
    possible = sum(one.exercise.points for one in done)
    listed = page.table(
        "Exercises whose public checks passed",
        ("exercise", "title", "lesson", "points", "checks", "hints", "minutes"),
        [
            (
                *map(page.text, (one.exercise.id, one.exercise.title)),
                page.text(one.exercise.lesson),
                *map(page.number, (one.exercise.points, one.attempts, one.hints)),
                page.number(one.seconds / 60),
            )
            for one in passed
        ],
    )
    body = (
        f"<h1>Passed in the privlab course</h1>\n<p>{page.name(name)}, {_today()}</p>\n"
        f"<p><strong>{len(passed)} of {len(done)} exercises, {points} of {possible} "
        f"points.</strong></p>\n<aside>{page.text(SELF_REPORTED)}</aside>\n{listed}"
        f'<p class="soft">{page.text(MEASURED)}</p>'
    )
    return page.page("Passed in the privlab course", body)


def _today() -> str:
    return datetime.date.today().isoformat()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to write, if anywhere."""
    add = parser.add_argument
    add("--export", type=Path, metavar="FILE", help="write FILE.json or FILE.csv")
    add("--certificate", type=Path, metavar="FILE.html", help="write what was passed")
    add("--name", default="(no name given)", help="whose it is, on the certificate")


def run(options: argparse.Namespace) -> int:
    """Print where the learner stands, or write it to a file; 1 if that cannot be."""
    done, export = work(), options.export
    if export and export.suffix not in (".json", ".csv"):
        print(f"--export {export} must end in .json or .csv", file=sys.stderr)
        return 1
    try:
        if export:
            text = as_csv(done) if export.suffix == ".csv" else as_json(done)
            paths.write_whole(export, text)
        if options.certificate:
            text = certificate(done, name=options.name)
            paths.write_whole(options.certificate, text)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    if not (export or options.certificate):
        print(overview(done), end="")
    return 0
