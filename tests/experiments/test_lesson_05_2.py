"""What lesson 5.2 says of chance, with five seeds instead of its few."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from privlab.core.datasets import breast_cancer, digits
from privlab.dp.audit import audit
from privlab.experiments import features
from privlab.experiments.audited_run import audited_run, with_canaries
from privlab.experiments.batch_noise import batch_noise
from privlab.experiments.clipping_norm import norm_path
from privlab.experiments.frontier import (
    KNOBS,
    LADDER,
    TUMOURS,
    frontier,
    right_share,
    sweep,
)
from privlab.experiments.membership import before_and_after
from privlab.experiments.one_step import one_step
from privlab.experiments.private_training import CAREFUL, task, trained, training_run
from privlab.experiments.search import (
    RUNS,
    best_coin,
    best_coins,
    private_search,
    search_costs,
)

SEEDS = range(5)
seeds = pytest.mark.parametrize("seed", SEEDS)


# Features


@pytest.mark.parametrize(
    ("of", "data"),
    [
        (features.pixels, digits),
        (features.oriented_edges, digits),
        (features.tumours, breast_cancer),
    ],
)
def test_features_of_a_person_depend_on_nobody_else(of, data):
    rows = data().features[:50]
    together = of(rows)
    alone = np.vstack([of(rows[k : k + 1]) for k in range(50)])
    assert together == pytest.approx(alone, abs=1e-12)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1)


def test_a_brighter_edge_has_the_same_direction_and_a_turned_one_another():
    image = np.zeros((8, 8))
    image[:, 4:] = 8.0
    upright, brighter, turned = features.edges(
        np.array([image.ravel(), 2 * image.ravel(), image.T.ravel()])
    ).reshape(3, 4, 4, 8)
    assert brighter[1, 2] == pytest.approx(upright[1, 2], rel=1e-6)
    assert upright[1, 2].argmax() == 0  # grows to the right
    assert turned[2, 1].argmax() == 2  # grows downwards, a quarter turn further


def test_no_measurement_of_a_tumour_is_beyond_its_limit():
    assert (breast_cancer().features <= features.TUMOUR_LIMITS).all()


# One step


@seeds
def test_what_one_step_publishes_lies_around_the_clipped_mean(seed):
    step = one_step(
        max_grad_norm=0.1, noise_multiplier=20, sampling_rate=0.5, seed=seed
    )
    assert np.linalg.norm(step.clipped, axis=1).max() <= 0.1 + 1e-6
    assert step.exact == pytest.approx(step.clipped.sum(axis=0) / 60, abs=1e-6)
    deviation = 20 * 0.1 / 60
    # 200 draws: six standard errors for the mean, and a chi-square's for the spread
    assert abs(step.noisy.mean(axis=0) - step.exact).max() < 6 * deviation / 200**0.5
    assert step.noisy.std() == pytest.approx(deviation, rel=0.25)


def test_the_larger_the_batch_the_less_noise_on_the_mean():
    for steps in (20, 200):
        noise = batch_noise(epsilon=1, steps=steps, people=1198).on_the_mean
        assert list(noise) == sorted(noise, reverse=True)
        assert noise[0] > 1.5 * noise[-1]


# The frontier


@pytest.fixture(scope="module")
def ladder():
    return frontier(LADDER, seeds=SEEDS)


def test_good_habits_raise_the_frontier_of_the_digits(ladder):
    usual, large, edges = ladder.accuracy.values()
    assert (edges[0] > usual[0] + 0.08).all()
    assert edges[0].mean() > large[0].mean() > usual[0].mean()
    cost = ladder.without_privacy.mean() - edges.mean(axis=1)
    assert cost[0] < 0.06
    assert cost[1] < 0.03
    assert cost[2] < 0.02


def test_accuracy_grows_with_epsilon_in_every_way(ladder):
    for accuracy in ladder.accuracy.values():
        means = accuracy.mean(axis=1)
        assert list(means) == sorted(means)


def test_privacy_for_tumour_patients_costs_little():
    tumours = frontier(TUMOURS, seeds=SEEDS)
    assert tumours.without_privacy.mean() - tumours.mean(tumours.best, 1.0) < 0.05
    assert tumours.mean(tumours.best, 8.0) > 0.95


def test_a_run_spends_the_epsilon_it_was_given():
    run = trained(task("breast cancer", 0), CAREFUL, epsilon=3, seed=0)
    assert 2.99 < run.training.privacy.epsilon <= 3
    assert trained(
        task("breast cancer", 0), CAREFUL, epsilon=None, seed=0
    ).training.epsilons[-1] == float("inf")


def test_a_norm_too_small_is_harmless_and_one_too_large_is_not():
    careful, small, large = (careful_but(max_grad_norm=c) for c in (0.25, 0.02, 4.0))
    assert careful.mean() - small.mean() < 0.03
    assert (careful > large + 0.15).all()
    few, enough = (careful_but(steps=steps).mean() for steps in (5, 100))
    assert enough > few + 0.05
    assert abs(careful.mean() - careful_but(sampling_rate=0.2).mean()) < 0.03


def careful_but(**change):
    """What ``sweep`` finds at one value, for every seed."""
    way = "digits, edges", replace(CAREFUL, **change)
    return np.array([right_share(*way, epsilon=1, seed=seed) for seed in SEEDS])


def test_a_sweep_is_the_careful_recipe_with_one_number_changed():
    _, norm, _ = KNOBS
    found = sweep(knob=norm, epsilon=1, seeds=range(1))
    assert found.at(4.0) == careful_but(max_grad_norm=4.0)[0]


def test_averaging_repairs_a_learning_rate_that_is_too_large():
    setting = {"epsilon": 1, "steps": 200, "sampling_rate": 1.0}
    runs = [training_run(**setting, reach=7.5, seed=seed) for seed in SEEDS]
    assert np.mean([run.accuracy_averaged - run.accuracy for run in runs]) > 0


@seeds
def test_an_adaptive_norm_forgets_where_it_started(seed):
    high = norm_path(first=10.0, target_quantile=0.5, seed=seed)
    low = norm_path(first=0.05, target_quantile=0.5, seed=seed)
    assert 0.8 < high.path[-1] / low.path[-1] < 1.25


# The search


@pytest.mark.parametrize("epsilon", [0.1, 1.0, 3.0])
def test_the_best_of_a_random_number_of_coins_stays_below_twice_epsilon(epsilon):
    result = best_coins(epsilon=epsilon)
    assert result.geometric[0] == pytest.approx(epsilon)
    assert (np.diff(result.geometric) > 0).all()
    assert result.geometric[-1] < 2 * epsilon
    truth = 1 / (1 + np.exp(-epsilon))
    chances = 0.1 * 0.9 ** np.arange(2000)  # of 1, 2, 3, ... coins
    none, none_if_one = (chances @ p ** np.arange(1, 2001) for p in (truth, 1 - truth))
    at_ten = list(RUNS).index(10)
    assert result.geometric[at_ten] == pytest.approx(np.log(none / none_if_one))


@seeds
def test_the_audit_breaks_the_best_of_ten_coins(seed):
    def best_of_ten(bit, *, rng):
        return best_coin(bit, epsilon=1, runs=10, rng=rng)

    rng = np.random.default_rng(seed)
    assert 1 < audit(best_of_ten, 0, 1, trials=10_000, rng=rng).epsilon_lower <= 10


@pytest.mark.parametrize("epsilon", [0.3, 1.0, 3.0])
def test_many_runs_cost_two_to_four_times_one(epsilon):
    bill = search_costs(epsilon=epsilon, delta=1e-5)
    assert bill.all_published[0] == pytest.approx(epsilon, rel=1e-3)
    assert 1.5 * epsilon < bill.best_only[list(RUNS).index(10)] < 3 * epsilon
    assert bill.best_only[-1] < 4 * epsilon


@seeds
def test_a_search_publishes_its_best_score_and_pays_for_it(seed):
    found = private_search(epsilon=3, runs=3, seed=seed)
    assert found.scores[found.best] == max(found.scores)
    assert found.epsilon_of_one < 2
    known = trained(task("digits, edges", seed), CAREFUL, epsilon=3, seed=seed)
    assert found.accuracy[found.best] < known.accuracy


# The attacks


@seeds
def test_private_training_disarms_the_loss_attack(seed):
    result = before_and_after(epsilons=(8.0, 1.0), seed=seed)
    heart, eight, one = result.attacks
    assert result.attacks[heart].auc > 0.6
    # 599 against 599: a standard error of 0.017 around 0.5
    assert max(result.attacks[eight].auc, result.attacks[one].auc) < 0.6
    assert result.accuracy[eight] > result.accuracy[heart] + 0.1


@seeds
def test_the_audit_of_one_run_clears_the_sound_loop_and_convicts_the_broken(seed):
    sound = audited_run(loop="as published", epsilon=3, canaries=1000, seed=seed)
    broken = audited_run(loop="clipping forgotten", epsilon=3, canaries=1000, seed=seed)
    assert 0.3 < sound.audit.epsilon_lower <= 2
    assert broken.audit.epsilon_lower > 3
    assert broken.claimed == sound.claimed == 3


def test_a_canary_shares_its_feature_with_nobody():
    people = task("digits, edges", 0)
    included = torch.tensor([True, False, True])
    joined = with_canaries(people, included)
    own = joined.x[:, -3:]
    assert own.sum(dim=0).tolist() == [1, 0, 1]
    assert not own[: len(people.x)].any()
    assert len(joined.x) == len(joined.y) == len(people.x) + 2
