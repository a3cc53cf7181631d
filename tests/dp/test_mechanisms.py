"""Laplace, Gaussian and randomised response keep their formulas and their promises."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import binom, kstest, laplace, norm

from privlab.core.privacy import Privacy
from privlab.dp.mechanisms import (
    Gaussian,
    Laplace,
    RandomizedResponse,
    gaussian_delta,
    smallest_sigma,
)

laws = settings(deadline=None, derandomize=True)
LAPLACE = Laplace(epsilon=0.5, sensitivity=3)
GAUSSIAN = Gaussian(epsilon=0.5, delta=1e-5, sensitivity=3)
RESPONSE = RandomizedResponse(epsilon=1)
ADDITIVE = pytest.mark.parametrize("mechanism", [LAPLACE, GAUSSIAN])


# What every mechanism that adds noise to numbers does


@ADDITIVE
@pytest.mark.parametrize("shape", [(), (1,), (7,), (2, 3), (0,)])
def test_the_answer_has_the_shape_of_the_value(mechanism, shape):
    answer = mechanism.release(np.zeros(shape), rng=np.random.default_rng(0))
    assert np.shape(answer) == shape
    assert isinstance(answer, float if shape == () else np.ndarray)


@ADDITIVE
def test_every_entry_gets_its_own_noise(mechanism):
    answer = mechanism.release(np.zeros(1_000), rng=np.random.default_rng(0))
    assert len(np.unique(answer)) == 1_000


@ADDITIVE
def test_noise_moves_with_the_value_and_the_seed_repeats_it(mechanism):
    zero = mechanism.release(np.zeros(50), rng=np.random.default_rng(1))
    moved = mechanism.release(np.full(50, 9.0), rng=np.random.default_rng(1))
    np.testing.assert_allclose(moved - 9, zero, atol=1e-12)


@ADDITIVE
def test_the_value_itself_is_left_alone(mechanism):
    value = np.arange(5.0)
    mechanism.release(value, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(value, np.arange(5.0))


@ADDITIVE
def test_densities_integrate_to_one(mechanism):
    below, above = (
        quad(lambda y: float(mechanism.density(y, value=2.0)), *ends)[0]
        for ends in [(-np.inf, 2), (2, np.inf)]
    )
    assert below == pytest.approx(0.5)
    assert above == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("mechanism", "peer"),
    [
        (LAPLACE, laplace(loc=4, scale=6)),
        (GAUSSIAN, norm(loc=4, scale=GAUSSIAN.sigma)),
    ],
)
def test_samples_and_density_follow_the_named_law(mechanism, peer):
    answers = mechanism.release(np.full(50_000, 4.0), rng=np.random.default_rng(3))
    assert kstest(answers, peer.cdf).pvalue > 1e-6
    outputs = np.linspace(-60, 60, 101)
    np.testing.assert_allclose(mechanism.density(outputs, value=4), peer.pdf(outputs))


@ADDITIVE
@pytest.mark.parametrize("bad", [math.nan, math.inf, [1.0, math.nan]])
def test_only_finite_values_are_released(mechanism, bad):
    with pytest.raises(ValueError, match="value contains"):
        mechanism.release(bad, rng=np.random.default_rng(0))


@pytest.mark.parametrize("mechanism", [LAPLACE, GAUSSIAN, RESPONSE])
def test_mechanisms_are_frozen(mechanism):
    with pytest.raises(dataclasses.FrozenInstanceError):
        mechanism.epsilon = 2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Laplace(epsilon=0, sensitivity=1), "epsilon=0 must be > 0"),
        (lambda: Laplace(epsilon=1, sensitivity=-2), "sensitivity=-2 must be > 0"),
        (lambda: Laplace(epsilon=math.inf, sensitivity=1), "epsilon=inf must be fin"),
        (lambda: Gaussian(epsilon=-1, delta=0.1, sensitivity=1), "epsilon=-1 must be"),
        (lambda: Gaussian(epsilon=1, delta=0, sensitivity=1), "delta=0 must lie"),
        (lambda: Gaussian(epsilon=1, delta=1, sensitivity=1), "delta=1 must lie"),
        (lambda: Gaussian(epsilon=1, delta=0.1, sensitivity=0), "sensitivity=0 must"),
        (lambda: RandomizedResponse(epsilon=0), "epsilon=0 must be > 0"),
        (lambda: gaussian_delta(0, 1, 1), "sigma=0 must be > 0"),
        (lambda: gaussian_delta(1, -1, 1), "epsilon=-1 must be >= 0"),
        (lambda: gaussian_delta(1, 1, 0), "sensitivity=0 must be > 0"),
    ],
)
def test_impossible_parameters_are_named_at_construction(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# Laplace


@laws
@given(st.floats(0.01, 20), st.floats(0.01, 100), st.floats(-50, 50), st.floats(-1, 1))
def test_laplace_odds_never_change_by_more_than_e_to_epsilon(eps, reach, y, step):
    mechanism = Laplace(epsilon=eps, sensitivity=reach)
    output = y * mechanism.scale
    here = mechanism.density(output, value=0.0)
    there = mechanism.density(output, value=step * reach)
    assert here <= math.exp(eps) * there * (1 + 1e-9)


def test_laplace_uses_the_whole_promise():
    ratio = LAPLACE.density(-1, value=0) / LAPLACE.density(-1, value=3)
    assert ratio == pytest.approx(math.exp(0.5))
    assert LAPLACE.privacy == Privacy(epsilon=0.5)


def test_laplace_noise_has_variance_twice_the_squared_scale():
    assert LAPLACE.scale == 6
    noise = LAPLACE.release(np.zeros(100_000), rng=np.random.default_rng(4))
    # The standard error of the variance is 72 sqrt(5 / n) = 0.51; of the mean, 0.027.
    assert noise.var() == pytest.approx(72, abs=3)
    assert noise.mean() == pytest.approx(0, abs=0.16)


# Gaussian


GRID = [
    (epsilon, delta)
    for epsilon in (1e-4, 0.01, 0.5, 1, 4, 20, 300)
    for delta in (1e-12, 1e-6, 0.01, 0.6)
]


@pytest.mark.parametrize(("epsilon", "delta"), GRID)
def test_gaussian_noise_keeps_the_promise_and_hardly_less_would(epsilon, delta):
    sigma = Gaussian(epsilon=epsilon, delta=delta, sensitivity=2).sigma
    assert gaussian_delta(sigma, epsilon, 2) <= delta
    assert gaussian_delta(sigma * (1 - 1e-8), epsilon, 2) > delta


@pytest.mark.parametrize(("epsilon", "delta"), GRID)
def test_gaussian_delta_agrees_with_fifty_digits(epsilon, delta):
    import mpmath as mp

    sigma = Gaussian(epsilon=epsilon, delta=delta, sensitivity=1).sigma
    with mp.workdps(50):
        s, eps = mp.mpf(sigma), mp.mpf(epsilon)
        low, high = 1 / (2 * s) - eps * s, -1 / (2 * s) - eps * s
        exact = float(mp.ncdf(low) - mp.exp(eps) * mp.ncdf(high))
    assert gaussian_delta(sigma, epsilon, 1) == pytest.approx(exact, rel=1e-8)


def test_gaussian_calibration_gives_the_known_value():
    mechanism = Gaussian(epsilon=1, delta=1e-5, sensitivity=1)
    assert mechanism.sigma == pytest.approx(3.730632, abs=5e-7)
    assert mechanism.privacy == Privacy(epsilon=1, delta=1e-5)


@pytest.mark.parametrize("epsilon", [0.1, 0.5, 1])
@pytest.mark.parametrize("delta", [1e-10, 1e-5, 1e-2])
def test_gaussian_calibration_needs_less_noise_than_the_classical_one(epsilon, delta):
    classical = math.sqrt(2 * math.log(1.25 / delta)) / epsilon
    assert Gaussian(epsilon=epsilon, delta=delta, sensitivity=1).sigma < classical


@pytest.mark.parametrize("epsilon", [0.05, 0.7, 1, 5, 12])
@pytest.mark.parametrize("delta", [1e-10, 1e-5, 0.05])
def test_gaussian_calibration_agrees_with_dp_accounting(epsilon, delta):
    import dp_accounting

    peer = dp_accounting.get_sigma_gaussian(epsilon, delta)
    mechanism = Gaussian(epsilon=epsilon, delta=delta, sensitivity=1)
    assert mechanism.sigma == pytest.approx(peer, rel=1e-6)


@laws
@given(st.floats(0.01, 5), st.floats(1e-10, 0.4), st.floats(1e-3, 1e3))
def test_gaussian_noise_scales_with_the_sensitivity(epsilon, delta, sensitivity):
    unit = Gaussian(epsilon=epsilon, delta=delta, sensitivity=1).sigma
    scaled = Gaussian(epsilon=epsilon, delta=delta, sensitivity=sensitivity).sigma
    assert scaled == pytest.approx(sensitivity * unit, rel=1e-8)


@laws
@given(st.floats(0, 20), st.floats(0.05, 50), st.floats(1.001, 3))
def test_delta_falls_with_more_noise_and_with_more_epsilon(epsilon, sigma, factor):
    delta = gaussian_delta(sigma, epsilon, 1)
    assert gaussian_delta(factor * sigma, epsilon, 1) <= delta
    assert gaussian_delta(sigma, factor * epsilon, 1) <= delta


def test_delta_at_epsilon_zero_is_the_distance_between_the_two_worlds():
    difference = quad(
        lambda y: abs(norm.pdf(y) - norm.pdf(y - 1)) / 2, -12, 13, points=[0.5]
    )[0]
    assert gaussian_delta(1, 0, 1) == pytest.approx(difference)


def test_smallest_sigma_inverts_any_falling_curve():
    sigma = smallest_sigma(lambda s: 1 / (1 + s**3), 1e-6, start=50.0)
    assert sigma == pytest.approx((1e6 - 1) ** (1 / 3), rel=1e-9)
    assert 1 / (1 + sigma**3) <= 1e-6


# Randomised response


@pytest.mark.parametrize("epsilon", [0.01, 1, math.log(3), 30])
def test_truth_is_e_to_epsilon_times_as_likely_as_a_lie(epsilon):
    truth = RandomizedResponse(epsilon=epsilon).truth_probability
    lie = 1 / (1 + math.exp(epsilon))
    assert truth + lie == pytest.approx(1)
    assert truth / lie == pytest.approx(math.exp(epsilon))


@pytest.mark.parametrize("epsilon", [0.1, 1, 3])
@pytest.mark.parametrize("bit", [0, 1])
def test_lies_are_as_frequent_as_promised(epsilon, bit):
    mechanism, n = RandomizedResponse(epsilon=epsilon), 50_000
    reports = mechanism.release(np.full(n, bit), rng=np.random.default_rng(6))
    truths = int((reports == bit).sum())
    low, high = binom.interval(1 - 1e-6, n, mechanism.truth_probability)
    assert low <= truths <= high


@pytest.mark.parametrize("epsilon", [1, 40, 300])
def test_rounding_never_makes_a_lie_impossible(epsilon):
    class Lowest:
        """The generator at the smallest number it can draw, one in 2**53."""

        def random(self, size):
            return np.zeros(size)

    mechanism = RandomizedResponse(epsilon=epsilon)
    assert mechanism.release(1, rng=Lowest()) == 0
    assert mechanism.release(0, rng=Lowest()) == 1


@pytest.mark.parametrize("epsilon", [0.1, 1, 5])
@pytest.mark.parametrize("bit", [0, 1])
def test_the_estimate_from_one_person_is_unbiased(epsilon, bit):
    mechanism = RandomizedResponse(epsilon=epsilon)
    truth, lie = (mechanism.estimate([report]).proportion for report in (bit, 1 - bit))
    chance = mechanism.truth_probability
    assert chance * truth + (1 - chance) * lie == pytest.approx(bit, abs=1e-12)


def test_the_standard_error_is_the_spread_of_repeated_surveys():
    rng = np.random.default_rng(7)
    surveys = [
        RESPONSE.estimate(RESPONSE.release(rng.random(400) < 0.3, rng=rng))
        for _ in range(2_000)
    ]
    proportions = np.array([survey.proportion for survey in surveys])
    error = surveys[0].standard_error
    # The spread of 2,000 surveys is known to 1.6 %, one survey's own figure to 1 %.
    assert proportions.std() == pytest.approx(error, rel=0.12)
    assert proportions.mean() == pytest.approx(0.3, abs=5 * error / math.sqrt(2_000))


@pytest.mark.parametrize("bits", [True, 0, np.True_, np.int8(1)])
def test_one_bit_in_gives_one_int_out(bits):
    report = RESPONSE.release(bits, rng=np.random.default_rng(0))
    assert type(report) is int
    assert report in (0, 1)


@pytest.mark.parametrize("dtype", [bool, int, np.uint8, float])
def test_bits_of_every_type_are_the_same_bits(dtype):
    bits = np.array([[0, 1, 1], [1, 0, 0]])
    expected = RESPONSE.release(bits, rng=np.random.default_rng(8))
    reports = RESPONSE.release(bits.astype(dtype), rng=np.random.default_rng(8))
    np.testing.assert_array_equal(reports, expected)
    assert reports.shape == bits.shape


@pytest.mark.parametrize("bad", [2, -1, 0.5, math.nan, [0, 1, 3]])
def test_only_bits_are_answers(bad):
    with pytest.raises(ValueError, match=r"bits contains .*; only 0 and 1"):
        RESPONSE.release(bad, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"reports contains .*; only 0 and 1"):
        RESPONSE.estimate(bad)


def test_no_reports_give_no_estimate():
    with pytest.raises(ValueError, match="reports is empty"):
        RESPONSE.estimate([])
