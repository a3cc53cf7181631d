"""The laws of promises: composition, repetition, groups, and how they read."""

import dataclasses
import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from privlab.core.privacy import Privacy

laws = settings(deadline=None, derandomize=True)
promises = st.builds(
    Privacy,
    epsilon=st.floats(0, 20),
    delta=st.just(0.0) | st.floats(1e-15, 0.1),
)


def same(left: Privacy, right: Privacy) -> bool:
    return math.isclose(left.epsilon, right.epsilon, rel_tol=1e-12) and math.isclose(
        left.delta, right.delta, rel_tol=1e-12
    )


@laws
@given(promises, promises)
def test_composition_is_commutative(a, b):
    assert a + b == b + a


@laws
@given(promises, promises, promises)
def test_composition_is_associative(a, b, c):
    assert same((a + b) + c, a + (b + c))


@laws
@given(promises)
def test_a_release_that_reveals_nothing_is_neutral(promise):
    assert promise + Privacy(epsilon=0) == promise


@laws
@given(promises, st.integers(1, 9))
def test_repetition_is_repeated_composition(promise, times):
    total = promise
    for _ in range(times - 1):
        total += promise
    assert same(promise.repeated(times), total)


@laws
@given(st.floats(1e-3, 3), st.floats(1e-15, 1e-9), st.integers(1, 5), st.integers(1, 4))
def test_a_group_of_groups_is_one_larger_group(epsilon, delta, size, groups):
    assume(groups * size * epsilon < 15)  # beyond it delta can pass 1
    promise = Privacy(epsilon=epsilon, delta=delta)
    twice = promise.for_group(size).for_group(groups)
    assert same(twice, promise.for_group(size * groups))


@pytest.mark.parametrize("epsilon", [0.01, 0.5, 2.0])
@pytest.mark.parametrize("size", [1, 2, 7])
def test_group_privacy_is_the_promise_applied_person_by_person(epsilon, size):
    probability, delta = 1e-3, 1e-8  # Pr[M(D) in S] after `size` people have changed
    bound = probability
    for _ in range(size):
        bound = math.exp(epsilon) * bound + delta
    group = Privacy(epsilon=epsilon, delta=delta).for_group(size)
    promised = math.exp(group.epsilon) * probability + group.delta
    assert promised == pytest.approx(bound, rel=1e-12)


def test_group_privacy_without_epsilon_only_adds_deltas():
    group = Privacy(epsilon=0, delta=1e-3).for_group(5)
    assert group.delta == pytest.approx(5e-3)


def test_pure_promises_to_groups_stay_pure_however_large():
    group = Privacy(epsilon=2).for_group(10_000)
    assert group == Privacy(epsilon=20_000)


@pytest.mark.parametrize(
    ("promise", "text"),
    [
        (Privacy(epsilon=1), "1-DP"),
        (Privacy(epsilon=0.123456), "0.1235-DP"),
        (Privacy(epsilon=1, delta=1e-5), "(1, 1e-05)-DP"),
    ],
)
def test_a_promise_reads_as_in_the_literature(promise, text):
    assert str(promise) == text


def test_a_promise_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Privacy(epsilon=1).epsilon = 2


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"epsilon": -1}, "epsilon=-1 must be >= 0"),
        ({"epsilon": math.inf}, "epsilon=inf must be finite"),
        ({"epsilon": math.nan}, "epsilon=nan must be finite"),
        ({"epsilon": 1, "delta": 1}, "delta=1 must be < 1"),
        ({"epsilon": 1, "delta": -1e-9}, "delta=-1e-09 must be >= 0"),
    ],
)
def test_impossible_promises_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        Privacy(**fields)


@pytest.mark.parametrize(
    "derive",
    [
        lambda promise: promise + promise,
        lambda promise: promise.repeated(2),
        lambda promise: promise.for_group(2),
    ],
)
def test_a_promise_that_has_become_empty_is_refused(derive):
    with pytest.raises(ValueError, match="promises nothing"):
        derive(Privacy(epsilon=1, delta=0.5))


@pytest.mark.parametrize("count", [0, -1])
def test_zero_people_and_zero_releases_are_refused(count):
    with pytest.raises(ValueError, match=f"size={count} must be >= 1"):
        Privacy(epsilon=1).for_group(count)
    with pytest.raises(ValueError, match=f"times={count} must be >= 1"):
        Privacy(epsilon=1).repeated(count)


def test_only_promises_compose():
    with pytest.raises(TypeError):
        Privacy(epsilon=1) + 1
