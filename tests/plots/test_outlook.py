"""The drawings of lesson 7 show the numbers of their results."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from privlab.experiments.harvest import harvest
from privlab.experiments.inclusion import inclusion
from privlab.experiments.many_clients import A_HUNDRED, BEYOND, Round, Scale
from privlab.experiments.period import SEEN, period_step
from privlab.experiments.tampered_log import CHECKS, NO_HEAD, TamperedLog
from privlab.plots import outlook as plots


@pytest.fixture
def ax():
    yield plt.subplots()[1]
    plt.close("all")


def test_a_stem_for_each_reading_of_the_comb(ax):
    plots.draw_period_step(period_step(modulus=15, base=2, step=SEEN), ax)
    assert len(ax.collections[0].get_segments()) == 64


def test_the_bar_ends_where_the_dot_stands(ax):
    plots.draw_harvest(harvest(shelf=20, migration=5, median=15, spread=1.6), ax)
    ends = [bar.get_x() + bar.get_width() for bar in ax.patches]
    assert ends == pytest.approx([5, 25])
    assert ax.lines[-1].get_xdata()[0] == 25


def test_a_cross_for_each_check_that_fails(ax):
    good = {name: [True, True] for name in CHECKS} | {"chain": [True, False]}
    result = TamperedLog(tampering="edit", at=2, head=NO_HEAD, good=good)
    plots.draw_tampered_log(result, ax)
    assert [text.get_text() for text in ax.texts].count("×") == 1
    assert "caught by chain" in result.summary


def test_a_square_for_each_hash_of_the_proof(ax):
    result = inclusion(size=13, entry=6)
    plots.draw_inclusion(result, ax)
    squares = [ln for ln in ax.lines if ln.get_marker() == "s" and len(ln.get_xdata())]
    assert len(squares) == len(result.spans) == 4


def test_measured_dots_are_filled_and_extrapolated_ones_hollow(ax):
    rounds = tuple(
        Round(clients=n, asked=min(n, 100), seconds=n, bytes=n, noise=1, accuracy=0.5)
        for n in (10, 100, 1_000, 10_000)
    )
    result = Scale(policy=A_HUNDRED, epsilon=1, measured=rounds, asking=0, keeping=1)
    plots.draw_scale(result, ax)
    _law, hollow, dots = ax.figure.axes[1].lines
    assert hollow.get_markerfacecolor() == "white"
    np.testing.assert_allclose(hollow.get_xdata(), BEYOND)
    np.testing.assert_allclose(hollow.get_ydata(), BEYOND)
    np.testing.assert_allclose(dots.get_ydata(), [10, 100, 1_000, 10_000])
