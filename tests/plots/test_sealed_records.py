"""The pictures of lesson 3.2 show what their results hold, whatever was chosen."""

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from privlab.experiments.packing import packing
from privlab.experiments.parameter_sets import CIRCUITS, SETS, planned, precision
from privlab.experiments.sealed_records import sigmoids
from privlab.plots import style
from privlab.plots.sealed_records import (
    draw_packing,
    draw_plan,
    draw_precision,
    draw_sigmoids,
)


def drawn(draw, result):
    with matplotlib.rc_context(style.RC):
        return draw(result, Figure().add_subplot())


def every_picture():
    for circuit in CIRCUITS:
        for own in SETS:
            yield draw_plan, planned(circuit=circuit, parameters=own.name)
    for prime_bits, depth in ((21, 6), (40, 1)):
        yield draw_precision, precision(prime_bits=prime_bits, depth=depth)
    for patients, features in ((1, 2), (10_000, 64)):
        yield draw_packing, packing(patients=patients, features=features)
    for rate, steps in ((0.5, 4), (50, 20)):
        yield draw_sigmoids, sigmoids(rate=rate, steps=steps)


def test_every_axis_has_a_title_and_units():
    for draw, result in every_picture():
        axes = drawn(draw, result)
        assert axes.get_title(loc="left"), draw
        assert axes.get_xlabel().endswith(")"), draw
        assert axes.get_ylabel().endswith(")"), draw
        assert result.summary.endswith("."), draw


@pytest.mark.parametrize("own", SETS, ids=lambda own: own.name)
@pytest.mark.parametrize("circuit", CIRCUITS)
def test_the_bars_are_the_levels_left_and_overdrawn_ones_are_hatched(circuit, own):
    plan = planned(circuit=circuit, parameters=own.name)
    axes = drawn(draw_plan, plan)
    bars = sorted(axes.patches, key=lambda bar: bar.get_y())
    left = [own.levels, *plan.left]
    assert [bar.get_width() for bar in bars] == left
    assert [bool(bar.get_hatch()) for bar in bars] == [n < 0 for n in left]
    assert [text.get_text() for text in axes.texts] == list(map(str, left))
    low, high = axes.get_xlim()
    assert low < min(left) <= max(left) < high
    assert ("does not fit" in axes.get_title(loc="left")) == (not plan.fits)


@pytest.mark.parametrize("prime_bits", [21, 40])
def test_drift_and_noise_fit_into_the_axes(prime_bits):
    result = precision(prime_bits=prime_bits, depth=6)
    axes = drawn(draw_precision, result)
    drift, noise = (line.get_ydata() for line in axes.lines[:2])
    assert drift.tolist() == list(result.drift[1:])
    assert noise.tolist() == list(result.noise)
    low, high = axes.get_ylim()
    both = np.concatenate([drift, noise])
    assert low < both.min() < both.max() < high


def test_both_packings_and_the_chosen_patients_are_drawn():
    result = packing(patients=300, features=8)
    axes = drawn(draw_packing, result)
    by_row, by_column, chosen = (line.get_xydata().T for line in axes.lines)
    assert by_row.tolist() == [result.rows.tolist(), result.by_row.tolist()]
    assert by_column.tolist() == [result.rows.tolist(), result.by_column.tolist()]
    assert set(chosen[0]) == {300}
    low, high = axes.get_ylim()
    assert low < min(by_row[1].min(), by_column[1].min())
    assert max(by_row[1].max(), by_column[1].max()) < high


def test_the_band_is_where_training_put_the_patients():
    result = sigmoids(rate=0.5, steps=4)
    axes = drawn(draw_sigmoids, result)
    true, polynomial = (line.get_ydata() for line in axes.lines)
    assert true.tolist() == result.true.tolist()
    assert polynomial.tolist() == result.polynomial.tolist()
    [band] = axes.patches
    assert band.get_width() == pytest.approx(2 * result.largest)


def test_a_training_that_runs_away_fills_the_axis():
    wild = sigmoids(rate=50, steps=20)
    assert "infinity" in wild.summary
    [band] = drawn(draw_sigmoids, wild).patches
    assert band.get_width() == 18
