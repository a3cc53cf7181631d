"""What an exercise is: a question, checks by property, hints, and named mistakes.

The checks of a lesson are a Python module beside its exercise source,
``source/exercises/LESSON_checks.py``; every ``Exercise`` in it is found by its id.
A check is a function ``(answer, rng)`` whose docstring names the property it tests.
It calls the answer with data and gets data back, so the same check runs in the
learner's notebook and, out of process, in the grader.
"""

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from inspect import getdoc
from pathlib import Path

from privlab.course import paths


class Wrong(Exception):
    """The answer lacks a property; the text is for the learner."""


class Mistaken(Wrong):
    """The answer shows a misconception that the exercise names."""


def expect(condition: object, message: str) -> None:
    """Go on if ``condition`` is true, else tell the learner ``message``."""
    if not condition:
        raise Wrong(message)


def mistaken(condition: object, name: str) -> None:
    """If ``condition`` is true the answer makes the exercise's mistake ``name``."""
    if condition:
        raise Mistaken(name)


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A named wrong solution: ``code`` must fail with ``message``."""

    message: str
    code: str


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise; ``answer`` is the name the learner defines.

    ``public`` checks run in the notebook, ``hidden`` ones only when it is graded;
    ``also_right`` are further solutions that must pass.
    """

    id: str
    title: str
    answer: str
    difficulty: int
    minutes: int
    points: int
    hints: tuple[str, str, str]
    public: tuple[Callable, ...]
    hidden: tuple[Callable, ...]
    mistakes: dict[str, Mistake]
    also_right: tuple[str, ...] = ()
    lesson: str = field(default="", compare=False)

    def __post_init__(self):
        if self.difficulty not in (1, 2, 3):
            raise ValueError(f"{self.id}: difficulty={self.difficulty} must be 1, 2, 3")
        if len(self.hints) != 3:
            raise ValueError(f"{self.id}: {len(self.hints)} hints must be 3")
        if not (self.public and self.hidden):
            raise ValueError(f"{self.id}: needs public and hidden checks")
        if len(self.mistakes) < 3:
            raise ValueError(f"{self.id}: name at least three mistakes")
        unnamed = [c.__name__ for c in self.public + self.hidden if not getdoc(c)]
        if unnamed:
            raise ValueError(f"{self.id}: {unnamed} need a docstring, the property")

    @property
    def dots(self) -> str:
        """The difficulty as the learner sees it: ●○○, ●●○ or ●●●."""
        return "●" * self.difficulty + "○" * (3 - self.difficulty)


def exercises() -> dict[str, Exercise]:
    """Every exercise of the course by id, in course order."""
    return _in_folder(paths.COURSE / "source" / "exercises")


@cache
def _in_folder(folder: Path) -> dict[str, Exercise]:
    found: dict[str, Exercise] = {}
    for path in sorted(folder.glob("*_checks.py")):
        for exercise in in_module(path):
            if exercise.id in found:
                raise ValueError(f"{path.name}: exercise {exercise.id} exists already")
            found[exercise.id] = exercise
    return found


def in_module(path: Path) -> list[Exercise]:
    """The exercises that one checks module defines, each knowing its lesson."""
    name = f"privlab_checks_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    defined = [v for v in vars(module).values() if isinstance(v, Exercise)]
    lesson = path.stem.removesuffix("_checks")
    return [replace(exercise, lesson=lesson) for exercise in defined]


def by_id(exercise_id: str) -> Exercise:
    """The exercise with this id; ``KeyError`` names the ids there are."""
    known = exercises()
    if exercise_id not in known:
        raise KeyError(f"no exercise {exercise_id!r}; there are: {', '.join(known)}")
    return known[exercise_id]
