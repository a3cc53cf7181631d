"""Secure aggregation over a Flower Grid: FedAvg's model, drop-outs, refusals."""

import logging

import numpy as np
import pytest
from flwr.app import (
    Array,
    ArrayRecord,
    ConfigRecord,
    Context,
    Message,
    MessageType,
    RecordDict,
)
from flwr.common.serde import message_from_proto, message_to_proto
from flwr.serverapp.strategy import FedAdam, FedAvg, FedAvgM

from privlab.fl.apps import arrays_of, client_app
from privlab.fl.failures import Failures
from privlab.fl.fixed_point import WeightedMean
from privlab.fl.local import FIRST_NODE, LocalGrid, run
from privlab.fl.masked_sum import MASK, REVEAL, SHARE, STAGES
from privlab.fl.partition import quantity
from privlab.fl.secagg import Masked, Setting
from privlab.fl.secagg_client import secagg_mod
from privlab.fl.secagg_records import forget, put, taken
from privlab.fl.secagg_strategy import SecAgg
from privlab.fl.session import identity
from privlab.fl.tasks import tumours_task
from privlab.fl.vectors import flat

CLIENTS = 5
TASK = tumours_task().double()
SPLIT = quantity(len(TASK.labels), CLIENTS, alpha=3, rng=np.random.default_rng(1))
CODE = WeightedMean(largest=4, most_examples=456, fraction_bits=30, clients=CLIENTS)
SETTING = Setting(clients=CLIENTS, threshold=3, bits=CODE.bits)
MOD = secagg_mod(SETTING, CODE)
ALL = {
    "min_train_nodes": CLIENTS,
    "min_available_nodes": CLIENTS,
    "min_evaluate_nodes": CLIENTS,
}


class Lossy(LocalGrid):
    """Loses answers of (round, stage, client); the client has worked, and is late."""

    def __init__(self, *arguments, lost, **named):
        super().__init__(*arguments, **named)
        self.lost, self.seen = lost, []

    def send_and_receive(self, messages, *, timeout=None):
        messages = list(messages)
        told = [m.content.get("secagg", {}) for m in messages]
        stage = {(t.get("server-round"), t.get("stage")) for t in told}
        replies = list(super().send_and_receive(messages, timeout=timeout))
        self.seen += [reply.content for reply in replies if reply.has_content()]
        if len(stage) != 1:
            return replies
        ((number, name),) = stage
        gone = {FIRST_NODE + c for n, s, c in self.lost if (n, s) == (number, name)}
        return [r for r in replies if r.metadata.src_node_id not in gone]


def trained(inner, *, lost=(), rounds=2, mod=MOD, failures=None):
    app = client_app(TASK, SPLIT, mods=[mod])
    given = {"failures": failures} if failures else {}
    grid = Lossy(app, clients=CLIENTS, lost=lost, **given)
    strategy = SecAgg(inner, setting=SETTING, code=CODE)
    with grid:
        result = strategy.start(
            grid, arrays_of(TASK.model()), rounds, train_config=config()
        )
    return result, strategy, grid


def config():
    return ConfigRecord({"rate": 0.1, "epochs": 1, "batch": 32})


def plain(inner, *, rounds=2, failures=None):
    given = {"failures": failures} if failures else {}
    options = {"clients": CLIENTS, "rounds": rounds, "evaluate": False}
    return run(inner, client_app(TASK, SPLIT), TASK, **options, **given).arrays


def apart(first, second):
    return np.abs(flat(first) - flat(second)).max()


@pytest.fixture
def heard(caplog, monkeypatch):
    """What Flower's logger says, which it keeps from pytest otherwise."""
    monkeypatch.setattr(logging.getLogger("flwr"), "propagate", True)
    return caplog


@pytest.fixture(scope="module")
def averaged():
    return plain(FedAvg(**ALL))


@pytest.mark.parametrize("strategy", [FedAvg, FedAvgM, FedAdam])
def test_the_model_is_the_plain_strategys_within_the_codes_error(strategy, averaged):
    found, secure, _ = trained(strategy(**ALL))
    expected = averaged if strategy is FedAvg else plain(strategy(**ALL))
    assert secure.abandoned == {}
    # a round's rounding, carried through the next; Adam divides by small numbers
    assert apart(found.arrays, expected) < (1e-4 if strategy is FedAdam else 1e-8)
    assert found.train_metrics_clientapp[2] == {"clients": 5}


@pytest.mark.parametrize("stage", STAGES)
def test_a_client_lost_at_any_stage_is_left_out_of_that_rounds_mean(stage):
    found, secure, _ = trained(FedAvg(**ALL), lost={(1, stage, 2)})
    gone = {} if stage == REVEAL else {(1, 2)}
    failures = Failures(dropped=lambda number, client: (number, client) in gone)
    assert apart(found.arrays, plain(FedAvg(**ALL), failures=failures)) < 1e-8
    assert found.train_metrics_clientapp[1]["clients"] == 5 - len(gone)
    assert secure.abandoned == {}


