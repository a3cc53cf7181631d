"""Every check returns a good value unchanged and names a bad one."""

import math
from fractions import Fraction

import numpy as np
import pytest

from privlab.core import checks


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.int64(2), Fraction(2)])
@pytest.mark.parametrize("check", [checks.number, checks.positive])
def test_every_kind_of_real_number_becomes_a_float(check, value):
    result = check("x", value)
    assert type(result) is float
    assert result == 2


@pytest.mark.parametrize("value", ["2", None, True, np.True_, 2j, [2], np.ones(1)])
@pytest.mark.parametrize("check", [checks.number, checks.positive, checks.probability])
def test_what_is_no_number_is_a_type_error(check, value):
    with pytest.raises(TypeError, match=r"^x=.* must be a real number"):
        check("x", value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("check", [checks.number, checks.positive, checks.probability])
def test_numbers_are_finite(check, value):
    with pytest.raises(ValueError, match=f"x={value} must be finite"):
        check("x", value)


@pytest.mark.parametrize("value", [0, -1, -1e-300])
def test_positive_means_above_zero(value):
    with pytest.raises(ValueError, match=f"x={value} must be > 0"):
        checks.positive("x", value)


def test_at_least_includes_its_limit():
    assert checks.at_least("x", 3, 3) == 3
    with pytest.raises(ValueError, match=r"x=2\.9 must be >= 3"):
        checks.at_least("x", 2.9, 3)


@pytest.mark.parametrize("value", [0, 1, -0.1, 1.1])
def test_probabilities_exclude_zero_and_one(value):
    assert checks.probability("p", 0.5) == 0.5
    with pytest.raises(ValueError, match=f"p={value} must lie strictly between"):
        checks.probability("p", value)


def test_whole_numbers_may_have_any_size():
    assert checks.whole("k", 10**30) == 10**30
    assert type(checks.whole("k", np.int8(3))) is int


@pytest.mark.parametrize("value", [1.0, "1", True, None])
def test_whole_refuses_floats_and_truth_values(value):
    with pytest.raises(TypeError, match=r"k=.* must be a whole number"):
        checks.whole("k", value)


def test_whole_has_a_lower_limit():
    assert checks.whole("k", -4, low=-5) == -4
    with pytest.raises(ValueError, match="k=0 must be >= 1"):
        checks.whole("k", 0)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_finite_names_the_entry_that_is_not(bad):
    assert checks.finite("x", [1, 2]).dtype == float
    with pytest.raises(ValueError, match=f"x contains {bad}"):
        checks.finite("x", [1.0, bad])


def test_integers_refuse_to_round():
    assert checks.integers("x", [1, 2]).tolist() == [1, 2]
    with pytest.raises(TypeError, match="x must be whole numbers, got float64"):
        checks.integers("x", [1.0, 2.0])
    with pytest.raises(TypeError, match="x must be whole numbers, got bool"):
        checks.integers("x", [True])
