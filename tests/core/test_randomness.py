"""Uniform whole numbers: in range, of any size, exactly even."""

from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from privlab.core.randomness import SystemRandomness, uniform_below


class Tape:
    """Bytes read from a list, to walk through every possible outcome."""

    def __init__(self, values):
        self.left = list(values)

    def bytes(self, count: int, /) -> bytes:
        taken, self.left = bytes(self.left[:count]), self.left[count:]
        if len(taken) < count:
            raise EOFError
        return taken


@pytest.mark.parametrize("bound", [2, 3, 5, 100, 128, 255, 256])
def test_every_value_comes_from_equally_many_bytes(bound):
    accepted = Counter()
    for byte in range(256):
        try:
            accepted[uniform_below(bound, rng=Tape([byte]))] += 1
        except EOFError:  # rejected: it asked for another byte
            continue
    assert set(accepted) == set(range(bound))
    assert len(set(accepted.values())) == 1


def test_a_rejected_byte_leaves_no_trace():
    for rejected, kept in product([192, 255], [0, 64, 191]):
        alone = uniform_below(3, rng=Tape([kept]))
        assert uniform_below(3, rng=Tape([rejected, kept])) == alone


@settings(deadline=None, derandomize=True)
@given(st.integers(1, 2**200), st.integers(0, 2**32))
def test_values_stay_below_the_bound(bound, seed):
    assert 0 <= uniform_below(bound, rng=np.random.default_rng(seed)) < bound


def test_the_only_number_below_one_is_zero():
    assert uniform_below(1, rng=Tape([])) == 0


@pytest.mark.parametrize("bound", [2**200, 3 * 2**198 + 1])
def test_huge_bounds_are_uniform_at_both_ends(bound):
    rng = np.random.default_rng(2)
    draws = [uniform_below(bound, rng=rng) for _ in range(8_000)]
    eighths = np.bincount([8 * draw // bound for draw in draws], minlength=8)
    last_digits = np.bincount([draw % 8 for draw in draws], minlength=8)
    assert chisquare(eighths).pvalue > 1e-6
    assert chisquare(last_digits).pvalue > 1e-6


def test_a_seed_repeats_the_draws():
    first, second = np.random.default_rng(3), np.random.default_rng(3)
    draws = [uniform_below(10**9, rng=first) for _ in range(20)]
    assert draws == [uniform_below(10**9, rng=second) for _ in range(20)]


def test_the_systems_randomness_is_a_source():
    rng = SystemRandomness()
    assert len(rng.bytes(16)) == 16
    draws = {uniform_below(2**128, rng=rng) for _ in range(10)}
    assert len(draws) == 10  # a repeat has probability 45 / 2**128


@pytest.mark.parametrize("bound", [0, -1])
def test_nothing_lies_below_an_empty_bound(bound):
    with pytest.raises(ValueError, match=f"bound={bound} must be >= 1"):
        uniform_below(bound, rng=np.random.default_rng(0))


def test_bounds_are_whole():
    with pytest.raises(TypeError, match=r"bound=2\.5 must be a whole number"):
        uniform_below(2.5, rng=np.random.default_rng(0))
