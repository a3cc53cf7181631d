"""The drawings of lesson 8: all numbers are printed, and nothing lies outside."""

import pytest
from matplotlib.figure import Figure

from privlab.course.claims import chapters, claims_by
from privlab.experiments.board_published import asked_again
from privlab.experiments.board_views import one_attack, two_defences
from privlab.experiments.scoreboard import scoreboard
from privlab.plots.claims import MOST_TOLD, VERDICTS, draw_claims
from privlab.plots.figure import picture
from privlab.plots.scoreboard import (
    draw_asked_again,
    draw_one_attack,
    draw_scoreboard,
    draw_two_defences,
)


def drawn(result, draw):
    figure = Figure(layout="constrained")
    draw(result, figure.add_subplot())
    figure.draw_without_rendering()
    return figure.axes[0]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_the_board_prints_every_mean_and_no_minus_zero():
    own = scoreboard()
    ax = drawn(own, draw_scoreboard)
    measured = [c for row in own.cells.values() for c in row.values() if c.applies]
    assert len(ax.texts) == 2 * len(measured)
    assert "-0.00" not in texts(ax)
    means = sorted(float(text) for text in texts(ax)[::2])
    assert means == pytest.approx(sorted(c.mean for c in measured), abs=0.006)
    assert len(ax.patches) == len(own.cells) * len(own.prices)


@pytest.mark.parametrize("attack", scoreboard().cells)
def test_an_attack_shows_prices_or_reasons(attack):
    result = one_attack(attack=attack)
    said = texts(drawn(result, draw_one_attack))
    for cell in result.cells.values():
        assert cell.applies or cell.reason in said
    assert all(result.prices[n].promise in said for n in result.measured)


def test_two_defences_name_both_and_mark_all_attacks():
    result = two_defences(first="FL", second="none")
    ax = drawn(result, draw_two_defences)
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["FL", "none"]
    assert len(ax.get_yticks()) == len(result.cells)


@pytest.mark.parametrize("verdict", ["all", *VERDICTS])
@pytest.mark.parametrize("chapter", ["all", *chapters()])
def test_claims_are_drawn_also_if_there_are_none(verdict, chapter):
    result = claims_by(verdict=verdict, chapter=chapter)
    told = len(result.claims) <= MOST_TOLD
    assert len(drawn(result, draw_claims).texts) == told * len(result.claims)
    assert picture(result, draw_claims).summary.endswith(".")


def test_asked_again_draws_both_curves():
    result = asked_again(unit=5, epsilon=1, seed=0)
    lines = drawn(result, draw_asked_again).lines
    assert [tuple(line.get_ydata()) for line in lines] == [
        tuple(result.rounded),
        tuple(result.noisy),
    ]
