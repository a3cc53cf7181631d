"""What lesson 3.2 says of chance, and of what its planners foretell.

The engine's keys and noise come from the operating system: every run has new ones.
"""

import numpy as np
import pytest

from privlab.experiments.packing import operations_by_column, operations_by_row, packing
from privlab.experiments.parameter_sets import (
    BY_NAME,
    CIRCUITS,
    ones_multiplied,
    planned,
    precision,
)
from privlab.experiments.sealed_records import prying, sigmoids, tumours
from privlab.he.context import TRAINING
from privlab.he.regression import A, B

seeds = pytest.mark.parametrize("seed", range(5))


@seeds
def test_open_records_give_the_diagnosis_away_and_ciphertexts_do_not(seed):
    result = prying(tries=120, rng=np.random.default_rng(seed))
    assert result.open_hits > 0.8 * result.tries
    # a coin is further off than five and a half deviations once in 10^7
    assert abs(result.sealed_hits - 60) < 5.5 * np.sqrt(120) / 2
    assert result.repeats == 0


@pytest.mark.parametrize(("bits", "low", "high"), [(21, 5.9, 6.1), (26, 1.02, 1.035)])
def test_short_primes_drift_by_what_the_plan_says(bits, low, high):
    measured = ones_multiplied(prime_bits=bits)
    assert low < measured[-1] < high
    foreseen = precision(prime_bits=bits, depth=6)
    assert measured - 1 == pytest.approx(foreseen.drift, abs=0.02 * (high - 1))


def test_forty_bits_keep_one():
    assert ones_multiplied(prime_bits=40) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("bits", [24, 30, 37, 44, 50])
def test_longer_primes_are_more_precise_and_never_smaller(bits):
    short, long = (precision(prime_bits=b, depth=4) for b in (bits - 1, bits))
    assert long.noise[-1] < short.noise[-1] * 1.1
    sizes = [each.parameters.ciphertext_bytes for each in (short, long)]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize("circuit", list(CIRCUITS))
def test_a_plan_ends_with_the_levels_less_the_depth(circuit):
    for name, own in BY_NAME.items():
        plan = planned(circuit=circuit, parameters=name)
        assert plan.left[-1] == own.levels - CIRCUITS[circuit].depth
        assert plan.fits == (plan.left[-1] >= 0 and plan.has_room)


def test_one_multiplication_more_needs_the_named_set():
    plan = planned(circuit="a logistic step", parameters="network")
    assert "needs depth 4, 'network' has 3" in plan.summary
    assert "'training'" in plan.summary


def test_columns_cost_the_same_until_the_slots_are_full():
    full = TRAINING.slots
    assert operations_by_column(full, 9) < 2 * operations_by_column(100, 9)
    assert operations_by_column(full + 1, 9) == 2 * operations_by_column(full, 9)
    assert operations_by_row(full, 9) == full * operations_by_row(1, 9)
    counted = packing(patients=569, features=9)
    assert counted.upload_by_row / counted.upload_by_column == pytest.approx(113.8)


def test_training_stays_on_the_cubic_at_small_rates_and_falls_off_at_large_ones():
    assert sigmoids(rate=0.2, steps=4).largest < 5
    assert not sigmoids(rate=1.0, steps=12).largest < 1e6
    result = sigmoids(rate=0.2, steps=4)
    middle = np.abs(result.z) <= 5
    assert np.abs(result.polynomial - result.true)[middle].max() < 0.08
    turning = np.sqrt(A / (3 * B))
    assert 4 < turning < 5  # where the cubic turns round


def test_most_tumours_are_read_rightly_and_the_classes_are_what_they_are():
    x, y = tumours()
    assert x.shape == (569, 9)
    assert y.sum() == 212  # malignant, as in the published data
    assert sigmoids(rate=0.2, steps=4).accuracy > 0.9
