"""The pictures of lesson 5.4 hold what their results say."""

import matplotlib
import numpy as np
import pytest
from counted import counted
from matplotlib.figure import Figure

from privlab.experiments.answering_store import Asked, Voted
from privlab.experiments.cleaned_chat import Cleaned, NearCopies
from privlab.experiments.disguised_prompts import EPSILONS, Disguised, Guessed
from privlab.experiments.scrubbed_lines import Linked, Scrubbed
from privlab.lm.scrub import Score
from privlab.plots import large_models as plots
from privlab.plots import style


def drawn(draw, result):
    """The figure's axes that show something."""
    with matplotlib.rc_context(style.RC):
        figure = Figure()
        draw(result, figure.add_subplot())
    return [ax for ax in figure.axes if ax.axison]


def widths(ax):
    return [patch.get_width() for patch in ax.patches]


def heights(ax):
    return [patch.get_height() for patch in ax.patches]


def test_recall_by_kind_and_what_was_taken():
    scores = {
        "name": Score(finds=8, right=6, values=10, caught=5),
        "card": Score(finds=2, right=2, values=2, caught=2),
    }
    result = Scrubbed(style="strict", scores=scores, before="a", after="b")
    caught, taken = drawn(plots.draw_scrubbed, result)
    assert widths(caught) == [50, 100]
    assert widths(taken) == pytest.approx([80, 20])


def test_lines_by_how_many_people_fit():
    crowd = np.array([1, 1, 3, 8])
    right = np.ones(4, dtype=bool)
    result = Linked(known="city", crowd=crowd, right=right, example="")
    (ax,) = drawn(plots.draw_linked, result)
    assert heights(ax) == [2, 0, 1, 0, 0, 0, 0, 1]
    assert ax.patches[0].get_hatch() != ax.patches[1].get_hatch()


def test_near_copies_kept_are_shares():
    result = NearCopies(
        threshold=0.7,
        copies=np.array([1, 3]),
        ordinary=0.75,
        forwarded=np.array([0.8, 0.9]),
        others=np.array([0.2, 0.3, 0.4]),
    )
    lines, kept = drawn(plots.draw_near_copies, result)
    assert counted(lines) == 5
    assert lines.lines[0].get_xdata()[0] == 0.7
    assert widths(kept) == [25, 75]


def test_exposure_by_form_and_way():
    by_form = np.arange(9.0).reshape(3, 3)
    result = Cleaned(by_form=by_form, lines=np.array([9, 9, 5]))
    (ax,) = drawn(plots.draw_cleaned, result)
    assert heights(ax) == list(range(9))
    assert len(ax.get_legend().get_texts()) == 3


def test_what_came_out_and_what_a_probe_is_told():
    result = Asked(
        access="everybody",
        k=2,
        shares=np.array([0.1, 0.3]),
        told=np.array([1.0, 0.25]),
        example=("", ""),
    )
    curve, probe = drawn(plots.draw_asked, result)
    assert curve.lines[0].get_ydata() == pytest.approx([10, 30])
    assert widths(probe) == [100, 25]


def test_both_worlds_stand_side_by_side():
    chances = np.array([[0.5, 0.1, 0.1, 0.1, 0.1, 0.1], [0.4, 0.2, 0.1, 0.1, 0.1, 0.1]])
    votes = np.arange(12).reshape(2, 6)
    result = Voted(illness="gout", epsilon=1.0, votes=votes, chances=chances)
    (ax,) = drawn(plots.draw_voted, result)
    assert heights(ax) == pytest.approx(100 * chances.ravel())
    assert "3 votes" in ax.get_xticklabels()[3].get_text()


def test_words_kept_by_epsilon_and_words_guessed_by_messages():
    right = np.arange(15.0).reshape(3, 5) / 20
    kept = np.arange(2.0 * len(EPSILONS)).reshape(2, -1) / 20
    now = Guessed(right=right, example=("", "", ""))
    result = Disguised(mechanism="near word", epsilon=8.0, kept=kept, guessed=now)
    left, messages = drawn(plots.draw_disguised, result)
    assert left.lines[1].get_ydata() == pytest.approx(100 * kept[1])
    assert left.lines[2].get_xdata()[0] == 8
    for line, row in zip(messages.lines, right, strict=True):
        assert line.get_ydata() == pytest.approx(100 * row)
