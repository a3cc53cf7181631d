"""The learner's record: attempts, hints and guesses, in one small local file.

``progress.json`` in ``privlab.course.paths.home()``. It is written whole and moved
into place, so a crash leaves the old record; a damaged file is kept under another
name and a new record begins. Of two processes that write at once, the last counts.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from privlab.course import paths
from privlab.course.exercise import exercises

PASSED, WRONG, NOT_ATTEMPTED = "passed", "wrong", "not attempted"
FRESH = {"status": NOT_ATTEMPTED, "attempts": 0, "hints": 0}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How many exercises of each lesson are passed, tried in vain, and there at all."""

    lessons: tuple[str, ...]
    passed: tuple[int, ...]
    tried: tuple[int, ...]
    total: tuple[int, ...]

    @property
    def summary(self) -> str:
        return f"{sum(self.passed)} of {sum(self.total)} exercises passed."


def notes() -> dict[str, dict]:
    """What is remembered of each exercise that was tried or hinted at, by its id."""
    return _look()["exercises"]


def standing() -> Standing:
    """The record counted by lesson, in course order."""
    seen = notes()
    statuses: dict[str, list[str]] = {}
    for exercise in exercises().values():
        status = seen.get(exercise.id, FRESH)["status"]
        statuses.setdefault(exercise.lesson, []).append(status)
    return Standing(
        lessons=tuple(statuses),
        passed=tuple(found.count(PASSED) for found in statuses.values()),
        tried=tuple(found.count(WRONG) for found in statuses.values()),
        total=tuple(len(found) for found in statuses.values()),
    )


def note_attempt(exercise_id: str, status: str) -> None:
    """Remember the result of a check; what was passed once stays passed."""
    if status == NOT_ATTEMPTED:
        return
    with _changing() as data:
        note = data["exercises"].setdefault(exercise_id, {**FRESH})
        note["attempts"] += 1
        if note["status"] != PASSED:
            note["status"] = status


def note_hint(exercise_id: str, *, most: int) -> int:
    """The number of the hint that is due now: one more each time, up to ``most``."""
    with _changing() as data:
        note = data["exercises"].setdefault(exercise_id, {**FRESH})
        note["hints"] = min(note["hints"] + 1, most)
    return note["hints"]


def note_guess(question: str, option: str) -> None:
    """Remember what the learner predicted."""
    with _changing() as data:
        data["guesses"][question] = option


def guess(question: str) -> str | None:
    """What the learner predicted, or None."""
    return _look()["guesses"].get(question)


@contextmanager
def _changing() -> Iterator[dict]:
    """The record, saved afterwards; a record that cannot be read is not written."""
    try:
        data = _read()
    except OSError as error:
        _complain(error)
        yield _empty()
        return
    yield data
    try:
        paths.write_whole(_file(), json.dumps(data, indent=1, sort_keys=True) + "\n")
    except OSError as error:
        _complain(error)


def _look() -> dict:
    try:
        return _read()
    except OSError as error:
        _complain(error)
        return _empty()


def _read() -> dict:
    try:
        data = json.loads(_file().read_text("utf-8"))
        notes = {i: _whole(note) for i, note in data["exercises"].items()}
        return {"exercises": notes, "guesses": dict(data["guesses"])}
    except FileNotFoundError:
        return _empty()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        aside = _file().with_suffix(".unreadable.json")
        os.replace(_file(), aside)
        _say(f"Your progress file could not be read; kept as {aside}.")
        return _empty()


def _whole(note: dict) -> dict:
    """The entries that we know, each of its type; ``TypeError`` for another."""
    known = {name: note.get(name, fresh) for name, fresh in FRESH.items()}
    if any(type(known[name]) is not type(fresh) for name, fresh in FRESH.items()):
        raise TypeError("no record of an exercise")
    return known


def _empty() -> dict:
    return {"exercises": {}, "guesses": {}}


def _file() -> Path:
    return paths.home() / "progress.json"


def _complain(error: OSError) -> None:
    _say(
        f"Your progress cannot be kept in {paths.home()} ({error.strerror}): set "
        "PRIVLAB_HOME to a folder you can write."
    )


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
