"""What Flower's strategies really do, FedSGD's identity, and SCAFFOLD's corrections."""

import numpy as np
import pytest
import torch
from flwr.serverapp.exception import InconsistentMessageReplies
from flwr.serverapp.strategy import (
    FedAdam,
    FedAvg,
    FedAvgM,
    FedMedian,
    FedProx,
    FedTrimmedAvg,
    Krum,
    MultiKrum,
)
from flwr.serverapp.strategy.multikrum import select_multikrum
from scripted import ALL, arrays, federated, reply, values
from torch.nn.functional import cross_entropy

from privlab.core.models import softmax_regression
from privlab.fl import robust
from privlab.fl.apps import arrays_of, client_app
from privlab.fl.local import run
from privlab.fl.partition import Partition, by_feature, dirichlet
from privlab.fl.scaffold import Scaffold, scaffold_app
from privlab.fl.strategies import Around, FedSGD
from privlab.fl.tasks import Task, tumours_task
from privlab.fl.vectors import flat

TASK = tumours_task().double()
SPLIT = dirichlet(TASK.labels, 4, alpha=0.5, rng=np.random.default_rng(1))
START = flat(arrays_of(TASK.model()))
ROWS = np.random.default_rng(0).standard_normal((5, 3))
SIZES = [1, 2, 3, 4, 10]


def answers(rows=ROWS, sizes=SIZES):
    return [reply(row, examples=n) for row, n in zip(rows, sizes, strict=True)]


def result(strategy, *, said=None, start=(0.0, 0.0, 0.0), rounds=1):
    sent = arrays(start)
    return federated(strategy, said or answers(), sent, rounds=rounds).arrays


def vector(record):
    return flat(record)


# --- Flower's own -------------------------------------------------------------------


@pytest.mark.parametrize("kind", [FedAvg, FedProx])
def test_fedavg_and_fedprox_weigh_by_the_examples_that_clients_claim(kind):
    got = vector(result(kind(**ALL)))
    np.testing.assert_allclose(got, np.array(SIZES) @ ROWS / 20, atol=1e-14)


@pytest.mark.parametrize("kind", [FedMedian, FedTrimmedAvg])
def test_median_and_trimmed_mean_weigh_all_clients_alike(kind):
    same = answers(sizes=[7] * 5)
    np.testing.assert_array_equal(
        vector(result(kind(**ALL))), vector(result(kind(**ALL), said=same))
    )


def test_flowers_trimmed_mean_cuts_the_whole_part_of_beta_n():
    four = answers(ROWS[:4], SIZES[:4])  # int(0.2 * 4) = 0: nothing is cut
    got = vector(result(FedTrimmedAvg(beta=0.2, **ALL), said=four))
    np.testing.assert_allclose(got, ROWS[:4].mean(0), atol=1e-14)
    got = vector(result(FedTrimmedAvg(beta=0.2, **ALL)))
    np.testing.assert_allclose(got, robust.trimmed_mean(ROWS, trim=1), atol=1e-14)


def test_flowers_multikrum_weighs_the_chosen_by_their_examples():
    strategy = MultiKrum(num_malicious_nodes=1, num_nodes_to_select=2, **ALL)
    best = np.argsort(robust.krum_scores(ROWS, hostile=1))[:2]
    expected = np.average(ROWS[best], axis=0, weights=np.array(SIZES)[best])
    np.testing.assert_allclose(vector(result(strategy)), expected, atol=1e-14)


def test_flowers_krum_takes_more_hostile_clients_than_its_proof_allows():
    taken = vector(result(Krum(num_malicious_nodes=4, **ALL)))
    assert any(np.array_equal(taken, row) for row in ROWS)
    with pytest.raises(ValueError, match="needs 11 clients"):
        robust.krum(ROWS, hostile=4)


def chosen_by_flower(rows, dtype):
    contents = [reply(row, dtype=dtype) for row in rows]
    (taken,) = select_multikrum(contents, 1, 1)
    return contents.index(taken)


def test_flowers_krum_in_float32_loses_small_distances_of_large_models():
    wrong = {np.float32: 0, np.float64: 0}
    for seed in range(20):
        rows = 100 + 1e-3 * np.random.default_rng(seed).standard_normal((7, 50))
        rows = rows.astype(np.float32)
        best = int(np.argmin(robust.krum_scores(rows, hostile=1)))
        for dtype in wrong:
            wrong[dtype] += chosen_by_flower(rows, dtype) != best
    assert wrong[np.float64] == 0
    assert wrong[np.float32] >= 10


def test_fedprox_sends_mu_and_leaves_the_pull_to_the_client():
    heard = []

    def listening(message, number):
        heard.append(message.content["config"]["proximal-mu"])
        return reply([1.0])

    federated(FedProx(proximal_mu=0.3, **ALL), [listening] * 2, arrays([0.0]))
    assert heard == [0.3, 0.3]


