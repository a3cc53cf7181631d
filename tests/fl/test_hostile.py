"""Hostile clients do what their formulas say, and the others nothing else."""

from functools import partial

import numpy as np
import pytest
import torch
from flwr.serverapp.strategy import FedAvg
from scipy.stats import norm
from scripted import ALL

from privlab.fl.apps import arrays_of, client_app
from privlab.fl.hostile import (
    flipped,
    little,
    little_is_enough,
    model_replacement,
    only,
    poisoned,
    sign_flip,
)
from privlab.fl.local import run
from privlab.fl.partition import iid
from privlab.fl.robust import ByRule
from privlab.fl.tasks import tumours_task
from privlab.fl.vectors import flat

TASK = tumours_task().double()
SPLIT = iid(len(TASK.labels), 5, rng=np.random.default_rng(0))
START = flat(arrays_of(TASK.model()))
CONFIG = {"rate": 0.5, "epochs": 2, "batch": 0}


def updates(*mods, task=TASK):
    """What each of five clients adds to the model in round 1: (5, d)."""
    seen = {}

    def note(message, context, call_next):
        reply = call_next(message, context)
        seen[context.node_config["partition-id"]] = (
            flat(reply.content["arrays"]) - START
        )
        return reply

    app = client_app(task, SPLIT, mods=[note, *mods])
    run(FedAvg(**ALL), app, task, clients=5, rounds=1, config=CONFIG)
    return np.array([seen[client] for client in range(5)])


HONEST = updates()


@pytest.mark.parametrize(
    ("mod", "factor"), [(sign_flip(3.0), -3), (model_replacement(7.0), 7)]
)
def test_only_the_hostile_send_another_multiple_of_what_they_learned(mod, factor):
    got = updates(only({1, 4}, mod))
    np.testing.assert_allclose(got[[1, 4]], factor * HONEST[[1, 4]], atol=1e-12)
    np.testing.assert_array_equal(got[[0, 2, 3]], HONEST[[0, 2, 3]])


def test_model_replacement_puts_the_attackers_model_in_the_place_of_the_mean():
    total = SPLIT.sizes.sum()
    boost = total / SPLIT.sizes[2]
    silent = only({0, 1, 3, 4}, model_replacement(1e-12))  # the others have converged
    app = client_app(TASK, SPLIT, mods=[silent, only({2}, model_replacement(boost))])
    end = run(FedAvg(**ALL), app, TASK, clients=5, rounds=1, config=CONFIG)
    np.testing.assert_allclose(flat(end.arrays), START + HONEST[2], atol=1e-9)


def test_poisoned_data_change_the_rows_of_the_hostile_only():
    change = partial(flipped, classes=2)
    task = poisoned(TASK, SPLIT, [3], change)
    mine = torch.zeros(len(TASK.labels), dtype=bool)
    mine[torch.tensor(SPLIT.rows[3])] = True
    (x, y), (x_before, y_before) = task.train, TASK.train
    assert torch.equal(x, x_before)
    assert torch.equal(y[~mine], y_before[~mine])
    assert torch.equal(y[mine], 1 - y_before[mine])
    assert task.test is TASK.test
    got = updates(task=task)
    np.testing.assert_array_equal(got[:3], HONEST[:3])
    # Two classes and a symmetric start: flipped labels learn the opposite.
    np.testing.assert_allclose(got[3], -HONEST[3], atol=1e-12)


def test_little_moves_as_far_as_there_are_supporters():
    colluders = np.random.default_rng(0).standard_normal((12, 4))
    lie = little(colluders, clients=50)
    # Baruch et al.: n = 50, m = 12 need s = 26 - 12 = 14 of 38, Φ(z) = 24/38.
    z = norm.ppf(24 / 38)
    np.testing.assert_allclose(lie, colluders.mean(0) - z * colluders.std(0))
    assert (lie > colluders.min(0)).all()


def test_colluders_all_tell_the_same_lie_about_what_they_all_learned():
    got = updates(little_is_enough([0, 3]))
    lie = little(HONEST[[0, 3]], clients=5)
    np.testing.assert_allclose(got[[0, 3]], [lie, lie], atol=1e-12)
    np.testing.assert_array_equal(got[[1, 2, 4]], HONEST[[1, 2, 4]])


@pytest.mark.parametrize(("colluders", "clients"), [(0, 5), (3, 5), (3, 6)])
def test_little_needs_some_colluders_and_fewer_than_half(colluders, clients):
    with pytest.raises(ValueError, match="more than twice"):
        little(np.ones((colluders, 2)), clients=clients)


@pytest.mark.parametrize("attack", [sign_flip, model_replacement])
@pytest.mark.parametrize("strength", [0, -1, np.nan])
def test_a_strength_is_positive(attack, strength):
    with pytest.raises(ValueError, match="must be"):
        attack(strength)


def test_hostile_clients_still_answer_evaluation():
    strategy = ByRule(lambda u, n: u.mean(0), min_available_nodes=5)
    app = client_app(TASK, SPLIT, mods=[little_is_enough([0]), sign_flip()])
    end = run(strategy, app, TASK, clients=5, rounds=1, config=CONFIG)
    assert {each.outcome for each in end.exchanges} == {"answered"}
    assert {each.kind for each in end.exchanges} == {"train", "evaluate"}