def test_clients_lost_at_different_stages_and_crashes_are_survived():
    crash = Failures(crashed=lambda number, client: (number, client) == (2, 0))
    lost = {(1, SHARE, 0), (1, MASK, 4), (2, MASK, 1)}
    found, _, _ = trained(FedAvg(**ALL), lost=lost, failures=crash)
    gone = {(1, 0), (1, 4), (2, 0), (2, 1)}
    failures = Failures(dropped=lambda number, client: (number, client) in gone)
    assert apart(found.arrays, plain(FedAvg(**ALL), failures=failures)) < 1e-8


@pytest.mark.parametrize("stage", STAGES)
def test_below_the_threshold_a_round_is_abandoned_with_a_clear_error(stage, heard):
    lost = {(1, stage, client) for client in (0, 2, 3)}
    found, secure, _ = trained(FedAvg(**ALL), lost=lost)
    assert list(secure.abandoned) == [1]
    assert "2 clients are left, threshold=3" in secure.abandoned[1]
    assert list(found.train_metrics_clientapp) == [2]
    assert "round 1 is abandoned" in heard.text


def test_the_server_gets_no_arrays_but_masked_words_and_no_metrics_of_training():
    _, _, grid = trained(FedAvg(**ALL), lost={(1, MASK, 1)}, rounds=1)
    arrays = [c for c in grid.seen if c.array_records]
    assert len(arrays) == CLIENTS
    for content in arrays:
        assert set(content) == {"arrays"}
        assert content["arrays"]["masked"].numpy().dtype == SETTING.word
    training = grid.seen[: 4 * CLIENTS - 1]
    assert not any(content.metric_records for content in training)


def test_nothing_secret_is_left_with_the_clients_after_a_round():
    _, _, grid = trained(FedAvg(**ALL), rounds=1)
    assert all(len(state) == 0 for state in grid.nodes.states.values())


def asked(messages, app=None):
    """What one client, in one context, answers to the last of these contents."""
    app = app or client_app(TASK, SPLIT, mods=[MOD])
    context = Context(1, 1, {"partition-id": 0, "num-partitions": 5}, RecordDict(), {})
    with identity(run=1, node=1):
        for content in messages:
            reply = app(Message(content, 1, MessageType.TRAIN), context)
    return reply.content


def told(stage, **records):
    content = RecordDict({"secagg": ConfigRecord({"stage": stage, "number": 1})})
    for name, record in records.items():
        content[name] = record
    return content


def test_a_plain_training_message_is_refused():
    content = RecordDict({"arrays": arrays_of(TASK.model()), "config": config()})
    with pytest.raises(ValueError, match="secure aggregation only"):
        asked([content])
    assert asked([content], client_app(TASK, SPLIT))["metrics"]["num-examples"] > 0


@pytest.mark.parametrize("stage", [MASK, REVEAL])
def test_a_message_out_of_turn_is_refused(stage):
    first = told("keys")
    later = told(stage, arrays=arrays_of(TASK.model()), config=config())
    later["secagg.letters"] = ConfigRecord()
    later["secagg"]["survivors"] = [1, 2, 3]
    with pytest.raises(ValueError, match="out of turn"):
        asked([first, later])


class Greedy(Lossy):
    """Asks for shares twice: everybody is there, and then client 1 is lost."""

    def send_and_receive(self, messages, *, timeout=None):
        messages = list(messages)
        replies = super().send_and_receive(messages, timeout=timeout)
        if messages[0].content.get("secagg", {}).get("stage") == REVEAL:
            again = []
            for message in messages[1:]:
                content = RecordDict(
                    {"secagg": ConfigRecord(message.content["secagg"])}
                )
                content["secagg"]["survivors"] = [2, 3, 4, 5]
                to = message.metadata
                again.append(Message(content, to.dst_node_id, to.message_type))
            self.second = super().send_and_receive(again, timeout=timeout)
        return replies


def test_no_client_gives_both_shares_of_another_however_often_it_is_asked():
    app = client_app(TASK, SPLIT, mods=[MOD])
    grid = Greedy(app, clients=CLIENTS, lost=())
    with grid:
        SecAgg(FedAvg(**ALL), setting=SETTING, code=CODE).start(
            grid, arrays_of(TASK.model()), 1, train_config=config()
        )
    assert len(grid.second) == 4
    assert all(reply.has_error() for reply in grid.second)
    assert all("out of turn" in reply.error.reason for reply in grid.second)


