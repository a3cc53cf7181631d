"""The pictures of lesson 4.1 show what their results hold, and say what axes mean."""

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from privlab.core.datasets import breast_cancer
from privlab.experiments.calibration import calibration
from privlab.experiments.composition import composition
from privlab.experiments.floating_point import low_bit_attack, porous_outputs
from privlab.experiments.margin import accuracy_by_answers, margin_audits
from privlab.experiments.objective import FORMS, noisy_objective
from privlab.experiments.ratio import DENSITIES, log_ratio
from privlab.experiments.sampling import amplification
from privlab.experiments.spending import spending
from privlab.experiments.tradeoff import MECHANISMS, tradeoff
from privlab.plots import style
from privlab.plots.calibration import draw_calibration
from privlab.plots.composition import NAMES, draw_composition
from privlab.plots.floating_point import draw_low_bit_attack, draw_porous_outputs
from privlab.plots.margin import draw_accuracy_by_answers, draw_margin_audits
from privlab.plots.objective import draw_noisy_objective
from privlab.plots.ratio import draw_log_ratio
from privlab.plots.sampling import draw_amplification
from privlab.plots.spending import draw_spending
from privlab.plots.tradeoff import draw_tradeoff


def drawn(draw, result):
    with matplotlib.rc_context(style.RC):
        return draw(result, Figure().add_subplot()).figure


def every_picture():
    data = breast_cancer()
    for form in FORMS:
        yield draw_noisy_objective, noisy_objective(form=form, noise=3)
    for density in DENSITIES:
        yield draw_log_ratio, log_ratio(density=density, epsilon=1, published=2)
    yield draw_calibration, calibration(delta=1e-5)
    for mechanism in MECHANISMS:
        yield draw_tradeoff, tradeoff(mechanism=mechanism, epsilon=1, seed=0)
    yield draw_amplification, amplification(epsilon=2, rate=0.1)
    yield draw_spending, spending(noise_multiplier=5, epsilon=1)
    audits = margin_audits(data, lengths=(1, 100), trials=200, seed=0)
    yield draw_margin_audits, audits
    yield draw_accuracy_by_answers, accuracy_by_answers(data, epsilon=1, seed=0)
    yield draw_porous_outputs, porous_outputs(epsilon=1, output=1.5)
    yield draw_low_bit_attack, low_bit_attack(seed=0, trials=50)


def test_every_axis_that_shows_has_a_title_and_units():
    for draw, result in every_picture():
        shown = [axes for axes in drawn(draw, result).axes if axes.axison]
        assert shown, draw
        for axes in shown:
            assert axes.get_title(loc="left"), draw
            assert axes.get_xlabel().endswith(")"), draw
            assert axes.get_ylabel().endswith(")"), draw
        assert result.summary.endswith("."), draw


def test_composition_shows_six_answers_and_the_certified_one_as_a_band():
    run = composition(noise_multiplier=2, sampling_rate=0.1, steps=(1, 50))
    figure = drawn(draw_composition, run)
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == [*NAMES, "certified"]
    left = figure.axes[1]
    assert len(left.lines) == len(NAMES)
    assert left.collections[0].get_paths()


def test_porous_outputs_have_a_mark_for_each_reachable_double():
    porous = porous_outputs(epsilon=1, output=1.5)
    rows = drawn(draw_porous_outputs, porous).axes[0].collections
    marks = [len(row.get_paths()) for row in rows]
    assert marks == porous.from_count.sum(axis=1).tolist()


def test_each_purse_ends_with_a_cross_at_the_refused_answer():
    spent = spending(noise_multiplier=50, epsilon=1)
    lines = drawn(draw_spending, spent).axes[0].lines
    crosses = [line.get_xdata()[0] for line in lines if line.get_marker() == "x"]
    assert crosses == [answers + 1 for answers in spent.answers]


def test_no_attack_bar_is_cut_off():
    attack = low_bit_attack(seed=1, trials=50)
    axes = drawn(draw_low_bit_attack, attack).axes[0]
    heights = np.array([bar.get_height() for bar in axes.patches])
    assert heights == pytest.approx(attack.right.ravel())
    assert heights.max() < axes.get_ylim()[1]
