"""Laws of the in-process grid: Flower's apps run on it as on Flower's own engines."""

import gc
import logging
import os
import random
import subprocess
import sys

import numpy as np
import pytest
import torch
from flwr.app import Array, ArrayRecord, ConfigRecord, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.clientapp.mod import LocalDpMod, fixedclipping_mod
from flwr.common.constant import SUPERLINK_NODE_ID, ErrorCode
from flwr.serverapp import ServerApp, strategy
from flwr.serverapp.strategy import FedAvg
from flwr.supercore.task_identity import TaskIdentity
from torch.nn.functional import cross_entropy

from privlab.fl.apps import (
    arrays_of,
    client_app,
    digits_task,
    server_app,
    tumours_task,
)
from privlab.fl.failures import NONE, Failures
from privlab.fl.local import FIRST_NODE, LocalGrid, run
from privlab.fl.partition import dirichlet, iid
from privlab.fl.session import quiet
from privlab.fl.vectors import flat

CLIENTS = 6
TASK = tumours_task().double()
PARTS = dirichlet(TASK.labels, CLIENTS, alpha=1.0, rng=np.random.default_rng(2))
CONFIG = {"rate": 0.1, "epochs": 2, "batch": 32}
ALL = {"min_available_nodes": CLIENTS}


def federation(made=None, app=None, **settings):
    settings = {"clients": CLIENTS, "rounds": 3, "config": CONFIG} | settings
    made, app = made or FedAvg(**ALL), app or client_app(TASK, PARTS)
    return run(made, app, TASK, **settings)


def trained(model, rows, *, client, server_round):
    """ClientUpdate of McMahan et al. 2017 with an ordinary optimizer of torch."""
    seed = np.random.SeedSequence([0, client, server_round]).generate_state(1, "u8")[0]
    rng, (x, y) = torch.Generator().manual_seed(int(seed)), TASK.train
    steps = torch.optim.SGD(model.parameters(), lr=CONFIG["rate"])
    for _ in range(CONFIG["epochs"]):
        for batch in torch.randperm(len(rows), generator=rng).split(CONFIG["batch"]):
            steps.zero_grad()
            cross_entropy(model(x[rows[batch]]), y[rows[batch]]).backward()
            steps.step()
    return torch.nn.utils.parameters_to_vector(model.parameters()).detach()


def by_hand(rounds, *, present=lambda server_round, client: True):
    """Federated averaging in one loop, without Flower: the weights (d,)."""
    weights = torch.nn.utils.parameters_to_vector(TASK.model().parameters()).detach()
    for number in range(1, rounds + 1):
        here = [k for k in range(CLIENTS) if present(number, k)]
        total = sum(len(PARTS.rows[k]) for k in here)
        mean = torch.zeros_like(weights)
        for client in here:
            model, rows = TASK.model(), torch.tensor(PARTS.rows[client])
            torch.nn.utils.vector_to_parameters(weights.clone(), model.parameters())
            after = trained(model, rows, client=client, server_round=number)
            mean += len(rows) / total * after
        weights = mean
    return weights.numpy()


def numbers(*values):
    return RecordDict({"arrays": ArrayRecord({"w": Array(np.array(values))})})


def ask(app, *, kind="query", content=None, clients=2, timeout=None, failures=NONE):
    """One message to every client: the replies by the client's number, the grid."""
    with LocalGrid(app, clients=clients, failures=failures) as grid:
        content = content or RecordDict()
        sent = [Message(content, node, kind) for node in grid.get_node_ids()]
        replies = list(grid.send_and_receive(sent, timeout=timeout))
    asked = {message.metadata.message_id: k for k, message in enumerate(sent)}
    return {asked[each.metadata.reply_to_message_id]: each for each in replies}, grid


def counter():
    """An app that counts its messages in ``context.state``."""
    app = ClientApp()

    @app.query()
    def count(message, context):
        before = context.state.get("count", MetricRecord({"n": 0}))["n"]
        context.state["count"] = MetricRecord({"n": before + 1})
        if message.content.get("fail"):
            raise ValueError("as told")
        return Message(RecordDict({"count": context.state["count"]}), reply_to=message)

    return app


# Federated averaging


@pytest.mark.parametrize("rounds", [1, 4])
def test_federated_averaging_is_the_loop_without_flower(rounds):
    weights = flat(federation(rounds=rounds).arrays)
    assert np.allclose(weights, by_hand(rounds), rtol=0, atol=1e-12)


def gone(server_round, client):
    return (server_round + client) % 3 == 0


