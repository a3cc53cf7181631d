"""What lesson 4.4 says of chance, with five seeds instead of its one."""

import dataclasses
import math

import numpy as np
import pytest

from privlab.core.datasets import digits
from privlab.core.privacy import Privacy
from privlab.dp.audit import audit
from privlab.dp.local import KaryRandomizedResponse
from privlab.dp.mechanisms import Laplace
from privlab.dp.pate import GNMax
from privlab.experiments.answer_bill import bill
from privlab.experiments.daily_reports import (
    HABITS,
    daily_reports,
    repetition,
    right_guesses,
)
from privlab.experiments.digits_by_trust import accuracy_by_trust
from privlab.experiments.emoji import (
    EMOJI,
    PROTOCOLS,
    emoji_survey,
    error_by_size,
    favourites,
)
from privlab.experiments.hospitals import (
    Nearest,
    hospitals,
    nearest_image,
    nearest_mean,
    student_by_teachers,
    votes_for,
)
from privlab.experiments.refusals import confidence
from privlab.experiments.student_leaks import closeness, model_leaks
from privlab.experiments.trust import central_error, local_error, price_of_trust
from privlab.experiments.typed_words import COMMON, LENGTH, find_words, typed_words

seeds = pytest.mark.parametrize("seed", range(5))


# The price of trusting nobody


@seeds
@pytest.mark.parametrize("people", [1_000, 100_000])
def test_measured_errors_of_counts_are_those_computed(people, seed):
    result = price_of_trust(people=people, epsilon=1, seed=seed, surveys=400)
    computed = central_error(1), local_error(people, epsilon=1)
    # Squares of 400 errors: standard errors of 8 % (Laplace, kurtosis 6: 11 %) of the
    # variance, so 5.6 % of the root at most; six of them.
    np.testing.assert_allclose(result.measured, computed, rtol=0.34)


@seeds
def test_a_hundred_times_the_people_make_trust_ten_times_dearer(seed):
    small, large = (
        price_of_trust(people=n, epsilon=1, seed=seed).price for n in (1_000, 100_000)
    )
    assert 5 < large / small < 20


def test_a_local_error_grows_with_the_root_and_a_central_one_is_laplace():
    assert local_error(400, epsilon=2) == pytest.approx(20 * local_error(1, epsilon=2))
    noise = Laplace(epsilon=2, sensitivity=1).scale * math.sqrt(2)
    assert central_error(2) == pytest.approx(noise)


# Many values


def test_the_favourites_follow_their_ranks():
    counts = np.bincount(favourites(100_000))
    assert len(counts) == len(EMOJI) == 16
    np.testing.assert_allclose(
        counts / counts[0], 1 / np.arange(1, 17), atol=1 / counts[0]
    )


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_surveys_of_emoji_err_as_their_variance_says(protocol):
    surveys = [
        emoji_survey(protocol=protocol, epsilon=1, people=5_000, seed=seed)
        for seed in range(60)
    ]
    rule = PROTOCOLS[protocol](epsilon=1, size=16)
    variances = [rule.variance(5_000, share=share) for share in surveys[0].shares]
    squares = np.mean([survey.error**2 for survey in surveys])
    # 960 squared errors, of surveys that tie the 16 a little: 6 standard errors < 40 %
    assert squares == pytest.approx(np.mean(variances), rel=0.4)


@seeds
def test_twenty_surveys_err_as_the_lesson_says(seed):
    surveys = [
        emoji_survey(protocol="optimised bits", epsilon=1, people=10_000, seed=s)
        for s in range(20 * seed, 20 * seed + 20)
    ]
    measured = np.sqrt(np.mean([survey.error**2 for survey in surveys]))
    computed = error_by_size(epsilon=1, people=10_000).errors["optimised bits"][0]
    assert measured == pytest.approx(computed, rel=0.2)


@pytest.mark.parametrize("epsilon", [0.3, 1, 4])
def test_bits_win_beyond_the_crossing_only_and_optimised_bits_never_lose(epsilon):
    result = error_by_size(epsilon=epsilon, people=100)
    kary, symmetric, optimised = result.errors.values()
    np.testing.assert_array_equal(optimised < kary, result.sizes > result.crossing)
    assert np.all(optimised <= symmetric * (1 + 1e-12))


# Words


