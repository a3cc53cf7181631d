"""Exact linear scores give their matrix away, in as many questions as its rank."""

import numpy as np
import pytest

from privlab.attacks.linear_scores import rebuilt_operator


def server(rng, films: int, rank: int) -> np.ndarray:
    c = rng.normal(size=(films, rank))
    return c @ np.linalg.solve(c.T @ c + np.eye(rank), c.T)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("films", "rank"), [(6, 1), (40, 3), (80, 10)])
def test_rank_many_questions_are_enough_and_one_fewer_is_not(seed, films, rank):
    rng = np.random.default_rng(seed)
    w = server(rng, films, rank)
    asked = rng.normal(size=(films, rank))
    found = rebuilt_operator(asked, w @ asked, rank=rank)
    np.testing.assert_allclose(found, w, atol=1e-6)
    if rank > 1:
        less = asked[:, 1:]
        partly = rebuilt_operator(less, w @ less, rank=rank - 1)
        assert np.linalg.norm(partly - w) > 0.1 * np.linalg.norm(w)


def test_it_is_the_formula_of_the_lesson():
    rng = np.random.default_rng(0)
    w, asked = server(rng, 30, 4), rng.normal(size=(30, 4))
    told = w @ asked
    nystroem = told @ np.linalg.solve(asked.T @ told, told.T)
    np.testing.assert_allclose(
        rebuilt_operator(asked, told, rank=4), nystroem, atol=1e-8
    )


def test_more_questions_average_noise_away():
    rng = np.random.default_rng(0)
    w = server(rng, 40, 3)

    def off(count: int) -> float:
        asked = rng.normal(size=(40, count))
        told = w @ asked + 0.05 * rng.normal(size=(40, count))
        return float(np.linalg.norm(rebuilt_operator(asked, told, rank=3) - w))

    assert np.mean([off(400) for _ in range(5)]) < np.mean([off(20) for _ in range(5)])


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"questions \(4, 2\) and answers \(4, 3\)"):
        rebuilt_operator(np.ones((4, 2)), np.ones((4, 3)), rank=1)
