"""Updates in fewer bytes: exact packing, unbiased rounding, and nothing forgotten."""

import numpy as np
import pytest
from flwr.app import Array, ArrayRecord, RecordDict
from flwr.serverapp.strategy import FedAvg, FedMedian
from hypothesis import given
from hypothesis import strategies as st
from scripted import ALL, arrays, federated, reply

from privlab.fl.apps import client_app
from privlab.fl.compression import (
    MEMORY,
    PACKED,
    Quantised,
    TopK,
    Unpacking,
    compressed,
    compressed_with_memory,
    pack,
    unpack,
)
from privlab.fl.guard import Guarded
from privlab.fl.local import run
from privlab.fl.partition import iid
from privlab.fl.tasks import tumours_task
from privlab.fl.vectors import flat, on_update

VECTOR = np.random.default_rng(0).standard_normal(1000)
CODECS = [TopK(fraction=0.1), Quantised(levels=1), Quantised(levels=15)]


def rng(seed=0):
    return np.random.default_rng(seed)


@given(st.integers(1, 20), st.data())
def test_unpacking_undoes_packing_in_so_many_bits(bits, data):
    numbers = data.draw(st.lists(st.integers(0, 2**bits - 1), min_size=1, max_size=50))
    packed = pack(np.array(numbers), bits=bits)
    assert packed.dtype == np.uint8
    assert len(packed) == -(-bits * len(numbers) // 8)
    assert unpack(packed, bits=bits, count=len(numbers)).tolist() == numbers


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_a_codec_says_how_many_bytes_it_really_makes(codec, size):
    packed = codec.encode(VECTOR[:size], rng=rng())
    assert packed.dtype == np.uint8
    assert len(packed) == codec.bytes(size)


def test_the_bytes_are_those_of_the_formula():
    assert TopK(fraction=0.1).bytes(1000) == 100 * 10 / 8 + 100 * 4
    assert Quantised(levels=1).bytes(1000) == 8 + 1000 * 2 / 8
    assert Quantised(levels=15).bytes(1000) == 8 + 1000 * 5 / 8


@given(st.integers(1, 60), st.floats(0.01, 1), st.integers(0, 10**6))
def test_top_k_keeps_the_k_largest_and_nothing_else(size, fraction, seed):
    vector, codec = rng(seed).standard_normal(size), TopK(fraction=fraction)
    got = codec.decode(codec.encode(vector, rng=rng()), size)
    kept = got != 0
    assert kept.sum() == max(1, round(fraction * size))
    np.testing.assert_array_equal(got[kept], vector[kept].astype(np.float32))
    if not kept.all():
        assert np.abs(vector[kept]).min() >= np.abs(vector[~kept]).max()


@pytest.mark.parametrize("levels", [1, 4, 15])
def test_quantisation_is_unbiased_within_its_variance_bound(levels):
    vector, codec, draws = VECTOR[:40], Quantised(levels=levels), 4000
    d, norm = len(vector), np.linalg.norm(vector)
    random = rng()
    got = np.array(
        [codec.decode(codec.encode(vector, rng=random), d) for _ in range(draws)]
    )
    # Hoeffding: an entry lies within one step, norm / levels. 40 entries, 3 tests:
    # 240 exp(-2 t²) = 1e-8 at t = 3.46.
    assert np.abs(got.mean(0) - vector).max() < 3.46 * norm / levels / np.sqrt(draws)
    errors = ((got - vector) ** 2).sum(1)
    bound = min(d / levels**2, np.sqrt(d) / levels) * norm**2
    assert errors.mean() < bound
    assert errors.mean() > 0.05 * bound


def test_quantised_entries_are_whole_steps_on_both_sides_of_the_truth():
    codec, norm = Quantised(levels=4), np.linalg.norm(VECTOR)
    got = codec.decode(codec.encode(VECTOR, rng=rng()), 1000)
    steps = 4 * got / norm
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-9)
    assert np.abs(got - VECTOR).max() <= norm / 4
    assert (got * VECTOR >= 0).all()


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("vector", [np.zeros(5), np.array([0.0, -3.0, 0, 0, 0])])
def test_no_update_and_a_single_entry_are_exact(codec, vector):
    packed = codec.encode(vector, rng=rng())
    np.testing.assert_array_equal(codec.decode(packed, 5), vector)


@pytest.mark.parametrize("codec", CODECS)
def test_a_wrong_number_of_bytes_is_refused(codec):
    packed = codec.encode(VECTOR, rng=rng())
    for wrong in (packed[:-1], np.append(packed, packed[:1]), packed[:0]):
        with pytest.raises(ValueError, match="bytes"):
            codec.decode(wrong, 1000)


def test_a_place_outside_the_model_is_refused():
    packed = TopK(fraction=0.1).encode(VECTOR, rng=rng())
    packed[:] = 255  # 1023 in ten bits
    with pytest.raises(ValueError, match="entry 1023 of 1000"):
        TopK(fraction=0.1).decode(packed, 1000)


