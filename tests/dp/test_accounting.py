"""Six answers to one question: how they compare, and what each refuses."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privlab.dp.accounting import (
    advanced_epsilon,
    basic_epsilon,
    gdp_epsilon_estimate,
    pld_epsilon,
    rdp_epsilon,
    step_epsilon,
    zcdp_epsilon,
)
from privlab.dp.calibration import certified_epsilon
from privlab.dp.mechanisms import Gaussian
from privlab.dp.sampled_gaussian import SampledGaussian
from privlab.dp.tradeoff import epsilon_of_mu

laws = settings(deadline=None, derandomize=True, max_examples=50)
BOUNDS = [basic_epsilon, advanced_epsilon, rdp_epsilon, certified_epsilon]
ALL = [*BOUNDS, zcdp_epsilon, pld_epsilon, gdp_epsilon_estimate]
GOOD = {"noise_multiplier": 1.0, "sampling_rate": 1.0, "steps": 3, "delta": 1e-5}


def setting(noise: float, rate: float, steps: int, delta: float) -> dict:
    return {
        "noise_multiplier": noise,
        "sampling_rate": rate,
        "steps": steps,
        "delta": delta,
    }


SETTINGS = st.builds(
    setting,
    st.floats(0.4, 30),
    st.floats(-4, 0).map(lambda power: 10**power),
    st.integers(1, 2_000),
    st.floats(-9, -2).map(lambda power: 10**power),
)


# Every bound is one


@laws
@given(SETTINGS)
def test_no_bound_is_below_the_certified_one(here):
    low = pld_epsilon(**here).low
    for accountant in BOUNDS:
        assert accountant(**here) >= low * (1 - 1e-9)


@pytest.mark.parametrize("accountant", [*BOUNDS, zcdp_epsilon, gdp_epsilon_estimate])
@pytest.mark.parametrize(("noise", "steps"), [(0.8, 1), (5.0, 60), (40.0, 1_000)])
def test_epsilon_grows_with_steps_and_falls_with_noise_and_delta(
    accountant, noise, steps
):
    here = accountant(**setting(noise, 1.0, steps, 1e-6))
    assert 0 < here < accountant(**setting(noise, 1.0, steps + 5, 1e-6))
    assert here < accountant(**setting(noise / 1.2, 1.0, steps, 1e-6))
    assert here < accountant(**setting(noise, 1.0, steps, 1e-7))


@pytest.mark.parametrize("accountant", [*BOUNDS, gdp_epsilon_estimate])
@pytest.mark.parametrize(("noise", "steps"), [(0.8, 1), (5.0, 60), (40.0, 1_000)])
def test_epsilon_grows_with_the_sampling_rate(accountant, noise, steps):
    rates = [0.1, 0.2, 0.5]
    found = [accountant(**setting(noise, rate, steps, 1e-6)) for rate in rates]
    assert 0 < found[0] < found[1] < found[2]


def test_many_steps_of_much_noise_order_the_bounds():
    here = setting(40.0, 1.0, 1_000, 1e-5)
    found = [
        accountant(**here)
        for accountant in (
            basic_epsilon,
            advanced_epsilon,
            rdp_epsilon,
            zcdp_epsilon,
            certified_epsilon,
        )
    ]
    assert found == sorted(found, reverse=True)
    assert found[0] > 3 * found[1] > 9 * found[4]


def test_advanced_composition_does_not_help_where_a_steps_epsilon_is_large():
    here = setting(0.5, 1.0, 1_000, 1e-8)
    assert advanced_epsilon(**here) > basic_epsilon(**here)


# Basic and advanced composition


@laws
@given(SETTINGS)
def test_basic_composition_adds_up_steps(here):
    one = basic_epsilon(**{**here, "steps": 1, "delta": here["delta"] / here["steps"]})
    assert basic_epsilon(**here) == pytest.approx(here["steps"] * one)


@pytest.mark.parametrize("epsilon", [0.1, 1.0, 6.0])
def test_one_step_inverts_the_calibration_of_a_gaussian(epsilon):
    sigma = Gaussian(epsilon=epsilon, delta=1e-6, sensitivity=1).sigma
    whole = SampledGaussian(noise_multiplier=sigma, sampling_rate=1, steps=1)
    assert step_epsilon(whole, 1e-6) == pytest.approx(epsilon, rel=1e-6)
    half = SampledGaussian(noise_multiplier=sigma, sampling_rate=0.5, steps=1)
    amplified = math.log(0.5 + 0.5 * math.exp(epsilon))
    assert step_epsilon(half, 0.5e-6) == pytest.approx(amplified, rel=1e-6)


@pytest.mark.parametrize("rate", [1e-6, 0.01])
def test_one_step_costs_nothing_if_delta_covers_the_chance_to_be_in_it(rate):
    one = SampledGaussian(noise_multiplier=1.0, sampling_rate=rate, steps=1)
    assert step_epsilon(one, rate) == 0
    assert step_epsilon(one, rate / 10) > 0


@pytest.mark.parametrize("steps", [1, 2, 5])
@pytest.mark.parametrize("noise", [1.0, 8.0])
def test_advanced_composition_is_that_of_randomised_responses(noise, steps):
    delta = 1e-4
    found = advanced_epsilon(**setting(noise, 0.3, steps, delta))
    one = SampledGaussian(noise_multiplier=noise, sampling_rate=0.3, steps=1)
    each = step_epsilon(one, delta / (2 * steps))
    truth = 1 / (1 + math.exp(-each))
    spent = 0.0  # sum over all answers of (P - e^epsilon Q)_+
    for answers in itertools.product([truth, 1 - truth], repeat=steps):
        p = math.prod(answers)
        q = math.prod(1 - answer for answer in answers)
        spent += max(p - math.exp(found) * q, 0)
    assert spent == pytest.approx(delta / 2, rel=1e-6)


@laws
@given(st.floats(20, 500), st.integers(1, 500))
def test_advanced_composition_beats_the_first_such_theorem(noise, steps):
    here = setting(noise, 1.0, steps, 1e-6)
    one = SampledGaussian(noise_multiplier=noise, sampling_rate=1, steps=1)
    each = step_epsilon(one, 1e-6 / (2 * steps))
    spread = math.sqrt(2 * steps * math.log(2 / 1e-6)) * each
    assert advanced_epsilon(**here) <= spread + steps * each * math.expm1(each) + 1e-9


# The estimate


@pytest.mark.parametrize(("noise", "steps"), [(10.0, 100), (1.0, 1), (30.0, 7)])
def test_the_estimate_is_exact_for_the_whole_data(noise, steps):
    exact = epsilon_of_mu(math.sqrt(steps) / noise, delta=1e-5)
    assert gdp_epsilon_estimate(**setting(noise, 1, steps, 1e-5)) == exact


@pytest.mark.parametrize(
    ("noise", "rate", "steps", "delta"),
    [(1.5, 0.04, 2250, 1e-5), (1.0, 0.01, 1_000, 1e-8), (0.8, 0.001, 1_000, 1e-6)],
)
def test_the_estimate_can_be_below_the_certified_lower_bound(noise, rate, steps, delta):
    here = setting(noise, rate, steps, delta)
    assert gdp_epsilon_estimate(**here) < pld_epsilon(**here).low


def test_the_estimate_can_be_above_the_truth():
    here = setting(1.0, 0.5, 1_000, 1e-5)
    assert gdp_epsilon_estimate(**here) > pld_epsilon(**here).high


def test_the_estimate_comes_true_in_its_limit():
    far = [
        pld_epsilon(**setting(2.0, 2 / math.sqrt(steps), steps, 1e-5)).estimate
        for steps in (100, 10_000)
    ]
    limit = gdp_epsilon_estimate(**setting(2.0, 0.02, 10_000, 1e-5))
    assert abs(far[1] - limit) < 0.2 * abs(far[0] - limit)


def test_the_known_estimate():
    found = gdp_epsilon_estimate(**setting(1.5, 0.04, 2250, 1e-5))
    assert found == pytest.approx(6.60, abs=0.005)


def test_noise_too_little_for_an_estimate_is_refused():
    with pytest.raises(ValueError, match=r"noise_multiplier=0.03 must be >= 0.0376"):
        gdp_epsilon_estimate(**setting(0.03, 0.5, 1, 1e-5))


# Arguments


EACH = pytest.mark.parametrize("accountant", ALL)


@EACH
@settings(laws, max_examples=20)
@given(value=st.floats())
def test_what_is_no_delta_is_refused(accountant, value):
    if not 0 < value < 1:
        with pytest.raises(ValueError, match="delta="):
            accountant(**{**GOOD, "delta": value})


@EACH
@settings(laws, max_examples=20)
@given(value=st.floats(max_value=0) | st.sampled_from([math.nan, math.inf]))
def test_what_is_no_noise_is_refused(accountant, value):
    with pytest.raises(ValueError, match="noise_multiplier="):
        accountant(**{**GOOD, "noise_multiplier": value})


@EACH
@settings(laws, max_examples=20)
@given(value=st.floats())
def test_what_is_no_sampling_rate_is_refused(accountant, value):
    if not 0 < value <= 1:
        with pytest.raises(ValueError, match="sampling_rate="):
            accountant(**{**GOOD, "sampling_rate": value})


@EACH
@settings(laws, max_examples=20)
@given(value=st.integers(max_value=0))
def test_fewer_than_one_step_is_refused(accountant, value):
    with pytest.raises(ValueError, match="steps="):
        accountant(**{**GOOD, "steps": value})


@EACH
@pytest.mark.parametrize("value", [1.5, True, "3", None])
def test_steps_that_are_not_whole_are_refused(accountant, value):
    with pytest.raises(TypeError, match="steps="):
        accountant(**{**GOOD, "steps": value})


@EACH
def test_numpy_numbers_are_numbers(accountant):
    plain = accountant(**GOOD)
    same = accountant(**{k: np.array([v])[0] for k, v in GOOD.items()})
    assert same == plain
