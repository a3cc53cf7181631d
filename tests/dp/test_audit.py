"""The auditor: right mechanisms pass, broken ones are caught, luck is not evidence.

Seeds are fixed, so an audit's luck is too. A bound exceeds epsilon only where both of
its halves are pushed out together, beyond 5 standard errors at 99.99 % confidence: for
all audits of right mechanisms here that has a chance below 1e-4, once, not per run.
"""

import dataclasses
import math

import numpy as np
import pytest
from scipy.stats import binom

from privlab.dp.audit import AuditResult, Event, audit, epsilon_bound
from privlab.dp.discrete import DiscreteGaussian, DiscreteLaplace
from privlab.dp.mechanisms import Gaussian, Laplace, RandomizedResponse

RIGHT = [
    (Laplace(epsilon=0.1, sensitivity=5), 0, 5),
    (Laplace(epsilon=1, sensitivity=1), 7, 6),
    (Gaussian(epsilon=1, delta=1e-5, sensitivity=1), 0, 1),
    (Gaussian(epsilon=0.5, delta=0.05, sensitivity=2), 0, 2),
    (DiscreteLaplace(epsilon=1), 3, 4),
    (DiscreteLaplace(epsilon=1, sensitivity=20), 20, 0),
    (DiscreteGaussian(epsilon=1, delta=1e-3, sensitivity=2), 0, 2),
    (RandomizedResponse(epsilon=0.5), 0, 1),
    (RandomizedResponse(epsilon=3), 1, 0),
]


def laplace(scale: float):
    return Laplace(epsilon=1, sensitivity=scale).release


def sometimes(rare, chance: float):
    """Laplace noise for epsilon = 1, but ``rare(value)`` with probability chance."""

    def mechanism(value, *, rng):
        return rare(value) if rng.random() < chance else laplace(1)(value, rng=rng)

    return mechanism


# Soundness


@pytest.mark.parametrize(("mechanism", "first", "second"), RIGHT)
@pytest.mark.parametrize(("trials", "seeds"), [(40, 20), (1_000, 6), (10_000, 1)])
def test_a_right_mechanism_is_never_accused(mechanism, first, second, trials, seeds):
    promise = mechanism.privacy
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        result = audit(
            mechanism.release,
            first,
            second,
            trials=trials,
            rng=rng,
            delta=promise.delta,
        )
        assert result.epsilon_lower <= promise.epsilon


@pytest.mark.parametrize("delta", [0.0, 0.05])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("trials", [1, 7, 40])
def test_the_bound_covers_the_truth_for_every_pair_of_rates(trials, confidence, delta):
    hits = np.arange(trials + 1)
    bounds = epsilon_bound(
        hits[:, None], hits, trials=trials, delta=delta, confidence=confidence
    )
    for p in (0.06, 0.3, 0.5, 0.9, 0.999):
        for q in (0.001, 0.06, 0.3, 0.9):
            epsilon = max(math.log((p - delta) / q), 0)
            chance = np.outer(binom.pmf(hits, trials, p), binom.pmf(hits, trials, q))
            assert chance[bounds > epsilon + 1e-12].sum() <= 1 - confidence + 1e-12


def test_whole_audits_exceed_the_truth_no_more_often_than_they_say():
    audits, confidence = 300, 0.8
    response, rng = RandomizedResponse(epsilon=1).release, np.random.default_rng(1)
    results = [
        audit(response, 0, 1, trials=400, rng=rng, confidence=confidence)
        for _ in range(audits)
    ]
    exceeded = sum(result.epsilon_lower > 1 for result in results)
    assert exceeded <= binom.isf(1e-6, audits, 1 - confidence)


