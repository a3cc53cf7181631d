"""The learner's record: attempts, hints and guesses, in one small local file.

``progress.json`` in ``privlab.course.paths.home()``. It is written whole and moved
into place, so a crash leaves the old record; a file that cannot be read is kept
under another name and a new record begins.
"""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from privlab.course import paths
from privlab.course.exercise import exercises

EMPTY = {"exercises": {}, "guesses": {}}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How many exercises of each lesson are passed, tried, and there at all."""

    lessons: tuple[str, ...]
    passed: tuple[int, ...]
    tried: tuple[int, ...]
    total: tuple[int, ...]

    @property
    def summary(self) -> str:
        return f"{sum(self.passed)} of {sum(self.total)} exercises passed."


def standing() -> Standing:
    """The record counted by lesson, in course order."""
    statuses = {i: note["status"] for i, note in _read()["exercises"].items()}
    every = exercises().values()
    lessons = tuple(dict.fromkeys(exercise.lesson for exercise in every))

    def count(lesson: str, *wanted: str) -> int:
        ids = [e.id for e in every if e.lesson == lesson]
        return sum(statuses.get(i, "not attempted") in wanted for i in ids)

    return Standing(
        lessons=lessons,
        passed=tuple(count(lesson, "passed") for lesson in lessons),
        tried=tuple(count(lesson, "wrong") for lesson in lessons),
        total=tuple(sum(e.lesson == name for e in every) for name in lessons),
    )


def note_attempt(exercise_id: str, status: str) -> None:
    """Remember the result of a check; what was passed once stays passed."""
    data = _read()
    note = _note(data, exercise_id)
    if status != "not attempted":
        note["attempts"] += 1
        note["status"] = "passed" if note["status"] == "passed" else status
    _write(data)


def note_hint(exercise_id: str, *, most: int) -> int:
    """The number of the hint that is due now: one more each time, up to ``most``."""
    data = _read()
    note = _note(data, exercise_id)
    note["hints"] = min(note["hints"] + 1, most)
    _write(data)
    return note["hints"]


def note_guess(question: str, option: str) -> None:
    """Remember what the learner predicted."""
    data = _read()
    data["guesses"][question] = option
    _write(data)


def guess(question: str) -> str | None:
    """What the learner predicted, or None."""
    return _read()["guesses"].get(question)


def _note(data: dict, exercise_id: str) -> dict:
    fresh = {"status": "not attempted", "attempts": 0, "hints": 0}
    return data["exercises"].setdefault(exercise_id, fresh)


def _file() -> Path:
    return paths.home() / "progress.json"


def _read() -> dict:
    try:
        data = json.loads(_file().read_text("utf-8"))
        return {"exercises": dict(data["exercises"]), "guesses": dict(data["guesses"])}
    except FileNotFoundError:
        return json.loads(json.dumps(EMPTY))
    except (ValueError, KeyError, TypeError):
        aside = _file().with_suffix(".unreadable.json")
        os.replace(_file(), aside)
        print(
            f"Your progress file could not be read; kept as {aside}.", file=sys.stderr
        )
        return json.loads(json.dumps(EMPTY))


def _write(data: dict) -> None:
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        fresh = _file().with_name(f"progress.{os.getpid()}.tmp")
        fresh.write_text(json.dumps(data, indent=1, sort_keys=True), "utf-8")
        os.replace(fresh, _file())
    except OSError as error:
        print(
            f"Progress not saved in {_file().parent} ({error.strerror}): set "
            "PRIVLAB_HOME to a folder you can write.",
            file=sys.stderr,
        )