def test_typed_words_have_four_letters_and_the_common_ones_their_shares():
    words = typed_words(50_000, rng=np.random.default_rng(0))
    assert {len(word) for word in words} == {LENGTH}
    for word, share in COMMON.items():
        # six standard errors of 50,000 draws
        assert words.count(word) / 50_000 == pytest.approx(share, abs=0.011)


@seeds
def test_a_crowd_or_a_large_epsilon_finds_the_common_words(seed):
    few = find_words(people=2_000, epsilon=1, keep=8, seed=seed)
    many = find_words(people=200_000, epsilon=1, keep=8, seed=seed)
    generous = find_words(people=50_000, epsilon=4, keep=8, seed=seed)
    assert len(few.hits) <= 2
    assert len(many.hits) >= 5
    assert len(generous.hits) == 8
    for word in generous.hits:
        share, error = generous.estimate(word)
        true = generous.shares[list(COMMON).index(word)]
        assert abs(share - true) < 6 * error


# Days


@seeds
def test_fresh_reports_give_the_value_away_and_stored_ones_do_not(seed):
    result = repetition(epsilon=1, size=8, days=60, seed=seed)
    fresh, stored, both = (result.right[habit] for habit in HABITS)
    assert fresh[-1] > 0.9
    assert np.all(stored == stored[0])
    assert both[0] < stored[0]
    # 2,000 people: a standard error of 0.01
    assert max(stored[-1], both.max()) < result.allowed + 0.06


@seeds
def test_ten_fresh_days_break_epsilon_and_ten_stored_days_keep_it(seed):
    rng = np.random.default_rng(seed)

    def measured(habit):
        def days(value, *, rng):
            asked = {"epsilon": 0.5, "size": 2, "days": 10}
            return daily_reports(habit, [value], **asked, rng=rng).sum()

        return audit(days, 1, 0, trials=6_000, rng=rng).epsilon_lower

    fresh, stored, both = map(measured, HABITS)
    assert 1 < fresh <= 5
    assert max(stored, both) <= 0.5


def test_stored_reports_repeat_and_fresh_ones_do_not():
    rng = np.random.default_rng(1)
    asked = {"epsilon": 1, "size": 4, "days": 30, "rng": rng}
    values = np.zeros(200, dtype=int)
    fresh, stored, both = (daily_reports(habit, values, **asked) for habit in HABITS)
    assert np.all(stored == stored[:, :1])
    assert (fresh != fresh[:, :1]).any(axis=1).all()
    assert (both != both[:, :1]).any(axis=1).all()
    with pytest.raises(ValueError, match="habit='never' must be one of"):
        daily_reports("never", values, **asked)


def test_ties_among_the_most_frequent_reports_count_a_share():
    reports = np.array([[2, 1, 1], [0, 2, 1]])
    right = right_guesses(reports, np.array([1, 0]), size=3)
    np.testing.assert_allclose(right, [0.5, (1 / 2 + 1 / 2) / 2, (1 + 1 / 3) / 2])


@seeds
def test_one_report_is_guessed_as_often_as_epsilon_allows(seed):
    result = repetition(epsilon=1.5, size=5, days=1, seed=seed, people=20_000)
    allowed = KaryRandomizedResponse(epsilon=1.5, size=5).support
    # a standard error of 0.0035
    assert result.right["stored report"][0] == pytest.approx(allowed, abs=0.021)
    assert result.allowed == allowed


# Hospitals


@pytest.fixture(scope="module")
def school():
    """A function from (teachers, seed) to hospitals of digits."""
    return lambda teachers, seed: hospitals(digits(), teachers=teachers, seed=seed)


def test_hospitals_share_nothing_and_every_image_has_one_place(school):
    first, second = school(10, 3), school(200, 3)
    parts = [first.private, first.public, first.test]
    assert sum(map(len, parts)) == len(digits())
    np.testing.assert_array_equal(first.private.features, second.private.features)
    np.testing.assert_array_equal(first.votes.sum(axis=1), 10)
    assert second.votes.shape == (len(second.public), 10)


def test_the_nearest_point_is_found_by_its_plain_distance():
    rng = np.random.default_rng(2)
    points, queries = rng.normal(size=(7, 3)), rng.normal(size=(5, 3))
    model = Nearest(points=points, labels=np.arange(7))
    plain = ((queries[:, None] - points) ** 2).sum(axis=2)
    np.testing.assert_allclose(model.distances(queries), plain)
    np.testing.assert_array_equal(model(queries), plain.argmin(axis=1))


