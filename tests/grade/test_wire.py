"""What crosses the border to an answer comes back as it was, or not at all."""

import io
import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as some

from privlab.course.grade import wire

PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
PLAIN |= st.binary() | st.complex_numbers()
DTYPES = st.one_of(
    some.boolean_dtypes(),
    some.integer_dtypes(endianness="?"),
    some.unsigned_integer_dtypes(),
    some.floating_dtypes(endianness="?"),
    some.complex_number_dtypes(),
    some.unicode_string_dtypes(),
    some.byte_string_dtypes(),
)
ARRAYS = some.arrays(DTYPES, some.array_shapes(min_dims=0, min_side=0, max_side=3))
VALUES = st.recursive(
    PLAIN | ARRAYS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(PLAIN, inner, max_size=4),
    ),
    max_leaves=12,
)


def there_and_back(value):
    return wire.read(io.BytesIO(wire.frame(value)))


def received(text: bytes):
    """What arrives when ``text`` is sent as a frame."""
    return wire.read(io.BytesIO(len(text).to_bytes(8, "big") + text))


def same(a, b) -> bool:
    """Equal in type, value and shape; nan is nan."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return same(list(a.items()), list(b.items()))
    return repr(a) == repr(b)


# The law


@given(VALUES)
def test_data_comes_back_as_it_was(value):
    assert same(there_and_back(value), value)


@given(st.lists(VALUES, max_size=3))
def test_frames_follow_each_other(values):
    stream = io.BytesIO()
    for value in values:
        wire.write(stream, value)
    stream.seek(0)
    assert all(same(wire.read(stream), value) for value in values)
    with pytest.raises(EOFError):
        wire.read(stream)


def test_an_array_that_arrives_is_ones_own():
    sent = np.arange(3)
    got = there_and_back(sent)
    got += 1
    assert sent.tolist() == [0, 1, 2]


def test_a_numpy_number_arrives_as_a_python_number():
    assert same(there_and_back([np.float64(0.5), np.bool_(True)]), [0.5, True])


def test_a_generator_arrives_as_one_that_its_seed_repeats():
    def drawn():
        return there_and_back(np.random.default_rng(3)).normal()

    assert drawn() == drawn()
    assert drawn() != there_and_back(np.random.default_rng(4)).normal()


# What is not sent


@pytest.mark.parametrize(
    "thing",
    [
        object(),
        {1},
        np.array([None]),
        np.array(["2020-01-01"], "M8[D]"),
        np.zeros(2).view(type("Own", (np.ndarray,), {})),
        type("Number", (float,), {})(1),
        10**5000,
        [0] * (wire.MOST + 1),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_what_is_no_data_is_not_sent(thing):
    with pytest.raises(wire.WireError):
        wire.frame(thing)


def test_what_is_nested_too_deeply_or_too_large_is_not_sent(monkeypatch):
    nested = []
    for _ in range(10_000):
        nested = [nested]
    with pytest.raises(wire.WireError):
        wire.frame(nested)
    monkeypatch.setattr(wire, "LARGEST", 100)
    with pytest.raises(wire.WireError):
        wire.frame("x" * 101)


# What is not accepted


@given(st.binary(max_size=200))
def test_any_bytes_are_data_or_an_error_of_the_wire(text):
    try:
        received(text)
    except wire.WireError:
        return
    json.loads(text)


@given(st.binary(max_size=60))
def test_any_stream_is_data_its_end_or_an_error_of_the_wire(stream):
    try:
        wire.read(io.BytesIO(stream))
    except (wire.WireError, EOFError):
        return


WORDS = ("array", "bytes", "complex", "tuple", "dict", "rng", "other", "<f8", "|b1")
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS), inner, max_size=2)
    ),
)


@given(JUNK)
def test_any_json_is_data_or_an_error_of_the_wire(junk):
    try:
        received(json.dumps(junk).encode())
    except wire.WireError:
        return


@given(VALUES, st.data())
def test_a_damaged_frame_is_data_or_an_error_of_the_wire(value, data):
    damaged = bytearray(wire.frame(value)[8:])
    place = data.draw(st.integers(0, len(damaged) - 1))
    damaged[place] = data.draw(st.integers(0, 255))
    try:
        received(bytes(damaged))
    except wire.WireError:
        return


def array(kind="<f8", shape=(1,), data="AAAAAAAAAAA="):
    return {"array": [kind, list(shape), data]}


@pytest.mark.parametrize(
    "junk",
    [
        array("O"),
        array("|O8"),
        array("<M8"),
        array("<V8"),
        array("f8,f8"),
        array(["<f8"]),
        array("<f8", (2,)),
        array("<f8", (-1,)),
        array("<f8", (1.0,)),
        array("<f8", (True,)),
        array("<f8", (0, 2**62), ""),
        array("<f8", (0, 2**70), ""),
        array("<f8", (2**40, 0), ""),
        array("<f8", [1] * 99),
        array("<U0", (), ""),
        array("<U99999999", (0,), ""),
        array("|b1", (1,), "Ag=="),
        array("<U1", (1,), "////fw=="),
        array("<f8", (1,), "not base 64!"),
        array("<f8", (1,), 7),
        {"array": []},
        {"bytes": "ä"},
        {"complex": [1, 2, 3]},
        {"complex": ["1", "2"]},
        {"dict": [[{"dict": []}, 1]]},
        {"dict": [1]},
        {"rng": -1},
        {"pickle": "gASVBQAAAAAAAACMAWGULg=="},
        {"tuple": 1},
        {},
        {"bytes": "", "tuple": []},
    ],
    ids=repr,
)
def test_malformed_data_is_refused(junk):
    with pytest.raises(wire.WireError):
        received(json.dumps(junk).encode())


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b"9" * 100_000,
        b"[" + b"0," * wire.MOST + b"0]",
        pickle.dumps([1]),
    ],
    ids=lambda text: repr(text[:9]),
)
def test_what_is_no_json_within_limits_is_refused(text):
    with pytest.raises(wire.WireError):
        received(text)


class Announced(io.BytesIO):
    """A stream that tells how much was asked of it at once."""

    asked = 0

    def read(self, size=-1):
        self.asked = max(self.asked, size)
        return super().read(size)


@given(st.integers(wire.LARGEST + 1, 2**64 - 1))
def test_a_size_beyond_the_limit_is_not_even_asked_for(size):
    stream = Announced(size.to_bytes(8, "big") + b"0")
    with pytest.raises(wire.WireError):
        wire.read(stream)
    assert stream.asked == 8


@given(VALUES, st.data())
def test_a_stream_that_ends_early_is_at_its_end(value, data):
    whole = wire.frame(value)
    short = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with pytest.raises(EOFError):
        wire.read(io.BytesIO(short))


def test_nothing_that_arrives_is_executed(tmp_path):
    class Command:
        def __reduce__(self):
            return (tmp_path / "made").touch, ()

    for text in (pickle.dumps(Command()), b'{"bytes": "gASVBQAAAAAAAACMAWGULg=="}'):
        try:
            received(text)
        except wire.WireError:
            continue
    assert not (tmp_path / "made").exists()
