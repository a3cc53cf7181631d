"""The ROC curve of scores: laws, and scikit-learn's figures."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from privlab.attacks.membership import loss_threshold, membership


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
