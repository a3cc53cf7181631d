"""The ROC curve of scores: laws, and scikit-learn's figures."""

import numpy as np
import pytest
from scipy.stats import beta, binom, binomtest
from sklearn.metrics import roc_auc_score, roc_curve

from privlab.attacks.membership import (
    clopper_pearson,
    judged,
    loss_threshold,
    membership,
)


def scores(seed, ties=False):
    rng = np.random.default_rng(seed)
    members, others = rng.normal(0.5, 1, 150), rng.normal(0, 1, 200)
    return (members.round(1), others.round(1)) if ties else (members, others)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_curve_and_area_are_those_of_scikit_learn(seed, ties):
    members, others = scores(seed, ties)
    truth = np.repeat([1, 0], [len(members), len(others)])
    both = np.concatenate([members, others])
    result = membership(members, others)
    false_alarms, hits, _ = roc_curve(truth, both, drop_intermediate=False)
    np.testing.assert_allclose(result.false_alarms, false_alarms)
    np.testing.assert_allclose(result.hits, hits)
    assert result.auc == pytest.approx(roc_auc_score(truth, both))


def test_only_the_order_of_scores_counts():
    members, others = scores(0)
    result = membership(members, others)
    stretched = membership(np.exp(members), np.exp(others))
    assert (stretched.auc, stretched.advantage) == (result.auc, result.advantage)


def test_perfect_useless_and_reversed_scores():
    low, high = np.arange(10), np.arange(20, 30)
    assert membership(high, low).auc == membership(high, low).advantage == 1
    assert membership(low, low).auc == pytest.approx(0.5)
    assert membership(low, low).advantage == 0
    assert membership(low, high).auc == 0


def test_hits_at_few_false_alarms_count_only_the_sure_cases():
    result = membership(np.array([9, 8, 1, 1]), np.array([5, 2, 0, 0]))
    assert result.hits_at(0.001) == 0.5
    assert result.hits_at(0.49) == 0.5
    assert result.hits_at(0.5) == 1


def test_a_small_loss_means_member():
    assert loss_threshold(np.array([0.1, 0.2]), np.array([1.0, 2.0])).auc == 1


@pytest.mark.parametrize("bad", [[], [np.nan, 1.0]])
def test_no_scores_and_no_numbers_are_refused(bad):
    with pytest.raises(ValueError, match=r"members|others"):
        membership(np.array(bad), np.array([1.0]))


@pytest.mark.parametrize(("hits", "trials"), [(0, 20), (3, 20), (20, 20), (1, 1000)])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_limits_are_those_of_scipy(hits, trials, confidence):
    expected = binomtest(hits, trials).proportion_ci(confidence, method="exact")
    low, high = clopper_pearson(hits, trials, confidence=confidence)
    assert (low, high) == pytest.approx((expected.low, expected.high))


def test_operating_point_counts_and_bounds_both_sides():
    members = np.concatenate([np.full(30, 9.0), np.zeros(70)])
    others = np.concatenate([np.full(2, 8.0), np.zeros(998)])
    point = membership(members, others).at(0.001)
    assert point.hits == pytest.approx(0.3)
    assert (point.hits_low, point.hits_high) == pytest.approx(
        (0.2124, 0.3998), abs=1e-4
    )
    assert point.false_alarms_high == pytest.approx(beta.ppf(0.95, 2, 999))
    assert (point.members, point.others) == (100, 1000)
    assert "30.00% of 100 members" in str(point)


@pytest.mark.parametrize(("asked", "n"), [(0.001, 1000), (0.29, 100), (0.07, 100)])
def test_a_share_of_false_alarms_is_a_whole_number_of_people(asked, n):
    """Whoever asks for k of n gets k, whatever floating point makes of k / n."""
    k = round(asked * n)
    others = np.concatenate([np.arange(k) + 10.0, np.zeros(n - k)])
    point = membership(np.array([9.0, 5.0]), others).at(asked)
    assert point.hits == 1
    assert point.false_alarms_high == pytest.approx(beta.ppf(0.95, k + 1, n - k))


def test_with_no_false_alarm_allowed_the_limit_is_the_rule_of_three():
    point = membership(np.arange(10), np.arange(900)).at(0.001)
    assert point.false_alarms_high == pytest.approx(1 - 0.05 ** (1 / 900))


@pytest.mark.parametrize("asked", [0.001, 0.01, 0.1])
def test_true_false_alarms_stay_below_the_limit_as_often_as_promised(asked):
    """The others choose the threshold and are counted at it; the limit still holds."""
    rng = np.random.default_rng(7)
    failures, rounds = 0, 400
    for _ in range(rounds):
        result = membership(rng.uniform(0.5, 1, 50), rng.random(300))
        point = result.at(asked)
        caught = np.sort(result.members)[::-1][: round(point.hits * 50)]
        true_rate = 1 - caught.min() if len(caught) else 0.0
        failures += true_rate > point.false_alarms_high
    assert failures <= binom.isf(1e-6, rounds, 0.05)


def test_band_holds_the_curve_and_narrows_with_more_members():
    few, many = (membership(np.arange(n) % 7, np.arange(50) % 5) for n in (40, 4000))
    for result in (few, many):
        low, high = result.band()
        assert (low <= result.hits).all()
        assert (result.hits <= high).all()
    assert np.ptp(many.band(), axis=0).max() < np.ptp(few.band(), axis=0).max() / 5


def test_people_judged_by_index_are_those_judged_by_score():
    rng = np.random.default_rng(0)
    scores, order = rng.normal(size=60), rng.permutation(60)
    result = judged(scores, members=order[:25], others=order[25:])
    assert result.auc == membership(scores[order[:25]], scores[order[25:]]).auc


def test_nobody_is_a_member_and_not():
    with pytest.raises(ValueError, match=r"overlap in 2 people, 3 the first"):
        judged(np.arange(9.0), members=np.array([1, 3, 5]), others=np.array([3, 5, 8]))


def test_people_are_named_by_whole_numbers():
    with pytest.raises(TypeError, match="members must be whole numbers"):
        judged(np.arange(9.0), members=np.array([True]), others=np.array([3]))
