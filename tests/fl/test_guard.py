"""A guarded server among clients that send nonsense, or too much."""

import numpy as np
import pytest
from flwr.app import Array, ArrayRecord, ConfigRecord, MetricRecord, RecordDict
from flwr.serverapp.strategy import FedAdam, FedAvg, FedAvgM, FedMedian, FedTrimmedAvg
from scripted import ALL, arrays, federated, reply, values

from privlab.fl.guard import Guarded, Incident
from privlab.fl.robust import ByRule, median

SENT = arrays(np.zeros((2, 2)), [0.0])
GOOD = [reply(np.full((2, 2), v), [v], examples=10) for v in (1.0, 2.0, 3.0)]


def with_metrics(**metrics):
    kept = {name: value for name, value in metrics.items() if value is not None}
    return RecordDict({"arrays": GOOD[0]["arrays"], "metrics": MetricRecord(kept)})


def with_array(array):
    record = ArrayRecord({"0": array, "1": Array(np.zeros(1))})
    return RecordDict({"arrays": record, "metrics": GOOD[0]["metrics"]})


def raw(data, *, dtype="float64", shape=(2, 2), stype="numpy.ndarray"):
    return with_array(Array(dtype, shape, stype, data))


def bytes_of(values):
    return Array(np.array(values)).data


GOOD_BYTES = bytes_of(np.ones((2, 2)))
# A header of the right length that claims 2^60 numbers.
TERABYTES = GOOD_BYTES.replace(
    b"(2, 2), }" + b" " * 20, b"(1152921504606846976,), }    "
)

NONSENSE = {
    "NaN": reply([[np.nan, 0], [0, 0]], [0.0]),
    "infinity": reply([[np.inf, 0], [0, 0]], [0.0]),
    "another shape": reply(np.zeros((4, 1)), [0.0]),
    "transposed shape of the same size": reply(np.zeros(4), [0.0]),
    "too few arrays": reply(np.zeros((2, 2))),
    "too many arrays": reply(np.zeros((2, 2)), [0.0], [0.0]),
    "float32": reply(np.zeros((2, 2)), [0.0], dtype=np.float32),
    "whole numbers": reply(np.zeros((2, 2)), [0.0], dtype=np.int64),
    "complex numbers": with_array(Array(np.zeros((1, 2), dtype=complex))),
    "other byte order": with_array(Array(np.zeros((2, 2), dtype=">f8"))),
    "text": with_array(Array(np.full((2, 2), "aa"))),
    "no bytes": raw(b""),
    "cut bytes": raw(GOOD_BYTES[:-1]),
    "random bytes": raw(bytes(100)),
    "right number of random bytes": raw(
        np.random.default_rng(0).bytes(len(GOOD_BYTES))
    ),
    "a pickle": raw(b"\x80\x04" + GOOD_BYTES[2:]),
    "a zip": raw(b"PK\x03\x04" + GOOD_BYTES[4:]),
    "a header that claims terabytes": raw(TERABYTES),
    "another serialisation": raw(GOOD_BYTES, stype="pickle"),
    "no arrays": RecordDict({"metrics": GOOD[0]["metrics"]}),
    "no metrics": RecordDict({"arrays": GOOD[0]["arrays"]}),
    "nothing": RecordDict(),
    "arrays that are metrics": RecordDict({"arrays": MetricRecord({"x": 1.0})}),
    "metrics that are settings": RecordDict(
        {"arrays": GOOD[0]["arrays"], "metrics": ConfigRecord({"num-examples": 1})}
    ),
    "no weight": with_metrics(loss=1.0),
    "no loss": with_metrics(**{"num-examples": 1}),
    "weight 0": with_metrics(**{"num-examples": 0, "loss": 1.0}),
    "negative weight": with_metrics(**{"num-examples": -5, "loss": 1.0}),
    "huge weight": with_metrics(**{"num-examples": 10**9, "loss": 1.0}),
    "a weight beyond floats": with_metrics(**{"num-examples": 10**400, "loss": 1.0}),
    "NaN weight": with_metrics(**{"num-examples": np.nan, "loss": 1.0}),
    "infinite weight": with_metrics(**{"num-examples": np.inf, "loss": 1.0}),
    "a list of weights": with_metrics(**{"num-examples": [1, 2], "loss": 1.0}),
    "NaN loss": with_metrics(**{"num-examples": 1, "loss": np.nan}),
    "a list of losses": with_metrics(**{"num-examples": 1, "loss": [1.0]}),
}


def assert_same(one, other):
    """Equal up to the order in which Flower's sample of the nodes sums them."""
    np.testing.assert_array_equal(list(one), list(other))
    for mine, theirs in zip(values(one), values(other), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-12)


def guarded(inner=None, **changes):
    return Guarded(inner or FedAvg(**ALL), **{"max_examples": 100} | changes)


def test_the_claim_of_terabytes_is_a_header_of_the_right_length():
    assert len(TERABYTES) == len(GOOD_BYTES)
    assert b"1152921504606846976" in TERABYTES


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_rejected_and_the_round_completes_without_it(name):
    strategy = guarded(factor=10.0)
    result = federated(strategy, [*GOOD, NONSENSE[name]], SENT)
    alone = federated(FedAvg(**ALL), GOOD, SENT)
    assert_same(result.arrays, alone.arrays)
    assert dict(result.train_metrics_clientapp[1]) == pytest.approx({"loss": 1.0})
    (incident,) = strategy.incidents
    assert (incident.round, incident.action) == (1, "rejected")
    assert incident.node == 1003
    assert incident.reason in incident.summary