def test_choosing_among_many_events_costs_no_soundness():
    def noise(value, *, rng):
        return rng.random()

    audits, trials, confidence = 1_500, 200, 0.8
    # An event fixed in advance exceeds epsilon = 0 this often, at its worst rate.
    tests = np.arange(trials // 2 + 1)
    bounds = epsilon_bound(
        tests[:, None], tests, trials=trials // 2, delta=0, confidence=confidence
    )
    chances = [binom.pmf(tests, trials // 2, p) for p in np.linspace(0, 1, 101)]
    worst = max(np.outer(chance, chance)[bounds > 0].sum() for chance in chances)
    rng = np.random.default_rng(2)
    results = [
        audit(noise, 0, 1, trials=trials, rng=rng, confidence=confidence)
        for _ in range(audits)
    ]
    exceeded = sum(result.epsilon_lower > 0 for result in results)
    assert 0 < exceeded <= binom.isf(1e-6, audits, worst)


def test_what_the_first_half_suggests_the_second_half_must_confirm():
    turning = iter([1] * 50 + [0] * 50 + [0] * 50 + [1] * 50)
    result = audit(
        lambda value, rng: next(turning), 0, 1, trials=100, rng=np.random.default_rng(0)
    )
    assert result.epsilon_lower == 0
    assert {result.first_rate, result.second_rate} == {0, 1}


# Power


@pytest.mark.parametrize(
    ("mechanism", "at_least"),
    [
        (Laplace(epsilon=1, sensitivity=1), 0.8),
        (DiscreteLaplace(epsilon=1), 0.8),
        (RandomizedResponse(epsilon=1), 0.85),
        (RandomizedResponse(epsilon=3), 2.7),
    ],
)
def test_the_bound_comes_close_to_the_truth(mechanism, at_least):
    rng = np.random.default_rng(3)
    result = audit(mechanism.release, 0, 1, trials=20_000, rng=rng)
    assert at_least <= result.epsilon_lower <= mechanism.privacy.epsilon


def test_the_promise_holds_in_both_directions_so_both_are_attacked():
    def silent_about_zero(value, *, rng):
        return int(value and rng.random() < 0.1)

    rng = np.random.default_rng(4)
    forward = audit(silent_about_zero, 0, 1, trials=2_000, rng=rng)
    backward = audit(silent_about_zero, 1, 0, trials=2_000, rng=rng)
    assert min(forward.epsilon_lower, backward.epsilon_lower) > 1
    assert forward.first_rate == backward.second_rate == 0


def test_noise_for_half_the_sensitivity_is_caught():
    rng = np.random.default_rng(5)
    assert audit(laplace(1), 0, 2, trials=4_000, rng=rng).epsilon_lower > 1.2


def test_clipping_after_the_noise_is_caught():
    def mean_then_clip(salaries, *, rng):
        noisy = laplace(10_000)(np.mean(salaries), rng=rng)
        return np.clip(noisy, 0, 100_000)

    poor = np.full(10, 40_000.0)
    rich = np.append(poor[:-1], 40_000_000.0)
    rng = np.random.default_rng(6)
    result = audit(mean_then_clip, rich, poor, trials=4_000, rng=rng)
    assert result.epsilon_lower > 4
    assert abs(result.first_rate - result.second_rate) > 0.99


def test_without_noise_the_bound_grows_with_the_trials_and_stays_finite():
    def exact(value, *, rng):
        return value

    bounds = [
        audit(exact, 0, 1, trials=n, rng=np.random.default_rng(7)).epsilon_lower
        for n in (100, 1_000, 10_000)
    ]
    assert bounds == sorted(set(bounds))
    assert math.isfinite(bounds[-1])
    # All of n held-out runs against none: p_low = a^(1/n), q_high = 1 - a^(1/n).
    tail = (0.5 * 1e-4) ** (1 / 5_000)
    assert bounds[-1] == pytest.approx(math.log(tail / (1 - tail)))


def test_delta_excuses_a_rare_disclosure_that_epsilon_alone_does_not():
    leaky = sometimes(lambda value: 1_000 + value, chance=0.03)
    strict, tolerant = (
        audit(leaky, 0, 1, trials=8_000, rng=np.random.default_rng(8), delta=delta)
        for delta in (0, 0.05)
    )
    assert strict.epsilon_lower > 1.2
    assert tolerant.epsilon_lower <= 1


# What an event can be


def test_a_value_that_repeats_is_seen_between_those_that_do_not():
    repeating = sometimes(lambda value: 0.25 + value, chance=0.03)
    result = audit(repeating, 0, 1, trials=8_000, rng=np.random.default_rng(9))
    assert result.epsilon_lower > 1.2
    assert sorted((result.first_rate, result.second_rate))[0] < 0.001


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_outputs_that_are_no_finite_numbers_give_the_input_away(odd):
    mechanism = sometimes(lambda value: odd if value else 0.0, chance=0.03)
    result = audit(mechanism, 0, 1, trials=8_000, rng=np.random.default_rng(10))
    assert result.epsilon_lower > 1.2
    assert result.event.contains(np.array([odd])).all()
    assert not result.event.contains(np.array([0.5])).any()


def test_a_mechanism_that_says_only_nan_reveals_nothing():
    result = audit(
        lambda value, rng: math.nan, 0, 1, trials=100, rng=np.random.default_rng(11)
    )
    assert result.epsilon_lower == 0


def test_equal_inputs_reveal_nothing():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        assert audit(laplace(1), 3, 3, trials=400, rng=rng).epsilon_lower == 0


def test_a_score_makes_a_number_of_any_output():
    texts = {0: "no", 1: "yes"}

    def mechanism(value, *, rng):
        return texts[RandomizedResponse(epsilon=2).release(value, rng=rng)]

    rng = np.random.default_rng(12)
    result = audit(mechanism, 0, 1, trials=4_000, rng=rng, score=len)
    assert 1.5 < result.epsilon_lower <= 2


def test_vectors_are_audited_through_a_score():
    mechanism, rng = Laplace(epsilon=1, sensitivity=4), np.random.default_rng(13)
    far, near = np.zeros(4), np.ones(4)
    result = audit(mechanism.release, far, near, trials=4_000, rng=rng, score=np.sum)
    assert 0.1 < result.epsilon_lower <= 1


@pytest.mark.parametrize("output", [np.zeros(3), "text", None])
def test_an_output_that_is_no_number_asks_for_a_score(output):
    with pytest.raises(TypeError, match="pass score="):
        audit(lambda value, rng: output, 0, 1, trials=4, rng=np.random.default_rng(0))


def test_the_rates_are_those_of_the_event():
    def coin(value, *, rng):
        return rng.integers(0, 2) + 2 * value

    result = audit(coin, 0, 1, trials=1_000, rng=np.random.default_rng(14))
    sides = [result.event.contains(np.array(pair)) for pair in ([0, 1], [2, 3])]
    rates = [side.all() for side in sides]
    assert (result.first_rate, result.second_rate) == tuple(map(float, rates))
    assert sum(rates) == 1


# The result


def test_the_generator_alone_decides_the_result():
    results = [
        audit(laplace(1), 0, 1, trials=500, rng=np.random.default_rng(seed))
        for seed in (15, 15, 16)
    ]
    assert results[0] == results[1]
    assert results[0] != results[2]
    with pytest.raises(dataclasses.FrozenInstanceError):
        results[0].epsilon_lower = 0


EDGES = (-1.0, 0.0, 2.5, math.inf)


@pytest.mark.parametrize(
    ("chosen", "text"),
    [
        ([1, 1, 0, 0, 0], "output <= 0"),
        ([0, 0, 1, 1, 0], "output > 0"),
        ([0, 1, 1, 0, 0], "output in (-1, 2.5]"),
        ([1, 0, 1, 0, 1], "output <= -1 or in (0, 2.5] or is NaN"),
        ([1, 1, 1, 1, 0], "output is a number"),
        ([0, 0, 0, 0, 1], "output is NaN"),
        ([0, 0, 0, 0, 0], "output never"),
    ],
)
def test_an_event_reads_as_what_it_contains(chosen, text):
    event = Event(edges=EDGES, chosen=tuple(map(bool, chosen)))
    assert str(event) == text
    scores = np.array([-1.0, -0.5, 2.5, 2.6, math.nan])
    np.testing.assert_array_equal(event.contains(scores), event.chosen)


def test_an_event_with_many_pieces_is_summed_up():
    event = Event(
        edges=(*map(float, range(12)), math.inf),
        chosen=(False, True) * 6 + (False,) * 2,
    )
    assert str(event).endswith("(4, 5] or in 3 more intervals")


def test_a_value_of_its_own_reads_as_an_equation():
    event = Event(edges=(5.9999999, 6.0, math.inf), chosen=(False, True, False, False))
    assert str(event) == "output = 6"


def test_a_result_reads_as_a_sentence_and_never_rounds_up():
    result = AuditResult(
        epsilon_lower=0.9999,
        delta=1e-5,
        confidence=0.9999,
        event=Event(edges=(0.0, math.inf), chosen=(True, False, False)),
        first_rate=0.5,
        second_rate=0.18,
        trials=20_000,
    )
    assert str(result) == (
        "epsilon >= 0.99 for delta = 1e-05, with 99.99 % confidence after 20,000 "
        "trials: output <= 0 in 50.00 % of runs on the first input, 18.00 % on the "
        "second"
    )


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"trials": 3}, "trials=3 must be >= 4"),
        ({"delta": 1}, "delta=1 must be < 1"),
        ({"delta": -0.1}, "delta=-0.1 must be >= 0"),
        ({"confidence": 1}, "confidence=1 must lie strictly"),
        ({"confidence": 0}, "confidence=0 must lie strictly"),
    ],
)
def test_bad_arguments_are_named_before_anything_is_drawn(bad, message):
    def untouched(value, *, rng):
        raise AssertionError("the mechanism was run")

    with pytest.raises(ValueError, match=message):
        audit(untouched, 0, 1, rng=np.random.default_rng(0), **{"trials": 9, **bad})
