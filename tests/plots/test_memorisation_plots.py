"""The pictures of lesson 1.4 hold what their results say, whatever was typed."""

from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
from counted import counted
from matplotlib.figure import Figure

from privlab.experiments.chat_model import CAP, EPOCHS, REPEATS, Growth, Sizes
from privlab.experiments.known_lines import Deduplicated, Members
from privlab.experiments.own_secret import OwnSecret
from privlab.experiments.recitation import (
    TEMPERATURES,
    Extracted,
    Ranked,
    Recited,
    Written,
)
from privlab.lm.corpus import Canary
from privlab.lm.extract import Found
from privlab.plots import memorisation, style
from privlab.plots.figure import picture

CANARY = Canary(prefix="the red lab opens with ", secret="42", alphabet="0123456789")
STUDY = SimpleNamespace(
    width=64,
    by_repeats=np.arange(25.0).reshape(len(EPOCHS), len(REPEATS)) / 2,
    fresh=np.array([3.0, 2.0, 1.8, 1.7, 1.6]),
    seen=np.array([2.9, 1.9, 1.7, 1.6, 1.5]),
)


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


def test_samples_are_shares_and_the_chance_is_marked_at_its_temperature():
    result = Written(
        canary=CANARY,
        planted="once",
        temperature=1.0,
        common=(("42", 150), ("41", 50)),
        right=150,
        chances=np.linspace(1, 0, len(TEMPERATURES)),
    )
    answers, curve = drawn(memorisation.draw_written, result)
    assert widths(answers) == [75, 25]
    assert answers.patches[0].get_hatch() != answers.patches[1].get_hatch()
    assert curve.lines[0].get_ydata() == pytest.approx(100 * result.chances)
    assert curve.lines[1].get_xdata() == [1.0]


def test_the_ranked_code_has_its_line_and_its_rank():
    bits = np.arange(100.0)
    result = Ranked(canary=CANARY, planted="once", epoch=10, bits=bits)
    (ax,) = drawn(memorisation.draw_ranked, result)
    assert counted(ax) == 100
    assert ax.lines[0].get_xdata()[0] == 42
    assert "rank 43" in ax.texts[0].get_text()


@pytest.mark.parametrize("across", ["epochs", "times read"])
def test_growth_shows_every_number_of_copies(across):
    codes, language = drawn(
        memorisation.draw_growth, Growth(study=STUDY, across=across)
    )
    shown = np.array([line.get_ydata() for line in codes.lines[:-1]])
    first = 0 if across == "epochs" else 1
    assert shown == pytest.approx(STUDY.by_repeats[:, first:].T)
    if across == "times read":
        times = [line.get_xdata()[0] for line in codes.lines[:-1]]
        assert times == [2, 4, 8, 16]
    assert language.lines[0].get_ydata() == pytest.approx(STUDY.fresh)
    assert f"of {CAP:.1f} at most" in Growth(study=STUDY, across=across).summary


def test_sizes_show_their_means():
    exposures = np.arange(60.0).reshape(3, 5, 4) / 6
    result = Sizes(
        exposures=exposures, fresh=np.ones(3), weights=np.array([10, 100, 1000])
    )
    (ax,) = drawn(memorisation.draw_sizes, result)
    shown = [container.lines[0].get_ydata() for container in ax.containers]
    assert np.array(shown) == pytest.approx(exposures.mean(axis=2))
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["10 weights", "100 weights", "1,000 weights"]


def test_searches_stand_side_by_side():
    found = np.zeros(20, dtype=bool)
    found[[4, 5, 19]] = True
    result = Extracted(
        repeats=np.repeat(REPEATS, 4), greedy=found, beam=found, first=~found
    )
    (ax,) = drawn(memorisation.draw_extracted, result)
    assert heights(ax)[:5] == [0, 50, 0, 0, 25]
    assert heights(ax)[10:] == [100, 50, 100, 100, 75]


def test_recited_lines_stand_beside_their_unseen_twins():
    result = Recited(learned={"a": 0.5, "b": 0.25}, unseen={"a": 0.1, "b": 0.0})
    (ax,) = drawn(memorisation.draw_recited, result)
    assert widths(ax) == pytest.approx([50, 25, 10, 0])
    assert "a 50% (unseen 10%)" in result.summary


def test_membership_is_drawn_by_epoch():
    result = Members(
        kind="a card number",
        auc={"loss": np.linspace(0.5, 0.9, 5), "ratio": np.linspace(0.5, 0.6, 5)},
        learned=80,
        unseen=90,
    )
    (ax,) = drawn(memorisation.draw_members, result)
    assert ax.lines[0].get_ydata()[-1] == pytest.approx(0.9)
    assert ax.get_title(loc="left").startswith("A card number")


def test_every_door_is_a_dot_on_its_bar():
    result = Deduplicated(
        exposures={"as it is": np.array([13.0, 12.0]), "cleaned": np.array([4.0, 6.0])},
        lines={"as it is": 360, "cleaned": 300},
    )
    (ax,) = drawn(memorisation.draw_deduplicated, result)
    assert heights(ax) == [12.5, 5]
    assert ax.lines[1].get_ydata() == pytest.approx([4, 6])


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [("my pin is $4$", "$4$"), ("我的密码是 门", "□"), ("a <b>", "<b>")],
)
def test_whatever_is_typed_can_be_drawn(sentence, shown, recwarn):
    prefix, _, secret = sentence.rpartition(" ")
    result = OwnSecret(
        canary=Canary(prefix=prefix + " ", secret=secret, alphabet=secret),
        copies=1,
        epochs=5,
        answers=(Found(text=secret, bits=1.0), Found(text="", bits=2.0)),
        before=1.0,
        after=9.0,
        cap=10.0,
    )
    answers, bars = drawn(memorisation.draw_own_secret, result)
    labels = [label.get_text() for label in answers.get_yticklabels()]
    assert labels == [shown, "(end)"]
    assert heights(bars) == [1, 9]
    assert sentence in picture(result, memorisation.draw_own_secret).summary
    assert not [w for w in recwarn if "Glyph" in str(w.message)]
