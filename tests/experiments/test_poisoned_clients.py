"""What lessons say of rules among hostile clients, with five seeds, and the picture."""

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from privlab.experiments.poisoned_clients import (
    ATTACKS,
    BACKWARDS,
    CLIENTS,
    FLIP,
    PREPARED,
    ROUNDS,
    RULES,
    PoisonedClients,
    poisoned_clients,
    poisoned_run,
)
from privlab.plots import style
from privlab.plots.figure import picture
from privlab.plots.poisoned_clients import draw_poisoned_clients, draw_poisoned_run

SEEDS = range(5)


def right(rule, attack, hostile, seed):
    run = poisoned_run(rule=rule, attack=attack, hostile=hostile, seed=seed)
    return run.accuracies[-1]


@pytest.mark.parametrize("seed", SEEDS)
def test_two_of_fifteen_who_walk_backwards_break_the_mean_alone(seed):
    assert right("mean", BACKWARDS, 0, seed) > 0.8
    assert right("mean", BACKWARDS, 2, seed) < 0.4
    for rule in ("norm bound", "trimmed mean", "median", "Krum"):
        assert right(rule, BACKWARDS, 2, seed) > 0.7


@pytest.mark.parametrize("seed", SEEDS)
def test_the_trimmed_mean_holds_as_many_as_it_cuts_and_no_more(seed):
    assert PREPARED == 4
    assert right("trimmed mean", BACKWARDS, 4, seed) > 0.75
    assert right("trimmed mean", BACKWARDS, 6, seed) < 0.4


@pytest.mark.parametrize("seed", SEEDS)
def test_the_median_holds_below_half_and_falls_above(seed):
    for attack in ATTACKS:
        assert right("median", attack, 6, seed) > 0.7
    assert right("median", FLIP, 8, seed) < 0.4


@pytest.mark.parametrize("seed", SEEDS)
def test_krum_falls_to_a_majority_that_agrees_not_to_one_that_is_scattered(seed):
    assert right("Krum", FLIP, 6, seed) > 0.7
    assert right("Krum", FLIP, 8, seed) < 0.4
    assert right("Krum", BACKWARDS, 8, seed) > 0.7


@pytest.mark.parametrize("seed", SEEDS)
def test_a_norm_bound_softens_the_fall_and_does_not_stop_it(seed):
    two, six = (right("norm bound", BACKWARDS, hostile, seed) for hostile in (2, 6))
    assert two - six > 0.05
    assert six > 0.4


@pytest.mark.parametrize("seed", SEEDS)
def test_flipped_labels_are_weak_until_they_are_many(seed):
    assert right("mean", FLIP, 4, seed) > 0.75
    assert right("mean", FLIP, 8, seed) < 0.4


def test_a_sweep_is_its_runs():
    result = poisoned_clients(attack=FLIP, counts=(0,), seed=0)
    assert set(result.right) == set(RULES)
    for rule, shares in result.right.items():
        assert shares.tolist() == [right(rule, FLIP, n, 0) for n in (0,)]


def test_shares_are_of_all_clients():
    result = PoisonedClients(attack=FLIP, counts=(0, 3, 15), right={})
    np.testing.assert_allclose(result.shares, [0, 0.2, 1])


def test_a_run_has_the_score_before_and_after_each_round():
    run = poisoned_run(rule="median", attack=FLIP, hostile=0, seed=0)
    assert run.accuracies.shape == (ROUNDS + 1,)
    assert "Median, 0 of 15 clients hostile" in run.summary


@pytest.mark.parametrize(
    "wrong", [{"attack": "shouting"}, {"hostile": -1}, {"hostile": CLIENTS + 1}]
)
def test_what_does_not_exist_is_refused(wrong):
    (name,) = wrong
    setting = {"rule": "mean", "attack": FLIP, "hostile": 1, "seed": 0} | wrong
    with pytest.raises(ValueError, match=name):
        poisoned_run(**setting)


def test_the_picture_shows_a_line_for_each_rule_and_a_sentence():
    result = poisoned_clients(attack=FLIP, counts=(0,), seed=0)
    with matplotlib.rc_context(style.RC):
        ax = draw_poisoned_clients(result, Figure().add_subplot())
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == list(RULES)
    markers = {each.get_marker() for each in ax.lines if each.get_label() in RULES}
    assert len(markers) == len(RULES)
    assert picture(result, draw_poisoned_clients).summary == result.summary


def test_the_picture_of_a_run_has_a_point_for_each_round():
    run = poisoned_run(rule="median", attack=FLIP, hostile=0, seed=0)
    ax = draw_poisoned_run(run, Figure().add_subplot())
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), 100 * run.accuracies)
    assert len(picture(run, draw_poisoned_run).png) > 1000