def test_an_averager_stores_the_means_of_the_labels_it_was_told():
    features = np.array([[0.0, 0], [2, 4], [7, 7]])
    model = nearest_mean(features, np.array([3, 3, 8]))
    np.testing.assert_array_equal(model.points, [[1, 2], [7, 7]])
    np.testing.assert_array_equal(model.labels, [3, 8])


@pytest.mark.parametrize(("epsilon", "queries"), [(0.5, 20), (2, 100), (8, 340)])
def test_all_labels_together_cost_what_was_asked_for(epsilon, queries):
    aggregate = votes_for(epsilon=epsilon, queries=queries)
    spent = aggregate.privacy_after(queries, delta=1e-5).epsilon
    assert spent == pytest.approx(epsilon, rel=1e-6)


@seeds
def test_one_patient_moves_one_vote(school, seed):
    votes = school(200, seed).votes
    data = digits()
    features, target = data.features.copy(), data.target.copy()
    order = np.random.default_rng(seed).permutation(len(data))
    person = order[7]  # the eighth of the private ones
    features[person], target[person] = 16 - features[person], (target[person] + 5) % 10
    other = hospitals(
        dataclasses.replace(data, features=features, target=target),
        teachers=200,
        seed=seed,
    ).votes
    moved = np.abs(votes - other)
    assert moved.max() == 1
    assert set(moved.sum(axis=1).tolist()) == {0, 2}


@seeds
def test_no_audit_of_a_tie_finds_more_than_the_promise(seed):
    panel = GNMax(sigma=2)

    def labels(counts, *, rng):
        return panel.release(np.array([counts] * 3), rng=rng) @ [4, 2, 1]

    rng = np.random.default_rng(seed)
    tie = audit(labels, [5, 5], [6, 4], trials=8_000, delta=0.01, rng=rng)
    assert 0 < tie.epsilon_lower <= panel.privacy_after(3, delta=0.01).epsilon


@seeds
def test_few_teachers_know_most_and_many_drown_the_noise(school, seed):
    schools = tuple(school(teachers, seed) for teachers in (5, 50, 200, 400))
    strict, loose = (
        student_by_teachers(schools, epsilon=epsilon, queries=100, seed=seed)
        for epsilon in (2, 8)
    )
    assert strict.majority[0] > 0.95
    assert strict.majority[-1] < strict.majority[0] - 0.08
    assert strict.at(5) < 0.3
    assert strict.at(200) > 0.65
    assert loose.at(50) > loose.at(400)


@seeds
def test_confident_labels_suit_the_copier_and_not_the_averager(school, seed):
    result = confidence(school(100, seed), threshold=50, seed=seed)
    confident, plain = result.right_labels
    assert confident > plain + 0.1
    assert result.copier[0] > result.copier[1] + 0.03
    assert result.averager[0] < result.averager[1]
    assert result.answered == pytest.approx(60, abs=2)


@seeds
def test_the_student_tells_no_more_than_a_model_that_never_saw_a_vote(school, seed):
    leaks = model_leaks(school(200, seed), epsilon=2, seed=seed)
    assert leaks.shared.auc > 0.999
    assert leaks.student.auc == pytest.approx(leaks.control.auc, abs=0.05)
    # 1,078 members and 360 others: a standard error of 0.018
    assert leaks.student.auc == pytest.approx(0.5, abs=0.11)


def test_a_stored_record_is_as_close_as_can_be():
    data = digits().rows(np.arange(50))
    model = nearest_image(data.features, data.target)
    assert np.all(closeness(model, data.features, data.target) == 0)
    others = digits().rows(np.arange(50, 90))
    assert np.all(closeness(model, others.features, others.target) < 0)


# What it costs, and who is trusted


def test_answers_cost_more_and_more_and_a_student_only_once():
    result = bill(sigma=40, labels=100)
    assert np.all(np.diff(result.voted) > 0)
    assert np.all(result.voted <= result.summed * (1 + 1e-9))
    assert result.voted[-1] > 20
    assert result.student == pytest.approx(1.4, abs=0.05)
    one = GNMax(sigma=40).privacy_after(1, delta=1e-5)
    assert Privacy(epsilon=result.voted[0], delta=1e-5) == one


@seeds
def test_a_curator_and_hospitals_teach_and_trusting_nobody_teaches_nothing(seed):
    trust = accuracy_by_trust(digits(), seed=seed)
    assert 0.8 < trust.at("a curator", 2) < 0.9
    assert 0.7 < trust.at("own hospital", 2) < 0.83
    assert trust.at("nobody", 8) < 0.2
