"""``check``, ``hint`` and ``progress``: what a learner calls in an exercise."""

import html
import io
import warnings
from collections.abc import Callable
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from inspect import getdoc

import numpy as np

from privlab.course import minutes, record
from privlab.course.answer import NotAttempted, said, wrap
from privlab.course.exercise import Exercise, Mistaken, Wrong, by_id
from privlab.course.record import NOT_ATTEMPTED, PASSED, WRONG

MARKS = {PASSED: "✓", WRONG: "✗", NOT_ATTEMPTED: "○"}


class _Said:
    """Text that a notebook shows as a paragraph: its lines break between words."""

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>"


@dataclass(frozen=True, kw_only=True)
class Verdict(_Said):
    """How an answer did. ``mistake`` is the name of a recognised misconception."""

    exercise: str
    status: str
    message: str
    mistake: str = ""

    def __repr__(self) -> str:
        return f"{MARKS[self.status]} {self.exercise} {self.status}. {self.message}"


def check(exercise_id: str, answer: object) -> Verdict:
    """Hold an answer against the exercise's public checks and note the result.

    Never raises for a wrong answer: the verdict says what is missing. Prints and
    warnings of the answer's own code are kept out of it. Interrupting the kernel
    stops an answer that does not end.
    """
    exercise = by_id(exercise_id)
    verdict = judge(exercise, answer, exercise.public, rng=np.random.default_rng())
    record.note_attempt(exercise.id, verdict.status)
    if verdict.status != NOT_ATTEMPTED:
        minutes.note_work(exercise.id, exercise.lesson)
    return verdict


def judge(
    exercise: Exercise,
    answer: object,
    properties: tuple[Callable, ...],
    *,
    rng: np.random.Generator,
) -> Verdict:
    """The verdict of the first of ``properties`` that the answer lacks, or a pass.

    An error inside a check counts against the answer: the check passes every right
    one, so what it got is not the kind of data it asks for.
    """
    for has_property in properties:
        try:
            with _quietly():
                has_property(wrap(answer), rng)
        except NotAttempted:
            message = f"Write {exercise.answer} first; hint({exercise.id!r}) helps."
            return _verdict(exercise, NOT_ATTEMPTED, message)
        except Mistaken as mistake:
            name = str(mistake)
            return _verdict(exercise, WRONG, exercise.mistakes[name].message, name)
        except Wrong as wrong:
            return _verdict(exercise, WRONG, f"{getdoc(has_property)}: {wrong}")
        except Exception as error:
            message = f"your answer does not fit the question ({said(error)})"
            if not callable(answer):
                name = exercise.answer
                message = f"give the function itself: check({exercise.id!r}, {name})"
            return _verdict(exercise, WRONG, f"{getdoc(has_property)}: {message}")
    return _verdict(exercise, PASSED, exercise.title)


def _verdict(exercise: Exercise, status: str, message: str, mistake="") -> Verdict:
    return Verdict(
        exercise=exercise.id, status=status, message=message, mistake=mistake
    )


@contextmanager
def _quietly():
    """Keep what an answer prints and warns out of sight; its exceptions pass."""
    sink = io.StringIO()
    with redirect_stdout(sink), redirect_stderr(sink), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class Hint(_Said):
    """One hint, shown as a line of text."""

    def __init__(self, text: str):
        self._text = text

    def __repr__(self) -> str:
        return self._text


def hint(exercise_id: str) -> Hint:
    """The next of the exercise's three hints, from a nudge to nearly the answer."""
    exercise = by_id(exercise_id)
    number = record.note_hint(exercise.id, most=len(exercise.hints))
    minutes.note_work(exercise.id, exercise.lesson)
    text = exercise.hints[number - 1]
    if number == len(exercise.hints):
        text += f" (The last hint; the answer is in solutions/{exercise.lesson}.ipynb.)"
    return Hint(f"Hint {number} of {len(exercise.hints)}: {text}")


def progress() -> None:
    """Draw what is passed, tried and still to do, a bar for each lesson."""
    from privlab.plots.progress import draw_progress
    from privlab.widgets import show

    show(record.standing(), draw_progress)
