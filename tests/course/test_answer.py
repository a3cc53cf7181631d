"""What a check sees of an answer: plain data, and no side effects."""

import enum
import sys
from collections import Counter, namedtuple

import numpy as np
import pytest

from privlab.course.answer import LocalAnswer, NotAttempted, plain, said, wrap
from privlab.course.exercise import Wrong

Pair = namedtuple("Pair", "a b")
Level = enum.IntEnum("Level", "LOW HIGH")


def same(a, b):
    """Equal in type and value, through lists, tuples and dicts."""
    if isinstance(a, np.ndarray):
        return type(a) is type(b) and a.dtype == b.dtype and np.array_equal(a, b)
    return type(a) is type(b) and repr(a) == repr(b)


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (np.float64(0.1), 0.1),
        (np.float32(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (np.int8(-3), -3),
        (np.bool_(True), True),
        (np.str_("é"), "é"),
        (np.complex128(1j), 1j),
        (np.array(0.5), 0.5),
        (np.array(2, dtype=np.uint8), 2),
        ([np.float64(1), (np.int64(2), "x")], [1.0, (2, "x")]),
        ({np.int64(1): np.array(3)}, {1: 3}),
        (Counter("aab"), {"a": 2, "b": 1}),
        (Pair(np.float64(1), 2), (1.0, 2)),
        (True, True),
        (b"key", b"key"),
    ],
)
def test_an_answer_becomes_plain_python_data(given, taken):
    assert same(plain(given), taken)


@pytest.mark.parametrize(
    "array", [np.arange(3), np.eye(2, dtype=bool), np.empty(0), np.array(["é"])]
)
def test_an_array_stays_an_array_and_becomes_the_checks_own(array):
    taken = plain(array)
    assert same(taken, array)
    assert not np.shares_memory(taken, array)


class Chameleon(float):
    """Equal to everything, and zero away from everything."""

    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __hash__ = float.__hash__
    __rsub__ = __sub__


class ChameleonArray(np.ndarray):
    def __eq__(self, other):
        return np.True_


class PretendsToBeAnArray:
    def __array__(self, *_, **__):
        raise AssertionError("must not be asked")

    def __eq__(self, other):
        return True

    __hash__ = None


@pytest.mark.parametrize(
    "thing",
    [
        Chameleon(1),
        [Chameleon(1)],
        PretendsToBeAnArray(),
        Level.HIGH,
        {1, 2},
        range(3),
        np.array([1, None]),
        np.datetime64("now", "s"),
        object(),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_what_is_not_data_is_refused_in_words(thing):
    with pytest.raises(Wrong, match="number"):
        plain(thing)


def test_a_subclass_of_array_loses_its_own_arithmetic():
    taken = plain(np.zeros(3).view(ChameleonArray))
    assert type(taken) is np.ndarray
    assert not (taken == 1).any()


def test_a_list_within_itself_does_not_hang():
    loop = []
    loop.append(loop)
    with pytest.raises(RecursionError):
        plain(loop)


@pytest.mark.parametrize("unwritten", [..., [1, ...], {"a": ...}])
def test_an_ellipsis_is_an_answer_not_attempted(unwritten):
    with pytest.raises(NotAttempted):
        wrap(unwritten)


def test_a_body_that_raises_not_implemented_is_not_attempted():
    def unwritten():
        raise NotImplementedError

    with pytest.raises(NotAttempted):
        wrap(unwritten)()


def test_none_points_at_the_missing_return():
    with pytest.raises(Wrong, match="returned None: is a `return` missing"):
        wrap(lambda: None)()


def endless(x):
    return endless(x)


class Unspeakable(Exception):
    def __str__(self):
        raise ZeroDivisionError


def raising(error):
    def answer(*_):
        raise error

    return answer


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (lambda x: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda x: [][x], "IndexError: list index out of range"),
        (lambda: 0, "TypeError: .* takes 0 positional arguments"),
        (endless, "RecursionError: maximum recursion"),
        (raising(AssertionError()), "AssertionError$"),
        (raising(SystemExit(3)), "SystemExit: 3"),
        (raising(Wrong("cheeky")), "Wrong: cheeky"),
        (raising(Unspeakable()), "Unspeakable: <exception str.. failed>"),
    ],
)
def test_an_error_of_the_answer_is_wrong_with_its_type_and_text(answer, told):
    with pytest.raises(Wrong, match=f"{told}"):
        wrap(answer)(1)


@pytest.mark.parametrize("signal", [KeyboardInterrupt, GeneratorExit])
def test_an_interruption_is_not_an_error_of_the_answer(signal):
    with pytest.raises(signal):
        wrap(raising(signal()))(1)


def test_an_error_is_told_on_one_line_where_it_has_one():
    assert said(ValueError("no")) == "ValueError: no"
    assert said(ValueError()) == "ValueError"


def vandal(values, table, *, more):
    values[:] = 0
    table["rows"][0].append(9)
    more["new"] = 1
    return 1


def test_an_answer_gets_copies_even_of_what_is_inside():
    values, table, more = np.arange(3), {"rows": [[1], [2]]}, {}
    values.setflags(write=False)
    LocalAnswer(vandal)(values, table, more=more)
    assert values.tolist() == [0, 1, 2]
    assert (table, more) == ({"rows": [[1], [2]]}, {})


def test_each_of_many_samples_gets_its_own_copies():
    def sum_and_spoil(values, *, rng):
        total = sum(values)
        values.append(100)
        return total

    values = [1, 2]
    answer, rng = LocalAnswer(sum_and_spoil), np.random.default_rng(1)
    assert answer.samples(4, values, rng=rng).tolist() == [3, 3, 3, 3]
    assert values == [1, 2]


def noise(rng):
    return rng.normal()


def test_a_call_depends_on_the_seed_and_moves_the_checks_generator_by_one_draw():
    first, second = np.random.default_rng(7), np.random.default_rng(7)
    answer = LocalAnswer(noise)
    assert answer(first) == answer(second)
    assert answer(first) != answer(np.random.default_rng(7)), "the next call is fresh"

    def greedy(rng):
        return rng.normal(size=1000).sum()

    LocalAnswer(greedy)(second)
    assert first.normal() == second.normal(), "an answer cannot see the check's draws"


def test_samples_are_one_stream_stacked():
    answer = LocalAnswer(lambda size, rng: rng.normal(size=size))
    drawn = answer.samples(5, 3, rng=np.random.default_rng(2))
    assert drawn.shape == (5, 3)
    assert len(set(drawn.flat)) == 15
    again = answer.samples(5, size=3, rng=np.random.default_rng(2))
    assert np.array_equal(drawn, again)


def test_each_case_is_a_call_of_its_own():
    spoilt = LocalAnswer(lambda values, more: values.append(more) or values)
    values = [1]
    cases = [{"values": values, "more": 2}, {"more": 3, "values": values}]
    assert spoilt.each(cases) == [[1, 2], [1, 3]]
    assert values == [1]
    assert spoilt.each([]) == []


def test_a_value_is_taken_as_data_and_a_function_as_an_answer():
    assert wrap(np.float64(3)) == 3
    assert wrap(lambda x: x)(np.float64(3)) == 3
    assert isinstance(wrap(sys.getsizeof), LocalAnswer)
