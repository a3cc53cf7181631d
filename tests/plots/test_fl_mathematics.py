"""The pictures of lesson 4.3 show what their results hold, and say what axes mean."""

import matplotlib
import numpy as np
import pytest
from counted import counted
from matplotlib.figure import Figure

from privlab.experiments.client_drift import client_drift
from privlab.experiments.client_sampling import SCHEMES, client_sampling
from privlab.experiments.fl_convergence import RoundsNeeded, convergence
from privlab.experiments.sorted_digits import SortedDigits
from privlab.experiments.ten_clients import MEANS, SIGNS, STARTS, ten_clients
from privlab.experiments.two_valleys import two_valleys
from privlab.experiments.weighted_mean import weighted_mean
from privlab.plots import style
from privlab.plots.client_drift import draw_client_drift
from privlab.plots.client_sampling import draw_client_sampling
from privlab.plots.fl_convergence import (
    draw_convergence,
    draw_rounds_needed,
    draw_sorted_digits,
)
from privlab.plots.ten_clients import FLOOR, draw_ten_clients
from privlab.plots.two_valleys import draw_two_valleys
from privlab.plots.weighted_mean import draw_weighted_mean

NEEDED = RoundsNeeded(
    skew=1,
    steps=np.array([1, 4]),
    limit=50,
    rounds={"first": np.array([40.0, np.nan]), "second": np.array([40.0, 9.0])},
)
DIGITS = SortedDigits(skew=1, epochs=5, accuracies={"first": np.array([0.1, 0.5, 0.7])})


def drawn(draw, result):
    with matplotlib.rc_context(style.RC):
        return draw(result, Figure().add_subplot()).figure


def every_picture():
    yield draw_weighted_mean, weighted_mean(ratio=4, link=0.5, seed=0)
    yield draw_two_valleys, two_valleys(curvature=9, steps=2)
    yield draw_client_drift, client_drift(skew=1, steps=3, seed=0)
    run = {"rate": 0.1, "seed": 0}
    for sign, start, mean in zip(SIGNS, STARTS, MEANS, strict=True):
        result = ten_clients(sign=sign, start=start, mean=mean, **run)
        yield draw_ten_clients, result
    yield draw_convergence, convergence(skew=1, steps=2, seed=0)
    yield draw_rounds_needed, NEEDED
    yield draw_sorted_digits, DIGITS
    sampling = client_sampling(drawn=3, ratio=4, model=150, seed=0)
    yield draw_client_sampling, sampling


def test_every_axis_that_shows_has_a_title_and_units():
    for draw, result in every_picture():
        shown = [axes for axes in drawn(draw, result).axes if axes.axison]
        assert shown, draw
        for axes in shown:
            assert axes.get_title(loc="left"), draw
            assert axes.get_xlabel().endswith(")"), draw
            assert axes.get_ylabel().endswith(")"), draw
        assert result.summary.endswith("."), draw


@pytest.mark.parametrize("link", [0, 1])
def test_no_split_falls_outside_the_histogram(link):
    result = weighted_mean(ratio=20, link=link, seed=0)
    right = drawn(draw_weighted_mean, result).axes[2]
    assert counted(right) == len(result.errors)


def test_each_clinic_walks_from_zero_to_its_model_in_the_plane():
    result = client_drift(skew=1, steps=7, seed=0)
    left = drawn(draw_client_drift, result).axes[1]
    ways = [line for line in left.lines if line.get_color() == style.GREY]
    ends = [line.get_xydata()[[0, -1]] for line in ways]
    expected = result.local[[0, 7]] @ result.plane.T
    assert np.array(ends) == pytest.approx(expected.transpose(1, 0, 2))
    inside = (left.get_xlim(), left.get_ylim())
    farthest = client_drift(skew=1, steps=50, seed=0)
    for (low, high), values in zip(
        inside, (farthest.local[-1] @ farthest.plane.T).T, strict=True
    ):
        assert low < values.min() < values.max() < high


def test_ten_clients_show_their_loss_above_a_floor_and_a_bar_each():
    result = ten_clients(sign=SIGNS[1], start=STARTS[1], mean=MEANS[1], rate=1, seed=0)
    left, right = drawn(draw_ten_clients, result).axes[1:]
    assert left.lines[0].get_ydata().min() >= FLOOR
    assert [bar.get_height() for bar in right.patches] == pytest.approx(result.shares)


def test_time_is_rounds_times_message_and_steps():
    right = drawn(draw_rounds_needed, NEEDED).axes[2]
    assert right.lines[1].get_ydata() == pytest.approx([40 * 11, 9 * 14])
    assert "second 40 at one step, 9 at 4" in NEEDED.summary
    assert "first 40 at one step, not in 50 at 4" in NEEDED.summary


def test_each_way_to_draw_has_a_line_and_a_marker_of_its_own():
    result = client_sampling(drawn=2, ratio=4, model=150, seed=0)
    left = drawn(draw_client_sampling, result).axes[1]
    lines = left.lines[: len(SCHEMES)]
    assert len({(line.get_marker(), line.get_linestyle()) for line in lines}) == 4
    for line, scheme in zip(lines, SCHEMES, strict=True):
        assert line.get_ydata() == pytest.approx(result.bias[scheme])
