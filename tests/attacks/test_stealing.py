"""Equations give the model itself; the interface counts; copies are measured."""

import numpy as np
import pytest

from privlab.attacks.stealing import (
    Interface,
    LinearCopy,
    OutOfQueries,
    agreement,
    distance,
    label_only,
    learn,
    rounded,
    solve_softmax,
)


def owner(features=5, classes=4, seed=0):
    rng = np.random.default_rng(seed)
    return LinearCopy(
        weights=rng.normal(size=(features, classes)), bias=rng.normal(size=classes)
    )


def asked(count, features=5, seed=1):
    return np.random.default_rng(seed).normal(size=(count, features))


@pytest.mark.parametrize(("features", "classes"), [(1, 2), (5, 4), (20, 3)])
def test_as_many_answers_as_unknowns_are_the_model(features, classes):
    model = owner(features, classes)
    interface = Interface(model, budget=features + 1)
    copy = solve_softmax(interface, asked(features + 1, features))
    rows = asked(200, features, seed=2)
    np.testing.assert_allclose(copy(rows), model(rows), atol=1e-7)
    np.testing.assert_allclose(
        copy.weights, model.weights - model.weights[:, :1], atol=1e-6
    )
    assert interface.spent == features + 1


def test_two_classes_are_the_logistic_regression():
    """ln p / (1 - p) is linear: scikit-learn's own coefficients come back."""
    from sklearn.linear_model import LogisticRegression

    x = asked(80, 3)
    fitted = LogisticRegression().fit(x, x[:, 0] + 0.1 * x[:, 1] > 0)
    copy = solve_softmax(fitted.predict_proba, asked(4, 3, seed=5))
    np.testing.assert_allclose(copy.weights[:, 1], fitted.coef_[0], rtol=1e-6)
    assert copy.bias[1] == pytest.approx(fitted.intercept_[0], rel=1e-5)


def test_too_few_queries_are_refused():
    with pytest.raises(ValueError, match="5 queries for 5 weights and a bias"):
        solve_softmax(owner(), asked(5))


def test_fewer_digits_make_a_worse_copy():
    model, rows = owner(), asked(400, seed=2)
    errors = [
        distance(
            model,
            solve_softmax(rounded(model, decimals=d), asked(30), least=10**-d / 4),
            rows,
        )
        for d in (6, 3, 1)
    ]
    assert errors[0] < 1e-3 < errors[1] < errors[2]


def test_an_interface_answers_up_to_its_budget_and_no_further():
    interface = Interface(owner(), budget=10)
    interface(asked(7))
    with pytest.raises(OutOfQueries, match="4 more queries after 7 exceed"):
        interface(asked(4))
    assert interface.spent == 7  # a refused question is not counted
    np.testing.assert_array_equal(interface(asked(3)), owner()(asked(3)))


@pytest.mark.parametrize("rows", [np.zeros((0, 5)), np.zeros(5)])
def test_zero_queries_are_no_question(rows):
    with pytest.raises(ValueError, match="at least one row"):
        Interface(owner(), budget=3)(rows)
    with pytest.raises(ValueError, match="budget=0"):
        Interface(owner(), budget=0)


def test_labels_and_rounded_answers_say_less():
    rows = asked(50)
    exact = owner()(rows)
    shown = label_only(owner())(rows)
    assert set(shown.ravel()) == {0, 1}
    np.testing.assert_array_equal(shown.argmax(axis=1), exact.argmax(axis=1))
    np.testing.assert_array_equal(
        rounded(owner(), decimals=2)(rows), np.round(exact, 2)
    )


def test_learning_asks_once_and_fits_what_was_answered():
    interface = Interface(owner(), budget=20)
    seen = {}

    def fit(rows, answers):
        seen["rows"], seen["answers"] = rows, answers
        return owner()

    copy = learn(interface, asked(20), fit)
    np.testing.assert_array_equal(seen["answers"], owner()(asked(20)))
    assert interface.spent == 20
    assert agreement(owner(), copy, asked(50)) == 1


def test_agreement_and_distance_between_two_models():
    first, second = owner(seed=0), owner(seed=1)
    rows = asked(300)
    same = np.mean(first(rows).argmax(1) == second(rows).argmax(1))
    assert agreement(first, second, rows) == same
    assert distance(first, first, rows) == 0
    assert distance(label_only(first), label_only(second), rows) == pytest.approx(
        1 - same
    )
    with pytest.raises(ValueError, match="nothing to agree on"):
        agreement(first, second, np.zeros((0, 5)))