@pytest.mark.parametrize("fraction", [0, -1, 1.1, np.nan])
def test_a_fraction_outside_0_to_1_is_refused(fraction):
    with pytest.raises(ValueError, match="fraction"):
        TopK(fraction=fraction)


def test_no_levels_are_refused():
    with pytest.raises(ValueError, match="levels"):
        Quantised(levels=0)


# --- through Flower -------------------------------------------------------------------

TASK = tumours_task().double()
SPLIT = iid(len(TASK.labels), 4, rng=np.random.default_rng(0))
SETTING = {"clients": 4, "config": {"rate": 0.5, "epochs": 1, "batch": 0}}


def history(codec=None, *, mod=compressed, rounds, more=()):
    strategy = FedAvg(**ALL)
    mods = [*more]
    if codec:
        strategy, mods = Unpacking(strategy, codec), [mod(codec), *more]
    app = client_app(TASK, SPLIT, mods=mods)
    return run(strategy, app, TASK, rounds=rounds, **SETTING)


def test_all_entries_in_float32_are_the_plain_run_in_float32():
    plain, packed = history(rounds=3), history(TopK(fraction=1.0), rounds=3)
    assert np.abs(flat(packed.arrays) - flat(plain.arrays)).max() < 1e-6


@pytest.mark.parametrize("codec", CODECS)
def test_the_message_carries_the_packed_bytes_and_numpys_header_only(codec):
    one = history(codec, rounds=1)
    header = 128 + len(PACKED)
    assert one.bytes_up[0] == 4 * (codec.bytes(62) + header)
    assert one.bytes_down[0] == history(rounds=1).bytes_down[0]


@pytest.mark.parametrize("codec", CODECS)
def test_compressed_training_is_the_same_every_time(codec):
    first, again = history(codec, rounds=2), history(codec, rounds=2)
    assert first.arrays == again.arrays


def test_what_was_sent_and_what_is_remembered_is_all_that_was_learned():
    learned, memories = [], {}

    def note(update, message, context):
        learned.append(update)
        return update

    def watch(message, context, call_next):
        answer = call_next(message, context)
        memories[context.node_id] = context.state[MEMORY][MEMORY].numpy()
        return answer

    codec = TopK(fraction=0.05)
    app = client_app(
        TASK, SPLIT, mods=[watch, compressed_with_memory(codec), on_update(note)]
    )
    # Equal weights, so that 4 times the mean is the sum of all that was sent.
    assert len(set(SPLIT.sizes)) == 1
    end = run(Unpacking(FedAvg(**ALL), codec), app, TASK, rounds=5, **SETTING)
    sent = 4 * flat(end.arrays)  # training starts at 0
    np.testing.assert_allclose(sent + sum(memories.values()), sum(learned), atol=1e-6)
    assert np.linalg.norm(sum(memories.values())) > 0.1


@pytest.mark.parametrize("fraction", [0.05, 0.1])
def test_with_memory_top_k_learns_what_it_otherwise_loses(fraction):
    codec = TopK(fraction=fraction)
    lost = history(codec, rounds=10)
    kept = history(codec, mod=compressed_with_memory, rounds=10)
    assert kept.losses[-1] < 0.6 * lost.losses[-1]
    np.testing.assert_array_equal(kept.bytes_up, lost.bytes_up)


SENT = arrays(np.zeros(10))


def packed(values, codec):
    record = ArrayRecord({PACKED: Array(codec.encode(values, rng=rng()))})
    return RecordDict({"arrays": record, "metrics": reply(0.0)["metrics"]})


@pytest.mark.parametrize("codec", CODECS)
def test_replies_that_cannot_be_unpacked_count_as_failed(codec):
    good = [packed(VECTOR[:10], codec)] * 2
    short = packed(VECTOR[:1], codec)
    other = RecordDict({"metrics": reply(0.0)["metrics"]})
    bad = [short, other, reply(VECTOR[:10])]
    strategy = Unpacking(Guarded(FedMedian(**ALL), max_examples=9), codec)
    got = federated(strategy, [*good, *bad], SENT).arrays
    expected = codec.decode(codec.encode(VECTOR[:10], rng=rng()), 10)
    np.testing.assert_allclose(flat(got), expected)
    actions = [each.action for each in strategy.strategy.incidents]
    assert actions == ["failed"] * 3


def test_a_guard_inside_sees_the_unpacked_update():
    codec = TopK(fraction=1.0)
    answers = [packed(size * np.ones(10), codec) for size in (1.0, 1.0, 1e6)]
    strategy = Unpacking(Guarded(FedAvg(**ALL), max_examples=9, factor=1.0), codec)
    np.testing.assert_allclose(flat(federated(strategy, answers, SENT).arrays), 1)