def test_an_update_out_of_range_stays_home_with_its_numbers(heard):
    def wild(message, context, train):
        reply = train(message, context)
        if context.node_config["partition-id"] == 3:
            arrays = reply.content["arrays"]
            name = next(iter(arrays))
            arrays[name] = Array(arrays[name].numpy() + 123.456)
        return reply

    app = client_app(TASK, SPLIT, mods=[MOD, wild])
    reasons = []

    class Listening(Lossy):
        def send_and_receive(self, messages, *, timeout=None):
            replies = list(super().send_and_receive(messages, timeout=timeout))
            reasons.extend(r.error.reason for r in replies if r.has_error())
            return replies

    grid = Listening(app, clients=CLIENTS, lost=())
    with grid:
        result = SecAgg(FedAvg(**ALL), setting=SETTING, code=CODE).start(
            grid, arrays_of(TASK.model()), 1, train_config=config()
        )
    assert result.train_metrics_clientapp[1]["clients"] == 4
    assert len(reasons) == 1
    assert "wider range" in reasons[0]
    assert "123" not in reasons[0]
    assert "values reach 123" in heard.text


def test_a_masked_vector_of_the_wrong_shape_is_one_more_lost_client():
    def short(message, context, train):
        reply = train(message, context)
        if "arrays" in reply.content and context.node_config["partition-id"] == 1:
            words = reply.content["arrays"]["masked"].numpy()[:-1]
            reply.content["arrays"] = ArrayRecord({"masked": Array(words)})
        return reply

    app = client_app(TASK, SPLIT, mods=[short, MOD])
    grid = Lossy(app, clients=CLIENTS, lost=())
    with grid:
        result = SecAgg(FedAvg(**ALL), setting=SETTING, code=CODE).start(
            grid, arrays_of(TASK.model()), 1, train_config=config()
        )
    assert result.train_metrics_clientapp[1]["clients"] == 4
    assert np.isfinite(flat(result.arrays)).all()


def test_a_sum_that_honest_clients_cannot_have_is_not_believed():
    """Masks hide the cheat, but not from the sum's own bounds."""

    def huge(message, context, train):
        reply = train(message, context)
        if "arrays" in reply.content and context.node_config["partition-id"] == 1:
            words = reply.content["arrays"]["masked"].numpy()
            wrong = words + words.dtype.type(2 ** (SETTING.bits - 1) - 1)
            reply.content["arrays"] = ArrayRecord({"masked": Array(wrong)})
        return reply

    grid = Lossy(client_app(TASK, SPLIT, mods=[huge, MOD]), clients=CLIENTS, lost=())
    strategy = SecAgg(FedAvg(**ALL), setting=SETTING, code=CODE)
    start = arrays_of(TASK.model())
    with grid:
        result = strategy.start(grid, start, 1, train_config=config())
    assert "did not keep" in strategy.abandoned[1]
    assert result.train_metrics_clientapp == {}


def test_more_clients_than_agreed_are_named_before_anything_is_sent():
    small = Setting(clients=4, threshold=3, bits=CODE.bits)
    strategy = SecAgg(FedAvg(**ALL), setting=small, code=CODE)
    with pytest.raises(ValueError, match=r"5 clients are asked, setting.clients=4"):
        run(strategy, client_app(TASK, SPLIT), TASK, clients=5, rounds=1)


def test_evaluation_passes_as_it_is():
    found, _, _ = trained(FedAvg(**ALL), rounds=1)
    assert 0 < found.evaluate_metrics_clientapp[1]["accuracy"] <= 1


class Wired(LocalGrid):
    """Every message goes through Flower's bytes, as it does between machines."""

    def send_and_receive(self, messages, *, timeout=None):
        sent = [through_bytes(message) for message in messages]
        replies = super().send_and_receive(sent, timeout=timeout)
        return [through_bytes(reply) for reply in replies]


def through_bytes(message):
    proto = type(message_to_proto(message))
    wire = message_to_proto(message).SerializeToString()
    return message_from_proto(proto.FromString(wire))


def test_every_message_survives_the_wire(averaged):
    grid = Wired(client_app(TASK, SPLIT, mods=[MOD]), clients=CLIENTS)
    with grid:
        result = SecAgg(FedAvg(**ALL), setting=SETTING, code=CODE).start(
            grid, arrays_of(TASK.model()), 2, train_config=config()
        )
    assert apart(result.arrays, averaged) < 1e-8


def test_states_survive_flowers_bytes():
    """A context that a SuperNode has stored and read again is the same."""
    state = Masked(number=3, pairs={1: b"abc", 2: bytes(66)})
    records = put(RecordDict(), state)
    again = RecordDict(
        {name: type(r).inflate(r.deflate()) for name, r in records.items()}
    )
    assert taken(again, Masked) == state
    with pytest.raises(ValueError, match="Masked instead of Setting"):
        taken(again, Setting)
    forget(again)
    assert len(again) == 0
