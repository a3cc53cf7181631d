"""LiRA, calibration, RMIA and the attack model against independent computations."""

import math
from statistics import NormalDist, fmean, pvariance

import numpy as np
import pytest
from scipy.special import log_softmax

from privlab.attacks.attack_model import attack_model_scores
from privlab.attacks.lira import (
    Evidence,
    calibrated,
    lira_offline,
    lira_online,
    own_variance,
    scaled_confidence,
    shared_variance,
)
from privlab.attacks.membership import judged
from privlab.attacks.rmia import average_offline, average_online, rmia

MODELS, PEOPLE, CLASSES = 12, 30, 4


def logits_and_labels(seed=0):
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (MODELS + 1, PEOPLE, CLASSES))
    inside = np.argsort(rng.random((PEOPLE, MODELS))).T % 2 == 0
    return logits, rng.integers(CLASSES, size=PEOPLE), inside


@pytest.fixture
def seen():
    logits, labels, inside = logits_and_labels()
    phi = scaled_confidence(logits, labels)
    return Evidence(target=phi[-1], shadow=phi[:-1], inside=inside)


def by_hand(logits, labels, inside, person):
    """phi of the target and of the shadow models in and out, in plain Python."""

    def phi(row):
        powers = [math.exp(z) for z in row]
        p = powers[labels[person]] / sum(powers)
        return math.log(p / (1 - p))

    every = [phi(model[person]) for model in logits]
    with_them = [v for v, i in zip(every, inside[:, person], strict=False) if i]
    without = [v for v, i in zip(every, inside[:, person], strict=False) if not i]
    return every[-1], with_them, without


def log_density(value, sample, variance):
    return math.log(NormalDist(fmean(sample), math.sqrt(variance)).pdf(value))


def test_lira_scores_are_those_of_plain_python_on_the_same_logits(seen):
    logits, labels, inside = logits_and_labels()
    online, offline = lira_online(seen), lira_offline(seen)
    for person in range(PEOPLE):
        target, with_them, without = by_hand(logits, labels, inside, person)
        expected = log_density(target, with_them, pvariance(with_them)) - log_density(
            target, without, pvariance(without)
        )
        assert online[person] == pytest.approx(expected, rel=1e-6)
        law = NormalDist(fmean(without), math.sqrt(pvariance(without)))
        assert -math.expm1(-offline[person]) == pytest.approx(law.cdf(target), rel=1e-6)


def test_shared_variance_is_the_mean_of_the_own_ones(seen):
    logits, labels, inside = logits_and_labels()
    of_all = [by_hand(logits, labels, inside, person) for person in range(PEOPLE)]
    share_in, share_out = (fmean(pvariance(one[k]) for one in of_all) for k in (1, 2))
    expected = [
        log_density(target, with_them, share_in)
        - log_density(target, without, share_out)
        for target, with_them, without in of_all
    ]
    np.testing.assert_allclose(lira_online(seen, shared_variance), expected)


def test_two_equal_laws_give_no_evidence(seen):
    """Each model twice, once with a person and once without: nothing to be told."""
    shadow = np.repeat(seen.shadow, 2, axis=0)
    inside = np.arange(len(shadow))[:, None] % 2 == np.zeros(PEOPLE, int)
    twin = Evidence(target=seen.target, shadow=shadow, inside=inside)
    np.testing.assert_allclose(lira_online(twin), 0, atol=1e-12)


def test_a_score_is_the_log_odds_that_bayes_would_bet_on():
    """With laws N(1, 1) and N(0, 1) the logarithm of the ratio is phi - 1/2."""
    rng = np.random.default_rng(5)
    inside = np.arange(8000)[:, None] < np.full(3, 4000)
    shadow = rng.normal(inside, 1)
    target = np.array([-1.0, 0.5, 2.0])
    scores = lira_online(Evidence(target=target, shadow=shadow, inside=inside))
    np.testing.assert_allclose(scores, target - 0.5, atol=0.3)


@pytest.mark.parametrize("shift", [0, 800, -800])
def test_scaled_confidence_needs_no_probability_below_one(shift):
    logits = np.array([[shift + 900.0, shift, shift - 5.0]])
    phi = scaled_confidence(logits, np.array([0]))
    assert phi[0] == pytest.approx(900 - math.log1p(math.exp(-5)))


def test_scaled_confidence_is_the_logit_of_the_own_probability():
    logits, labels, _ = logits_and_labels(3)
    p = np.exp(log_softmax(logits, axis=-1))[..., np.arange(PEOPLE), labels]
    np.testing.assert_allclose(scaled_confidence(logits, labels), np.log(p / (1 - p)))


