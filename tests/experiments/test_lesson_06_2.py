"""What lesson 6.2 says of chance, with five seeds; and the laws it stands on."""

import numpy as np
import pytest
from scipy.special import expit

from privlab.core.randomness import SYSTEM
from privlab.dp.accounting import rdp_epsilon
from privlab.experiments.dropped_hospital import (
    BARE,
    MASKED,
    NOISY,
    SUM,
    TWICE,
    WEEK,
    one_round,
    server_sees,
)
from privlab.experiments.hospital_apps import on_flower
from privlab.experiments.hospital_network import (
    DIABETES,
    ILLNESSES,
    TUMOURS,
    gradients,
    hospital_network,
    learned,
    plain_mean,
    together,
)
from privlab.experiments.hospital_privacy import (
    NOTHING,
    OWN,
    ROUNDS,
    SHARED,
    WHOLE,
    multiplier,
    per_patient,
    remembered,
    unit_prices,
)
from privlab.experiments.medicine_plan import spent
from privlab.experiments.poisoned_hospital import (
    ATTACKS,
    BACKWARDS,
    BOASTED,
    COUNTS,
    GROUPS,
    grouped,
    hidden_in_groups,
    poisoned_hospitals,
)
from privlab.experiments.small_counts import (
    age_table,
    bounds,
    hidden_table,
    noisy_table,
)
from privlab.fl.masked_sum import MASK
from privlab.fl.robust import median
from privlab.fl.secagg import TooFewClients

SEEDS = range(5)
seeds = pytest.mark.parametrize("seed", SEEDS)
illnesses = pytest.mark.parametrize("illness", ILLNESSES)

# One model of many hospitals


@illnesses
@seeds
def test_nobody_is_in_two_hospitals_and_the_test_is_nobodys(illness, seed):
    network = hospital_network(illness=illness, skew=0.5, seed=seed)
    rows = np.concatenate([*network.x, network.test_x])
    assert len(np.unique(rows, axis=0)) == len(rows)
    assert network.sizes.sum() == round(0.75 * len(rows))
    assert 10 < network.sizes[-1] / network.sizes[0] < 30


def test_a_patients_gradient_is_the_slope_of_the_loss():
    rng = np.random.default_rng(0)
    theta, x = rng.normal(size=4), rng.normal(size=(3, 4))
    y, step = np.array([0, 1, 1]), 1e-6

    def loss(theta):
        return -np.log(np.where(y, expit(x @ theta), 1 - expit(x @ theta)))

    slopes = [
        (loss(theta + step * e) - loss(theta - step * e)) / (2 * step)
        for e in np.eye(4)
    ]
    np.testing.assert_allclose(gradients(theta, x, y), np.transpose(slopes), atol=1e-7)


@illnesses
def test_flower_learns_the_same_model(illness):
    network = hospital_network(illness=illness, skew=0.7, seed=1)
    np.testing.assert_allclose(on_flower(network), learned(network), atol=1e-9)


def test_equal_hospitals_need_no_weights():
    network = hospital_network(illness=DIABETES, ratio=1, hospitals=3, seed=0)
    weighted, plain = learned(network), learned(network, plain_mean)
    assert np.ptp(network.sizes) <= 1
    np.testing.assert_allclose(weighted, plain, atol=0.02)


def test_one_step_of_fedavg_is_one_step_on_all_patients():
    network = hospital_network(skew=1, seed=0)
    one = {"rounds": 7, "steps": 1}
    here, there = learned(network, **one), learned(network.pooled, **one)
    np.testing.assert_allclose(here, there, atol=1e-12)


def test_together_and_weighted_is_best():
    runs = [together(illness=DIABETES, skew=1, ratio=20, seed=s) for s in SEEDS]
    alone = np.mean([np.median(run.alone) for run in runs])
    weighted, plain, pooled = (
        np.mean([getattr(run, name) for run in runs])
        for name in ("weighted", "plain", "pooled")
    )
    assert weighted > alone + 0.1
    assert plain < weighted - 0.03
    assert abs(weighted - pooled) < 0.02


def test_an_unknown_illness_is_named():
    with pytest.raises(ValueError, match="illness='gout'"):
        hospital_network(illness="gout", seed=0)


# What the server sees


@seeds
@pytest.mark.parametrize("lost", [0, 1])
def test_bare_updates_and_two_sums_give_the_patient_away(seed, lost):
    seen = {v: server_sees(view=v, lost=lost, seed=seed) for v in (BARE, TWICE)}
    assert seen[BARE].off < 1e-9
    assert seen[TWICE].off < 1e-4


