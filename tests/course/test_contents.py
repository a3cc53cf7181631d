"""The map and the lessons that are there."""

import re

import pytest

from privlab.course import paths
from privlab.course.contents import CHAPTERS, READY, course_map, number
from privlab.course.exercise import exercises

LESSONS = sorted((paths.COURSE / "source" / "notebooks").glob("*.py"))


def test_the_map_marks_just_the_lessons_that_have_a_source():
    assert sorted(READY) == sorted(number(path.stem) for path in LESSONS)
    assert set(READY) <= {n for _, lessons in CHAPTERS for n, _ in lessons}


def test_a_file_name_gives_the_number_of_its_section():
    assert number("00_start_here") == "00"
    assert number("02_concepts") == "2"
    assert number("03_1_differential_privacy") == "3.1"


def test_the_summary_names_what_is_there():
    assert all(lesson in course_map().summary for lesson in READY)


@pytest.mark.parametrize("lesson", LESSONS[1:], ids=lambda path: path.stem)
def test_a_lesson_says_how_long_its_exercises_take_to_five_minutes(lesson):
    words = " ".join(lesson.read_text("utf-8").replace("\n#", " ").split())
    told = re.search(r"minutes,(?: and)? (\d+)(?: more)? for the exercises", words)
    given = exercises().values()
    own = [each.minutes for each in given if each.lesson == lesson.stem]
    assert abs(int(told[1]) - sum(own)) < 3
