"""One run, many canaries: the published bound, its laws, and that it is sound."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import binom

from privlab.dp.mechanisms import Gaussian, RandomizedResponse
from privlab.dp.one_run import audit_one_run, epsilon_lower, p_value

laws = settings(deadline=None, derandomize=True)


@st.composite
def counts(draw, largest=60):
    m = draw(st.integers(1, largest))
    guesses = draw(st.integers(0, m))
    return m, guesses, draw(st.integers(0, guesses))


# The formula


@pytest.mark.parametrize(
    ("m", "guesses", "correct", "delta", "published"),
    [(1_000, 100, 75, 1e-4, 0.673), (100_000, 1_510, 1_439, 1e-5, 2.675)],
)
def test_the_bound_gives_the_values_of_the_paper(m, guesses, correct, delta, published):
    bound = epsilon_lower(m, guesses, correct, delta=delta, confidence=0.95)
    assert bound == pytest.approx(published, abs=1e-3)


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
@pytest.mark.parametrize("guesses", [1, 10, 300])
def test_when_every_guess_is_right_the_bound_has_a_closed_form(guesses, confidence):
    # All of r guesses are right with probability q^r at most: q = error^(1/r).
    expected = max(0, logit((1 - confidence) ** (1 / guesses)))
    bound = epsilon_lower(500, guesses, guesses, delta=0, confidence=confidence)
    assert bound == pytest.approx(expected, abs=2e-6)
    assert bound <= expected


def by_hand(m, guesses, correct, ratio: Fraction, delta: Fraction) -> Fraction:
    """Theorem 5.2 term by term, in fractions; ``ratio`` is e^epsilon."""
    q = ratio / (1 + ratio)

    def at_least(v):
        return sum(
            math.comb(guesses, k) * q**k * (1 - q) ** (guesses - k)
            for k in range(max(v, 0), guesses + 1)
        )

    spoilt = max(
        (at_least(correct - i) - at_least(correct)) / Fraction(i)
        for i in range(1, m + 1)
    )
    return min(at_least(correct) + 2 * m * delta * spoilt, Fraction(1))


@laws
@given(counts(), st.fractions(1, 20, max_denominator=7), st.integers(0, 50))
def test_the_p_value_is_the_formula_of_the_theorem(three, ratio, thousandths):
    delta = Fraction(thousandths, 1_000)
    exact = by_hand(*three, ratio, delta)
    p = p_value(*three, epsilon=math.log(ratio), delta=float(delta))
    assert p == pytest.approx(float(exact), rel=1e-9, abs=1e-12)


@laws
@given(counts(), st.floats(0, 5), st.floats(0, 0.2))
def test_a_run_that_spends_all_it_may_is_no_surprise(three, epsilon, delta):
    # Each coin is shown with probability delta, and else answered by randomised
    # response: (epsilon, delta)-DP, with nothing left over.
    m, guesses, correct = three
    q = delta + (1 - delta) * expit(epsilon)
    chance = binom.sf(correct - 1, guesses, q)
    assert p_value(m, guesses, correct, epsilon=epsilon, delta=delta) >= chance - 1e-12


# Monotone


@laws
@given(counts(), st.floats(0, 4), st.floats(0, 0.1))
def test_one_more_right_guess_is_less_likely_and_proves_more(three, epsilon, delta):
    m, guesses, correct = three
    assume(correct < guesses)
    more, less = (
        p_value(m, guesses, v, epsilon=epsilon, delta=delta)
        for v in (correct + 1, correct)
    )
    assert more <= less + 1e-12
    bounds = [
        epsilon_lower(m, guesses, v, delta=delta, confidence=0.9)
        for v in (correct, correct + 1)
    ]
    assert bounds[0] <= bounds[1]


@laws
@given(counts(), st.floats(0, 0.1), st.floats(0, 0.1), st.floats(0.5, 0.99))
def test_delta_and_confidence_cost_epsilon(three, delta, more, confidence):
    bound = epsilon_lower(*three, delta=delta, confidence=confidence)
    excused = epsilon_lower(*three, delta=delta + more, confidence=confidence)
    surer = epsilon_lower(*three, delta=delta, confidence=(1 + confidence) / 2)
    assert max(excused, surer) <= bound


@laws
@given(counts(), st.floats(0, 0.1))
def test_the_bound_is_where_the_p_value_reaches_the_error(three, delta):
    bound = epsilon_lower(*three, delta=delta, confidence=0.9)
    assert p_value(*three, epsilon=bound + 1e-5, delta=delta) >= 0.1
    assert bound == 0 or p_value(*three, epsilon=bound, delta=delta) < 0.1


# Audits


@pytest.mark.parametrize("guesses", [40, 200])
@pytest.mark.parametrize("epsilon", [0.2, 1.0, 3.0])
def test_the_bound_exceeds_the_truth_no_more_often_than_it_says(epsilon, guesses):
    response, rng = RandomizedResponse(epsilon=epsilon), np.random.default_rng(1)
    runs, exceeded = 400, 0
    for _ in range(runs):
        included = rng.random(200) < 0.5
        scores = response.release(included, rng=rng) + rng.random(200) / 2
        result = audit_one_run(scores, included, guesses=guesses)
        exceeded += result.epsilon_lower > epsilon
    assert exceeded <= binom.isf(1e-6, runs, 0.05)


def test_with_many_canaries_the_bound_comes_close_to_the_truth():
    response, rng = RandomizedResponse(epsilon=2), np.random.default_rng(2)
    included = rng.random(20_000) < 0.5
    scores = response.release(included, rng=rng)
    result = audit_one_run(scores, included, guesses=18_000)
    assert 1.85 < result.epsilon_lower <= 2


def test_abstaining_on_the_doubtful_proves_more_of_gaussian_noise():
    mechanism = Gaussian(epsilon=2, delta=1e-5, sensitivity=1)
    rng = np.random.default_rng(3)
    included = rng.random(5_000) < 0.5
    scores = mechanism.release(included, rng=rng)
    bounds = [
        audit_one_run(scores, included, guesses=guesses, delta=1e-5).epsilon_lower
        for guesses in (100, 5_000)
    ]
    assert 0 < bounds[1] < bounds[0] <= 2


def test_the_highest_are_called_in_and_the_lowest_out():
    scores = [5.0, 1.0, 4.0, 2.0, 3.0, 9.0]
    included = np.array([True, True, False, False, True, True])
    result = audit_one_run(scores, included, guesses=4)
    assert (result.canaries, result.guesses) == (6, 4)
    assert result.correct == 3  # 9 and 5 are in, 2 is out; 1 is in after all
    assert audit_one_run(scores, ~included, guesses=4).correct == 1


def test_the_result_says_what_it_was_asked():
    result = audit_one_run(
        np.arange(40), np.arange(40) > 19, guesses=40, delta=1e-6, confidence=0.9
    )
    assert (result.delta, result.confidence) == (1e-6, 0.9)
    assert result.correct == 40
    assert result.epsilon_lower == epsilon_lower(40, 40, 40, delta=1e-6, confidence=0.9)


# Arguments


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"guesses": 3}, "guesses=3 must be even"),
        ({"guesses": 6}, "at most one for each of 4 canaries"),
        ({"guesses": 0}, "guesses=0 must be >= 2"),
        ({"scores": [1, 2, 3]}, r"scores of shape \(3,\) and included of shape \(4,\)"),
        ({"scores": [[1, 2, 3, 4]]}, r"scores of shape \(1, 4\)"),
        ({"scores": [1, 2, math.nan, 4]}, "scores contains nan"),
        ({"included": [0, 1, 0, 1]}, "type int64: each canary has one score"),
        ({"delta": 1}, "delta=1 must be < 1"),
        ({"delta": -0.1}, "delta=-0.1 must be >= 0"),
        ({"confidence": 1}, "confidence=1 must lie strictly"),
    ],
)
def test_what_cannot_be_audited_is_refused(bad, message):
    good = {"scores": [1, 2, 3, 4], "included": [True, False] * 2, "guesses": 4}
    with pytest.raises(ValueError, match=message):
        audit_one_run(**{**good, **bad})


@laws
@given(st.integers(-2, 5), st.integers(-2, 5), st.integers(-2, 5))
def test_counts_that_do_not_fit_are_refused(m, guesses, correct):
    assume(not (0 <= correct <= guesses <= m and m >= 1))
    with pytest.raises(ValueError, match=r"(m|guesses|correct)="):
        epsilon_lower(m, guesses, correct, delta=0, confidence=0.95)
