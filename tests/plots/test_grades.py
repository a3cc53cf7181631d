"""The class's bars: counts as lengths and as text, readable without colour."""

import matplotlib
import pytest
from matplotlib.figure import Figure

from privlab.course.grade.items import ClassGrades
from privlab.plots import style
from privlab.plots.figure import picture
from privlab.plots.grades import LOOKS, draw_grades

GRADES = ClassGrades(
    questions=("dp-01", "dp-02", "dp-03"),
    passed=(5, 3, 0),
    partly=(0, 2, 4),
    failed=(1, 1, 0),
    missing=(0, 0, 2),
    unmarked=(1, 1, 1),
)
NOBODY = ClassGrades(
    questions=("dp-01",),
    passed=(0,),
    partly=(0,),
    failed=(2,),
    missing=(1,),
    unmarked=(0,),
)


def drawn(grades):
    with matplotlib.rc_context(style.RC):
        return draw_grades(grades, Figure().add_subplot())


@pytest.fixture
def ax():
    return drawn(GRADES)


def test_pieces_are_as_long_as_the_counts_and_end_to_end(ax):
    rows = zip(*ax.containers, strict=True)
    found = [[(bar.get_x(), bar.get_width()) for bar in row] for row in rows]
    assert found == [
        [(0, 5), (5, 0), (5, 1), (6, 0), (6, 1)],
        [(0, 3), (3, 2), (5, 1), (6, 0), (6, 1)],
        [(0, 0), (0, 4), (4, 0), (4, 2), (6, 1)],
    ]


def test_every_count_but_zero_is_written(ax):
    written = sorted(filter(None, (text.get_text() for text in ax.texts)))
    assert written == sorted("5324112111")


def test_pieces_differ_without_colour(ax):
    white = (1, 1, 1, 1)
    looks = {(c[0].get_hatch(), c[0].get_facecolor() == white) for c in ax.containers}
    assert len(looks) == len(LOOKS)
    [legend] = ax.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == list(LOOKS)


def test_what_nobody_got_is_not_in_the_legend():
    [legend] = drawn(NOBODY).figure.legends
    assert [t.get_text() for t in legend.get_texts()] == ["not passed", "no answer"]


def test_questions_run_from_the_top_in_course_order(ax):
    assert [label.get_text() for label in ax.get_yticklabels()] == list(
        GRADES.questions
    )
    bottom, top = ax.get_ylim()
    assert bottom > top


def test_the_picture_has_words():
    assert "8 passed" in picture(GRADES, draw_grades).summary