def test_the_clients_proximal_step_is_the_gradient_of_half_mu_times_the_square():
    config = {"rate": 0.1, "epochs": 2, "batch": 0}
    app = client_app(TASK, SPLIT)
    history = run(
        FedProx(proximal_mu=0.7, **ALL), app, TASK, clients=4, rounds=1, config=config
    )
    expected = np.zeros_like(START)
    for rows in SPLIT.rows:
        w = START
        for _ in range(2):
            w = w - 0.1 * (gradient(w, rows) + 0.7 * (w - START))
        expected += len(rows) / SPLIT.sizes.sum() * w
    np.testing.assert_allclose(flat(history.arrays), expected, atol=1e-12)


def moving(w_by_round):
    """All clients answer w + the round's step: the mean update is that step."""

    def say(message, number):
        before = values(message.content["arrays"])[0]
        return reply(before + w_by_round[number - 1])

    return [say, say]


STEPS = np.random.default_rng(2).standard_normal((4, 3))


def test_fedavgm_is_gradient_descent_with_heavy_ball_momentum():
    strategy = FedAvgM(server_learning_rate=0.5, server_momentum=0.9, **ALL)
    got = vector(result(strategy, said=moving(STEPS), rounds=4))
    w, v = np.zeros(3), np.zeros(3)
    for step in STEPS:
        v = 0.9 * v - step
        w = w - 0.5 * v
    np.testing.assert_allclose(got, w, atol=1e-13)


def adam(bias):
    """Adam on the mean updates, its rate corrected for ``bias(t)`` steps in round t."""
    w, m, v = np.zeros(3), np.zeros(3), np.zeros(3)
    for t, step in enumerate(STEPS, start=1):
        m, v = 0.9 * m + 0.1 * step, 0.99 * v + 0.01 * step**2
        rate = 0.1 * np.sqrt(1 - 0.99 ** bias(t)) / (1 - 0.9 ** bias(t))
        w = w + rate * m / (np.sqrt(v) + 1e-3)
    return w


def test_fedadam_corrects_the_bias_as_if_it_were_one_round_later():
    got = vector(result(FedAdam(**ALL), said=moving(STEPS), rounds=4))
    np.testing.assert_allclose(got, adam(lambda t: t + 1), atol=1e-13)
    assert np.abs(got - adam(lambda t: t)).max() > 0.01  # Kingma and Ba
    assert np.abs(got - adam(lambda t: np.inf)).max() > 0.01  # Reddi et al.: none


def test_one_nan_reply_makes_the_whole_mean_nan():
    said = [*answers(), reply([np.nan, 0.0, 0.0])]
    assert np.isnan(vector(result(FedAvg(**ALL), said=said))[0])


def test_one_reply_with_another_name_ends_a_run():
    said = [*answers(), reply([1.0], [2.0])]
    with pytest.raises(InconsistentMessageReplies, match="same keys"):
        result(FedAvg(**ALL), said=said)


# --- FedSGD ---------------------------------------------------------------------------


def gradient(w, rows, task=TASK):
    """∇F(w) on these training rows, by torch on the whole batch: (d,)."""
    model = with_weights(w, task)
    x, y = task.train
    rows = torch.tensor(rows)
    loss = cross_entropy(model(x[rows]), y[rows])
    parts = torch.autograd.grad(loss, list(model.parameters()))
    return np.concatenate([part.numpy().ravel() for part in parts])


def with_weights(w, task=TASK):
    model = task.model()
    torch.nn.utils.vector_to_parameters(torch.tensor(w), model.parameters())
    return model


def descent(rounds, rate):
    w = START
    for _ in range(rounds):
        w = w - rate * gradient(w, np.arange(len(TASK.labels)))
    return w


def test_fedsgd_is_gradient_descent_on_the_union_of_all_data():
    app, config = client_app(TASK, SPLIT), {"rate": 0.5, "epochs": 9, "batch": 7}
    history = run(FedSGD(**ALL), app, TASK, clients=4, rounds=6, config=config)
    assert len(set(SPLIT.sizes)) > 1
    np.testing.assert_allclose(
        flat(history.arrays), descent(6, 0.5), rtol=0, atol=1e-12
    )


def test_two_local_steps_are_no_longer_gradient_descent():
    app, config = client_app(TASK, SPLIT), {"rate": 0.5, "epochs": 2, "batch": 0}
    history = run(FedAvg(**ALL), app, TASK, clients=4, rounds=1, config=config)
    assert np.abs(flat(history.arrays) - descent(2, 0.5)).max() > 1e-3


# --- SCAFFOLD -------------------------------------------------------------------------

CONFIG = {"rate": 0.2, "epochs": 3, "batch": 0}


def algorithm_1(sampled, *, rate, server_rate, steps):
    """Karimireddy et al. 2020, Algorithm 1, option II, line by line; full batches."""
    x, n = START, len(SPLIT)
    c, c_of = np.zeros_like(x), np.zeros((n, len(x)))
    for chosen in sampled:
        moved, changed = [], []
        for i in chosen:
            y = x
            for _ in range(steps):
                y = y - rate * (gradient(y, SPLIT.rows[i]) - c_of[i] + c)
            new = c_of[i] - c + (x - y) / (steps * rate)
            moved.append(y - x)
            changed.append(new - c_of[i])
            c_of[i] = new
        x = x + server_rate * np.mean(moved, axis=0)
        c = c + len(chosen) / n * np.mean(changed, axis=0)
    return x, c


