"""The look: readable without colour, in letters large enough, with units."""

import matplotlib
import pytest
from matplotlib.figure import Figure

from privlab.plots import style


@pytest.fixture
def ax():
    with matplotlib.rc_context(style.RC):
        yield Figure().add_subplot()


def test_series_differ_without_their_colours():
    series = range(len(style.COLORS))
    assert len({str(style.line(i)["linestyle"]) for i in series}) == len(series)
    assert len({style.fill(i)["hatch"] for i in series}) == len(series)


def test_no_letter_is_smaller_than_ten_points():
    sizes = {name: size for name, size in style.RC.items() if name.endswith("size")}
    assert min(size for size in sizes.values() if not isinstance(size, tuple)) >= 10


def test_label_sets_the_title_and_both_axes(ax):
    style.label(ax, "Noise", "salary (€)", "epsilon (no unit)")
    shown = ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel()
    assert shown == ("Noise", "salary (€)", "epsilon (no unit)")


@pytest.mark.parametrize(
    ("texts", "named"),
    [
        (("", "salary (€)", "count (people)"), "title="),
        (("Noise", "salary", "count (people)"), "x='salary'"),
        (("Noise", "salary (€)", "count ()"), "y='count "),
    ],
)
def test_a_missing_title_or_unit_is_refused_by_name(ax, texts, named):
    with pytest.raises(ValueError, match=named):
        style.label(ax, *texts)


def test_panels_share_the_place_of_one_axes(ax):
    left, right = style.panels(ax, 2)
    assert left.get_position().x1 < right.get_position().x0
    assert not ax.axison
