"""Inversion walks uphill; attribute inference is Bayes' rule, with its baseline."""

import numpy as np
import pytest
import torch

from privlab.attacks.inversion import (
    fits_label,
    fits_output,
    infer_attribute,
    invert,
    slope_by_queries,
    slope_of_model,
)
from privlab.core.models import mlp


@pytest.fixture
def model():
    return mlp(6, 8, 3, rng=torch.Generator().manual_seed(0))


def answers(model):
    def predict(rows):
        with torch.no_grad():
            return model(torch.tensor(rows, dtype=torch.float32)).softmax(1).numpy()

    return predict


@pytest.mark.parametrize("label", range(3))
def test_slope_by_queries_is_that_of_the_model(model, label):
    x = np.random.default_rng(1).random(6)
    exact = slope_of_model(model, label)(x)
    asked = slope_by_queries(answers(model), label, step=0.01)(x)
    np.testing.assert_allclose(asked, exact, atol=1e-3)


def test_the_walk_makes_the_model_surer_and_stays_in_range(model):
    walk = invert(slope_of_model(model, 1), np.full(6, 0.5), steps=30, rate=0.05)
    sure = answers(model)(walk.path)[:, 1]
    assert walk.path.shape == (31, 6)
    assert sure[-1] > sure[0]
    assert (walk.path >= 0).all()
    assert (walk.path <= 1).all()


def test_a_linear_slope_leads_to_the_nearest_corner():
    slope = np.array([3.0, -4.0])
    walk = invert(lambda x: slope, np.array([0.5, 0.5]), steps=1, rate=0.1)
    np.testing.assert_allclose(walk.image, [0.56, 0.42])
    far = invert(lambda x: slope, np.array([0.5, 0.5]), steps=99, rate=0.1)
    np.testing.assert_array_equal(far.image, [1, 0])


def test_no_slope_ends_the_walk_where_it_is():
    walk = invert(np.zeros_like, np.full(4, 0.3), steps=5, rate=0.1)
    np.testing.assert_array_equal(walk.image, np.full(4, 0.3))


def by_hand(prior, fits):
    joint = [p * f for p, f in zip(prior, fits, strict=True)]
    return [j / sum(joint) for j in joint]


def test_posterior_is_prior_times_likelihood(model):
    rng = np.random.default_rng(0)
    records, labels = rng.random((5, 6)), rng.integers(3, size=5)
    prior = rng.dirichlet([1, 1], size=5)
    result = infer_attribute(
        fits_label(answers(model), labels),
        records,
        column=2,
        candidates=np.array([0.0, 1.0]),
        prior=prior,
        truth=np.zeros(5, int),
    )
    for k in range(5):
        rows = np.repeat(records[k : k + 1], 2, axis=0)
        rows[:, 2] = [0, 1]
        fits = answers(model)(rows)[:, labels[k]]
        np.testing.assert_allclose(result.posterior[k], by_hand(prior[k], fits))
    assert result.gain == result.right - result.right_without


def logistic(rows):
    p = 1 / (1 + np.exp(-rows @ np.array([1.0, -2.0, 0.5])))
    return np.column_stack([1 - p, p])


@pytest.mark.parametrize("column", range(3))
def test_an_exact_answer_is_the_hidden_entry(column):
    rng = np.random.default_rng(3)
    candidates = np.linspace(-1, 1, 21)
    records, truth = rng.normal(size=(40, 3)), rng.integers(21, size=40)
    records[:, column] = candidates[truth]
    likelihood = fits_output(logistic, logistic(records), width=1e-4)
    result = infer_attribute(
        likelihood,
        records,
        column=column,
        candidates=candidates,
        prior=np.full((40, 21), 1 / 21),
        truth=truth,
    )
    assert result.right == 1


def test_a_model_that_says_nothing_adds_nothing():
    rng = np.random.default_rng(0)
    prior = rng.dirichlet(np.ones(4), size=30)
    result = infer_attribute(
        lambda rows: np.full(len(rows), 0.5),
        rng.normal(size=(30, 3)),
        column=0,
        candidates=np.arange(4.0),
        prior=prior,
        truth=rng.integers(4, size=30),
    )
    np.testing.assert_allclose(result.posterior, prior)
    assert result.gain == 0


@pytest.mark.parametrize("width", [1.0, 1e-3, 1e-9])
def test_of_two_that_hardly_fit_the_nearer_one_is_likelier(width):
    result = infer_attribute(
        fits_output(lambda rows: rows[:, :1], np.array([[0.5]]), width=width),
        np.zeros((1, 2)),
        column=0,
        candidates=np.array([0.2, 0.3]),
        prior=np.array([[0.6, 0.4]]),
        truth=np.array([1]),
    )
    odds = (
        0.4 / 0.6 * np.exp((0.3**2 - 0.2**2) / (2 * width**2) if width > 0.1 else 700)
    )
    np.testing.assert_allclose(result.posterior[0, 1], odds / (1 + odds))


def test_bad_input_is_refused_by_name():
    with pytest.raises(ValueError, match="at least 2"):
        infer_attribute(
            len,
            np.zeros((2, 2)),
            column=0,
            candidates=np.array([1.0]),
            prior=np.ones((2, 1)),
            truth=np.zeros(2, int),
        )
    with pytest.raises(ValueError, match=r"low=1\.0 must be < high=1\.0"):
        invert(np.zeros_like, np.ones(2), steps=1, rate=1, low=1.0, high=1.0)
    with pytest.raises(ValueError, match="rate=0"):
        invert(np.zeros_like, np.ones(2), steps=1, rate=0)
    with pytest.raises(ValueError, match="steps=0"):
        invert(np.zeros_like, np.ones(2), steps=0, rate=1)
    with pytest.raises(ValueError, match="step=0"):
        slope_by_queries(logistic, 0, step=0)
    with pytest.raises(ValueError, match="width=0"):
        fits_output(logistic, np.ones((1, 2)), width=0)
