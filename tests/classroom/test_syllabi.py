"""Syllabi: lessons have plans, exercises exist; hours, points and shares add up."""

import re

import pytest

from privlab.course import paths
from privlab.course.contents import number
from privlab.course.exercise import exercises

CLASSROOM = paths.COURSE / "classroom"
PLANS = {number(path.stem) for path in (CLASSROOM / "plans").glob("*.md")}
HOURS = {"one_day": 6, "six_weeks": 18, "twelve_weeks": 36}
syllabi = pytest.mark.parametrize("name", HOURS)


def text(name):
    return (CLASSROOM / "syllabi" / f"{name}.md").read_text("utf-8")


def tables(name):
    """The rows below each table's head, as lists of cells."""
    found = re.findall(r"((?:^\|.*\n)+)", text(name), re.M)
    rows = [[line.strip("|").split("|") for line in t.splitlines()[2:]] for t in found]
    return [[[cell.strip() for cell in row] for row in table] for table in rows]


def sessions(name):
    return tables(name)[0][:-1]


def lessons(cell):
    """(lesson, minutes of its plan) for each in "3.1 (45), 2 (45)"."""
    return [(n, int(m)) for n, m in re.findall(r"([\d.]+) \((45|90)\)", cell)]


def ids(cell):
    return re.findall(r"`([a-z]+-\d+)`", cell)


def test_there_are_these_three():
    found = {path.stem for path in (CLASSROOM / "syllabi").glob("*.md")}
    assert found == set(HOURS)


@syllabi
def test_lessons_have_plans_and_none_is_taught_twice(name):
    taught = [n for row in sessions(name) for n, _ in lessons(row[2])]
    assert set(taught) <= PLANS
    assert len(set(taught)) == len(taught)


@syllabi
def test_minutes_in_class_are_those_of_the_plans_and_the_hours_promised(name):
    for row in sessions(name):
        assert int(row[1]) == sum(minutes for _, minutes in lessons(row[2])) > 0
    total = sum(int(row[1]) for row in sessions(name))
    assert total == int(tables(name)[0][-1][1]) == 60 * HOURS[name]
    assert f"**{HOURS[name]} hours in class**" in text(name)


@syllabi
def test_homework_exists_was_taught_and_adds_up(name):
    taught, given = set(), []
    for _, _, plan, homework, minutes, points in sessions(name):
        taught |= {n for n, _ in lessons(plan)}
        own = [exercises()[i] for i in ids(homework)]
        assert {number(exercise.lesson) for exercise in own} <= taught
        assert int(minutes) == sum(exercise.minutes for exercise in own)
        assert int(points) == sum(exercise.points for exercise in own)
        given += own
    assert len({exercise.id for exercise in given}) == len(given) > 0
    *_, minutes, points = tables(name)[0][-1]
    assert int(minutes) == sum(exercise.minutes for exercise in given)
    assert int(points) == sum(exercise.points for exercise in given)
    for promised in re.findall(r"homework, (\d+) points", text(name)):
        assert promised == points


@syllabi
def test_shares_of_the_mark_make_a_hundred(name):
    assert sum(int(share) for _, share in tables(name)[1]) == 100


def test_twelve_weeks_are_the_whole_course():
    taught = {n for row in sessions("twelve_weeks") for n, _ in lessons(row[2])}
    assert taught == PLANS
