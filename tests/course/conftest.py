"""A small course of its own for every test, in a folder with an awkward name."""

from pathlib import Path
from textwrap import dedent

import pytest

from privlab.course import paths

EXERCISE = '''
    # %% [markdown]
    # # Übungen · 练习

    # %% [markdown]
    # ## ex-01
    #
    # Return twice the number.

    # %%
    # EXERCISE: ex-01
    def double(x):
        """Twice x."""
        ### BEGIN SOLUTION
        return 2 * x
        ### END SOLUTION


    # %% tags=["solution"]
    SECRET = "doubling is adding to itself"
'''

CHECKS = '''
    from privlab.course.exercise import Exercise, Mistake, expect, mistaken


    def right_for_three(answer, rng):
        """three doubled"""
        got = answer(3)
        mistaken(got == 9, "squared")
        mistaken(got == 5, "plus-two")
        mistaken(got == 3, "unchanged")
        expect(got == 6, f"you gave {got}")


    def right_for_any(answer, rng):
        """any number doubled"""
        x = rng.normal()
        expect(answer(x) == 2 * x, f"wrong for {x}")


    def mistake(told, body):
        return Mistake(message=told, code=f"def double(x):\\n    return {body}\\n")


    ex_01 = Exercise(
        id="ex-01",
        title="Double it",
        answer="double",
        difficulty=2,
        minutes=3,
        points=2,
        hints=("Nudge.", "Push.", "Shove."),
        public=(right_for_three,),
        hidden=(right_for_any,),
        mistakes={
            "squared": mistake("That is the square.", "x * x"),
            "plus-two": mistake("You added two.", "x + 2"),
            "unchanged": mistake("Nothing happened.", "x"),
        },
    )
'''


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text).lstrip(), "utf-8", newline="\n")
    return path


@pytest.fixture
def course(tmp_path, monkeypatch):
    """``course(path, text)`` writes a file of an otherwise empty course."""
    root = tmp_path / "mein Kurs 课程"
    write(root / "pyproject.toml", '[project]\ndependencies = ["numpy==2.4.6"]')
    monkeypatch.setattr(paths, "COURSE", root)
    return lambda path, text: write(root / path, text)


@pytest.fixture
def exercise_source(course):
    """The source of the course's only exercise, ``ex-01``; its checks are beside it."""
    course("source/exercises/01_double_checks.py", CHECKS)
    return course("source/exercises/01_double.py", EXERCISE)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The learner's own folder, not made yet."""
    monkeypatch.setenv("PRIVLAB_HOME", str(tmp_path / "own" / "folder"))
    return tmp_path / "own" / "folder"
