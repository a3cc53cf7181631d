"""Fixed point for sums: exact whole numbers, bounded rounding, overflow refused."""

import re
from fractions import Fraction

import numpy as np
import pytest

from privlab.fl.fixed_point import FixedPoint, WeightedMean

CODE = FixedPoint(largest=2, fraction_bits=12, clients=7)
MEAN = WeightedMean(largest=2, most_examples=500, fraction_bits=12, clients=7)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("clients", [1, 3, 7])
def test_a_sum_is_off_by_half_a_unit_a_client_at_most(seed, clients):
    values = np.random.default_rng(seed).uniform(-2, 2, (clients, 40))
    total = CODE.decode(CODE.encode(values).sum(axis=0))
    exact = [sum(map(Fraction, column)) for column in values.T.tolist()]
    errors = [abs(Fraction(t) - e) for t, e in zip(total.tolist(), exact, strict=True)]
    assert max(errors) <= CODE.error(clients)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("clients", [1, 3, 7])
def test_a_weighted_mean_is_off_by_half_a_unit_at_most(seed, clients):
    rng = np.random.default_rng(seed)
    values = rng.uniform(-2, 2, (clients, 40))
    examples = rng.integers(1, 501, clients)
    codes = [MEAN.encode(x, int(n)) for x, n in zip(values, examples, strict=True)]
    mean = MEAN.decode(np.sum(codes, axis=0), clients)
    exact = np.average(values, axis=0, weights=examples)
    assert (
        np.abs(mean - exact).max() <= MEAN.error + 1e-14
    )  # 1e-14: floats of the check


@pytest.mark.parametrize("clients", [1, 2, 3, 100, 1000])
@pytest.mark.parametrize("fraction_bits", [0, 8, 20])
def test_the_modulus_is_the_smallest_that_holds_every_sum(clients, fraction_bits):
    code = FixedPoint(largest=1.5, fraction_bits=fraction_bits, clients=clients)
    worst = clients * int(code.encode(1.5))
    assert -(2 ** (code.bits - 1)) <= -worst <= worst < 2 ** (code.bits - 1)
    assert worst >= 2 ** (code.bits - 2)


@pytest.mark.parametrize("value", [2.001, -2.001, 1e300])
def test_a_number_out_of_range_is_refused_with_its_size_and_a_remedy(value):
    refusal = re.escape(f"{abs(value):g}, ") + ".*largest=2: clip"
    with pytest.raises(OverflowError, match=refusal):
        CODE.encode(np.array([0.0, value]))
    with pytest.raises(OverflowError, match=refusal):
        MEAN.encode(np.array([0.0, value]), 1)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_refused(value):
    with pytest.raises(ValueError, match="finite"):
        MEAN.encode(np.array([value]), 3)


def test_too_many_examples_are_refused():
    with pytest.raises(OverflowError, match=r"examples=501.*most_examples=500"):
        MEAN.encode(np.zeros(3), 501)


def test_a_sum_that_honest_clients_cannot_reach_is_noticed():
    with pytest.raises(OverflowError, match="more than it agreed"):
        CODE.decode(np.array([7 * 2 * 2**12 + 1]))
    with pytest.raises(OverflowError, match="did not keep"):
        MEAN.decode(np.array([0, 1501]), 3)
    with pytest.raises(OverflowError, match="did not keep"):
        MEAN.decode(np.array([0, 0]), 3)


def test_a_code_that_needs_more_than_64_bits_names_the_fraction_bits_to_drop():
    with pytest.raises(ValueError, match="take 3 fraction bits fewer"):
        FixedPoint(largest=1, fraction_bits=63, clients=4)
    assert FixedPoint(largest=1, fraction_bits=60, clients=4).bits == 64
    with pytest.raises(ValueError, match="64"):
        WeightedMean(largest=8, most_examples=2**20, fraction_bits=40, clients=9)
