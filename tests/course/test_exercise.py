"""Exercises are complete when they are made, and found by id."""

from dataclasses import replace

import pytest

from privlab.course.exercise import (
    Mistaken,
    Wrong,
    by_id,
    exercises,
    expect,
    in_module,
    mistaken,
)
from privlab.course.paths import COURSE

REAL = COURSE / "source" / "exercises"


@pytest.fixture
def exercise(exercise_source):
    return by_id("ex-01")


def test_an_exercise_is_found_by_id_and_knows_its_lesson(exercise):
    assert exercise.id == "ex-01"
    assert exercise.lesson == "01_double"
    assert exercises() == {"ex-01": exercise}


def test_an_unknown_id_names_those_there_are(exercise):
    with pytest.raises(KeyError, match=r"no exercise 'ex-99'; there are: ex-01"):
        by_id("ex-99")


def test_two_exercises_with_one_id_are_refused(exercise_source, course):
    checks = exercise_source.with_name("01_double_checks.py").read_text("utf-8")
    course("source/exercises/02_again_checks.py", checks)
    with pytest.raises(ValueError, match=r"02_again_checks.*ex-01 exists already"):
        exercises()


def test_exercises_come_in_the_order_of_their_files_then_of_their_text(course):
    made = "Exercise(id='{}', title='', answer='', difficulty=1, minutes=1, points=1,"
    made += (
        "hints=('', '', ''), public=(f,), hidden=(f,), mistakes=dict(a=1, b=2, c=3))"
    )
    head = "from privlab.course.exercise import Exercise\ndef f(answer, rng): 'holds'\n"
    for path, ids in {"10_b": "x-1", "02_a": "z-9 a-1"}.items():
        lines = [f"e{i} = {made.format(own)}" for i, own in enumerate(ids.split())]
        course(f"source/exercises/{path}_checks.py", head + "\n".join(lines))
    assert list(exercises()) == ["z-9", "a-1", "x-1"]


def undocumented(answer, rng):
    expect(answer, "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"difficulty": 4}, "ex-01: difficulty=4"),
        ({"hints": ("one",)}, "ex-01: 1 hints must be 3"),
        ({"public": ()}, "ex-01: needs public and hidden"),
        ({"hidden": ()}, "ex-01: needs public and hidden"),
        ({"mistakes": {}}, "ex-01: name at least three mistakes"),
        ({"hidden": (undocumented,)}, "ex-01: .'undocumented'. need a docstring"),
    ],
)
def test_an_incomplete_exercise_is_refused_by_name(exercise, change, said):
    with pytest.raises(ValueError, match=said):
        replace(exercise, **change)


@pytest.mark.parametrize("difficulty", [1, 2, 3])
def test_as_many_full_dots_as_difficulty(exercise, difficulty):
    dots = replace(exercise, difficulty=difficulty).dots
    assert (dots.count("●"), len(dots)) == (difficulty, 3)


def test_expect_and_mistaken_go_on_exactly_where_they_should():
    expect(True, "never said")
    mistaken(False, "never-made")
    with pytest.raises(Wrong, match="said"):
        expect(False, "said")
    with pytest.raises(Mistaken, match="made"):
        mistaken(True, "made")


@pytest.mark.parametrize("path", sorted(REAL.glob("*_checks.py")), ids=lambda p: p.stem)
def test_every_checks_module_of_the_course_has_exercises(path):
    assert in_module(path)