@seeds
@pytest.mark.parametrize("view", [MASKED, SUM, NOISY])
def test_masks_sums_and_noise_do_not_and_the_sum_is_right(seed, view):
    seen = server_sees(view=view, lost=1, seed=seed)
    assert seen.off > 0.5
    assert seen.error <= seen.bound


def test_fewer_than_the_threshold_open_nothing():
    means = np.zeros((len(WEEK), 3))
    one_round(means, lost=dict.fromkeys([5, 6], MASK), rng=SYSTEM)
    with pytest.raises(TooFewClients):
        one_round(means, lost=dict.fromkeys([4, 5, 6], MASK), rng=SYSTEM)


def test_an_unknown_view_is_named():
    with pytest.raises(ValueError, match="view='x-ray'"):
        server_sees(view="x-ray", lost=0, seed=0)


# Promises


@pytest.mark.parametrize("epsilon", [0.5, 1, 4])
def test_the_noise_keeps_the_promise_and_no_more(epsilon):
    total = spent(multiplier(epsilon), ROUNDS)
    assert 0.99 * epsilon < total <= epsilon
    setting = {"sampling_rate": 1.0, "steps": ROUNDS, "delta": 1e-5}
    assert total == rdp_epsilon(noise_multiplier=multiplier(epsilon), **setting)


def test_one_patient_moves_a_step_by_no_more_than_the_clipping_norm():
    """Without noise, with and without each patient of the smallest hospital."""
    network = hospital_network(hospitals=3, ratio=20, seed=0)
    rng, n = np.random.default_rng(0), network.sizes.sum()
    setting = {"epsilon": np.inf, "noises": 1, "rng": rng, "rounds": 1}
    whole = n * per_patient(network, **setting)
    for patient in range(network.sizes[0]):
        x, y = (np.delete(part[0], patient, 0) for part in (network.x, network.y))
        less = type(network)(
            illness=network.illness,
            x=(x, *network.x[1:]),
            y=(y, *network.y[1:]),
            test_x=network.test_x,
            test_y=network.test_y,
        )
        moved = np.linalg.norm(whole - (n - 1) * per_patient(less, **setting))
        assert moved <= 1 + 1e-9


def test_noise_of_every_hospital_adds_up():
    """The deviation of one step's noise, over its root of the hospitals, is z S / n."""
    network = hospital_network(hospitals=4, seed=0)
    rng, n = np.random.default_rng(0), network.sizes.sum()
    still = per_patient(network, epsilon=np.inf, noises=1, rng=rng, rounds=1)
    for noises in (1, 4):
        setting = {"epsilon": 1.0, "noises": noises, "rng": rng, "rounds": 1}
        moved = [per_patient(network, **setting) - still for _ in range(300)]
        right = multiplier(1.0) * np.sqrt(noises) / n
        assert np.std(moved) == pytest.approx(right, rel=0.05)  # 7 deviations


@pytest.fixture(scope="module")
def tumours():
    setting = {"illness": TUMOURS, "hospitals": 10, "epsilon": 1.0}
    return [unit_prices(seed=seed, **setting) for seed in SEEDS]


def test_ten_hospitals_cannot_be_units_and_their_patients_can(tumours):
    none, shared, own, whole = (
        np.mean([run.mean(unit) for run in tumours])
        for unit in (NOTHING, SHARED, OWN, WHOLE)
    )
    assert shared > none - 0.04
    assert whole < none - 0.1
    assert own < shared


@seeds
def test_for_each_network_the_hospital_is_the_dearest_unit(tumours, seed):
    run = tumours[seed]
    assert run.mean(WHOLE) < min(run.mean(OWN), run.mean(SHARED))


@pytest.mark.parametrize("seed", range(3))
def test_with_a_hundred_practices_the_order_turns(seed):
    setting = {"illness": TUMOURS, "hospitals": 100, "epsilon": 1.0, "draws": 3}
    run = unit_prices(seed=seed, **setting)
    assert run.mean(OWN) < run.mean(WHOLE)
    assert run.mean(WHOLE) > run.mean(NOTHING) - 0.07