@pytest.mark.parametrize("what", ["dropped", "crashed", "delay"])
def test_rounds_go_on_without_the_clients_that_fail(what):
    when = {"delay": lambda *place: 99.0 * gone(*place)}.get(what, gone)
    history = federation(failures=Failures(**{what: when}), timeout=10)
    wanted = by_hand(3, present=lambda *place: not gone(*place))
    assert np.allclose(flat(history.arrays), wanted, rtol=0, atol=1e-12)
    assert history.lost.tolist() == [4, 4, 4]  # two clients, training and evaluation


def test_the_history_tells_what_the_models_score_and_the_clients_lose():
    history = federation(rounds=4)
    assert len(history.losses) == len(history.accuracies) == 5
    assert history.losses[0] == pytest.approx(np.log(2), rel=1e-12)
    assert history.losses[-1] < 0.3 < history.losses[0]
    assert history.accuracies[-1] > 0.9
    assert (np.diff(history.train_losses) < 0).all()
    assert history.summary == (
        f"4 rounds with 6 clients moved {history.bytes_down.sum() * 1.5 / 1e6:.1f} MB; "
        f"right on test rows: {100 * history.accuracies[0]:.0f} % before, "
        f"{100 * history.accuracies[-1]:.0f} % after."
    )


def test_without_the_servers_test_there_are_no_scores():
    history = federation(evaluate=False)
    assert len(history.losses) == len(history.accuracies) == 0
    assert history.summary == "3 rounds with 6 clients moved 0.0 MB."


def test_bytes_are_those_of_the_arrays_that_were_sent():
    size = arrays_of(TASK.model()).count_bytes()
    history = federation(failures=Failures(dropped=gone))
    assert history.bytes_down.tolist() == 3 * [2 * CLIENTS * size]  # to evaluate, too
    assert history.bytes_up.tolist() == 3 * [(CLIENTS - 2) * size]


def test_if_nobody_ever_answers_the_model_stays_as_it_was():
    history = federation(failures=Failures(dropped=lambda *place: True))
    assert np.array_equal(flat(history.arrays), flat(arrays_of(TASK.model())))
    assert np.isnan(history.train_losses).all()


@pytest.mark.parametrize("name", ["min_available_nodes", "min_train_nodes"])
def test_a_strategy_that_would_wait_for_ever_is_refused(name):
    with pytest.raises(ValueError, match=f"{name}=7 of the strategy must be <= 6"):
        federation(FedAvg(**{name: CLIENTS + 1}))


# Anything of Flower's runs unchanged


STRATEGIES = {
    "FedAvg": lambda: strategy.FedAvg(**ALL),
    "FedProx": lambda: strategy.FedProx(proximal_mu=0.1, **ALL),
    "FedAvgM": lambda: strategy.FedAvgM(server_momentum=0.5, **ALL),
    "FedAdam": lambda: strategy.FedAdam(eta=0.05, **ALL),
    "FedYogi": lambda: strategy.FedYogi(eta=0.05, **ALL),
    "FedAdagrad": lambda: strategy.FedAdagrad(eta=0.1, **ALL),
    "QFedAvg": lambda: strategy.QFedAvg(
        client_learning_rate=0.1, train_loss_key="loss", **ALL
    ),
    "FedMedian": lambda: strategy.FedMedian(**ALL),
    "FedTrimmedAvg": lambda: strategy.FedTrimmedAvg(**ALL),
    "Krum": lambda: strategy.Krum(num_malicious_nodes=1, **ALL),
    "MultiKrum": lambda: strategy.MultiKrum(
        num_malicious_nodes=1, num_nodes_to_select=3, **ALL
    ),
    "Bulyan": lambda: strategy.Bulyan(num_malicious_nodes=0, **ALL),
    "DP": lambda: strategy.DifferentialPrivacyServerSideFixedClipping(
        FedAvg(**ALL), noise_multiplier=0.01, clipping_norm=1.0, num_sampled_clients=6
    ),
    "DP by clients": lambda: strategy.DifferentialPrivacyClientSideFixedClipping(
        FedAvg(**ALL), noise_multiplier=0.01, clipping_norm=1.0, num_sampled_clients=6
    ),
}


