"""The pictures of lesson 5.2 hold what their results say, colour or not."""

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from privlab.dp.one_run import audit_one_run
from privlab.experiments.audited_run import AuditedRun
from privlab.experiments.frontier import Frontier, Sweep
from privlab.experiments.one_step import one_step
from privlab.experiments.search import PrivateSearch, best_coins, search_costs
from privlab.plots import style
from privlab.plots.frontier import draw_frontier, draw_sweep
from privlab.plots.private_training import draw_audited_run, draw_one_step
from privlab.plots.search import (
    draw_best_coins,
    draw_private_search,
    draw_search_costs,
)

FRONTIER = Frontier(
    data="digits",
    epsilons=(1.0, 3.0),
    accuracy={
        "first": np.array([[0.5, 0.6], [0.7, 0.8]]),
        "second": np.array([[0.8, 0.8], [0.9, 0.9]]),
    },
    without_privacy=np.array([0.96, 0.98]),
)


def drawn(draw, result):
    with matplotlib.rc_context(style.RC):
        return draw(result, Figure().add_subplot())


def test_the_frontier_shows_the_mean_of_each_way_in_its_own_dashes():
    ax = drawn(draw_frontier, FRONTIER)
    ways = [container.lines[0] for container in ax.containers]
    assert ways[0].get_ydata() == pytest.approx([55, 75])
    assert ways[1].get_ydata() == pytest.approx([80, 90])
    assert ways[0].get_linestyle() != ways[1].get_linestyle()
    legend = {text.get_text() for text in ax.get_legend().get_texts()}
    assert legend == {"first", "second", "in the open"}
    assert "80% at ε = 1, 90% at ε = 3; 97% without" in FRONTIER.summary


def test_the_sweep_shows_its_mean_and_every_run():
    accuracy = np.array([[0.2, 0.4], [0.6, 0.8]])
    result = Sweep(knob="steps (count)", epsilon=1, values=(5, 50), accuracy=accuracy)
    ax = drawn(draw_sweep, result)
    shown = [line.get_ydata() for line in ax.lines]
    assert shown[0] == pytest.approx([30, 70])
    runs = np.array(shown[1:]).T
    assert runs == pytest.approx(100 * accuracy)
    assert "30% right at 5, 70% at 50, most at 50" in result.summary


def test_one_step_draws_everybody_the_clipped_and_the_published():
    result = one_step(max_grad_norm=0.1, noise_multiplier=5, sampling_rate=0.5, seed=0)
    panels = drawn(draw_one_step, result).figure.axes[1:]
    counts = [sum(len(dots.get_offsets()) for dots in p.collections) for p in panels]
    assert counts == [120, result.drawn.sum(), 200]
    assert [len(p.patches) for p in panels] == [1, 1, 0]


def test_the_limits_of_the_audit_leave_as_many_canaries_outside_as_it_guesses():
    scores = np.random.default_rng(0).normal(size=100)
    included = scores > 0
    audit = audit_one_run(scores, included, guesses=20)
    result = AuditedRun(
        loop="as published", claimed=3.0, scores=scores, included=included, audit=audit
    )
    low, high = sorted(
        line.get_xdata()[0] for line in drawn(draw_audited_run, result).lines
    )
    assert (scores < low).sum() == (scores > high).sum() == 10


def test_searches_are_drawn_over_the_number_of_runs():
    for draw, result, curves in (
        (draw_best_coins, best_coins(epsilon=1.0), ("fixed", "geometric")),
        (
            draw_search_costs,
            search_costs(epsilon=1.0, delta=1e-5),
            ("all_published", "best_only"),
        ),
    ):
        lines = drawn(draw, result).lines
        for line, curve in zip(lines, curves, strict=False):
            assert list(line.get_ydata()) == list(getattr(result, curve))


def test_the_star_marks_the_run_with_the_best_score_not_the_best_accuracy():
    result = PrivateSearch(
        epsilon=3,
        epsilon_of_one=1.5,
        scores=np.array([9.0, 10.0]),
        accuracy=np.array([0.9, 0.8]),
        recipes=(),
    )
    star = drawn(draw_private_search, result).lines[1]
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (2, pytest.approx(80))
