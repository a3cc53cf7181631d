"""The pictures: same bytes for the same result, no traces, one sentence each."""

import gc
import io
import tracemalloc
import weakref
from dataclasses import dataclass

import matplotlib
import pytest
from PIL import Image

from privlab.plots import style
from privlab.plots.figure import picture

# Other threads of the test process (a browser's, a kernel's) allocate too.
OF_DRAWING = [tracemalloc.Filter(True, f"*{part}*") for part in ("matplotlib", "plots")]


@dataclass(frozen=True)
class Count:
    number: int
    summary: str = "One bar stands for the people counted."


def bar(result, ax):
    ax.bar(["counted"], [result.number], **style.fill(0))
    return style.label(ax, "Count", "group (name)", "size (people)")


def tall(result, ax):
    ax.figure.set_size_inches(*style.TALL)
    return bar(result, ax)


def test_the_same_result_gives_the_same_bytes_and_another_result_others():
    assert picture(Count(3), bar).png == picture(Count(3), bar).png
    assert picture(Count(3), bar).png != picture(Count(4), bar).png


@pytest.mark.parametrize(("draw", "size"), [(bar, style.WIDE), (tall, style.TALL)])
def test_the_png_has_the_stated_size_and_a_white_background(draw, size):
    shown = picture(Count(3), draw)
    with Image.open(io.BytesIO(shown.png)) as image:
        assert image.size == (shown.width, shown.height)
        assert image.size == tuple(
            round(side * style.RC["figure.dpi"]) for side in size
        )
        assert image.convert("RGBA").getpixel((0, 0)) == (255, 255, 255, 255)
        assert "Software" not in image.info


@pytest.mark.parametrize(("most", "between"), [(50, True), (1e5, False)])
def test_ticks_between_powers_of_ten_are_drawn_where_these_are_few(most, between):
    drawn = []

    def logarithmic(result, ax):
        drawn.append(ax)
        ax.set(xlim=(1, most), xscale="log")
        return style.label(ax, "Count", "size (people)", "share (no unit)")

    picture(Count(3), logarithmic)
    assert bool(len(drawn[0].xaxis.get_minorticklocs())) == between


def test_drawing_leaves_the_global_settings_as_they_were():
    before = {name: matplotlib.rcParams[name] for name in style.RC}
    picture(Count(3), bar)
    assert {name: matplotlib.rcParams[name] for name in style.RC} == before
    assert before != style.RC


def test_an_exception_of_the_drawing_is_the_callers():
    def broken(result, ax):
        raise ArithmeticError("no bar today")

    with pytest.raises(ArithmeticError, match="no bar today"):
        picture(Count(3), broken)


@pytest.mark.parametrize("summary", ["", "  ", "two\nlines"])
def test_a_picture_without_one_sentence_is_refused(summary):
    with pytest.raises(ValueError, match="summary="):
        picture(Count(3, summary), bar)


def test_two_hundred_redraws_leave_no_figure_and_no_memory_behind():
    figures = []

    def blank(result, ax):
        figures.append(weakref.ref(ax.figure))
        return ax.set_axis_off()

    def traced(redraws):
        for number in range(redraws):
            picture(Count(number), blank)
        gc.collect()
        drawn = tracemalloc.take_snapshot().filter_traces(OF_DRAWING)
        return sum(trace.size for trace in drawn.traces)

    tracemalloc.start()
    before = traced(5)
    after = traced(200)
    tracemalloc.stop()
    assert len(figures) == 205
    assert not any(figure() for figure in figures)
    assert after - before < 200 * 1000, "less than 1 kB per redraw"
