"""What lesson 1.2 says of chance, with five seeds instead of its one."""

import numpy as np
import pytest

from privlab.attacks.lira import mean_of
from privlab.attacks.membership import judged
from privlab.experiments.badges import everybody
from privlab.experiments.hidden_attribute import hidden_input
from privlab.experiments.membership_curves import (
    compared,
    defences,
    limits_by_people,
    one_person,
    typical_shift,
)
from privlab.experiments.remembered_attribute import hidden_sexes
from privlab.experiments.shadow_digits import ATTACKS, study
from privlab.experiments.stolen_model import stolen

seeds = pytest.mark.parametrize("seed", range(5))


@seeds
@pytest.mark.parametrize("name", ["body mass index", "blood pressure", "age"])
def test_four_decimals_are_the_hidden_entry_and_one_is_not(seed, name):
    hidden = {"name": name, "patient": 0, "seed": seed}
    fine, coarse = (hidden_input(decimals=d, **hidden).result for d in (4, 1))
    assert fine.right > 0.9
    assert fine.right_without < 0.15
    assert coarse.right < 0.4


@seeds
def test_private_training_does_not_protect_the_one_who_asks(seed):
    hidden = {"name": "body mass index", "patient": 0, "seed": seed}
    assert hidden_input(decimals=4, training="at ε = 1", **hidden).result.right > 0.8


@seeds
def test_lira_names_members_where_the_loss_does_not(seed):
    plain = study("to the end", seed=seed)
    members, others = plain.accuracy
    assert members > 0.99
    assert others > 0.95
    every = compared(plain, tuple(ATTACKS), shadows=64)
    points = every.at(0.001)
    lira, loss = points["LiRA online"], points["loss threshold"]
    assert lira.hits_low > 0.01
    assert lira.hits > 5 * loss.hits
    assert loss.hits < 0.004
    assert lira.others == lira.members == 7184
    assert lira.false_alarms_high < 0.002
    few = compared(plain, ("LiRA online",), shadows=4).at(0.001)["LiRA online"]
    assert few.hits < 2 / 3 * lira.hits
    assert 2 * points["attack model"].hits < points["calibrated loss"].hits
    for sharp in ("LiRA offline", "calibrated loss", "RMIA"):
        assert points[sharp].hits_low > 0.003
    areas = [attack.auc for attack in every.attacks.values()]
    assert min(areas) > 0.5
    assert max(areas) < 0.65


@seeds
def test_people_drawn_anew_leave_a_wider_interval_still_above_guessing(seed):
    plain = study("to the end", seed=seed)
    point = compared(plain, ("LiRA online",), shadows=64).at(0.001)["LiRA online"]
    low, high = limits_by_people(
        plain, "LiRA online", shadows=64, asked=0.001, seed=seed
    )
    assert high - low > point.hits_high - point.hits_low
    assert 0.008 < low < point.hits < high


@seeds
def test_odd_images_are_remembered_and_easy_ones_are_not(seed):
    plain = study("to the end", seed=seed)
    seen = plain.evidence(plain.phi, 64)
    order = np.argsort(-mean_of(seen.shadow, ~seen.inside))
    shift = typical_shift(training="to the end", seed=seed)[order]
    assert np.median(shift[-180:]) > max(0.5, 2 * np.median(shift[:180]))
    odd = one_person(training="to the end", oddity=97, seed=seed)
    assert len(odd.with_them) == len(odd.without) == 32


@seeds
def test_the_attack_finds_nothing_where_there_is_nothing(seed):
    """People split by a coin that no target has seen: 7,184 each, area 0.5."""
    plain = study("to the end", seed=seed)
    coin = np.random.default_rng(seed).permutation(8 * 1796)
    for name in ("LiRA online", "RMIA", "calibrated loss"):
        scores = ATTACKS[name](plain, 64).ravel()
        result = judged(scores, members=coin[:7184], others=coin[7184:])
        # a standard error of 0.0048
        assert result.auc == pytest.approx(0.5, abs=0.03)
        assert result.hits_at(0.001) < 0.006


@seeds
def test_each_defence_lowers_what_is_caught_and_privacy_costs_accuracy(seed):
    after = defences(epsilon=2, seed=seed)
    before = after.points["to the end"].hits
    assert before > 0.006
    for defence in ("weight decay", "stopped early", "by DP-SGD, ε = 2"):
        assert after.points[defence].hits < before / 2
    assert after.points["by DP-SGD, ε = 2"].hits_low < 0.002
    price = after.accuracy["to the end"] - after.accuracy["by DP-SGD, ε = 2"]
    assert price > 0.04


@seeds
def test_only_members_of_a_model_that_learned_by_heart_lose_their_secret(seed):
    heart, decay, private = hidden_sexes(seed=seed).results
    # 2,210 guesses, a standard error of one point
    assert heart.members.gain > 0.05
    assert heart.others.gain < 0
    assert heart.alone.right < heart.members.right_without
    assert decay.members.gain < 0.04
    assert private.members.gain < 0.02


@seeds
def test_a_name_is_a_picture_and_weight_decay_makes_it_clearer(seed):
    clear = everybody(seen="the model itself", seed=seed)
    loose = everybody(seen="the model itself", training="without decay", seed=seed)
    assert clear.recognised > 0.9
    assert clear.likeness > loose.likeness + 0.05
    assert everybody(seen="1 decimal", seed=seed).recognised < 0.4
    assert everybody(seen="only the name", seed=seed).recognised < 0.2


@seeds
def test_a_linear_model_costs_65_answers_and_hiding_digits_only_delays(seed):
    linear = {"victim": "softmax regression", "seed": seed}
    exact = stolen(answer="all digits", queries="noise", **linear)
    blunt = stolen(answer="2 decimals", queries="noise", **linear)
    labels = stolen(answer="labels only", queries="mixed digits", **linear)
    assert exact.copies["equations"][0][0] == 65
    assert exact.copies["equations"][1][0] == 1
    assert max(blunt.copies["equations"][1]) < 0.8
    assert labels.copies["learning"][1][-1] > 0.85
    network = stolen(
        victim="network", answer="labels only", queries="mixed digits", seed=seed
    )
    assert network.copies["learning"][1][-1] > 0.85
