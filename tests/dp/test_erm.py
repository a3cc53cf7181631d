"""Private logistic regression: an exact minimum, the noise's law, and audits."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import gamma, kstest

from privlab.core.datasets import breast_cancer
from privlab.core.privacy import Privacy
from privlab.dp.audit import audit
from privlab.dp.class_means import clip_rows
from privlab.dp.erm import (
    CURVATURE,
    ObjectivePerturbation,
    OutputPerturbation,
    examples,
    minimum,
    spherical,
)

laws = settings(deadline=None, derandomize=True)
BOTH = pytest.mark.parametrize("kind", [OutputPerturbation, ObjectivePerturbation])


def some(n: int, d: int, *, seed: int = 0):
    """Rows of length at most 1, and labels that lean on the first column."""
    rng = np.random.default_rng(seed)
    rows = clip_rows(rng.normal(size=(n, d)), 1)
    return rows, np.where(rows[:, 0] + rng.normal(size=n) / 3 > 0, 1.0, -1.0)


def objective(w, rows, labels, weight_decay, push=0.0):
    loss = np.logaddexp(0, -labels * (rows @ w)).mean()
    return loss + weight_decay * w @ w / 2 + np.sum(push * w)


def gradient(w, rows, labels, weight_decay):
    pulls = -labels * expit(-labels * (rows @ w))
    return pulls @ rows / len(rows) + weight_decay * w


# The minimum


@laws
@given(
    st.integers(1, 30),
    st.integers(1, 6),
    st.floats(1e-6, 100),
    st.floats(-1_000, 1_000),
)
def test_the_gradient_is_zero_at_the_minimum(n, d, weight_decay, size):
    rows, labels = some(n, d, seed=n)
    push = size * np.random.default_rng(d).normal(size=d)
    w = minimum(rows, labels, weight_decay=weight_decay, push=push)
    slope = gradient(w, rows, labels, weight_decay) + push
    assert np.abs(slope).max() <= 2e-10 * max(1, np.abs(push).max())


@pytest.mark.parametrize("push", [0.0, np.array([0.3, -0.1, 0])])
def test_nothing_near_the_minimum_is_lower(push):
    rows, labels = some(20, 3)
    w = minimum(rows, labels, weight_decay=0.1, push=push)
    lowest = objective(w, rows, labels, 0.1, push)
    for step in np.random.default_rng(1).normal(size=(200, 3)) / 10:
        assert objective(w + step, rows, labels, 0.1, push) > lowest


@pytest.mark.parametrize("weight_decay", [1e-3, 0.1, 10])
def test_the_minimum_agrees_with_scikit_learn(weight_decay):
    from sklearn.linear_model import LogisticRegression

    rows, labels = some(60, 4)
    peer = LogisticRegression(
        C=1 / (len(rows) * weight_decay), fit_intercept=False, tol=1e-10
    ).fit(rows, labels)
    w = minimum(rows, labels, weight_decay=weight_decay)
    np.testing.assert_allclose(w, peer.coef_[0], atol=1e-6)


@pytest.mark.parametrize("n", [1, 2, 5, 20])
@pytest.mark.parametrize("weight_decay", [0.01, 0.3, 5])
def test_one_example_moves_the_minimum_no_further_than_its_sensitivity(n, weight_decay):
    allowed = OutputPerturbation(epsilon=1, weight_decay=weight_decay).sensitivity(n)
    assert allowed == 2 / (n * weight_decay)
    for seed in range(30):
        rows, labels = some(n + 1, 3, seed=seed)
        here = minimum(rows[:n], labels[:n], weight_decay=weight_decay)
        there = minimum(rows[1:], labels[1:], weight_decay=weight_decay)
        assert np.linalg.norm(here - there) <= allowed


def test_an_example_that_is_wrong_both_times_takes_most_of_its_sensitivity():
    n, weight_decay, lean = 2_000, 1e-3, 0.5
    crowd = np.tile([0.0, 1.0], (n - 1, 1))  # who make w large, and the example wrong
    side = math.sqrt(1 - lean**2)
    here, there = (
        minimum(np.vstack([crowd, [x, -lean]]), np.ones(n), weight_decay=weight_decay)
        for x in (side, -side)
    )
    assert np.linalg.norm(here - there) > 0.7 * 2 / (n * weight_decay)


# The noise


@pytest.mark.parametrize(("size", "rate"), [(1, 1.0), (3, 0.2), (20, 5.0)])
def test_spherical_noise_has_gamma_length_and_no_direction(size, rate):
    rng = np.random.default_rng(2)
    noise = np.array([spherical(size, rate, rng=rng) for _ in range(4_000)])
    lengths = np.linalg.norm(noise, axis=1)
    assert kstest(lengths, gamma(size, scale=1 / rate).cdf).pvalue > 1e-6
    directions = noise / lengths[:, None]
    # Each coordinate of a direction has mean 0 and variance 1 / size.
    assert np.abs(directions.mean(axis=0)).max() <= 6 / math.sqrt(4_000 * size)
    # E|b b'| is isotropic: second moments agree along every axis, within 6 errors.
    spread = directions**2
    errors = spread.std(axis=0) / math.sqrt(4_000)
    assert np.all(np.abs(spread.mean(axis=0) - 1 / size) <= 6 * errors + 1e-12)


def test_one_dimensional_spherical_noise_is_laplace():
    rng = np.random.default_rng(3)
    noise = [spherical(1, 2.0, rng=rng)[0] for _ in range(4_000)]
    assert kstest(noise, "laplace", args=(0, 0.5)).pvalue > 1e-6


def test_output_perturbation_adds_noise_for_its_sensitivity():
    mechanism = OutputPerturbation(epsilon=2, weight_decay=0.1)
    rows, labels = some(10, 3)
    exact, rng = minimum(rows, labels, weight_decay=0.1), np.random.default_rng(4)
    lengths = [
        np.linalg.norm(mechanism.release(rows, labels, rng=rng) - exact)
        for _ in range(2_000)
    ]
    law = gamma(3, scale=mechanism.sensitivity(10) / 2)
    assert kstest(lengths, law.cdf).pvalue > 1e-6


@pytest.mark.parametrize("epsilon", [0.1, 2])
def test_objective_perturbation_hides_the_gradient_with_its_noise(epsilon):
    mechanism = ObjectivePerturbation(epsilon=epsilon, weight_decay=0.05)
    rows, labels = some(10, 3)
    left, weight_decay = mechanism.parameters(10)
    rng, lengths = np.random.default_rng(5), []
    for _ in range(2_000):
        w = mechanism.release(rows, labels, rng=rng)
        noise = -10 * gradient(w, rows, labels, weight_decay)
        lengths.append(np.linalg.norm(noise))
    assert kstest(lengths, gamma(3, scale=2 / left).cdf).pvalue > 1e-6


@laws
@given(st.floats(1e-3, 20), st.floats(1e-6, 10), st.integers(1, 10_000))
def test_noise_and_curvature_together_spend_epsilon(epsilon, weight_decay, n):
    mechanism = ObjectivePerturbation(epsilon=epsilon, weight_decay=weight_decay)
    left, used = mechanism.parameters(n)
    curvature = 2 * math.log1p(CURVATURE / (n * used))
    assert left + curvature == pytest.approx(epsilon)
    assert left > 0
    assert used >= weight_decay


@BOTH
def test_with_much_epsilon_the_noise_vanishes(kind):
    rows, labels = some(30, 3)
    w = kind(epsilon=1e9, weight_decay=0.1).release(
        rows, labels, rng=np.random.default_rng(6)
    )
    np.testing.assert_allclose(w, minimum(rows, labels, weight_decay=0.1), atol=1e-6)


def test_noise_that_does_not_multiply_the_weights_moves_no_minimum():
    rows, labels = some(20, 3)
    w = minimum(rows, labels, weight_decay=0.1)
    step = np.array([1e-3, 0, 0])
    for noise in (0, 1e6):  # L + noise, as the article has it: the slope is the same
        ahead, behind = (
            objective(w + move, rows, labels, 0.1) + noise for move in (step, -step)
        )
        assert (ahead - behind) / 2e-3 == pytest.approx(0, abs=1e-6)


@BOTH
def test_on_real_data_more_epsilon_predicts_better(kind):
    data = breast_cancer()
    standard = (data.features - data.features.mean(axis=0)) / data.features.std(axis=0)
    rows, labels = clip_rows(standard / 6, 1), np.where(data.target == 1, 1.0, -1.0)

    def accuracy(epsilon, seed):
        mechanism = kind(epsilon=epsilon, weight_decay=0.01)
        w = mechanism.release(rows, labels, rng=np.random.default_rng(seed))
        return np.mean(np.sign(rows @ w) == labels)

    accuracies = [
        np.mean([accuracy(epsilon, seed) for seed in range(5)])
        for epsilon in (0.05, 1, 50)
    ]
    assert accuracies == sorted(accuracies)
    assert accuracies[-1] > 0.93


# Under attack


def projected(kind, epsilon, weight_decay, *, seed, trials=1_500) -> float:
    """An audit on two data sets of two examples; the adversary reads the first weight.

    One example is turned round. The other is the same in both.
    """
    other = [0.0, 1.0]
    first, second = np.array([[1.0, 0.0], other]), np.array([[-1.0, 0.0], other])
    mechanism = kind(epsilon=epsilon, weight_decay=weight_decay)

    def release(rows, *, rng):
        return mechanism.release(rows, np.ones(2), rng=rng)[0]

    rng = np.random.default_rng(seed)
    return audit(release, first, second, trials=trials, rng=rng).epsilon_lower


@BOTH
@pytest.mark.parametrize(("epsilon", "weight_decay"), [(2, 5.0), (6, 1.0)])
@pytest.mark.parametrize("seed", [0, 1])
def test_no_audit_finds_more_than_the_promise(kind, epsilon, weight_decay, seed):
    found = projected(kind, epsilon, weight_decay, seed=seed)
    assert 0 < found <= epsilon


@BOTH
def test_the_promise_is_pure(kind):
    assert kind(epsilon=2, weight_decay=1).privacy == Privacy(epsilon=2)


# Arguments


@BOTH
@pytest.mark.parametrize(
    ("rows", "labels", "message"),
    [
        ([[0.0, 1.1]], [1], r"a row has length 1.1 > 1: clip_rows"),
        ([[0.0, 1.0]], [0], r"labels=\[0.\] must be -1 and \+1"),
        ([[0.0, math.nan]], [1], "rows contains nan"),
        ([[0.0, 1.0]], [math.inf], "labels contains inf"),
        ([[0.0, 1.0]], [1, -1], "one label for each"),
        ([0.0, 1.0], [1, -1], "one label for each"),
        (np.zeros((0, 2)), [], "one or more rows"),
    ],
)
def test_examples_that_the_theorems_exclude_are_refused(kind, rows, labels, message):
    mechanism = kind(epsilon=1, weight_decay=1)
    with pytest.raises(ValueError, match=message):
        mechanism.release(rows, labels, rng=np.random.default_rng(0))


def test_clipped_rows_are_welcome():
    rows = clip_rows(np.random.default_rng(7).normal(size=(500, 7)) * 9, 1)
    examples(rows, np.ones(500))


@BOTH
@pytest.mark.parametrize("name", ["epsilon", "weight_decay"])
@laws
@given(bad=st.floats())
def test_impossible_parameters_are_named(kind, name, bad):
    assume(not (0 < bad < math.inf))
    with pytest.raises(ValueError, match=f"{name}="):
        kind(**{"epsilon": 1, "weight_decay": 1, name: bad})


def test_a_minimum_without_decay_is_refused():
    with pytest.raises(ValueError, match="weight_decay=0 must be > 0"):
        minimum(*some(3, 2), weight_decay=0)


def test_a_minimum_that_cannot_be_reached_is_not_passed_off_as_one():
    with pytest.raises(RuntimeError, match="no exact minimum"):
        minimum(*some(3, 2), weight_decay=1, push=np.full(2, math.nan))
