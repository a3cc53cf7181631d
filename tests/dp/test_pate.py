"""Teachers on disjoint people, their votes, and what noise on the votes promises."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from privlab.core.datasets import digits
from privlab.dp.audit import audit
from privlab.dp.mechanisms import gaussian_delta
from privlab.dp.pate import ConfidentGNMax, GNMax, count_votes, train_teachers

laws = settings(deadline=None, derandomize=True)


def nearest_means(features, target):
    """A teacher: it knows the mean of each class that it has seen."""
    classes = np.unique(target)
    means = np.array([features[target == c].mean(axis=0) for c in classes])

    def predict(queries):
        gaps = (means**2).sum(axis=1) - 2 * queries @ means.T
        return classes[gaps.argmin(axis=1)]

    return predict


def train(features, target, *, teachers=20, seed=0):
    rng = np.random.default_rng(seed)
    return train_teachers(nearest_means, features, target, teachers=teachers, rng=rng)


@pytest.fixture(scope="module")
def school():
    """Digits: (training set, test set, votes of 60 teachers on the test set)."""
    training, test = digits().split(0.2, rng=np.random.default_rng(0))
    teachers = train(training.features, training.target, teachers=60)
    return training, test, count_votes(teachers, test.features, classes=10)


# Teachers and votes


@pytest.mark.parametrize(("people", "teachers"), [(10, 1), (10, 10), (11, 4)])
def test_every_person_has_one_teacher_and_all_parts_are_about_equal(people, teachers):
    parts = train_teachers(
        lambda features, target: features[:, 0],
        np.arange(people)[:, None],
        np.zeros(people),
        teachers=teachers,
        rng=np.random.default_rng(1),
    )
    sizes = list(map(len, parts))
    assert sorted(np.concatenate(parts)) == list(range(people))
    assert max(sizes) - min(sizes) <= 1


def test_who_goes_where_depends_on_the_generator_alone():
    def parts(features, seed):
        return train_teachers(
            lambda rows, target: target,
            features,
            np.arange(12),
            teachers=3,
            rng=np.random.default_rng(seed),
        )

    zeros, ones = np.zeros((12, 1)), np.ones((12, 1))
    np.testing.assert_array_equal(parts(zeros, 2), parts(ones, 2))
    assert not np.array_equal(parts(zeros, 2), parts(zeros, 3))


def test_every_teacher_has_one_vote_on_every_query(school):
    _, test, votes = school
    assert votes.shape == (len(test), 10)
    assert np.all(votes.sum(axis=1) == 60)


@pytest.mark.parametrize("person", range(20))
def test_one_person_moves_one_vote_in_each_query(person):
    data = digits().rows(np.arange(400))
    features, target = data.features.copy(), data.target.copy()
    features[person], target[person] = 16 - features[person], 9 - target[person]
    here, there = (
        count_votes(train(*pair), digits().features[-200:], classes=10)
        for pair in ((data.features, data.target), (features, target))
    )
    moved = np.abs(here - there)
    assert moved.max() <= 1
    assert set(moved.sum(axis=1)) <= {0, 2}
    assert np.linalg.norm(here - there, axis=1).max() <= math.sqrt(2)


# The promise


@laws
@given(st.floats(0.5, 100), st.integers(1, 500), st.floats(1e-9, 1e-2))
def test_queries_together_are_one_gaussian_release(sigma, queries, delta):
    promise = GNMax(sigma=sigma).privacy_after(queries, delta=delta)
    reached = gaussian_delta(sigma, promise.epsilon, math.sqrt(2 * queries))
    assert promise.delta == delta
    assert reached == pytest.approx(delta, rel=1e-5) or (
        promise.epsilon == 0 and reached <= delta
    )


@pytest.mark.parametrize(("sigma", "queries"), [(40, 1), (20, 100), (5, 7)])
def test_the_promise_agrees_with_dp_accounting_and_beats_the_renyi_bound(
    sigma, queries
):
    import dp_accounting
    from dp_accounting.pld import PLDAccountant
    from dp_accounting.rdp import RdpAccountant

    epsilon = GNMax(sigma=sigma).privacy_after(queries, delta=1e-5).epsilon
    query = dp_accounting.GaussianDpEvent(sigma / math.sqrt(2))
    exact, renyi = (
        accountant.compose(query, queries).get_epsilon(1e-5)
        for accountant in (PLDAccountant(), RdpAccountant())
    )
    assert epsilon == pytest.approx(exact, abs=1e-3)
    assert epsilon < renyi


@laws
@given(st.floats(1, 100), st.integers(1, 500), st.floats(1.01, 200))
def test_no_order_of_proposition_8_promises_more(sigma, queries, order):
    exact = GNMax(sigma=sigma).privacy_after(queries, delta=1e-5).epsilon
    assert exact <= queries * order / sigma**2 + math.log(1e5) / (order - 1)


@pytest.mark.parametrize("pair", [([5, 5, 0], [6, 4, 0]), ([3, 0, 0], [2, 0, 1])])
@pytest.mark.parametrize("seed", [0, 1])
def test_no_audit_finds_more_than_the_promise(pair, seed):
    aggregate = GNMax(sigma=1.5)
    promise = aggregate.privacy_after(3, delta=0.01)

    def answers(votes, *, rng):
        return aggregate.release(np.array([votes] * 3), rng=rng) @ [1, 3, 9]

    rng = np.random.default_rng(seed)
    found = audit(answers, *pair, trials=5_000, rng=rng, delta=0.01)
    assert 0.2 < found.epsilon_lower <= promise.epsilon


@pytest.mark.parametrize("pair", [([5, 5], [6, 4]), ([3, 0], [2, 1])])
def test_no_audit_of_the_confident_kind_finds_more_than_the_promise(pair):
    aggregate = ConfidentGNMax(sigma=2, threshold=4, threshold_sigma=1.5, most=2)
    promise = aggregate.privacy_after(3, delta=0.01)

    def answers(votes, *, rng):
        return aggregate.release(np.array([votes] * 3), rng=rng) @ [1, 3, 9]

    rng = np.random.default_rng(2)
    found = audit(answers, *pair, trials=5_000, rng=rng, delta=0.01)
    assert 0 < found.epsilon_lower <= promise.epsilon


@laws
@given(st.integers(1, 300), st.integers(1, 300), st.floats(1, 50), st.floats(1, 50))
def test_a_confident_promise_counts_questions_and_answers(
    queries, most, sigma, threshold_sigma
):
    aggregate = ConfidentGNMax(
        sigma=sigma, threshold=9, threshold_sigma=threshold_sigma, most=most
    )
    promise = aggregate.privacy_after(queries, delta=1e-3)
    # sqrt(2) for an answer, 1 for a question, each in its own standard deviations.
    squares = queries / threshold_sigma**2 + 2 * min(most, queries) / sigma**2
    reached = gaussian_delta(1, promise.epsilon, math.sqrt(squares))
    assert reached <= 1e-3 * (1 + 1e-5)
    assert promise.epsilon == 0 or reached == pytest.approx(1e-3, rel=1e-5)


# What the answers are worth


def test_without_noise_the_largest_count_wins(school):
    _, _, votes = school
    labels = GNMax(sigma=1e-9).release(votes, rng=np.random.default_rng(3))
    chosen = votes[np.arange(len(votes)), labels]
    np.testing.assert_array_equal(chosen, votes.max(axis=1))


def test_on_real_digits_less_noise_answers_better_and_costs_more(school):
    _, test, votes = school
    rng = np.random.default_rng(4)
    aggregates = [GNMax(sigma=sigma) for sigma in (200, 20, 5)]
    right = [
        np.mean(aggregate.release(votes, rng=rng) == test.target)
        for aggregate in aggregates
    ]
    cost = [each.privacy_after(len(test), delta=1e-5).epsilon for each in aggregates]
    assert right == sorted(right)
    assert cost == sorted(cost)
    assert right[0] < 0.3
    assert right[-1] > 0.8


def test_confident_answers_are_more_often_right(school):
    _, test, votes = school
    rng = np.random.default_rng(5)
    confident = ConfidentGNMax(sigma=5, threshold=40, threshold_sigma=5, most=999)
    labels, plain = (
        aggregate.release(votes, rng=rng) for aggregate in (confident, GNMax(sigma=5))
    )
    answered = labels >= 0
    assert 50 < answered.sum() < len(test)
    right = labels == test.target
    assert right[answered].mean() > np.mean(plain == test.target) + 0.02


@laws
@given(st.integers(1, 12), st.integers(-5, 20))
def test_unsure_or_exhausted_it_says_nothing(most, threshold):
    votes = np.array([[top, 0] for top in range(10)])
    aggregate = ConfidentGNMax(
        sigma=1e-9, threshold=threshold - 0.5, threshold_sigma=1e-9, most=most
    )
    labels = aggregate.release(votes, rng=np.random.default_rng(6))
    sure = [top for top in range(10) if top >= threshold][:most]
    assert np.flatnonzero(labels >= 0).tolist() == sure


# Arguments


@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        ([[0.5, 1.0]], TypeError, "votes must be whole numbers"),
        ([1, 2], ValueError, r"votes of shape \(2,\) must be counts"),
        ([[1, -2]], ValueError, "must be counts"),
        (np.zeros((0, 3), dtype=int), ValueError, r"votes of shape \(0, 3\)"),
    ],
)
def test_votes_are_counts(bad, error, message):
    for aggregate in (
        GNMax(sigma=1),
        ConfidentGNMax(sigma=1, threshold=1, threshold_sigma=1, most=1),
    ):
        with pytest.raises(error, match=message):
            aggregate.release(bad, rng=np.random.default_rng(0))


def test_a_label_outside_the_classes_is_refused():
    with pytest.raises(ValueError, match=r"a teacher says 3; only 0 \.\. 2"):
        count_votes([lambda queries: np.full(len(queries), 3)], np.zeros(2), classes=3)


def test_more_teachers_than_people_are_refused():
    with pytest.raises(ValueError, match="teachers=11 must be <= 10 people"):
        train(np.zeros((10, 2)), np.zeros(10), teachers=11)


@laws
@given(st.floats(), st.floats(), st.floats(), st.integers(-2, 2))
def test_impossible_parameters_are_named(sigma, threshold, threshold_sigma, most):
    possible = 0 < sigma < math.inf and 0 < threshold_sigma < math.inf
    assume(not (possible and math.isfinite(threshold) and most >= 1))
    with pytest.raises(ValueError, match=r"(sigma|threshold|threshold_sigma|most)="):
        ConfidentGNMax(
            sigma=sigma,
            threshold=threshold,
            threshold_sigma=threshold_sigma,
            most=most,
        )


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: GNMax(sigma=0), "sigma=0 must be > 0"),
        (lambda: GNMax(sigma=1).privacy_after(0, delta=1e-5), "queries=0 must be >= 1"),
        (lambda: GNMax(sigma=1).privacy_after(1, delta=0), "delta=0 must lie"),
    ],
)
def test_impossible_promises_are_refused(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()
