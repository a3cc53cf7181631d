"""Trade-off curves, what they say of counted errors, and their one epsilon."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binom, norm

from privlab.dp.audit import epsilon_bound
from privlab.dp.mechanisms import Gaussian, RandomizedResponse, gaussian_delta
from privlab.dp.tradeoff import (
    epsilon_of_mu,
    gaussian_tradeoff,
    mu_lower,
    pure_tradeoff,
)

laws = settings(deadline=None, derandomize=True)
SHARES = np.linspace(0, 1, 2_001)
CURVES = [
    lambda a: pure_tradeoff(a, epsilon=1),
    lambda a: pure_tradeoff(a, epsilon=0.3, delta=0.1),
    lambda a: pure_tradeoff(a, epsilon=0),
    lambda a: gaussian_tradeoff(a, mu=0),
    lambda a: gaussian_tradeoff(a, mu=1.3),
    lambda a: gaussian_tradeoff(a, mu=4),
]
EVERY = pytest.mark.parametrize("curve", CURVES)


# The curves


@EVERY
def test_a_curve_is_convex_falling_and_below_guessing(curve):
    misses = curve(SHARES)
    assert np.all(np.diff(misses) <= 1e-12)
    assert np.all(np.diff(misses, 2) >= -1e-12)
    assert np.all(misses <= 1 - SHARES + 1e-12)
    assert misses.min() >= 0
    assert misses[-1] == pytest.approx(0, abs=1e-12)


@EVERY
def test_a_curve_is_its_own_inverse(curve):
    shares = SHARES[curve(SHARES) > 1e-3][1:]
    np.testing.assert_allclose(curve(curve(shares)), shares, atol=1e-8)


@laws
@given(st.floats(0, 1), st.floats(0, 5), st.floats(0, 3), st.floats(0, 0.5))
def test_more_epsilon_delta_or_mu_leave_fewer_misses(share, start, more, delta):
    def pure(epsilon, delta):
        return pure_tradeoff(share, epsilon=epsilon, delta=delta)

    assert pure(start + more, 0) <= pure(start, 0)
    assert pure(start, delta) <= pure(start, 0)
    misses = [gaussian_tradeoff(share, mu=mu) for mu in (start + more, start)]
    assert misses[0] <= misses[1]


def test_randomized_response_reaches_the_pure_curve_at_its_corner():
    lie = 1 - RandomizedResponse(epsilon=1.4).truth_probability
    assert pure_tradeoff(lie, epsilon=1.4) == pytest.approx(lie)


@pytest.mark.parametrize("mu", [0.5, 2.0])
def test_the_best_test_of_two_gaussians_lies_on_the_gaussian_curve(mu):
    thresholds = np.linspace(-3, 5, 50)
    misses = norm.cdf(thresholds - mu)
    np.testing.assert_allclose(gaussian_tradeoff(norm.sf(thresholds), mu=mu), misses)


@laws
@given(st.floats(0.05, 5), st.floats(0, 6), st.floats(0, 1))
def test_the_gaussian_curve_lies_above_each_of_its_epsilon_delta_lines(mu, eps, share):
    delta = gaussian_delta(1 / mu, eps, 1)
    line = pure_tradeoff(share, epsilon=eps, delta=delta)
    assert gaussian_tradeoff(share, mu=mu) >= line - 1e-9


# Epsilon of mu


@laws
@given(st.floats(1e-3, 30), st.floats(1e-12, 0.5))
def test_epsilon_of_mu_inverts_gaussian_delta(mu, delta):
    epsilon = epsilon_of_mu(mu, delta=delta)
    if epsilon == 0:
        assert gaussian_delta(1 / mu, 0, 1) <= delta
    else:
        assert gaussian_delta(1 / mu, epsilon, 1) == pytest.approx(delta, rel=1e-6)


@pytest.mark.parametrize("epsilon", [0.1, 1, 8])
@pytest.mark.parametrize("delta", [1e-10, 1e-5, 0.05])
def test_epsilon_of_mu_gives_back_what_the_gaussian_was_made_for(epsilon, delta):
    sigma = Gaussian(epsilon=epsilon, delta=delta, sensitivity=1).sigma
    assert epsilon_of_mu(1 / sigma, delta=delta) == pytest.approx(epsilon, rel=1e-7)


@pytest.mark.parametrize("sigma", [0.7, 2, 4.530877117])
@pytest.mark.parametrize("delta", [1e-8, 1e-6, 1e-3])
def test_one_gaussian_release_agrees_with_dp_accounting(sigma, delta):
    import dp_accounting

    peer = dp_accounting.get_epsilon_gaussian(sigma, delta)
    assert epsilon_of_mu(1 / sigma, delta=delta) == pytest.approx(peer, abs=1e-6)


@laws
@given(st.floats(0, 10), st.floats(0, 3), st.floats(1e-9, 0.4))
def test_epsilon_grows_with_mu_and_falls_with_delta(mu, more, delta):
    epsilon = epsilon_of_mu(mu, delta=delta)
    assert epsilon <= epsilon_of_mu(mu + more, delta=delta) + 1e-9
    assert epsilon_of_mu(mu, delta=2 * delta) <= epsilon + 1e-9


def test_no_mu_no_epsilon():
    assert epsilon_of_mu(0, delta=1e-5) == 0


# Mu from counted errors


@pytest.mark.parametrize("confidence", [0.8, 0.99])
@pytest.mark.parametrize("mu", [0.3, 1.0, 3.0])
def test_the_bound_on_mu_exceeds_the_truth_no_more_often_than_it_says(mu, confidence):
    rng, trials, runs = np.random.default_rng(4), 300, 1_000
    false_alarms = (rng.normal(size=(runs, trials)) > mu / 2).sum(axis=1)
    misses = (rng.normal(mu, size=(runs, trials)) <= mu / 2).sum(axis=1)
    bounds = [
        mu_lower(int(a), trials, int(b), trials, confidence=confidence)
        for a, b in zip(false_alarms, misses, strict=True)
    ]
    exceeded = sum(bound > mu for bound in bounds)
    assert exceeded <= binom.isf(1e-6, runs, 1 - confidence)


def test_with_many_runs_the_bound_comes_close_to_mu():
    exact = round(10**6 * norm.sf(0.5))
    bound = mu_lower(exact, 10**6, exact, 10**6)
    assert 0.99 < bound < 1


def test_mu_proves_more_of_gaussian_noise_than_the_general_bound_does():
    a = b = round(10_000 * norm.sf(1))  # the middle threshold at mu = 2
    mu = mu_lower(a, 10_000, b, 10_000, confidence=0.99)
    general = epsilon_bound(10_000 - b, a, trials=10_000, delta=1e-5, confidence=0.99)
    exact = epsilon_of_mu(2, delta=1e-5)
    assert general < 2.5 < 7 < epsilon_of_mu(mu, delta=1e-5) <= exact


@laws
@given(st.integers(1, 200), st.integers(0, 200), st.integers(0, 200))
def test_one_error_more_proves_less(trials, false_alarms, misses):
    assume(max(false_alarms, misses) < trials)
    bound = mu_lower(false_alarms, trials, misses, trials)
    assert mu_lower(false_alarms + 1, trials, misses, trials) <= bound
    assert mu_lower(false_alarms, trials, misses + 1, trials) <= bound
    assert 0 <= bound < math.inf


# Arguments


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: pure_tradeoff(1.5, epsilon=1), "false_alarms=1.5 must be shares"),
        (lambda: pure_tradeoff(math.nan, epsilon=1), "false_alarms contains nan"),
        (lambda: pure_tradeoff(0.5, epsilon=-1), "epsilon=-1 must be >= 0"),
        (lambda: pure_tradeoff(0.5, epsilon=1, delta=1), "delta=1 must be < 1"),
        (lambda: gaussian_tradeoff([0.1, -0.1], mu=1), "must be shares between"),
        (lambda: gaussian_tradeoff(0.5, mu=-1), "mu=-1 must be >= 0"),
        (lambda: mu_lower(5, 4, 0, 4), "false_alarms=5 must be <= negatives=4"),
        (lambda: mu_lower(0, 4, -1, 4), "misses=-1 must be >= 0"),
        (lambda: mu_lower(0, 4, 0, 0), "positives=0 must be >= 1"),
        (lambda: mu_lower(0, 4, 0, 4, confidence=1), "confidence=1 must lie"),
    ],
)
def test_impossible_arguments_are_named(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()


@laws
@given(st.floats(), st.floats())
def test_epsilon_of_mu_refuses_what_is_no_mu_or_no_delta(mu, delta):
    assume(not (0 <= mu < math.inf and 0 < delta < 1))
    with pytest.raises(ValueError, match=r"(mu|delta)="):
        epsilon_of_mu(mu, delta=delta)