@pytest.mark.parametrize("server_rate", [1.0, 0.5])
def test_scaffold_is_algorithm_1_of_karimireddy_and_others(server_rate):
    strategy = Scaffold(rate=server_rate, **ALL)
    history = run(
        strategy, scaffold_app(TASK, SPLIT), TASK, clients=4, rounds=4, config=CONFIG
    )
    x, c = algorithm_1([range(4)] * 4, rate=0.2, server_rate=server_rate, steps=3)
    np.testing.assert_allclose(flat(history.arrays), x, rtol=0, atol=1e-12)
    np.testing.assert_allclose(strategy.control, c, rtol=0, atol=1e-12)


def test_scaffold_with_sampled_clients_is_algorithm_1():
    strategy = Scaffold(fraction_train=0.5, **ALL)
    history = run(
        strategy, scaffold_app(TASK, SPLIT), TASK, clients=4, rounds=5, config=CONFIG
    )
    sampled = [
        [e.client for e in history.exchanges if e.round == r and e.kind == "train"]
        for r in range(1, 6)
    ]
    assert len({tuple(sorted(each)) for each in sampled}) > 1
    x, c = algorithm_1(sampled, rate=0.2, server_rate=1.0, steps=3)
    np.testing.assert_allclose(flat(history.arrays), x, rtol=0, atol=1e-12)
    np.testing.assert_allclose(strategy.control, c, rtol=0, atol=1e-12)


def test_the_first_round_of_scaffold_is_the_plain_mean_of_local_training():
    config = {"rate": 0.2, "epochs": 2, "batch": 16}
    first = run(
        Scaffold(**ALL),
        scaffold_app(TASK, SPLIT),
        TASK,
        clients=4,
        rounds=1,
        config=config,
    )
    plain = run(
        robust.ByRule(lambda u, n: u.mean(0), **ALL),
        client_app(TASK, SPLIT),
        TASK,
        clients=4,
        rounds=1,
        config=config,
    )
    np.testing.assert_allclose(flat(first.arrays), flat(plain.arrays), atol=1e-12)


def overlapping_task(seed):
    """Two features, labels that no line separates, so that the best model is finite."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((120, 2))
    y = (x[:, 0] + rng.standard_normal(120) > 0).astype(int)
    rows = torch.tensor(x), torch.tensor(y)
    return Task("overlap", lambda: softmax_regression(2, 2).double(), rows, rows)


@pytest.mark.parametrize("seed", range(2))
def test_local_steps_leave_fedavg_beside_the_optimum_and_scaffold_on_it(seed):
    task = overlapping_task(seed)
    split = by_feature(task.train[0][:, 1].numpy() + 2 * task.labels, 4)
    setting = {"clients": 4, "rounds": 50, "evaluate": False}
    setting["config"] = {"rate": 0.5, "epochs": 4, "batch": 0}
    fedavg = run(FedAvg(**ALL), client_app(task, split), task, **setting)
    scaffold = run(Scaffold(**ALL), scaffold_app(task, split), task, **setting)

    def slope(record):  # of the mean loss: 0 at the optimum; clients are equally large
        return np.linalg.norm(gradient(flat(record), np.arange(120), task))

    assert slope(fedavg.arrays) > 1e-2
    assert slope(scaffold.arrays) < 1e-4


def test_a_client_without_rows_changes_nothing_in_scaffold():
    empty = Partition((*SPLIT.rows, np.array([], dtype=int)))
    strategy = Scaffold(**ALL)
    history = run(
        strategy, scaffold_app(TASK, empty), TASK, clients=5, rounds=1, config=CONFIG
    )
    x, c = algorithm_1([range(4)], rate=0.2, server_rate=1.0, steps=3)
    np.testing.assert_allclose(flat(history.arrays), START + 0.8 * (x - START))
    np.testing.assert_allclose(strategy.control, 0.8 * c)


def test_scaffold_sends_and_gets_twice_the_bytes_of_fedavg():
    setting = {"clients": 4, "rounds": 1, "config": CONFIG}
    twice = run(Scaffold(**ALL), scaffold_app(TASK, SPLIT), TASK, **setting)
    once = run(FedAvg(**ALL), client_app(TASK, SPLIT), TASK, **setting)
    np.testing.assert_array_equal(twice.bytes_up, 2 * once.bytes_up)
    np.testing.assert_array_equal(twice.bytes_down, 2 * once.bytes_down)


def test_a_strategy_around_another_changes_nothing():
    setting = {"clients": 4, "rounds": 2, "config": CONFIG}
    app = client_app(TASK, SPLIT)
    inner = run(FedAvg(min_available_nodes=4), app, TASK, **setting)
    outer = run(Around(FedAvg(min_available_nodes=4)), app, TASK, **setting)
    assert inner.arrays == outer.arrays
    assert inner.exchanges == outer.exchanges
