"""The bars of progress: counts as lengths and as text, readable without colour."""

from itertools import pairwise

import matplotlib
import pytest
from matplotlib.figure import Figure

from privlab.course.record import Standing
from privlab.plots import style
from privlab.plots.figure import picture
from privlab.plots.progress import draw_progress

STANDING = Standing(
    lessons=("03_1_privacy", "03_2_encryption", "03_3_federation"),
    passed=(3, 5, 0),
    tried=(1, 0, 0),
    total=(6, 5, 4),
)


@pytest.fixture
def ax():
    with matplotlib.rc_context(style.RC):
        yield draw_progress(STANDING, Figure().add_subplot())


def pieces(ax):
    """The bars of each lesson from left to right: (where from, how long)."""
    rows = zip(*ax.containers, strict=True)
    return [[(bar.get_x(), bar.get_width()) for bar in row] for row in rows]


def test_pieces_are_as_long_as_the_counts_and_end_to_end(ax):
    lengths = [[length for _, length in row] for row in pieces(ax)]
    assert lengths == [[3, 1, 2], [5, 0, 0], [0, 0, 4]]
    for row in pieces(ax):
        assert row[0][0] == 0
        assert all(
            start + length == later for (start, length), (later, _) in pairwise(row)
        )


def test_every_count_but_zero_is_written(ax):
    assert sorted(filter(None, (text.get_text() for text in ax.texts))) == list("12345")


def test_pieces_differ_without_colour(ax):
    looks = {
        (container[0].get_hatch(), container[0].get_facecolor() == (1, 1, 1, 1))
        for container in ax.containers
    }
    assert len(looks) == 3
    [legend] = ax.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [
        "passed",
        "tried",
        "to do",
    ]


def test_lessons_run_from_the_top_in_course_order(ax):
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == list(STANDING.lessons)
    heights = [ax.transData.transform((0, row))[1] for row in range(len(labels))]
    assert heights == sorted(heights, reverse=True)


def test_each_lesson_has_room_and_the_numbers_are_whole():
    def height(count):
        standing = Standing(
            lessons=tuple(f"lesson {i}" for i in range(count)),
            passed=(1,) * count,
            tried=(0,) * count,
            total=(1,) * count,
        )
        axes = []
        shown = picture(
            standing, lambda result, ax: axes.append(draw_progress(result, ax))
        )
        ticks = axes[0].get_xticks()
        assert all(tick == round(tick) for tick in ticks)
        return shown.height / style.RC["figure.dpi"]

    assert height(20) - height(1) >= 19 * 0.3, "inches"
