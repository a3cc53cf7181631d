"""LP decoding: exact where it must be, equal to an independent formulation, bounded."""

import numpy as np
import pytest
from scipy.optimize import linprog, lsq_linear

from privlab.attacks.reconstruction import (
    Reconstruction,
    least_absolute,
    random_questions,
    within,
)

seeds = pytest.mark.parametrize("seed", range(5))


def case(seed, people=24, each=6):
    rng = np.random.default_rng(seed)
    secret = rng.integers(0, 2, people)
    queries = random_questions(people, each * people, rng=rng)
    return rng, secret, queries, (queries @ secret).astype(float)


@seeds
def test_exact_answers_give_every_secret_away(seed):
    _, secret, queries, answers = case(seed)
    assert least_absolute(queries, answers).right(secret) == 1
    assert within(queries, answers, 0).right(secret) == 1


@seeds
def test_the_optimum_is_that_of_the_dual_program(seed):
    rng, _, queries, answers = case(seed)
    noisy = answers + rng.normal(0, 2, len(answers))
    found = least_absolute(queries, noisy).fractions
    # min over |d| <= 1 of -y d + sum max(0, A' d): its value is minus the primal's.
    people = queries.shape[1]
    dual = linprog(
        np.concatenate([-noisy, np.ones(people)]),
        A_ub=np.hstack([queries.T, -np.eye(people)]),
        b_ub=np.zeros(people),
        bounds=[(-1, 1)] * len(noisy) + [(0, None)] * people,
    )
    assert np.abs(noisy - queries @ found).sum() == pytest.approx(-dual.fun)
    assert ((found >= 0) & (found <= 1)).all()


@seeds
def test_wild_answers_are_ignored_if_the_others_are_right(seed):
    # Dwork, McSherry and Talwar 2007; least squares, by contrast, is misled.
    rng, secret, queries, answers = case(seed, people=30, each=8)
    wild = rng.choice(len(answers), len(answers) // 10, replace=False)
    answers[wild] = rng.uniform(-500, 500, len(wild))
    assert least_absolute(queries, answers).right(secret) == 1
    squares = lsq_linear(queries, answers, bounds=(0, 1)).x
    assert ((squares > 0.5) != secret).any()


@seeds
def test_every_solution_within_the_error_is_near_the_secret(seed):
    rng, secret, queries, answers = case(seed, people=32, each=32)
    error = 0.15 * np.sqrt(32)
    noisy = answers + rng.uniform(-error, error, len(answers))
    found = within(queries, noisy, error)
    assert np.abs(noisy - queries @ found.fractions).max() <= error + 1e-6
    assert found.right(secret) >= 0.9


def test_an_error_that_no_secret_meets_is_said():
    with pytest.raises(ValueError, match=r"error=0\.2 is too small"):
        within(np.array([[1], [1]]), np.array([0, 1]), 0.2)


def test_random_questions_ask_about_half_of_the_people():
    queries = random_questions(50, 2000, rng=np.random.default_rng(0))
    assert queries.shape == (2000, 50)
    assert set(np.unique(queries)) == {0, 1}
    # 100 000 fair coins: a standard error of 0.0016
    assert queries.mean() == pytest.approx(0.5, abs=0.01)


def test_right_counts_people_and_half_rounds_down():
    found = Reconstruction(fractions=np.array([0, 0.5, 0.51, 1]))
    assert list(found.bits) == [0, 0, 1, 1]
    assert found.right(np.array([0, 1, 1, 1])) == 0.75


@pytest.mark.parametrize(
    ("queries", "answers", "words"),
    [
        (np.ones((2, 3)), np.ones(3), "do not fit answers"),
        (np.ones((0, 3)), np.ones(0), "at least one of both"),
        (np.full((2, 3), 2), np.ones(2), "0 and 1 only"),
        (np.ones((2, 3)), np.array([1, np.nan]), "answers contains nan"),
    ],
)
def test_bad_questions_and_answers_are_named(queries, answers, words):
    for attack in (least_absolute, lambda a, y: within(a, y, 1)):
        with pytest.raises(ValueError, match=words):
            attack(queries, answers)


def test_other_bad_input_is_named():
    with pytest.raises(ValueError, match="error=-1"):
        within(np.ones((1, 1)), np.ones(1), -1)
    with pytest.raises(ValueError, match="people=0"):
        random_questions(0, 1, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="does not fit 1 people"):
        Reconstruction(fractions=np.ones(1)).right(np.ones(2))