@pytest.fixture
def frozen():
    """Some strategies collect garbage for every reply: among a test run's, seconds."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_of_flower_learns_here_and_repeatably(name):
    mods = [fixedclipping_mod] if name == "DP by clients" else []
    app = client_app(TASK, PARTS, mods=mods)
    first, again = (federation(STRATEGIES[name](), app) for _ in range(2))
    assert first.losses[-1] < first.losses[0] - 0.1
    assert first.arrays == again.arrays


def test_mods_wrap_the_training_in_their_order():
    trace = []

    def noted(name):
        def mod(message, context, call_next):
            trace.append(f"{name} in")
            reply = call_next(message, context)
            trace.append(f"{name} out")
            return reply

        return mod

    app = client_app(TASK, PARTS, mods=[noted("first"), noted("second")])
    federation(app=app, rounds=1, failures=Failures(dropped=lambda _, k: k > 0))
    assert trace == ["first in", "second in", "second out", "first out"]


def test_noise_of_flowers_own_mods_follows_the_seed():
    mods = [LocalDpMod(clipping_norm=1.0, sensitivity=0.1, epsilon=5.0, delta=1e-5)]
    app = client_app(TASK, PARTS, mods=mods)
    first, again, other = (federation(app=app, seed=seed).arrays for seed in (1, 1, 2))
    assert first == again != other


def test_an_app_can_be_asked_anything():
    app = ClientApp()

    @app.query("size")
    def size(message, context):
        rows = len(PARTS.rows[context.node_config["partition-id"]])
        return Message(RecordDict({"n": MetricRecord({"n": rows})}), reply_to=message)

    replies, _ = ask(app, kind="query.size", clients=CLIENTS)
    assert [replies[k].content["n"]["n"] for k in range(CLIENTS)] == list(PARTS.sizes)
    assert [replies[k].metadata.src_node_id for k in range(2)] == [
        FIRST_NODE,
        FIRST_NODE + 1,
    ]


def test_a_server_app_runs_as_it_is_and_leaves_its_state():
    made = server_app(FedAvg(**ALL), TASK, rounds=3, config=CONFIG)
    context = LocalGrid(client_app(TASK, PARTS), clients=CLIENTS).serve(made)
    assert context.state["arrays"] == federation().arrays


def test_clients_read_the_runs_configuration():
    app, seen = ClientApp(), []

    @app.query()
    def look(message, context):
        seen.append((context.run_config, context.node_config))
        return Message(RecordDict(), reply_to=message)

    grid = LocalGrid(app, clients=2, seed=5, run_config={"course": "privlab"})
    with grid:
        grid.send_and_receive([Message(RecordDict(), FIRST_NODE + 1, "query")])
    assert seen == [
        (
            {"seed": 5, "course": "privlab"},
            {"partition-id": 1, "num-partitions": 2},
        )
    ]


# What a node keeps


def test_a_node_keeps_its_state_and_no_others():
    app = counter()
    with LocalGrid(app, clients=2) as grid:

        def count(client):
            message = Message(RecordDict(), FIRST_NODE + client, "query")
            (reply,) = grid.send_and_receive([message])
            return reply.content["count"]["n"]

        assert [count(0), count(0), count(1), count(0)] == [1, 2, 1, 3]
    replies, _ = ask(app)  # another grid, another federation
    assert replies[0].content["count"]["n"] == 1


def test_a_node_whose_app_raises_keeps_the_state_it_had():
    with LocalGrid(counter(), clients=1) as grid:

        def count(*, fail):
            content = RecordDict({"fail": ConfigRecord({"yes": 1})} if fail else {})
            message = Message(content, FIRST_NODE, "query")
            (reply,) = grid.send_and_receive([message])
            return reply

        assert count(fail=False).content["count"]["n"] == 1
        assert count(fail=True).has_error()
        assert count(fail=False).content["count"]["n"] == 2


# Failures


def test_an_app_that_raises_answers_with_flowers_error():
    replies, grid = ask(counter(), content=RecordDict({"fail": ConfigRecord({"a": 1})}))
    error = replies[1].error
    assert error.code == ErrorCode.CLIENT_APP_RAISED_EXCEPTION
    assert "ClientAppException" in error.reason
    assert "as told" in error.reason
    assert [exchange.outcome for exchange in grid.exchanges] == ["crashed", "crashed"]


def test_an_app_without_an_answer_is_an_error_not_silence():
    app = ClientApp()
    app.query()(lambda message, context: None)
    replies, _ = ask(app)
    assert "returned None" in replies[0].error.reason
    replies, _ = ask(ClientApp())
    assert "No query function" in replies[0].error.reason


def test_a_dropped_node_does_no_work_and_the_server_says_so():
    app = counter()
    failures = Failures(dropped=lambda _, client: client == 0)
    replies, grid = ask(app, failures=failures)
    assert replies[0].error.code == ErrorCode.NODE_UNAVAILABLE
    assert replies[0].metadata.src_node_id == SUPERLINK_NODE_ID
    assert replies[1].has_content()
    assert grid.nodes.states.keys() == {1}


def test_failures_hear_the_round_that_the_server_is_in():
    asked = []

    def note(server_round, client):
        asked.append((server_round, client))
        return False

    federation(failures=Failures(dropped=note), rounds=2)
    assert {number for number, _ in asked} == {1, 2}
    assert sorted(asked) == sorted(
        2 * [(number, k) for number in (1, 2) for k in range(CLIENTS)]
    )


DELAYS = (5.0, 0.0, 20.0, 1.0)


def slow(timeout):
    delay = Failures(delay=lambda _, client: DELAYS[client])
    return ask(counter(), clients=4, failures=delay, timeout=timeout)


def test_replies_come_in_the_order_of_their_delays_and_nobody_really_waits():
    replies, grid = slow(timeout=None)
    assert list(replies) == [1, 3, 0, 2]
    assert grid.clock == 20.0


def test_beyond_the_timeout_the_server_goes_on_but_the_client_has_worked():
    replies, grid = slow(timeout=5.0)
    assert list(replies) == [1, 3, 0]
    assert grid.clock == 5.0
    assert [each.outcome for each in grid.exchanges] == [
        "answered",
        "answered",
        "late",
        "answered",
    ]
    with grid:
        message = Message(RecordDict(), FIRST_NODE + 2, "query")
        (reply,) = grid.send_and_receive([message])
    assert reply.content["count"]["n"] == 2


def test_pulling_returns_what_arrives_next_until_nothing_is_left():
    failures = Failures(delay=lambda _, client: DELAYS[client])
    with LocalGrid(counter(), clients=4, failures=failures) as grid:
        ids = grid.push_messages(
            Message(RecordDict(), node, "query") for node in grid.get_node_ids()
        )
        nodes = []
        while replies := grid.pull_messages(ids):
            nodes += [each.metadata.src_node_id - FIRST_NODE for each in replies]
    assert nodes == [1, 3, 0, 2]
    assert grid.clock == 20.0


def test_a_message_to_nobody_is_refused():
    with LocalGrid(counter(), clients=2) as grid:
        wrong = Message(RecordDict(), FIRST_NODE + 2, "query")
        with pytest.raises(ValueError, match="dst_node_id=1002"):
            grid.push_messages([wrong])


def test_a_reply_cannot_come_before_its_message():
    with pytest.raises(ValueError, match="delay=-1"):
        ask(counter(), failures=Failures(delay=lambda *place: -1.0))


# Nobody changes what another holds


def vandal(kept):
    """An app that spoils all it was given, and goes on to spoil what it answered."""
    app = ClientApp()

    @app.query()
    def spoil(message, context):
        seen = message.content["arrays"]["w"].numpy().copy()
        for reply in kept:
            reply.content["arrays"].clear()
            reply.content["list"]["values"].append(9)
        message.content["arrays"]["w"].numpy()[:] = -1
        message.content["arrays"]["w"].data = b"nothing"
        message.content["list"]["values"].append(7)
        message.content["arrays"].clear()
        del message.content["list"]
        reply = numbers(*seen)
        reply["list"] = MetricRecord({"values": [1, 2]})
        kept.append(Message(reply, reply_to=message))
        return kept[-1]

    return app


def test_a_client_cannot_change_what_the_server_and_other_clients_hold():
    content = numbers(1.0, 2.0)
    content["list"] = ConfigRecord({"values": [1, 2]})
    replies, _ = ask(vandal([]), content=content, clients=3)
    assert content["arrays"]["w"].numpy().tolist() == [1.0, 2.0]
    assert content["list"]["values"] == [1, 2]
    for reply in replies.values():
        assert reply.content["arrays"]["w"].numpy().tolist() == [1.0, 2.0]
        assert reply.content["list"]["values"] == [1, 2]


def test_the_server_cannot_change_what_a_client_holds():
    app = ClientApp()

    @app.query()
    def remember(message, context):
        if "kept" not in context.state:
            context.state["kept"] = message.content["arrays"]
        content = RecordDict({"arrays": context.state["kept"]})
        return Message(content, reply_to=message)

    with LocalGrid(app, clients=1) as grid:
        for value in (1.0, 5.0):
            content = numbers(value)
            message = Message(content, FIRST_NODE, "query")
            (reply,) = grid.send_and_receive([message])
            assert reply.content["arrays"]["w"].numpy().tolist() == [1.0]
            content["arrays"].clear()
            reply.content["arrays"].clear()


def test_a_copy_shares_the_bytes_and_costs_no_numbers():
    held = []
    app = ClientApp()

    @app.query()
    def hold(message, context):
        held.append(message.content["arrays"]["w"].data)
        return Message(RecordDict(), reply_to=message)

    content = numbers(1.0, 2.0)
    ask(app, content=content)
    assert all(data is content["arrays"]["w"].data for data in held)


# What belongs to the process


def draws(seed):
    """Which clients two federations with one seed ask to train."""
    half = FedAvg(fraction_train=0.5, **ALL)
    history = federation(half, seed=seed)
    return [e.client for e in history.exchanges if e.kind == "train"], history.arrays


def test_the_seed_decides_who_is_sampled_and_how_they_train():
    (first, same), (again, weights), (other, _) = map(draws, (3, 3, 4))
    assert first == again != other
    assert same == weights
    assert len(first) == 9


def state_of_process():
    return (
        random.getstate(),
        tuple(map(str, np.random.get_state())),  # noqa: NPY002
        torch.get_rng_state().tolist(),
        (TaskIdentity._run_id, TaskIdentity._node_id, TaskIdentity._task_id),
        logging.getLogger("flwr").level,
    )


class Broken(FedAvg):
    def aggregate_train(self, server_round, replies):
        random.random()
        np.random.rand()  # noqa: NPY002
        torch.rand(1)
        raise ArithmeticError("broken")


def test_all_that_is_global_is_put_back():
    before = state_of_process()
    federation(FedAvg(fraction_train=0.5, **ALL))
    with pytest.raises(ArithmeticError, match="broken"):
        federation(Broken(**ALL))
    assert state_of_process() == before


def test_a_message_belongs_to_the_run_only_inside():
    with LocalGrid(counter(), clients=1) as grid:
        with grid:
            pass
        assert Message(RecordDict(), FIRST_NODE, "query").metadata.src_node_id == 1
    with pytest.raises(RuntimeError, match="TaskIdentity"):
        Message(RecordDict(), FIRST_NODE, "query")


def test_flower_says_nothing(caplog, capfd):
    with quiet():
        made = FedAvg(fraction_evaluate=0.0, **ALL)
    federation(made, rounds=1)
    assert not caplog.records
    assert capfd.readouterr() == ("", "")
    FedAvg(fraction_evaluate=0.0, **ALL)
    assert [record.levelname for record in caplog.records] == ["WARNING"]


FRESH = """
import sys
import privlab
assert "flwr" not in sys.modules
from privlab.fl import partition
assert not {"flwr", "torch"} & set(sys.modules)
from privlab.fl import local
from flwr.supercore import telemetry
assert telemetry.FLWR_TELEMETRY_ENABLED == "0"
assert "ray" not in sys.modules
"""


def test_flower_is_imported_late_without_ray_and_reports_nothing():
    clean = {k: v for k, v in os.environ.items() if k != "FLWR_TELEMETRY_ENABLED"}
    subprocess.run([sys.executable, "-c", FRESH], env=clean, check=True, timeout=120)


# Many clients


def test_a_thousand_clients_of_whom_a_few_are_asked():
    clients = 1000
    task = digits_task()
    parts = iid(len(task.labels), clients, rng=np.random.default_rng(0))
    with quiet():
        made = FedAvg(
            fraction_train=0.05, fraction_evaluate=0.0, min_available_nodes=clients
        )
    history = run(made, client_app(task, parts), task, clients=clients, rounds=4)
    asked = np.array([exchange.client for exchange in history.exchanges])
    assert len(asked) == 4 * 50
    assert all(len(set(each)) == 50 for each in asked.reshape(4, 50))
    assert history.losses[-1] < history.losses[0]


def test_an_app_may_be_a_whole_server_of_its_own():
    app = ServerApp()

    @app.main()
    def main(grid, context):
        ids = grid.push_messages(
            Message(RecordDict(), node, "query") for node in grid.get_node_ids()
        )
        total = sum(r.content["count"]["n"] for r in grid.pull_messages(ids))
        context.state["total"] = MetricRecord({"n": total})

    context = LocalGrid(counter(), clients=5).serve(app)
    assert context.state["total"]["n"] == 5
    assert context.node_id == SUPERLINK_NODE_ID
