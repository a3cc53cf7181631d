"""The map and the lessons that are there."""

from privlab.course import paths
from privlab.course.contents import CHAPTERS, READY, course_map, number


def test_the_map_marks_just_the_lessons_that_have_a_source():
    sources = (paths.COURSE / "source" / "notebooks").glob("*.py")
    assert sorted(READY) == sorted(number(path.stem) for path in sources)
    assert set(READY) <= {n for _, lessons in CHAPTERS for n, _ in lessons}


def test_a_file_name_gives_the_number_of_its_section():
    assert number("00_start_here") == "00"
    assert number("02_concepts") == "2"
    assert number("03_1_differential_privacy") == "3.1"


def test_the_summary_names_what_is_there():
    assert all(lesson in course_map().summary for lesson in READY)