INNER = [
    FedAvg,
    FedAvgM,
    FedAdam,
    FedMedian,
    FedTrimmedAvg,
    lambda **kw: ByRule(lambda u, n: median(u), **kw),
]


@pytest.mark.parametrize("inner", INNER)
def test_any_strategy_survives_all_nonsense_at_once(inner):
    strategy = guarded(inner(**ALL), factor=10.0)
    result = federated(strategy, [*GOOD, *NONSENSE.values()], SENT, rounds=2)
    assert all(np.isfinite(each).all() for each in values(result.arrays))
    assert len(strategy.incidents) == 2 * len(NONSENSE)


def test_a_client_that_raises_is_noted_as_failed():
    def crash(message, number):
        raise RuntimeError("out of memory")

    strategy = guarded()
    result = federated(strategy, [*GOOD, crash], SENT)
    (incident,) = strategy.incidents
    assert incident.action == "failed"
    assert "out of memory" in incident.reason
    assert_same(result.arrays, federated(FedAvg(**ALL), GOOD, SENT).arrays)


def test_where_all_are_rejected_the_model_stays():
    answers = [NONSENSE["NaN"], NONSENSE["no metrics"]]
    result = federated(guarded(), answers, SENT, rounds=2)
    assert not result.arrays
    assert result.train_metrics_clientapp == {}


def test_honest_replies_pass_untouched():
    strategy = guarded()
    result = federated(strategy, GOOD, SENT)
    assert_same(result.arrays, federated(FedAvg(**ALL), GOOD, SENT).arrays)
    assert strategy.incidents == []


@pytest.mark.parametrize("size", [1e3, -1e3, 1e200])
@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_a_long_update_is_shortened_to_the_bound_in_its_direction(size, factor):
    long = reply(np.full((2, 2), size), [size], examples=10)
    strategy = guarded(factor=factor)
    got = values(federated(strategy, [*GOOD[:2], long, GOOD[1]], SENT).arrays)
    median_entry = 2.0  # of 1, 2, 2 and the long one: the lower middle
    bounded = np.sign(size) * factor * median_entry
    np.testing.assert_allclose(got[1], (1 + 2 + 2 + bounded) / 4)
    (incident,) = strategy.incidents
    assert (incident.action, incident.node) == ("shortened", 1002)


def test_an_update_too_long_for_floats_is_shortened_to_nothing():
    largest = np.finfo(float).max
    long = reply(np.full((2, 2), largest), [-largest], examples=10)
    strategy = guarded()
    got = values(federated(strategy, [*GOOD, long], SENT).arrays)
    np.testing.assert_allclose(got[1], (1 + 2 + 3 + 0) / 4)
    assert [each.action for each in strategy.incidents] == ["shortened"]


def test_the_bound_is_about_the_model_that_was_sent():
    far = arrays(np.full((2, 2), 1e6), [1e6])
    answers = [reply(np.full((2, 2), 1e6 + v), [1e6 + v]) for v in (1.0, 1.0, 900.0)]
    got = values(federated(guarded(factor=1.0), answers, far).arrays)
    np.testing.assert_allclose(got[1], 1e6 + 1)


def test_one_client_moves_the_mean_no_further_than_its_bound_and_largest_weight():
    most = reply(np.full((2, 2), 1e9), [1e9], examples=100)
    got = values(federated(guarded(factor=2.0), [*GOOD, most], SENT).arrays)
    np.testing.assert_allclose(got[1], (10 * 1 + 10 * 2 + 10 * 3 + 100 * 4) / 130)


def evaluation(examples=1, loss=1.0, accuracy=0.5, **more):
    metrics = {"num-examples": examples, "loss": loss, "accuracy": accuracy} | more
    return RecordDict({"metrics": MetricRecord(metrics)})


BAD_TESTS = {
    "NaN": evaluation(accuracy=np.nan),
    "huge weight": evaluation(examples=10**9),
    "no metrics": RecordDict(),
    "no accuracy": RecordDict({"metrics": MetricRecord({"num-examples": 1})}),
}


@pytest.mark.parametrize("name", BAD_TESTS)
def test_nonsense_about_the_test_is_rejected_too(name):
    inner = FedAvg(fraction_train=0.0, min_available_nodes=3)
    strategy = guarded(inner)
    answers = [evaluation(), evaluation(accuracy=0.7, secret=1.0), BAD_TESTS[name]]
    metrics = federated(strategy, answers, SENT).evaluate_metrics_clientapp[1]
    assert dict(metrics) == pytest.approx({"loss": 1.0, "accuracy": 0.6})
    assert [each.action for each in strategy.incidents] == ["rejected"]


def test_metrics_that_nobody_asked_for_are_dropped():
    chatty = with_metrics(**{"num-examples": 10, "loss": 1.0, "spam": 9.0})
    metrics = federated(guarded(), [chatty, GOOD[0]], SENT).train_metrics_clientapp[1]
    assert set(metrics) == {"loss"}


@pytest.mark.parametrize(
    ("wrong", "error"),
    [({"max_examples": 0}, "max_examples"), ({"factor": 0}, "factor")],
)
def test_a_guard_without_a_bound_is_refused(wrong, error):
    with pytest.raises(ValueError, match=error):
        guarded(**wrong)


def test_an_incident_is_one_sentence():
    one = Incident(round=2, node=7, action="rejected", reason="array '0' is not finite")
    assert one.summary == "Round 2, node 7: rejected, array '0' is not finite."