@pytest.mark.parametrize("first", [0, 10, 20])
def test_the_attack_fails_after_the_promise(first):
    run = remembered(epsilon=1, seeds=range(first, first + 10))
    auc = {unit: each.mean() for unit, each in run.auc.items()}
    right = {unit: each.mean() for unit, each in run.right.items()}
    assert auc[NOTHING] > 0.63
    assert max(auc[SHARED], auc[WHOLE]) < 0.6
    assert right[SHARED] > right[NOTHING] - 0.03
    assert right[WHOLE] < right[SHARED] - 0.1


# A poisoned hospital


@seeds
def test_robust_rules_survive_two_and_means_do_not(seed):
    right = poisoned_hospitals(attack=BACKWARDS, hostile=2, seed=seed).right
    assert max(right["weighted mean"], right["plain mean"]) < 0.6
    assert min(right[r] for r in ("median", "trimmed mean", "Krum")) > 0.88


@seeds
def test_a_third_breaks_the_trimmed_mean_and_a_boast_the_weighted(seed):
    three = poisoned_hospitals(attack=BACKWARDS, hostile=3, seed=seed).right
    boast = poisoned_hospitals(attack=BOASTED, hostile=1, seed=seed).right
    assert three["trimmed mean"] < 0.6
    assert boast["weighted mean"] < 0.6
    assert boast["plain mean"] > 0.9


@seeds
def test_groups_survive_while_fewer_than_half_are_spoiled(seed):
    groups = hidden_in_groups(attack=BACKWARDS, seed=seed)
    assert groups.at(3, 1) > 0.88
    assert groups.at(2, 2) > 0.88
    assert max(groups.at(1, 5), groups.at(1, 10)) < 0.6
    assert groups.right[0].min() > 0.9  # nobody hostile


def test_groups_of_one_are_the_rule_and_one_group_is_the_mean():
    updates = np.random.default_rng(0).normal(size=(10, 3))
    sizes = np.ones(10)
    np.testing.assert_allclose(grouped(median, 1)(updates, sizes), median(updates))
    np.testing.assert_allclose(grouped(median, 10)(updates, sizes), updates.mean(0))
    assert all(len(updates) % size == 0 for size in GROUPS)
    assert max(COUNTS) < len(updates) / 2


def test_an_unknown_attack_and_too_many_hospitals_are_named():
    with pytest.raises(ValueError, match="attack='rumour'"):
        poisoned_hospitals(attack="rumour", hostile=1, seed=0)
    with pytest.raises(ValueError, match="hostile=11"):
        poisoned_hospitals(attack=ATTACKS[0], hostile=11, seed=0)


# Small counts


@seeds
@pytest.mark.parametrize("least", [2, 5, 11])
def test_the_truth_lies_between_the_bounds(seed, least):
    table = hidden_table(least=least, seed=seed)
    assert table.counts.sum() == 442
    assert (table.low <= table.counts).all()
    assert (table.counts <= table.high).all()
    shown = ~table.hidden
    assert (table.low == table.high)[shown].all()
    assert (table.counts[table.rebuilt] == table.low[table.rebuilt]).all()


@seeds
def test_a_third_of_the_hidden_counts_comes_back(seed):
    table = hidden_table(least=5, seed=seed)
    assert table.rebuilt.sum() > table.hidden.sum() / 3


def test_bounds_are_those_of_all_tables_tried_one_by_one():
    counts = np.array([[2, 3, 9], [3, 2, 9], [9, 2, 1]])
    hidden = (counts >= 1) & (counts < 5)
    shown = np.where(hidden, 0, counts)
    found = []
    for values in np.ndindex(*[4] * hidden.sum()):
        table = shown.copy()
        table[hidden] = np.array(values) + 1
        same = [(table.sum(a) == counts.sum(a)).all() for a in (0, 1)]
        found += [table] * all(same)
    low, high = bounds(shown, hidden, counts, 5)
    np.testing.assert_array_equal(low, np.min(found, axis=0))
    np.testing.assert_array_equal(high, np.max(found, axis=0))
    assert (low < high).any()


def test_noisy_small_counts_are_exact_as_often_as_the_law_says():
    tables = [noisy_table(epsilon=1, seed=seed) for seed in range(200)]
    exact = np.mean([table.small_right for table in tables])
    law = (1 - np.exp(-1)) / (1 + np.exp(-1))
    assert abs(exact - law) < 0.08  # 1,400 cells: six deviations
    assert 0.7 < np.mean([table.error for table in tables]) < 1.1
    assert 2 < np.mean([table.total_error for table in tables]) < 3


def test_a_seed_deals_out_the_same_table():
    np.testing.assert_array_equal(age_table(seed=3), age_table(seed=3))
