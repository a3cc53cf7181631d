"""Lesson 9: the formulas behind its widgets are tight; its chances hold for 5 seeds."""

import math

import numpy as np
import pytest

from privlab.attacks.linkage import groups
from privlab.core.datasets import people
from privlab.dp.mechanisms import Laplace
from privlab.experiments.chances import chances, published, somebody

each_seed = pytest.mark.parametrize("seed", range(5))


@pytest.mark.parametrize("epsilon", [0.1, 1, 4])
@pytest.mark.parametrize("without", [0.01, 0.3, 0.5, 0.9])
def test_the_most_harm_keeps_both_halves_of_the_promise_and_meets_one(epsilon, without):
    most = chances(epsilon=epsilon, answers=1, without=without).most
    up, down = most / without, (1 - without) / (1 - most)
    bound = math.exp(epsilon)
    assert max(up, down) == pytest.approx(bound)
    assert without < most < 1


def test_laplace_noise_reaches_the_bound():
    """The event "above a threshold" moves by exactly the bound where it is rare."""
    noise, without = Laplace(epsilon=0.7, sensitivity=1), 0.1
    threshold = -noise.scale * math.log(2 * without)
    moved = 0.5 * math.exp(-(threshold - 1) / noise.scale)
    assert moved == pytest.approx(chances(epsilon=0.7, answers=1, without=0.1).most)


@pytest.mark.parametrize("answers", [2, 5, 10])
def test_answers_add_up(answers):
    many = chances(epsilon=0.2, answers=answers, without=0.05).most
    one = chances(epsilon=0.2 * answers, answers=1, without=0.05).most
    assert many == pytest.approx(one)


@each_seed
def test_somebody_is_published_as_often_as_the_formula_says(seed):
    rng = np.random.default_rng(seed)
    hit = (rng.binomial(1_000, 1e-3, size=20_000) > 0).mean()
    assert abs(hit - somebody(1_000, 1e-3)) < 0.03  # 8 standard deviations
    assert published(people=1_000, delta=1e-3).here == somebody(1_000, 1e-3)


@pytest.mark.parametrize("delta", [1e-3, 1e-6])
def test_the_chance_of_somebody_is_below_the_sum_of_chances(delta):
    crowds = np.array([1, 10, 1_000, 100_000])
    chance = somebody(crowds, delta)
    assert chance[0] == pytest.approx(delta)
    assert (np.diff(chance) > 0).all()
    assert (chance <= crowds * delta * (1 + 1e-12)).all()


@each_seed
def test_what_the_lesson_draws_by_chance(seed):
    rng = np.random.default_rng(seed)
    town = people(5_000, rng=rng)
    assert groups((town.birth_year, town.sex, town.postcode)).unique > 0.25
    noise = Laplace(epsilon=1, sensitivity=10)
    averaged = noise.release(np.full(40_000, 50.0), rng=rng).mean()
    assert abs(averaged - 50) < 1  # 14 standard deviations
    monthly = Laplace(epsilon=0.1, sensitivity=1)
    tests = monthly.release(np.tile([3.0, 4.0], (20_000, 1)), rng=rng) > 3.5
    right = (np.mean(~tests[:, 0]) + np.mean(tests[:, 1])) / 2
    assert abs(right - 0.525) < 0.02  # expected 0.524, a standard deviation is 0.0025


@pytest.mark.parametrize("wrong", [{"epsilon": 0}, {"answers": 0}, {"without": 1.5}])
def test_wrong_parameters_are_named(wrong):
    right = {"epsilon": 1, "answers": 1, "without": 0.1}
    with pytest.raises(ValueError, match=next(iter(wrong))):
        chances(**right | wrong)
