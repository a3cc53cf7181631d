"""Sensitivities hold for all neighbours, of either kind, and no smaller one would."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from privlab.dp.audit import audit
from privlab.dp.mechanisms import Laplace
from privlab.dp.queries import (
    Relation,
    count,
    histogram,
    mean,
    quantile,
    total,
)
from privlab.dp.selection import Exponential

laws = settings(deadline=None, derandomize=True)
BOTH = pytest.mark.parametrize("relation", list(Relation))
ADD_REMOVE, REPLACE = Relation
BOUNDS = [(0, 1), (-3, 2), (-5, -1), (2.5, 4), (-1, 10)]


def neighbours(people: list, others: list, relation: Relation) -> list[list]:
    """All data sets one person away, where a person is one of ``others``."""
    kept = [people[:i] + people[i + 1 :] for i in range(len(people))]
    if relation is ADD_REMOVE:
        return kept + [[*people, other] for other in others]
    return [[*some, other] for some in kept for other in others]


def moves(question, others: list, relation: Relation, *, sizes=range(4)) -> np.ndarray:
    """Every change of ``question`` between neighbours, for data sets of these sizes."""
    changes = []
    for size in sizes:
        for people in itertools.combinations_with_replacement(others, size):
            here = question(list(people))
            changes += [
                np.atleast_1d(question(there) - here)
                for there in neighbours(list(people), others, relation)
            ]
    return np.array(changes)


# By brute force: the bound holds and is reached


@BOTH
def test_one_person_changes_a_count_by_one(relation):
    def question(people):
        return count(np.array(people, dtype=bool), relation=relation).value

    answer = count(np.array([True, False, True]), relation=relation)
    changes = moves(question, [True, False], relation)
    assert answer.value == 2
    assert np.abs(changes).max() == answer.l1 == answer.l2 == 1


@BOTH
@pytest.mark.parametrize(("low", "high"), BOUNDS)
def test_one_person_changes_a_total_by_its_sensitivity_and_no_more(relation, low, high):
    def question(people):
        return total(people, low=low, high=high, relation=relation).value

    answer = total([low], low=low, high=high, relation=relation)
    changes = moves(question, [-99.0, low, 0.0, high, 1.5, 99.0], relation)
    assert np.abs(changes).max() == pytest.approx(answer.l1)
    assert answer.l1 == answer.l2


@pytest.mark.parametrize(("low", "high"), BOUNDS)
@pytest.mark.parametrize("people", [1, 2, 3])
def test_one_person_changes_a_mean_by_the_range_over_the_people(people, low, high):
    def question(people):
        return mean(people, low=low, high=high, relation=REPLACE).value

    answer = mean([low] * people, low=low, high=high, relation=REPLACE)
    domain = [-99.0, low, 1.5, high, 99.0]
    changes = moves(question, domain, REPLACE, sizes=[people])
    assert np.abs(changes).max() == pytest.approx(answer.l1)
    assert answer.l1 == answer.l2


@BOTH
@pytest.mark.parametrize("bins", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_one_person_changes_a_histogram_by_its_two_sensitivities(relation, bins):
    def question(people):
        return histogram(people, bins=bins, relation=relation).value

    answer = histogram(["a", "c"], bins=bins, relation=relation)
    changes = moves(question, ["a", "b", "c", "d"], relation)
    assert np.abs(changes).sum(axis=1).max() == answer.l1
    assert np.linalg.norm(changes, axis=1).max() == pytest.approx(answer.l2)


@BOTH
@pytest.mark.parametrize("share", [0.1, 0.5, 0.7])
def test_one_person_changes_each_score_of_a_quantile_by_its_sensitivity(
    relation, share
):
    candidates = [1.0, 2.0, 3.0]

    def question(people):
        return quantile(
            people, share=share, candidates=candidates, relation=relation
        ).values

    answer = quantile([1.0], share=share, candidates=candidates, relation=relation)
    changes = moves(question, [0.0, 1.0, 1.5, 2.0, 9.0], relation)
    assert np.abs(changes).max() == pytest.approx(answer.sensitivity)


# For data of any size


@st.composite
def two_neighbours(draw):
    relation = draw(st.sampled_from(Relation))
    people = draw(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20))
    i = draw(st.integers(0, len(people) - 1))
    changed = people[:i] + people[i + 1 :]
    if relation is REPLACE:
        changed.insert(i, draw(st.floats(-1e3, 1e3)))
    return people, changed, relation


@laws
@given(two_neighbours(), st.floats(-100, 100), st.floats(0.1, 100))
def test_no_neighbour_moves_a_total_or_a_mean_further(pair, low, width):
    first, second, relation = pair
    questions = [total] if relation is ADD_REMOVE else [total, mean]
    for question in questions:
        here, there = (
            question(people, low=low, high=low + width, relation=relation)
            for people in (first, second)
        )
        assert abs(here.value - there.value) <= here.l1 + 1e-9


@laws
@given(two_neighbours(), st.floats(0.01, 0.99))
def test_no_neighbour_moves_a_score_of_a_quantile_further(pair, share):
    first, second, relation = pair
    here, there = (
        quantile(people, share=share, candidates=[-500, 0, 0.5, 90], relation=relation)
        for people in (first, second)
    )
    assert np.abs(here.values - there.values).max() <= here.sensitivity + 1e-9


# The answers


def test_answers_are_what_they_say():
    values = np.array([-5.0, 1.0, 2.0, 30.0])
    assert total(values, low=0, high=10, relation=ADD_REMOVE).value == 13
    assert mean(values, low=0, high=10, relation=REPLACE).value == 3.25
    counted = histogram([3, 1, 3, 7], bins=[1, 2, 3], relation=REPLACE)
    np.testing.assert_array_equal(counted.value, [1, 0, 2])
    assert counted.relation is REPLACE


@pytest.mark.parametrize("share", [0.25, 0.5, 0.9])
def test_the_best_score_belongs_to_the_quantile(share):
    values = np.random.default_rng(0).permutation(np.arange(1_000.0))
    candidates = np.arange(0.5, 1_000)
    scores = quantile(values, share=share, candidates=candidates, relation=REPLACE)
    best = candidates[scores.values.argmax()]
    assert best == pytest.approx(np.quantile(values, share), abs=1)
    rng = np.random.default_rng(1)
    mechanism = Exponential(epsilon=1, sensitivity=scores.sensitivity)
    drawn = candidates[mechanism.release(scores.values, rng=rng)]
    # A rank off by 50 is e^-25 times as likely as the best of 1,000.
    assert abs(drawn - best) <= 50


@pytest.mark.parametrize("written", ["replace one", REPLACE])
def test_a_relation_can_be_written_out(written):
    assert count(np.array([True]), relation=written).relation is REPLACE


# Under attack


def noisy_total(sensitivity: float):
    def mechanism(people, *, rng):
        answer = total(people, low=-1, high=1, relation=REPLACE)
        noise = Laplace(epsilon=1, sensitivity=sensitivity)
        return noise.release(answer.value, rng=rng)

    return mechanism


@pytest.mark.parametrize("seed", range(3))
def test_a_total_with_noise_for_its_relation_keeps_the_promise(seed):
    answer = total([0.0], low=-1, high=1, relation=REPLACE)
    found = attacked(noisy_total(answer.l1), seed)
    assert 0.5 < found <= 1


def test_the_sensitivity_of_the_other_relation_does_not():
    answer = total([0.0], low=-1, high=1, relation=ADD_REMOVE)
    assert attacked(noisy_total(answer.l1), 0) > 1


def attacked(mechanism, seed: int) -> float:
    rng = np.random.default_rng(seed)
    return audit(mechanism, [-9, 0.5], [9, 0.5], trials=5_000, rng=rng).epsilon_lower


# Arguments


@pytest.mark.parametrize("question", [total, mean])
@laws
@given(low=st.floats(), high=st.floats())
def test_bounds_are_finite_and_in_order(question, low, high):
    assume(not (math.isfinite(low) and math.isfinite(high) and low < high))
    with pytest.raises(ValueError, match=r"(low|high)="):
        question([1.0], low=low, high=high, relation=REPLACE)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_only_finite_values_are_asked_about(bad):
    for question in (total, mean):
        with pytest.raises(ValueError, match="values contains"):
            question([1.0, bad], low=0, high=1, relation=REPLACE)
    with pytest.raises(ValueError, match="values contains"):
        quantile([bad], share=0.5, candidates=[1], relation=REPLACE)
    with pytest.raises(ValueError, match="candidates contains"):
        quantile([1.0], share=0.5, candidates=[bad], relation=REPLACE)


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (
            lambda: mean([1.0], low=0, high=1, relation=ADD_REMOVE),
            ValueError,
            "release total and count",
        ),
        (
            lambda: mean([], low=0, high=1, relation=REPLACE),
            ValueError,
            "values is empty",
        ),
        (
            lambda: total([[1.0, 2.0]], low=0, high=1, relation=REPLACE),
            ValueError,
            r"values of shape \(1, 2\) must be a list",
        ),
        (
            lambda: count(np.array([0, 2]), relation=REPLACE),
            TypeError,
            "chosen has dtype int64",
        ),
        (
            lambda: histogram([1], bins=[1, 2, 1], relation=REPLACE),
            ValueError,
            r"bins=\[1, 2, 1\] must be one or more, all different",
        ),
        (
            lambda: histogram([1], bins=[], relation=REPLACE),
            ValueError,
            r"bins=\[\] must be one or more",
        ),
        (
            lambda: quantile([1.0], share=1, candidates=[1], relation=REPLACE),
            ValueError,
            "share=1 must lie strictly",
        ),
        (
            lambda: count(np.array([True]), relation="similar"),
            ValueError,
            "'similar' is not a valid Relation",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(ask, error, message):
    with pytest.raises(error, match=message):
        ask()
