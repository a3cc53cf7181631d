"""The drawings of forgotten lines, written lines and a sealed layer."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from privlab.experiments.encrypted_layer import Sealed, Solved
from privlab.experiments.forgetting import Scored
from privlab.experiments.sealed_maps import Exchange
from privlab.experiments.synthetic_text import Synthetic
from privlab.plots import remedies as plots


@pytest.fixture
def ax():
    yield plt.subplots()[1]
    plt.close("all")


def test_each_line_is_marked_at_its_bits(ax):
    own = np.linspace(5, 60, 12)
    result = Scored(
        title="as trained",
        own=own,
        mean=own + 1,
        spread=np.ones(12),
        off=np.array([-9.0, 9.0, 9.0, *np.zeros(9)]),
        auc=0.75,
        exposures=np.array([0, 0, 0, 0, 0, 13.0]),
        others=9.0,
        fresh=2.0,
    )
    assert (result.known, result.overdone) == (2, 2)
    verdicts = plots.draw_scored(result, ax)
    left = ax.figure.axes[1]
    assert left.lines[0].get_ydata() == pytest.approx(own)
    widths = [bar.get_width() for bar in verdicts.patches]
    assert widths == pytest.approx([75, 100 * 2 / 12, 100 * 2 / 12])


def test_codes_and_perplexities_are_the_bars(ax):
    repeats = np.repeat([0, 1, 8], 6)
    result = Synthetic(
        writer="in the open",
        lines=["x"] * 9,
        canaries=[],
        repeats=repeats,
        codes=np.arange(18),
        copied=0.1,
        before=40.0,
        taught=3.0,
        real=2.0,
        own=1.7,
    )
    assert result.doors.tolist() == [5, 6, 6]
    right = plots.draw_synthetic(result, ax)
    assert [bar.get_height() for bar in right.patches] == [40, 3, 2]
    left = ax.figure.axes[1]
    assert [bar.get_height() for bar in left.patches] == list(range(18))


def test_each_exchange_has_its_seconds_and_megabytes(ax):
    numbers = np.zeros((10, 8))
    about = {"inputs": numbers, "outputs": numbers, "sealed": 8}
    exchanges = (
        Exchange(name="project", up=10**6, down=3 * 10**6, client=1, server=2, **about),
        Exchange(name="expand", up=10**6, down=10**6, client=1, server=1, **about),
    )
    result = Sealed(
        feed="GELU by the client",
        tokens=10,
        exchanges=exchanges,
        error=0.0,
        same=1.0,
        open_seconds=0.1,
    )
    assert (result.seconds, result.bytes, result.open_bytes) == (5, 6e6, 4 * 320)
    right = plots.draw_sealed(result, ax)
    assert [bar.get_width() for bar in right.patches] == [1, 1, 3, 1]
    left = ax.figure.axes[1]
    assert [bar.get_width() for bar in left.patches] == [1, 1, 2, 1]


def test_errors_fall_with_the_characters_asked(ax):
    result = Solved(
        feed="any",
        name="project",
        characters=np.array([9, 72]),
        errors=np.array([0.5, 1e-5]),
    )
    plots.draw_solved(result, ax)
    assert ax.lines[0].get_ydata() == pytest.approx([50, 1e-3])
    assert ax.get_yscale() == "log"