def test_targets_are_judged_together_as_they_are_alone(seen):
    several = np.stack([seen.target, seen.target[::-1]])
    both = Evidence(target=several, shadow=seen.shadow, inside=seen.inside)
    for score in (lira_online, lira_offline, calibrated):
        np.testing.assert_array_equal(score(both)[0], score(seen))


def test_own_variance_is_that_of_the_chosen_rows(seen):
    expected = [
        pvariance(seen.shadow[seen.inside[:, k], k].tolist()) for k in range(PEOPLE)
    ]
    np.testing.assert_allclose(own_variance(seen.shadow, seen.inside), expected)


def test_calibration_takes_off_what_a_person_always_costs(seen):
    """Adding any number to all losses of one person changes nothing."""
    extra = np.random.default_rng(0).normal(0, 9, PEOPLE)
    harder = Evidence(
        target=seen.target + extra, shadow=seen.shadow + extra, inside=seen.inside
    )
    np.testing.assert_allclose(calibrated(harder), calibrated(seen), atol=1e-9)


def confidences():
    logits, labels, inside = logits_and_labels(2)
    p = np.exp(log_softmax(logits, axis=-1))[..., np.arange(PEOPLE), labels]
    return Evidence(target=p[-1], shadow=p[:-1], inside=inside)


@pytest.mark.parametrize("gamma", [0.5, 1, 2])
def test_rmia_counts_the_people_who_are_beaten(gamma):
    seen = confidences()
    average = average_online(seen)
    scores = rmia(seen.target, average, seen.target, average, gamma=gamma)
    for x in range(PEOPLE):
        ratios = [
            (seen.target[x] / average[x]) / (seen.target[z] / average[z])
            for z in range(PEOPLE)
        ]
        assert scores[x] == pytest.approx(np.mean(np.array(ratios) >= gamma - 1e-12))


def test_rmia_ranks_by_confidence_over_its_average():
    seen = confidences()
    average = average_offline(seen)
    scores = rmia(seen.target, average, seen.target, average, gamma=1.0)
    order = np.argsort(seen.target / average)
    assert (np.diff(scores[order]) >= 0).all()


def test_offline_average_is_online_where_members_are_as_assumed():
    """If members' confidence is (1 - a) of the way from Pr_out to 1, both agree."""
    seen = confidences()
    without = np.broadcast_to(seen.target, seen.shadow.shape)
    shadow = np.where(seen.inside, 0.3 * without + 0.7, without)
    both = Evidence(target=seen.target, shadow=shadow, inside=seen.inside)
    np.testing.assert_allclose(average_offline(both, a=0.3), average_online(both))


def test_attack_model_finds_the_difference_that_is_there_and_no_other():
    """Members' outputs are sharper in class 0 only."""
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 1], 300)
    inside = rng.random((9, 600)) < 0.5
    logits = rng.normal(0, 1, (9, 600, 2))
    logits[..., 0] += 3 * inside * (labels == 0)
    outputs = log_softmax(logits, axis=-1)
    scores = attack_model_scores(outputs[-1], outputs[:-1], inside[:-1], labels)
    people = np.arange(600)

    def auc(label):
        return judged(
            scores,
            members=people[inside[-1] & (labels == label)],
            others=people[~inside[-1] & (labels == label)],
        ).auc

    assert auc(0) > 0.9
    assert auc(1) == pytest.approx(0.5, abs=0.25)  # a standard error of 0.033


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"target": np.zeros(PEOPLE + 1)}, ValueError, r"must be \(n,\)"),
        ({"target": np.full(PEOPLE, np.nan)}, ValueError, "target contains nan"),
        ({"inside": np.zeros((MODELS, PEOPLE))}, TypeError, "true or false"),
        ({"inside": np.ones((MODELS, PEOPLE), bool)}, ValueError, "only 0 shadow"),
    ],
)
def test_evidence_that_cannot_be_used_is_refused(seen, change, error, text):
    fields = {"target": seen.target, "shadow": seen.shadow, "inside": seen.inside}
    with pytest.raises(error, match=text):
        Evidence(**(fields | change))


def test_attack_model_and_rmia_refuse_what_teaches_nothing():
    one = np.zeros((5, 2))
    with pytest.raises(ValueError, match="all in or all out"):
        attack_model_scores(
            one, np.zeros((3, 5, 2)), np.ones((3, 5), bool), np.zeros(5, int)
        )
    with pytest.raises(ValueError, match="nobody to compare"):
        rmia(np.ones(2), np.ones(2), np.ones(0), np.ones(0))
    with pytest.raises(ValueError, match="a=2"):
        average_offline(confidences(), a=2)
