"""What lesson 5.3 says of chance, with five seeds instead of its one."""

import math

import numpy as np
import pytest
import torch

from privlab.dp import per_example
from privlab.experiments.clinic_model import EACH, WAYS, clinic, multiplier, tuned
from privlab.experiments.private_tuning import (
    Together,
    by_user,
    compared,
    group,
    user_level,
    user_losses,
)
from privlab.experiments.shared_adapters import shared
from privlab.lm.language_model import line_losses

SEEDS = range(100, 105)  # not those with which the settings were sought
seeds = pytest.mark.parametrize("seed", SEEDS)


def exposures(way, epsilon, repeats):
    """Mean exposure over five seeds: 30 doors."""
    runs = [tuned(way=way, epsilon=epsilon, seed=seed) for seed in SEEDS]
    return np.mean([run.exposure(repeats) for run in runs])


def test_noise_of_the_lesson():
    assert multiplier(8.0) == pytest.approx(1.417, abs=0.001)


@seeds
def test_quality_of_the_six_models(seed):
    result = compared(epsilon=8.0, seed=seed)
    scratch, whole, low = result.private
    assert result.before > 15
    assert max(whole.perplexity, low.perplexity) < 0.8 * scratch.perplexity
    assert low.perplexity > 0.95 * whole.perplexity
    assert low.perplexity < result.before / 4
    for own, twin in zip(result.private, result.twins, strict=True):
        assert own.perplexity > 1.8 * twin.perplexity


def test_whole_models_know_codes_of_eight_lines_and_adapters_less():
    whole = [exposures(way, math.inf, 8) for way in WAYS[:2]]
    assert min(whole) > 11
    assert 4 < exposures("adapters", math.inf, 8) < 11


@pytest.mark.parametrize("way", WAYS)
def test_private_models_expose_one_line_as_little_as_the_control(way):
    # 30 doors: the standard error by chance is 0.26 bits for each mean
    once, never = exposures(way, 8.0, 1), exposures(way, 8.0, 0)
    assert once < 1.44 + 5 * 0.27
    assert abs(once - never) < 5 * 0.38


def test_eight_lines_still_show_at_epsilon_8_of_a_line():
    # chance gives 1.44 with a standard error of 0.26
    assert exposures("from scratch", 8.0, 8) > 1.44 + 3 * 0.26


@pytest.mark.parametrize("way", WAYS[:2])
def test_whole_models_in_the_open_expose_one_line(way):
    assert exposures(way, math.inf, 1) > 6


@seeds
def test_a_user_costs_more_than_a_line(seed):
    user = user_level(epsilon=8.0, seed=seed)
    line = tuned(way="adapters", epsilon=8.0, seed=seed)
    assert user.perplexity > 1.2 * line.perplexity


def test_codes_of_one_user_are_near_chance_if_users_are_clipped():
    runs = [user_level(epsilon=8.0, seed=seed) for seed in SEEDS]
    assert np.mean([run.exposure(8) for run in runs]) < 1.44 + 5 * 0.27


@seeds
def test_eight_clinics_teach_the_shared_model(seed):
    together = shared(sent="adapters", rounds=3, seed=seed)
    assert together.perplexities[-1] < together.perplexities[0] / 4
    assert together.bytes_up < clinic(seed=seed).base.weights


def test_users_hold_eight_lines_each_and_one_all_of_a_planted_code():
    data = clinic(seed=0)
    users = np.array(by_user(data)).reshape(-1, 8)
    assert sorted(users.ravel()) == sorted(data.lines)
    heavy = users[:EACH]
    codes = [c.text for c in data.canaries[-EACH:]]
    assert [set(lines) for lines in heavy] == [{code} for code in codes]


def test_the_gradient_of_a_user_is_the_mean_over_the_lines():
    data = clinic(seed=0)
    network = data.base.copy().network
    x, y = data.base.characters.examples(data.lines[:6], network.context)
    lines, _ = per_example.gradients(network, line_losses, x, y)
    users, _ = per_example.gradients(
        Together(network), user_losses, x.unflatten(0, (2, 3)), y.unflatten(0, (2, 3))
    )
    for name, rows in lines.items():
        mean = rows.unflatten(0, (2, 3)).mean(dim=1)
        assert torch.allclose(users[f"network.{name}"], mean, atol=1e-5)


@pytest.mark.parametrize("epsilon", [0.5, 2.0])
def test_a_group_follows_from_one_line_after_the_other(epsilon):
    result, delta = group(epsilon=epsilon, lines=8), 0.0
    for k in range(8):
        delta = math.exp(epsilon) * delta + 1e-5
        assert result.deltas[k] == pytest.approx(delta)
        assert result.epsilons[k] == pytest.approx((k + 1) * epsilon)
