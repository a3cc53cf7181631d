"""Laws of the app: what a client computes from the data, the message and the seed."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from flwr.app import ArrayRecord, ConfigRecord, Context, Message, RecordDict
from torch.nn.functional import cross_entropy

from privlab.fl.apps import (
    arrays_of,
    client_app,
    client_rng,
    digits_task,
    evaluation,
    load_into,
    local_sgd,
    share_of,
    train_config,
    tumours_task,
)
from privlab.fl.partition import Partition, dirichlet, iid
from privlab.fl.session import identity
from privlab.fl.training import LocalData, scores

DIGITS = digits_task().double()
TASKS = {
    "digits": digits_task(),
    "digits mlp": digits_task(hidden=16, seed=4),
    "tumours": tumours_task(),
    "tumours mlp": tumours_task(hidden=8),
}
FOUR = dirichlet(DIGITS.labels, 4, alpha=0.5, rng=np.random.default_rng(0))


def context(client=0, clients=4, **run_config):
    place = {"partition-id": client, "num-partitions": clients}
    return Context(1, 7, place, RecordDict(), run_config)


def data_of(client):
    return share_of(DIGITS, FOUR)(context(client))


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def weights(model):
    return torch.cat([each.detach().ravel().clone() for each in model.parameters()])


def gradient(model, x, y):
    loss = cross_entropy(model(x), y)
    slopes = torch.autograd.grad(loss, list(model.parameters()))
    return torch.cat([each.ravel() for each in slopes]), loss.item()


# Tasks


@pytest.mark.parametrize("name", TASKS)
def test_a_task_has_the_same_model_every_time_and_it_reads_its_rows(name):
    task = TASKS[name]
    assert torch.equal(weights(task.model()), weights(task.model()))
    x, y = task.train
    assert task.model()(x[:3]).shape == (3, task.classes)
    assert x.dtype == torch.float32
    assert len(task.labels) == len(x) == len(y)


@pytest.mark.parametrize("name", TASKS)
def test_its_float64_twin_starts_from_the_same_weights(name):
    task, twin = TASKS[name], TASKS[name].double()
    assert torch.equal(weights(task.model()).double(), weights(twin.model()))
    assert torch.equal(task.test[0].double(), twin.test[0])
    assert torch.equal(task.train[1], twin.train[1])


def test_every_fifth_row_is_kept_for_the_test():
    assert [len(y) for _, y in (DIGITS.train, DIGITS.test)] == [1438, 359]
    tumours = TASKS["tumours"]
    assert [len(y) for _, y in (tumours.train, tumours.test)] == [456, 113]


def test_measurements_of_tumours_are_standardised_by_the_training_rows():
    x, _ = tumours_task().train
    assert torch.allclose(x.mean(0), torch.zeros(30), atol=1e-5)
    assert torch.allclose(x.std(0, correction=0), torch.ones(30), atol=1e-5)


def test_the_seed_makes_the_first_weights_of_a_network():
    other = digits_task(hidden=16, seed=5)
    assert not torch.equal(weights(other.model()), weights(TASKS["digits mlp"].model()))


# Weights as Flower sends them


@pytest.mark.parametrize("name", TASKS)
def test_weights_survive_the_way_through_flowers_records(name):
    model = TASKS[name].model()
    with torch.no_grad():
        for each in model.parameters():
            each.normal_(generator=rng())
    again = load_into(TASKS[name].model(), arrays_of(model))
    assert torch.equal(weights(again), weights(model))


def test_arrays_that_do_not_fit_the_model_are_refused():
    with pytest.raises(RuntimeError, match="size mismatch"):
        load_into(DIGITS.model(), arrays_of(tumours_task().model()))


# Shares


@pytest.mark.parametrize("clients", [1, 4, 400, 1000])
def test_shares_hold_the_partitions_rows_and_never_lack_a_test_row(clients):
    task = TASKS["digits"]
    partition = iid(len(task.labels), clients, rng=np.random.default_rng(1))
    load = share_of(task, partition)
    shares = [load(context(client, clients)) for client in range(clients)]
    for share, rows in zip(shares, partition.rows, strict=True):
        assert torch.equal(share.x, task.train[0][torch.tensor(rows)])
        assert torch.equal(share.y, task.train[1][torch.tensor(rows)])
        assert len(share.x_test) == len(share.y_test) >= 1
    if clients <= len(task.test[1]):
        assert sum(len(share.y_test) for share in shares) == len(task.test[1])


def test_what_a_client_does_to_its_share_stays_with_it():
    task = digits_task()
    share = share_of(task, FOUR)(context(1))
    for each in (share.x, share.y, share.x_test, share.y_test):
        each.zero_()
    assert all(each.any() for rows in (task.train, task.test) for each in rows)


def test_a_partition_for_another_number_of_nodes_is_refused():
    with pytest.raises(ValueError, match="num-partitions=5 must be 4"):
        share_of(DIGITS, FOUR)(context(0, 5))


# Local training


def test_one_step_on_all_rows_is_gradient_descent():
    data, model = data_of(2), DIGITS.model()
    before = weights(model)
    slope, loss = gradient(model, data.x, data.y)
    config = {"rate": 0.3, "epochs": 1, "batch": 0}
    told = local_sgd(model, data, config, rng=rng())
    assert torch.allclose(weights(model), before - 0.3 * slope, rtol=0, atol=1e-14)
    assert told == pytest.approx(loss, rel=1e-12)


@pytest.mark.parametrize("mu", [0.0, 0.5, 2.0])
def test_epochs_of_batches_with_the_proximal_pull_are_the_formula(mu):
    data, model, plain = data_of(1), DIGITS.model(), DIGITS.model()
    config = {"rate": 0.2, "epochs": 3, "batch": 50, "proximal-mu": mu}
    told = local_sgd(model, data, config, rng=rng(5))
    order, start, losses = rng(5), weights(plain), []
    for _ in range(3):
        for rows in torch.randperm(len(data.y), generator=order).split(50):
            now = weights(plain)
            slope, loss = gradient(plain, data.x[rows], data.y[rows])
            step = now - 0.2 * (slope + mu * (now - start))
            torch.nn.utils.vector_to_parameters(step, plain.parameters())
            losses += len(rows) * [loss]
    assert torch.allclose(weights(model), weights(plain), rtol=0, atol=1e-12)
    assert told == pytest.approx(np.mean(losses), rel=1e-12)


def test_a_stronger_pull_stays_nearer_to_the_received_model():
    moved = []
    for mu in (0.0, 1.0, 4.0):
        model = DIGITS.model()
        config = {"rate": 0.2, "epochs": 20, "batch": 0, "proximal-mu": mu}
        local_sgd(model, data_of(0), config, rng=rng())
        moved.append(float(weights(model).norm()))  # the start is 0
    assert moved[0] > moved[1] > moved[2]


def test_a_client_without_rows_changes_nothing_and_counts_for_nothing():
    x, y = DIGITS.train
    data, model = LocalData(x[:0], y[:0], x, y), DIGITS.model()
    before = weights(model)
    assert local_sgd(model, data, train_config(), rng=rng()) == 0
    assert torch.equal(weights(model), before)


def test_the_sum_of_one_step_clients_is_one_step_on_all_rows():
    start, total = DIGITS.model(), 0
    for client, size in enumerate(FOUR.sizes):
        model = DIGITS.model()
        config = {"rate": 0.1, "epochs": 1, "batch": 0}
        local_sgd(model, data_of(client), config, rng=rng())
        total = total + size / FOUR.sizes.sum() * weights(model)
    slope, _ = gradient(start, *DIGITS.train)
    assert torch.allclose(total, weights(start) - 0.1 * slope, rtol=0, atol=1e-14)


# Randomness


def test_the_seed_the_client_and_the_round_make_the_randomness_and_nothing_else():
    def draw(seed, client, server_round):
        config = {"server-round": server_round}
        made = client_rng(context(client, seed=seed), config)
        return int(torch.randint(2**62, (), generator=made))

    places = [(s, c, r) for s in range(3) for c in range(3) for r in range(3)]
    assert len({draw(*place) for place in places}) == len(places)
    assert draw(1, 2, 0) == draw(1, 2, 0)
    assert (
        client_rng(context(2), {}).initial_seed()
        == client_rng(context(2, seed=0), {"server-round": 0}).initial_seed()
    )


def test_the_app_gives_the_same_answer_to_the_same_message():
    app, config = client_app(DIGITS, FOUR), train_config({"batch": 16})
    content = RecordDict({"arrays": arrays_of(DIGITS.model()), "config": config})
    with identity(run=1, node=1):
        message = Message(content, 7, "train")
        first, again = (app(message, context(3)).content for _ in range(2))
        other = app(message, context(3, seed=1)).content
    assert first == again
    assert first["arrays"] != other["arrays"]
    assert first["metrics"]["num-examples"] == FOUR.sizes[3]


def test_the_answer_to_an_evaluation_is_the_models_score_on_the_clients_test_rows():
    content = RecordDict(
        {"arrays": arrays_of(DIGITS.model()), "config": ConfigRecord()}
    )
    with identity(run=1, node=1):
        message = Message(content, 7, "evaluate")
        metrics = client_app(DIGITS, FOUR)(message, context(1)).content["metrics"]
    data = data_of(1)
    assert dict(metrics) == {"num-examples": len(data.y_test)} | scores(
        DIGITS.model(), data.x_test, data.y_test
    )


def test_the_client_trains_as_it_is_told():
    def stay(model, data, config, *, rng):
        return config["patience"]

    app = client_app(DIGITS, FOUR, train=stay)
    start = arrays_of(DIGITS.model())
    content = RecordDict({"arrays": start, "config": train_config({"patience": 2.5})})
    with identity(run=1, node=1):
        reply = app(Message(content, 7, "train"), context(0)).content
    assert reply["arrays"] == start
    assert reply["metrics"]["loss"] == 2.5


# The server's side


def test_the_servers_test_is_the_mean_loss_and_the_share_of_right_answers():
    model = digits_task(hidden=16).model()
    task = replace(DIGITS, model=lambda: model.double())
    metrics = evaluation(task)(1, arrays_of(model))
    x, y = DIGITS.test
    chances = torch.softmax(model(x), 1).detach()
    wanted = -chances[torch.arange(len(y)), y].log().mean().item()
    assert metrics["loss"] == pytest.approx(wanted, rel=1e-12)
    assert metrics["accuracy"] == np.mean((chances.argmax(1) == y).numpy())


def test_the_configuration_is_the_usual_one_with_what_was_changed():
    config = train_config({"rate": 1.5, "proximal-mu": 0.1})
    assert dict(config) == {"rate": 1.5, "epochs": 1, "batch": 32, "proximal-mu": 0.1}
    assert dict(train_config()) == {"rate": 0.1, "epochs": 1, "batch": 32}


def test_an_empty_record_of_arrays_fits_no_model():
    with pytest.raises(RuntimeError, match="Missing key"):
        load_into(DIGITS.model(), ArrayRecord())


def test_a_partition_may_leave_rows_out():
    few = Partition((np.array([3, 5]), np.array([8])))
    data = share_of(DIGITS, few)(context(0, 2))
    assert torch.equal(data.y, DIGITS.train[1][[3, 5]])
