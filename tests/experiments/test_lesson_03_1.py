"""What lesson 3.1 says of chance, with five seeds instead of its one."""

import numpy as np
import pytest

from privlab.core.datasets import digits
from privlab.experiments.class_means import accuracy_by_epsilon
from privlab.experiments.noise import neighbours, noise_by_length, repeated_question
from privlab.experiments.odds import adversary_odds, posterior
from privlab.experiments.salaries import outlier_audits, two_worlds

seeds = pytest.mark.parametrize("seed", range(5))


@pytest.mark.parametrize("epsilon", [0.1, 1, 5])
def test_neighbouring_densities_never_differ_by_more_than_e_to_the_epsilon(epsilon):
    ratios = [
        neighbours(epsilon=epsilon, published=y).ratio for y in np.linspace(30, 55, 101)
    ]
    assert max(ratios) == pytest.approx(np.exp(epsilon))


@seeds
def test_clipping_last_gives_the_rich_away_and_clipping_first_does_not(seed):
    last = two_worlds(order="clip last", epsilon=1, seed=seed)
    first = two_worlds(order="clip first", epsilon=1, seed=seed)
    assert last.right_guesses > 0.95 > last.allowed
    # 4,000 guesses: a standard error of 0.008, six of them below what is allowed
    assert first.right_guesses < first.allowed - 0.04


@seeds
def test_the_measured_epsilon_grows_with_the_outlier_unless_it_is_bounded(seed):
    tenth = (40_000, 300_000, 40_000_000)
    audits = outlier_audits(epsilon=1, tenth=tenth, trials=5_000, seed=seed)
    unbounded = [result.epsilon_lower for result in audits.unbounded]
    assert unbounded[0] < 1 < unbounded[1] < unbounded[2]
    assert max(result.epsilon_lower for result in audits.bounded) <= 1


def test_gaussian_noise_is_the_smaller_for_long_lists_only():
    result = noise_by_length(epsilon=1, delta=1e-5)
    smaller = result.gaussian < result.laplace
    assert list(smaller) == [n >= result.crossing for n in result.lengths]


def test_a_belief_is_multiplied_in_odds_and_the_two_limits_mirror_each_other():
    assert posterior(0.5, np.log(3)) == pytest.approx(0.75)
    odds = adversary_odds(epsilon=1, prior=0.3)
    low, high = odds.reached
    assert high / (1 - high) == pytest.approx(np.e**2 * low / (1 - low))
    assert odds.lowest == pytest.approx(1 - odds.highest[::-1])


@seeds
def test_averaging_answers_finds_the_count_and_never_beats_the_total_budget(seed):
    once = repeated_question(questions=1, epsilon=0.5, seed=seed)
    often = repeated_question(questions=200, epsilon=0.5, seed=seed)
    allowed = 1 / (1 + np.exp(-once.total.epsilon))
    # 4,000 guesses: a standard error of 0.008; one answer allows 0.62, wins 0.61
    assert once.right_guesses < allowed + 0.04
    assert often.right_guesses > 0.95
    assert often.total.epsilon == pytest.approx(100)


@seeds
def test_a_crowd_makes_privacy_cheap_and_a_handful_does_not(seed):
    many = accuracy_by_epsilon(digits(), records=1198, norm=60, seed=seed)
    few = accuracy_by_epsilon(digits(), records=100, norm=60, seed=seed)
    assert many.without_privacy - many.at(1) < 0.15
    assert few.at(1) < 0.2
    assert many.at(10) == pytest.approx(many.without_privacy, abs=0.03)


@seeds
def test_a_bound_that_nobody_reaches_only_adds_noise(seed):
    tight = accuracy_by_epsilon(digits(), records=1198, norm=60, seed=seed)
    loose = accuracy_by_epsilon(digits(), records=1198, norm=200, seed=seed)
    assert loose.at(1) < tight.at(1) - 0.1
