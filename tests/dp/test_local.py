"""Local protocols: exact odds, unbiased estimates, the published variances."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import binom, chisquare

from privlab.core.privacy import Privacy
from privlab.dp.audit import audit
from privlab.dp.local import (
    KaryRandomizedResponse,
    OptimisedUnaryEncoding,
    SymmetricUnaryEncoding,
)
from privlab.dp.mechanisms import RandomizedResponse

laws = settings(deadline=None, derandomize=True)
UNARY = [SymmetricUnaryEncoding, OptimisedUnaryEncoding]
EVERY = pytest.mark.parametrize("kind", [KaryRandomizedResponse, *UNARY])


def all_reports(protocol) -> np.ndarray:
    """Every report there is, as an array of reports."""
    if isinstance(protocol, KaryRandomizedResponse):
        return np.arange(protocol.size)
    return np.array(list(itertools.product([False, True], repeat=protocol.size)))


def chances(protocol) -> np.ndarray:
    """The chance of every report (columns), for each value (rows)."""
    reports = all_reports(protocol)
    p, q = protocol.support, protocol.false_support
    if reports.ndim == 1:
        return np.where(reports == np.arange(protocol.size)[:, None], p, q)
    one = np.where(np.eye(protocol.size, dtype=bool), p, q)[:, None, :]
    return np.where(reports, one, 1 - one).prod(axis=2)


# The promise


@EVERY
@pytest.mark.parametrize("size", [2, 3, 5])
@pytest.mark.parametrize("epsilon", [0.1, 1, 4])
def test_the_odds_of_no_report_exceed_e_to_epsilon_and_one_reaches_it(
    kind, epsilon, size
):
    table = chances(kind(epsilon=epsilon, size=size))
    np.testing.assert_allclose(table.sum(axis=1), 1)
    ratios = table[:, None] / table
    assert math.log(ratios.max()) == pytest.approx(epsilon)


@EVERY
@pytest.mark.parametrize("value", [0, 2])
def test_reports_come_as_often_as_the_promise_needs(kind, value):
    protocol, rng = kind(epsilon=1, size=3), np.random.default_rng(0)
    reports = protocol.release(np.full(20_000, value), rng=rng)
    every = all_reports(protocol)
    if every.ndim == 1:
        seen = np.bincount(reports, minlength=3)
    else:
        seen = (reports[:, None] == every).all(axis=2).sum(axis=0)
    expected = 20_000 * chances(protocol)[value]
    assert chisquare(seen, expected).pvalue > 1e-6


@EVERY
@pytest.mark.parametrize("seed", [1, 2])
def test_no_audit_finds_more_than_the_promise(kind, seed):
    protocol = kind(epsilon=1, size=3)

    def number(report):
        return float(np.dot(report, [1, 2, 4]) if np.ndim(report) else report)

    rng = np.random.default_rng(seed)
    found = audit(protocol.release, 0, 1, trials=6_000, rng=rng, score=number)
    assert 0.5 < found.epsilon_lower <= 1
    assert protocol.privacy == Privacy(epsilon=1)


@EVERY
@pytest.mark.parametrize("epsilon", [1, 40, 300])
def test_rounding_never_makes_a_lie_impossible(kind, epsilon):
    class Lowest:
        """The generator at the smallest numbers it can draw."""

        def random(self, size):
            return np.zeros(size)

        def integers(self, low, high, size):
            return np.full(size, low)

    protocol = kind(epsilon=epsilon, size=3)
    report = protocol.release(1, rng=Lowest())
    truth = 1 if kind is KaryRandomizedResponse else np.arange(3) == 1
    assert np.all(report != truth)


# The estimates


@EVERY
@pytest.mark.parametrize("epsilon", [0.3, 2])
def test_the_estimate_from_one_person_is_unbiased(kind, epsilon):
    protocol = kind(epsilon=epsilon, size=4)
    single = [
        protocol.estimate(report[None]).shares for report in all_reports(protocol)
    ]
    np.testing.assert_allclose(chances(protocol) @ single, np.eye(4), atol=1e-12)


@EVERY
@pytest.mark.parametrize("share", [0, 0.2, 1])
def test_the_variance_is_that_of_holders_and_others_together(kind, share):
    protocol, people = kind(epsilon=1.2, size=4), 10
    single = np.array(
        [protocol.estimate(report[None]).shares[0] for report in all_reports(protocol)]
    )
    held, not_held = (
        row @ single**2 - (row @ single) ** 2 for row in chances(protocol)[:2]
    )
    expected = (share * held + (1 - share) * not_held) / people
    assert protocol.variance(people, share=share) == pytest.approx(expected)


@pytest.mark.parametrize("epsilon", [0.2, 1, 3])
@pytest.mark.parametrize("size", [2, 10, 100])
def test_the_variances_of_rare_values_are_those_published(epsilon, size):
    e, half = math.exp(epsilon), math.exp(epsilon / 2)
    published = {
        KaryRandomizedResponse: (size - 2 + e) / (e - 1) ** 2,
        SymmetricUnaryEncoding: half / (half - 1) ** 2,
        OptimisedUnaryEncoding: 4 * e / (e - 1) ** 2,
    }
    for kind, variance in published.items():
        protocol = kind(epsilon=epsilon, size=size)
        assert protocol.variance(1) == pytest.approx(variance)
        assert protocol.variance(50) == pytest.approx(variance / 50)


@EVERY
def test_the_standard_error_is_the_spread_of_repeated_surveys(kind):
    protocol, rng = kind(epsilon=1, size=4), np.random.default_rng(3)
    surveys = []
    for _ in range(1_000):
        values = rng.choice(4, p=[0.6, 0.3, 0.1, 0], size=400)
        surveys.append(protocol.estimate(protocol.release(values, rng=rng)))
    shares = np.array([survey.shares for survey in surveys])
    errors = np.mean([survey.standard_errors for survey in surveys], axis=0)
    # A spread of 1,000 surveys is known to 2.2 %: 6 standard errors are 13.5 %.
    np.testing.assert_allclose(shares.std(axis=0), errors, rtol=0.135)
    bias = (shares.mean(axis=0) - [0.6, 0.3, 0.1, 0]) / errors
    assert np.abs(bias).max() <= 6 / math.sqrt(1_000)


@EVERY
def test_the_variance_counts_the_noise_and_not_the_sampling_of_people(kind):
    protocol, rng = kind(epsilon=1, size=3), np.random.default_rng(4)
    values = np.repeat([0, 1], [100, 300])
    shares = np.array(
        [
            protocol.estimate(protocol.release(values, rng=rng)).shares
            for _ in range(1_000)
        ]
    )
    expected = [protocol.variance(400, share=share) for share in (0.25, 0.75, 0)]
    # A variance from 1,000 draws is known to 4.5 %: 6 standard errors are 27 %.
    np.testing.assert_allclose(shares.var(axis=0), expected, rtol=0.27)


@EVERY
def test_with_much_epsilon_the_estimate_is_the_truth_or_as_near_as_a_coin(kind):
    values = np.repeat([0, 1, 2], [500, 300, 200])
    protocol = kind(epsilon=50, size=3)
    estimate = protocol.estimate(protocol.release(values, rng=np.random.default_rng(5)))
    # Optimised encoding tells the own bit by a fair coin, however large epsilon is.
    noise = 6 * np.sqrt([protocol.variance(1_000, share=s) for s in (0.5, 0.3, 0.2)])
    assert np.all(np.abs(estimate.shares - [0.5, 0.3, 0.2]) <= noise + 1e-9)


# Which is best


@laws
@given(st.floats(0.05, 5), st.floats(0.01, 0.99))
def test_no_unary_encoding_has_less_variance_for_rare_values(epsilon, p):
    # The q that goes with p: p (1 - q) / ((1 - p) q) = e^epsilon.
    odds = p / (1 - p) * math.exp(-epsilon)
    q = odds / (1 + odds)
    best = OptimisedUnaryEncoding(epsilon=epsilon, size=2).variance(1)
    assert q * (1 - q) / (p - q) ** 2 >= best * (1 - 1e-9)


@laws
@given(st.floats(0.05, 4), st.integers(2, 200))
def test_beyond_a_number_of_values_unary_encoding_is_better(epsilon, size):
    direct, unary = (
        kind(epsilon=epsilon, size=size).variance(1)
        for kind in (KaryRandomizedResponse, OptimisedUnaryEncoding)
    )
    limit = 3 * math.exp(epsilon) + 2
    assume(abs(size - limit) > 1e-9)
    assert (direct > unary) == (size > limit)


@EVERY
@laws
@given(st.floats(0.05, 5), st.floats(1.01, 4), st.integers(2, 50))
def test_more_epsilon_means_less_variance(kind, epsilon, factor, size):
    small, large = (
        kind(epsilon=each, size=size).variance(1)
        for each in (epsilon, factor * epsilon)
    )
    assert large < small


# Relatives


@pytest.mark.parametrize("epsilon", [0.1, 1, 30])
def test_of_two_values_k_ary_is_plain_randomized_response(epsilon):
    plain = RandomizedResponse(epsilon=epsilon)
    assert KaryRandomizedResponse(epsilon=epsilon, size=2).support == (
        pytest.approx(plain.truth_probability)
    )


def test_symmetric_encoding_is_randomized_response_with_half_epsilon_on_each_bit():
    protocol = SymmetricUnaryEncoding(epsilon=2, size=5)
    assert protocol.support == pytest.approx(expit(1))
    rng = np.random.default_rng(6)
    lies = protocol.release(np.zeros(5_000, dtype=int), rng=rng)[:, 1:].sum()
    low, high = binom.interval(1 - 1e-6, 20_000, expit(-1))
    assert low <= lies <= high


# Forms


@pytest.mark.parametrize("shape", [(), (1,), (7,), (2, 3), (0,)])
def test_a_report_for_each_value(shape):
    values, rng = np.zeros(shape, dtype=int), np.random.default_rng(7)
    reports = KaryRandomizedResponse(epsilon=1, size=4).release(values, rng=rng)
    assert np.shape(reports) == shape
    assert isinstance(reports, int if shape == () else np.ndarray)
    for kind in UNARY:
        bits = kind(epsilon=1, size=4).release(values, rng=rng)
        assert bits.shape == (*shape, 4)
        assert bits.dtype == bool


@EVERY
def test_protocols_are_frozen(kind):
    with pytest.raises(dataclasses.FrozenInstanceError):
        kind(epsilon=1, size=2).epsilon = 2


@EVERY
@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        ([0, 4], ValueError, "values contains 4; only 0 .. 3"),
        (-1, ValueError, "values contains -1; only 0 .. 3"),
        ([0.5], TypeError, "values must be whole numbers"),
        (["a"], TypeError, "values must be whole numbers"),
    ],
)
def test_values_outside_the_list_are_refused(kind, bad, error, message):
    with pytest.raises(error, match=message):
        kind(epsilon=1, size=4).release(bad, rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("kind", "bad", "message"),
    [
        (KaryRandomizedResponse, [0, 4], "reports contains 4"),
        (KaryRandomizedResponse, np.zeros(0, dtype=int), "with one report or more"),
        (KaryRandomizedResponse, [[1, 2]], r"reports of shape \(1, 2\)"),
        (SymmetricUnaryEncoding, np.zeros((0, 4), dtype=bool), "one report or more"),
        (SymmetricUnaryEncoding, np.zeros(4, dtype=bool), r"reports of shape \(4,\)"),
        (OptimisedUnaryEncoding, np.zeros((2, 3), dtype=bool), "must be 4 times true"),
        (OptimisedUnaryEncoding, np.zeros((2, 4)), "type float64"),
    ],
)
def test_reports_that_nobody_sent_are_refused(kind, bad, message):
    with pytest.raises(ValueError, match=message):
        kind(epsilon=1, size=4).estimate(bad)


@EVERY
@laws
@given(epsilon=st.floats(), size=st.integers(-3, 4))
def test_impossible_parameters_are_named(kind, epsilon, size):
    assume(not (0 < epsilon < math.inf and size >= 2))
    with pytest.raises(ValueError, match=r"(epsilon|size)="):
        kind(epsilon=epsilon, size=size)
