"""The drawings of lesson 3.4 show the numbers of their results."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest

from privlab.experiments.chooser import Case, recommend
from privlab.experiments.price_by_people import PriceByPeople
from privlab.experiments.six_ways import Measured, Table
from privlab.experiments.ways_to_serve import SIX, WAYS
from privlab.plots import tradeoffs as plots


@pytest.fixture
def ax():
    yield plt.subplots()[1]
    plt.close("all")


def row(way: str, accuracy: float) -> Measured:
    return Measured(
        way=way,
        accuracy=accuracy,
        epsilon_world=math.inf,
        epsilon_server=math.inf,
        membership=0.4,
        record=1.0,
        two_sums=0.5,
        query=0.0,
        model_out=False,
        training_bytes=2_000_000,
        query_bytes=10,
        training_seconds=1.0,
        query_seconds=0.1,
    )


TABLE = Table(
    task="digits",
    epsilon=1.0,
    rows=tuple(row(way, 0.5 + 0.05 * i) for i, way in enumerate(WAYS)),
)


@pytest.mark.parametrize(
    ("draw", "ways"), [(plots.draw_six_ways, SIX), (plots.draw_combined, tuple(WAYS))]
)
def test_a_bar_for_each_way_in_five_panels(ax, draw, ways):
    draw(TABLE, ax)
    panels = ax.figure.axes[1:]
    widths = [[bar.get_width() for bar in panel.patches] for panel in panels]
    right = [50 + 5 * i for i in range(len(ways))]
    assert widths[0] == pytest.approx(right)
    told = [0.4, 100, 0, 2]
    for panel, value in zip(widths[1:], told, strict=True):
        assert panel == pytest.approx([value] * len(ways))
    assert list(panels[2].lines[0].get_xdata()) == [50] * len(ways)
    assert "plain 50%" in TABLE.summary


def test_black_is_not_met_and_the_arrow_is_the_choice(ax):
    case = Case(trusted="server", secrets=frozenset(), seconds=1, floor=0.9)
    result = recommend(TABLE, case)
    plots.draw_chosen(result, ax)
    black = [p for p in ax.patches if p.get_facecolor()[:3] == (0, 0, 0)]
    assert len(black) == len(WAYS) - 1
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert [name for name in names if "→" in name] == [f"→ {result.way}"]
    assert "nothing else here" in result.summary


def test_the_gap_lies_between_the_curves(ax):
    result = PriceByPeople(
        task="digits",
        epsilon=1.0,
        people=(50, 400),
        plain=np.array([0.9, 0.95]),
        private=np.array([0.7, 0.9]),
    )
    plots.draw_price_by_people(result, ax)
    curves = [line.get_ydata() for line in ax.lines]
    np.testing.assert_allclose(curves, [[90, 95], [70, 90]])
    assert result.falls
    assert "20 points with 50 people and 5 with 400" in result.summary
