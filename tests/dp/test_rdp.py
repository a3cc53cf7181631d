"""Renyi divergences of sampled Gaussian releases, and the epsilons they give."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from privlab.dp.pld import pld_epsilon
from privlab.dp.rdp import (
    ORDERS,
    rdp,
    rdp_epsilon,
    renyi_epsilon,
    renyi_surcharge,
    zcdp_epsilon,
)
from privlab.dp.tradeoff import epsilon_of_mu

laws = settings(deadline=None, derandomize=True, max_examples=50)
NOISE = st.floats(0.3, 20)
RATE = st.floats(-5, 0).map(lambda power: 10**power)
ORDER = st.floats(1.01, 60)


def divergence(noise: float, rate: float, steps: int, order: float) -> float:
    curve = rdp(noise_multiplier=noise, sampling_rate=rate, steps=steps, orders=[order])
    return float(curve[0])


def setting(noise: float, rate: float, steps: int, delta: float) -> dict:
    return {
        "noise_multiplier": noise,
        "sampling_rate": rate,
        "steps": steps,
        "delta": delta,
    }


# The divergence


@pytest.mark.parametrize("order", [1.1, 2, 3.7, 8])
@pytest.mark.parametrize(("noise", "rate"), [(0.5, 0.01), (1.0, 0.3), (4.0, 0.9)])
def test_the_divergence_is_the_integral_of_its_definition(noise, rate, order):
    def integrand(output):
        without = norm.pdf(output, scale=noise)
        shifted = norm.pdf(output, loc=1, scale=noise)
        seen = (1 - rate) * without + rate * shifted
        return (seen / without) ** order * without

    moment = quad(integrand, -10 * noise, order + 10 * noise, limit=500, epsabs=0)[0]
    expected = math.log(moment) / (order - 1)
    assert divergence(noise, rate, 1, order) == pytest.approx(expected, rel=1e-6)


@laws
@given(NOISE, RATE, st.integers(2, 60))
def test_the_sum_and_the_integral_agree(noise, rate, order):
    assume(rate < 1)
    near = divergence(noise, rate, 1, order + 1e-9)
    assert divergence(noise, rate, 1, order) == pytest.approx(near, rel=1e-5, abs=1e-12)


@laws
@given(NOISE, RATE, ORDER, st.floats(1.01, 2))
def test_it_grows_with_order_rate_and_steps_and_falls_with_noise(
    noise, rate, order, factor
):
    here = divergence(noise, rate, 10, order) - 1e-12
    assert divergence(noise, rate, 10, order * factor) >= here
    assert divergence(noise, min(rate * factor, 1), 10, order) >= here
    assert divergence(noise / factor, rate, 10, order) >= here
    assert divergence(noise, rate, 13, order) == pytest.approx(1.3 * here, abs=1e-11)


@laws
@given(NOISE, ORDER)
def test_a_release_of_the_whole_data_is_the_limit_of_sampling(noise, order):
    exact = order / (2 * noise**2)
    assert divergence(noise, 1, 1, order) == pytest.approx(exact)
    assert divergence(noise, 1 - 1e-12, 1, order) == pytest.approx(exact, rel=1e-6)


def test_the_published_divergences():
    orders = np.array([1.5, 2.5, 5, 50, 100])
    ours = rdp(noise_multiplier=2.5, sampling_rate=0.01, steps=50, orders=orders)
    published = [6.70579741e-4, 1.0854871e-3, 2.18075656e-3, 2.38460375e-2, 167.416308]
    whole = orders % 1 == 0
    np.testing.assert_allclose(ours[whole], np.array(published)[whole], rtol=1e-8)
    # The published series of fractional orders drops the signs of its terms, and so
    # comes out too large; these are the integrals, to thirty digits.
    exact = [6.50070897188e-4, 1.08541805691813e-3]
    np.testing.assert_allclose(ours[~whole], exact, rtol=1e-9)
    assert np.all(ours[~whole] < np.array(published)[~whole])


SETTINGS = pytest.mark.parametrize(
    ("noise", "rate"), [(0.7, 0.001), (1.5, 0.04), (4.0, 0.5)]
)


@SETTINGS
def test_the_divergences_are_those_of_opacus(noise, rate):
    from opacus.accountants.analysis.rdp import compute_rdp

    orders = [1.5, 2, 3.3, 10, 10.9, 63, 256]
    ours = rdp(noise_multiplier=noise, sampling_rate=rate, steps=7, orders=orders)
    theirs = compute_rdp(q=rate, noise_multiplier=noise, steps=7, orders=orders)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)


@SETTINGS
def test_the_divergences_of_whole_orders_are_those_of_dp_accounting(noise, rate):
    from dp_accounting import GaussianDpEvent, PoissonSampledDpEvent
    from dp_accounting.rdp import RdpAccountant

    orders = [2, 3, 10, 63, 256]
    ours = rdp(noise_multiplier=noise, sampling_rate=rate, steps=7, orders=orders)
    peer = RdpAccountant(orders)
    peer.compose(PoissonSampledDpEvent(rate, GaussianDpEvent(noise)), 7)
    np.testing.assert_allclose(ours, peer._rdp, rtol=1e-9)


# Epsilon


def test_the_published_epsilon():
    found = rdp_epsilon(**setting(1.5, 0.04, 2250, 1e-5))
    assert found == pytest.approx(7.32911117143, abs=1e-6)


def test_the_published_conversions_of_concentrated_privacy():
    found = zcdp_epsilon(**setting(4.0, 1, 1, 1e-3))
    assert found == pytest.approx(0.6880024554878086, abs=1e-9)
    assert zcdp_epsilon(**setting(4.530877117, 1, 1, 1e-6)) == pytest.approx(1)


@laws
@given(NOISE, RATE, st.integers(1, 1_000), st.floats(-9, -2))
def test_epsilon_is_an_upper_bound(noise, rate, steps, log_delta):
    here = setting(noise, rate, steps, 10**log_delta)
    assert rdp_epsilon(**here) >= pld_epsilon(**here).low


@laws
@given(NOISE, st.integers(1, 1_000), st.floats(-9, -0.01))
def test_zcdp_is_between_the_exact_epsilon_and_that_of_whole_orders(
    noise, steps, log_delta
):
    here = setting(noise, 1, steps, 10**log_delta)
    exact = epsilon_of_mu(math.sqrt(steps) / noise, delta=10**log_delta)
    assert exact <= zcdp_epsilon(**here) + 1e-9
    assert zcdp_epsilon(**here) <= rdp_epsilon(**here) + 1e-9


@laws
@given(NOISE, RATE, st.integers(1, 1_000), st.floats(-9, -2), st.floats(1.01, 3))
def test_epsilon_is_monotone(noise, rate, steps, log_delta, factor):
    delta = 10**log_delta
    here = rdp_epsilon(**setting(noise, rate, steps, delta)) - 1e-12
    assert rdp_epsilon(**setting(noise / factor, rate, steps, delta)) >= here
    assert rdp_epsilon(**setting(noise, min(rate * factor, 1), steps, delta)) >= here
    assert rdp_epsilon(**setting(noise, rate, 2 * steps, delta)) >= here
    assert rdp_epsilon(**setting(noise, rate, steps, delta / factor)) >= here


@pytest.mark.parametrize("order", [1.2, 4.0, 50.0])
def test_the_surcharge_is_that_of_the_formula(order):
    expected = math.log((order - 1) / order) - math.log(1e-5 * order) / (order - 1)
    assert renyi_surcharge(order, 1e-5) == pytest.approx(expected)
    assert renyi_epsilon(2.0, order=order, delta=1e-5) == pytest.approx(2 + expected)
    assert renyi_epsilon(0.0, order=order, delta=0.999) == 0


def test_the_orders_are_those_of_dp_accounting():
    from dp_accounting.rdp.rdp_privacy_accountant import DEFAULT_RDP_ORDERS

    np.testing.assert_allclose(ORDERS, DEFAULT_RDP_ORDERS)


# Arguments


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: divergence(1, 0.1, 1, 1), "orders=.* must be a list of numbers > 1"),
        (lambda: divergence(1, 0.1, 1, math.nan), "orders contains nan"),
        (lambda: divergence(0.001, 0.1, 1, 1.5), "noise_multiplier=0.001 is too litt"),
        (lambda: zcdp_epsilon(**setting(1, 0.5, 1, 0.1)), "sampling_rate=0.5 must be"),
    ],
)
def test_impossible_arguments_are_named(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()
