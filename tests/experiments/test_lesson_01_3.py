"""What lesson 1.3 says of chance, with five other seeds than its own."""

import numpy as np
import pytest
import torch

from privlab.experiments.nudges import NORMS, accuracy_by_radius, adding_up, nudge
from privlab.experiments.poisoned_digits import (
    BACKDOOR,
    FLIPS,
    poisoned_training,
)
from privlab.experiments.robust_membership import (
    AS_IS,
    WORST,
    leak_by_radius,
    robust_membership,
)
from privlab.experiments.sent_updates import (
    SEARCHES,
    failure_cases,
    rebuilt_batch,
)
from privlab.experiments.trained_digits import (
    NOISE,
    PEOPLE,
    PLAIN,
    ROBUST,
    members,
    others,
)
from privlab.experiments.two_harms import CHANGE, LOSS, RULER, two_harms

SEEDS = (20, 21, 22, 23, 24)
seeds = pytest.mark.parametrize("seed", SEEDS)


@pytest.fixture(scope="module")
def link():
    return robust_membership(seeds=SEEDS)


@pytest.fixture(scope="module")
def harms():
    return two_harms(radius=0.15, seeds=SEEDS)


def test_members_and_others_are_different_images():
    inside, outside = members(20).x, others(20).x
    assert len(inside) == len(outside) == PEOPLE
    assert torch.cdist(inside, outside).min() > 0


@seeds
def test_aimed_changes_ruin_the_plain_network_and_random_ones_do_not(seed):
    plain = accuracy_by_radius(training=PLAIN, norm="every pixel", seed=seed)
    assert plain.at("PGD", 0.2) < 0.03
    assert plain.at("random", 0.2) > 0.88
    assert (plain.accuracy["PGD"] <= plain.accuracy["FGSM"] + 0.02).all()


@seeds
def test_training_on_the_worst_case_helps_and_on_random_changes_does_not(seed):
    plain, noise, robust = (
        accuracy_by_radius(training=training, norm="every pixel", seed=seed)
        for training in (PLAIN, NOISE, ROBUST)
    )
    assert robust.at("PGD", 0.1) > plain.at("PGD", 0.1) + 0.15
    assert noise.at("PGD", 0.1) < robust.at("PGD", 0.1) - 0.1
    assert robust.at("PGD", 0.2) < 0.4
    length = accuracy_by_radius(training=ROBUST, norm="whole image", seed=seed)
    assert length.at("PGD", 1) < 0.2


@seeds
@pytest.mark.parametrize("norm", NORMS)
def test_no_change_at_all_changes_no_decision(seed, norm):
    curves = accuracy_by_radius(training=PLAIN, norm=norm, seed=seed).accuracy
    assert len({curve[0] for curve in curves.values()}) == 1


@seeds
def test_the_changed_image_tells_nothing_of_members_while_the_answers_do(harms, seed):
    index = SEEDS.index(seed)
    assert harms.changed[index] > 0.8
    # 600 against 600 scores: a standard error of 0.017, six of them
    assert harms.told[CHANGE][index].auc == pytest.approx(0.5, abs=0.1)
    assert harms.told[LOSS][index].auc > harms.told[CHANGE][index].auc
    assert harms.nearest_after[index] > harms.nearest_before[index] + 0.1


def test_on_average_the_change_is_guessing_and_the_ruler_is_the_loss(harms):
    assert harms.auc(CHANGE) == pytest.approx(0.5, abs=0.04)
    assert harms.auc(LOSS) > 0.54
    assert harms.auc(RULER) == pytest.approx(harms.auc(LOSS), abs=0.02)


def test_adversarial_training_raises_the_membership_leak(link):
    assert link.rise_interval[0] > 0
    assert (link.rise > 0).all()


def test_random_changes_of_the_same_size_do_not_and_nobody_is_found_surely(link):
    plain, noise = (link.aucs(training, AS_IS).mean() for training in (PLAIN, NOISE))
    assert noise == pytest.approx(plain, abs=0.02)
    assert link.hits_at(ROBUST, WORST, 0.01) < 0.03


def test_robustness_is_what_was_learned_by_heart(link):
    attacked = [link.right(ROBUST, who, "attacked") for who in ("members", "others")]
    assert attacked[0] > attacked[1] + 0.15
    untouched = [link.right(t, "others", "untouched") for t in (PLAIN, ROBUST)]
    assert untouched[1] > untouched[0]


def test_a_network_that_cannot_fit_the_worst_case_leaks_less_again():
    fits, strains = (
        [leak_by_radius(radius=radius, seed=seed).robust for seed in SEEDS]
        for radius in (0.1, 0.3)
    )

    def mean(runs):
        return np.mean([run.attacks[WORST].auc for run in runs])

    assert mean(strains) < mean(fits) - 0.01
    for fitted, strained in zip(fits, strains, strict=True):
        key = "others", "untouched"
        assert strained.right[key] < fitted.right[key] - 0.03


@seeds
def test_few_stamps_open_a_door_that_the_filter_shuts_and_many_keep_it_open(seed):
    few = poisoned_training(attack=BACKDOOR, share=0.01, seed=seed).outcomes
    many = poisoned_training(attack=BACKDOOR, share=0.1, seed=seed).outcomes
    assert few["poisoned"].hijacked > 0.7
    assert few["clean"].hijacked < 0.05
    assert few["poisoned"].right > few["clean"].right - 0.02
    assert few["filtered"].hijacked < 0.3
    assert many["filtered"].hijacked > 0.85


@seeds
def test_flipped_labels_cost_accuracy_and_the_filter_wins_most_back(seed):
    found = poisoned_training(attack=FLIPS, share=0.3, seed=seed)
    clean, poisoned, filtered = (one.right for one in found.outcomes.values())
    assert poisoned < clean - 0.03
    assert clean - filtered < (clean - poisoned) / 2 + 0.01
    assert found.found > 0.95


@seeds
def test_clipping_hides_no_image_and_noise_hides_all(seed):
    assert rebuilt_batch(batch=4, noise=0, seed=seed).recognisable == 1
    assert rebuilt_batch(batch=4, noise=0.02, seed=seed).recognisable == 0


def test_every_inversion_gets_worse_with_the_case_and_noise_stops_all():
    found = failure_cases(seeds=SEEDS)
    blind = found.unseen.mean()
    assert found.mean("clipped", "division") > 0.99
    for search in SEARCHES:
        assert blind + 0.05 < found.mean("16, 10 local steps", search) < 0.97
        assert found.mean("clipped and noised", search) < blind + 0.1


@seeds
def test_the_linear_decision_falls_where_the_margin_ends(seed):
    case = adding_up(image=3, seed=seed)
    assert case.border == pytest.approx(case.margin / case.aimed)
    assert case.aimed > 3 * case.random


def test_a_nudge_keeps_its_promise_and_describes_itself():
    one = nudge(method="FGSM", radius=0.1, image=0, training=PLAIN, seed=20)
    assert np.abs(one.after - one.before).max() <= 0.1 + 1e-6
    assert one.chances_after.sum() == pytest.approx(1, abs=1e-5)
    assert f"A {one.label}," in one.summary
