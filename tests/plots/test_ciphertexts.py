"""The pictures of lesson 4.2 show what their results hold, and say what axes mean."""

import matplotlib
import numpy as np
import pytest
from counted import counted
from matplotlib.figure import Figure

from privlab.experiments.encrypted_regression import EncryptedRegression
from privlab.experiments.level_budget import level_budget
from privlab.experiments.lwe_noise import RUNS, noise_growth
from privlab.experiments.scale_drift import ScaleDrift
from privlab.experiments.slots import OPERATIONS, slots_after
from privlab.experiments.xor_mean import xor_mean
from privlab.plots import style
from privlab.plots.encrypted_regression import draw_encrypted_regression
from privlab.plots.level_budget import draw_level_budget
from privlab.plots.lwe_noise import draw_noise_growth
from privlab.plots.scale_drift import draw_scale_drift
from privlab.plots.slots import draw_slots
from privlab.plots.xor_mean import draw_xor_mean

VALUES = np.arange(25, 347)


def drawn(draw, result):
    with matplotlib.rc_context(style.RC):
        return draw(result, Figure().add_subplot()).figure


def regression():
    plain = np.array([1.0, -2.0, 150.0])
    return EncryptedRegression(
        scheme="CKKS",
        names=("a", "b", "intercept"),
        plain=plain,
        encrypted=plain + np.array([1e-6, 0, -1e-7]),
        sums_error=1e-5,
        bound=1e-4,
        messages=2,
    )


def drift():
    values = np.linspace(1, 6, 7)
    return ScaleDrift(
        prime_bits=21,
        nominal=values,
        exact=np.ones(7),
        nominal_errors=values - 1 + 1e-3,
        exact_errors=np.full(7, 1e-3),
    )


def every_picture():
    yield draw_xor_mean, xor_mean(values=VALUES, people=100, key=9)
    yield draw_noise_growth, noise_growth(added=3, modulus_bits=16, seed=0)
    yield draw_scale_drift, drift()
    for operation in OPERATIONS:
        yield draw_slots, slots_after(operation=operation, steps=1)
    yield draw_level_budget, level_budget(depth=12, prime_bits=36)
    yield draw_level_budget, level_budget(depth=1, prime_bits=20)
    yield draw_encrypted_regression, regression()


def test_every_axis_that_shows_has_a_title_and_units():
    for draw, result in every_picture():
        shown = [axes for axes in drawn(draw, result).axes if axes.axison]
        assert shown, draw
        for axes in shown:
            assert axes.get_title(loc="left"), draw
            assert axes.get_xlabel().endswith(")"), draw
            assert axes.get_ylabel().endswith(")"), draw
        assert result.summary.endswith("."), draw


def test_every_key_and_the_chosen_one_are_inside_the_axes():
    result = xor_mean(values=VALUES, people=322, key=500)
    axes = drawn(draw_xor_mean, result).axes[0]
    assert axes.lines[0].get_ydata().tolist() == result.found.tolist()
    assert axes.lines[1].get_xdata() == [500]


@pytest.mark.parametrize("added", [1, 1000])
def test_no_sum_falls_off_the_histogram(added):
    result = noise_growth(added=added, modulus_bits=12, seed=1)
    axes = drawn(draw_noise_growth, result).axes[0]
    assert counted(axes) == RUNS


@pytest.mark.parametrize("operation", OPERATIONS)
def test_slots_and_coefficients_fit_into_their_axes(operation):
    result = slots_after(operation=operation, steps=3)
    left, right = (a for a in drawn(draw_slots, result).axes if a.axison)
    for axes, arrays in ((left, result.slots), (right, result.coefficients)):
        low, high = axes.get_ylim()
        values = np.concatenate(arrays)
        assert low < values.min() + 1e-6
        assert values.max() < high
        heights = [bar.get_height() for bar in axes.patches]
        assert heights == pytest.approx(values)


def test_the_chain_of_primes_ends_where_the_bits_are_spent():
    result = level_budget(depth=4, prime_bits=30)
    axes = drawn(draw_level_budget, result).axes[0]
    borders = [path.vertices[0, 0] for path in axes.collections[0].get_paths()]
    assert borders == [0, 40, 70, 100, 130, 160, 200]
    assert borders[-1] == result.rings[0].spent
    texts = [text.get_text() for text in axes.texts]
    assert [text.startswith("fits") for text in texts] == [r.fits for r in result.rings]
