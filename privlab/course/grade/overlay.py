"""A teacher's own checks and points, kept outside the repository."""

import importlib.util
from collections.abc import Iterable
from dataclasses import replace
from inspect import getdoc
from pathlib import Path

from privlab.course.grade.question import Question
from privlab.course.grade.submissions import BadInput


def overlaid(questions: Iterable[Question], place: Path | None) -> list[Question]:
    """The questions with the checks and points of the Python file at ``place``.

    The file may define ``CHECKS = {"dp-01": [function, ...]}``, functions
    ``(answer, rng)`` with a docstring as in a lesson's checks module, and
    ``POINTS = {"dp-01": 3}``. ``BadInput`` names what does not fit.
    """
    questions = list(questions)
    if place is None:
        return questions
    module = _module(place)
    checks, points = (_named(module, name, place) for name in ("CHECKS", "POINTS"))
    unknown = {*checks, *points} - {q.exercise.id for q in questions}
    if unknown:
        raise BadInput(f"{place}: no exercise {', '.join(sorted(unknown))} is graded")
    for exercise, functions in checks.items():
        if not isinstance(functions, list | tuple):
            raise BadInput(f"{place}: the checks of {exercise} are no list")
        for function in functions:
            if not callable(function) or not getdoc(function):
                raise BadInput(f"{place}: a check of {exercise} lacks its docstring")
    for exercise, possible in points.items():
        if not isinstance(possible, int | float) or not 0 <= possible < 1e6:
            raise BadInput(f"{place}: {possible!r} points for {exercise}")
    return [
        replace(
            question,
            private=tuple(checks.get(question.exercise.id, ())),
            possible=points.get(question.exercise.id, question.possible),
        )
        for question in questions
    ]


def _named(module, name: str, place: Path) -> dict:
    found = getattr(module, name, {})
    if not isinstance(found, dict):
        raise BadInput(f"{place}: {name} is no dict")
    return found


def _module(place: Path):
    if not place.is_file():
        raise BadInput(f"{place} is not a file of checks")
    spec = importlib.util.spec_from_file_location("privlab_private_checks", place)
    if spec is None:
        raise BadInput(f"{place} must end in .py")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        why = f"{type(error).__name__}: {error}"
        raise BadInput(f"{place} does not run: {why}") from error
    return module
