"""Drawings of lesson 5.1: what is shown is what was found."""

import matplotlib
import numpy as np
import pytest
from counted import counted
from matplotlib.figure import Figure

from privlab.experiments.listing import noise_effect, ten_outputs
from privlab.experiments.misdiagnosed import BeforeAfter, listing_attacked, misdiagnosed
from privlab.experiments.noisy_answers import noisy_answers
from privlab.experiments.patients import patients
from privlab.experiments.repairs import Ladder, audited
from privlab.experiments.softmax_twice import softmax_twice
from privlab.experiments.training_loops import Loop, unusual_last
from privlab.experiments.zoo_gallery import Gallery, specimen_runs
from privlab.plots import style
from privlab.plots.listing import (
    draw_noise_effect,
    draw_noisy_answers,
    draw_noisy_predictions,
    draw_softmax_twice,
    draw_ten_outputs,
)
from privlab.plots.misdiagnosed import draw_attack, draw_before_after
from privlab.plots.repairs import (
    draw_gallery,
    draw_ladder,
    draw_repair,
    draw_specimen,
)


@pytest.fixture(scope="module")
def clinic():
    return patients(100, seed=1)


@pytest.fixture(scope="module")
def repair():
    return audited(Loop(), unusual_last(8, seed=1), seed=1, runs=40, name="as it is")


@pytest.fixture
def drawn():
    """Draw a result on a fresh figure; give back its visible axes."""
    with matplotlib.rc_context(style.RC):

        def on_figure(draw, result):
            figure = Figure()
            draw(result, figure.add_subplot())
            figure.draw_without_rendering()
            return [ax for ax in figure.axes if ax.axison]

        yield on_figure


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_each_output_has_a_bar_for_each_class(clinic, drawn):
    result = ten_outputs(clinic, reading="as written", epochs=1, seed=1)
    (ax,) = drawn(draw_ten_outputs, result)
    heights = [bar.get_height() for bar in ax.patches]
    assert heights == pytest.approx(result.means.flatten().tolist())
    assert "epochs: 1" in ax.get_title(loc="left")


def test_noise_is_left_and_weights_are_right(clinic, drawn):
    result = noise_effect(clinic, stddev=1.0, seed=1)
    left, right = drawn(draw_noisy_predictions, result)
    clean, noisy = (line.get_ydata() for line in left.lines)
    assert clean.tolist() == result.noisy.predictions[0].tolist()
    assert noisy.tolist() == result.noisy.predictions_noisy[0].tolist()
    assert right.get_title(loc="left") == "Weights that differ: 0 of 310"


def test_both_losses_and_all_weights_are_drawn(clinic, drawn):
    result = noise_effect(clinic, stddev=1.0, seed=1, place="on the predictions")
    left, right = drawn(draw_noise_effect, result)
    assert [len(line.get_ydata()) for line in left.lines] == [40, 40]
    assert len(right.lines[1].get_ydata()) == 310
    assert "310 of 310" in right.get_title(loc="left")


def test_the_floor_is_drawn_where_the_formula_has_it(drawn):
    result = softmax_twice(outputs=10)
    left, _ = drawn(draw_softmax_twice, result)
    assert texts(left) == ["floor 1.461"]
    assert left.lines[2].get_ydata()[0] == pytest.approx(result.floor)


def test_every_output_of_every_patient_is_a_point(clinic, drawn):
    result = noisy_answers(clinic, stddev=1.0, answers=3, seed=1)
    (ax,) = drawn(draw_noisy_answers, result)
    assert len(ax.lines[1].get_xdata()) == 1000


def test_the_attack_is_drawn_from_corner_to_corner(drawn):
    result = listing_attacked(misdiagnosed(seed=1), epochs=1, stddev=1.0, seed=1)
    (ax,) = drawn(draw_attack, result)
    curve = ax.lines[0].get_xydata()
    assert curve[0].tolist() == [0, 0]
    assert curve[-1].tolist() == [1, 1]


def test_before_and_after_show_means_and_every_data_set(drawn):
    result = BeforeAfter(
        names=("Listing as Keras runs it, 10 epochs, noise 1", "DP-SGD, ε = 3"),
        claimed=(np.inf, 3.0),
        accuracy=np.array([[0.7, 0.9], [0.8, 0.8]]),
        auc=np.array([[0.6, 0.5], [0.7, 0.5]]),
        measured=np.zeros((2, 2)),
    )
    for ax, values in zip(
        drawn(draw_before_after, result), (result.accuracy, result.auc), strict=True
    ):
        assert [bar.get_height() for bar in ax.patches] == pytest.approx(values.mean(0))
        labels = [label.get_text() for label in ax.get_xticklabels()]
        assert labels == ["listing,\n10 epochs", "DP-SGD,\nε = 3"]


def test_a_loop_without_a_claim_says_so(repair, drawn):
    left, right = drawn(draw_repair, repair)
    assert texts(right) == ["no claim", f"{repair.measured:.2f}"]
    assert counted(left) == 80  # every run counted


def test_the_ladder_has_a_pair_of_bars_for_each_step(repair, drawn):
    (ax,) = drawn(draw_ladder, Ladder(steps=(repair, repair, repair)))
    assert len(ax.patches) == 6
    assert texts(ax).count("no claim") == 3


def test_a_specimen_shows_all_outputs_of_both_worlds(drawn):
    result = specimen_runs(name="half the sensitivity", trials=100, seed=1)
    (ax,) = drawn(draw_specimen, result)
    assert counted(ax) == 2000


def test_the_gallery_lists_the_worst_first_and_marks_the_article(drawn):
    result = Gallery(
        names=("noise after the step", "half the sensitivity"),
        claimed=np.ones(2),
        measured=np.array([5.0, 1.2]),
    )
    (ax,) = drawn(draw_gallery, result)
    assert texts(ax) == ["5.00", "1.20"]
    assert sorted(bar.get_width() for bar in ax.patches) == [1.2, 5.0]
    labels = {text.get_text() for text in ax.get_legend().get_texts()}
    assert "measured, from the article" in labels
