"""Encrypted training and scoring against the same function in the open."""

import numpy as np
import pytest

from privlab.core.datasets import breast_cancer, diabetes
from privlab.he.context import SCORE, SHALLOW, TRAINING, LevelsExhausted
from privlab.he.keyholder import new_keys, new_keys_with_rotations
from privlab.he.regression import (
    LINEAR,
    LOGISTIC,
    encrypted_table,
    fit_encrypted,
    fit_open,
    gradient,
    score,
    sigmoid,
)
from privlab.he.vectors import columns, decrypt, encrypt


def standard(table):
    return (table - table.mean(axis=0)) / table.std(axis=0)


def tumours():
    data = breast_cancer()
    features = standard(data.features[:, :6])
    return np.c_[features, np.ones(len(data))], 1 - data.target


def patients():
    data = diabetes()
    return standard(data.features), standard(data.target)


def test_the_open_linear_descent_is_the_textbooks():
    x, y = patients()
    weights = np.zeros(10)
    for _ in range(30):
        weights -= 0.3 * x.T @ (x @ weights - y) / len(y)
    own = fit_open(LINEAR, x, y, steps=30, rate=0.3)
    assert own.weights == pytest.approx(weights)


def test_the_open_logistic_descent_is_the_textbooks_with_the_polynomial():
    x, y = tumours()
    weights = np.zeros(7)
    for _ in range(10):
        weights -= 0.3 * x.T @ (sigmoid(x @ weights) - y) / len(y)
    assert fit_open(LOGISTIC, x, y, steps=10, rate=0.3).weights == pytest.approx(
        weights
    )


def test_many_linear_steps_reach_the_least_squares_solution():
    x, y = patients()
    best = np.linalg.lstsq(x, y)[0]
    own = fit_open(LINEAR, x, y, steps=4000, rate=0.4)
    assert own.weights == pytest.approx(best, abs=1e-3)


def test_the_polynomial_is_near_the_sigmoid_where_it_was_fitted():
    z = np.linspace(-5, 5, 101)
    assert np.abs(sigmoid(z) - 1 / (1 + np.exp(-z))).max() < 0.08


@pytest.mark.parametrize(
    ("model", "parameters", "data", "bound"),
    [(LINEAR, SHALLOW, patients, 1e-5), (LOGISTIC, TRAINING, tumours, 1e-3)],
    ids=["linear", "logistic"],
)
def test_encrypted_training_agrees_with_plaintext(model, parameters, data, bound):
    x, y = data()
    keys = new_keys_with_rotations(parameters)
    table = encrypted_table(keys.public, model, x, y)
    own = fit_encrypted(model, table, keys, steps=2, rate=0.3)
    right = fit_open(model, x, y, steps=2, rate=0.3)
    off = np.linalg.norm(own.path[1:] - right.path[1:], axis=1)
    assert (off / np.linalg.norm(right.path[1:], axis=1)).max() < bound


def test_the_gradient_of_one_patient_is_the_patient():
    x, y = patients()
    slopes = gradient(LINEAR, list(x[:1].T), y[:1], np.zeros(10))
    assert np.array(slopes) == pytest.approx(-y[0] * x[0])


def test_training_plans_its_levels_before_it_encrypts():
    x, y = tumours()
    keys = new_keys(SHALLOW)
    with pytest.raises(
        LevelsExhausted, match=r"depth 4, 'shallow' has 2; .* 'training'"
    ):
        encrypted_table(keys.public, LOGISTIC, x, y)
    with pytest.raises(ValueError, match="features has 569 rows, target 9"):
        encrypted_table(keys.public, LINEAR, x, y[:9])


@pytest.mark.parametrize("hidden_model", ["plain weights", "encrypted weights"])
def test_scores_agree_with_plain_and_with_encrypted_models(hidden_model):
    x, _ = tumours()
    keys, weights = new_keys(SCORE), np.linspace(-0.3, 0.3, 7)
    sent = weights, 0.25
    if hidden_model == "encrypted weights":
        rows = len(x)
        sent = (
            [encrypt(keys.public, np.full(rows, w)) for w in weights],
            encrypt(keys.public, np.full(rows, 0.25)),
        )
    got = decrypt(keys, score(columns(keys.public, x), *sent))
    assert got == pytest.approx(x @ weights + 0.25, abs=1e-3)
