"""The laws of private factorisation: gradients, one user's reach, noise, accounting."""

import math

import numpy as np
import pytest

from privlab.dp.accounting import rdp_epsilon
from privlab.dp.factorisation import (
    Films,
    PrivateFactorisation,
    clipped_users,
    film_gradients,
)

MIDDLE = 3.5


def drawn(seed: int, users: int = 6, films: int = 5, tastes: int = 2):
    rng = np.random.default_rng(seed)
    watched = rng.random((users, films)) < 0.6
    stars = watched * rng.integers(1, 6, (users, films)).astype(float)
    return Films(factors=rng.normal(size=(films, tastes + 1)), middle=MIDDLE), (
        stars,
        watched,
    )


@pytest.mark.parametrize("seed", range(3))
def test_tastes_are_scikit_learns_ridge(seed):
    from sklearn.linear_model import Ridge

    films, (stars, watched) = drawn(seed)
    got = films.tastes(stars, watched)
    for user, seen in enumerate(watched):
        if not seen.any():
            assert (got[user] == 0).all()
            continue
        x = np.column_stack([np.ones(seen.sum()), films.factors[seen, 1:]])
        left = stars[user, seen] - MIDDLE - films.factors[seen, 0]
        peer = Ridge(alpha=1.0, fit_intercept=False).fit(x, left).coef_
        np.testing.assert_allclose(got[user], peer, atol=1e-9)


def test_gradients_are_slopes_of_the_squared_error_with_tastes_held():
    films, (stars, watched) = drawn(0)
    tastes, step = films.tastes(stars, watched), 1e-6

    def loss(factors):
        off = Films(factors=factors, middle=MIDDLE).predict(tastes) - stars
        return (watched * off**2).sum(axis=1) / 2

    got = film_gradients(films, stars, watched)
    for place in np.ndindex(films.factors.shape):
        move = np.zeros(films.factors.shape)
        move[place] = step
        slope = (loss(films.factors + move) - loss(films.factors - move)) / (2 * step)
        np.testing.assert_allclose(got[:, *place], slope, atol=1e-6)


@pytest.mark.parametrize("norm", [0.1, 1.0, 5.0])
def test_one_user_with_all_ratings_moves_the_sum_by_the_norm_at_most(norm):
    films, (stars, watched) = drawn(1, users=20)
    each = film_gradients(films, stars, watched)
    whole = clipped_users(each, norm)
    for user in range(20):
        less = clipped_users(np.delete(each, user, axis=0), norm)
        assert np.linalg.norm(whole - less) <= norm * (1 + 1e-9)


def test_nobody_drawn_still_gives_noise():
    films, _ = drawn(0)
    total = clipped_users(np.zeros((0, *films.factors.shape)), 1.0)
    assert total.shape == films.factors.shape
    assert (total == 0).all()


def test_the_noise_has_the_promised_deviation():
    """With no rating at all a step is noise alone: rate z S / (q n)."""
    stars = np.zeros((40, 30))
    setting = {"tastes": 4, "clipping_norm": 2.0, "sampling_rate": 0.5, "steps": 1}
    moved = []
    for seed in range(20):
        both = [
            PrivateFactorisation(noise_multiplier=z, rate=3.0, **setting)
            .release(stars, stars > 0, rng=np.random.default_rng(seed))
            .factors
            for z in (1.5, 0.0)
        ]
        moved.append(both[0] - both[1])
    assert np.std(moved) == pytest.approx(3.0 * 1.5 * 2.0 / 20, rel=0.06)


def test_epsilon_is_the_accountants_and_infinite_without_noise():
    one = PrivateFactorisation(tastes=3, noise_multiplier=2.0)
    setting = {"sampling_rate": 0.25, "steps": 60, "delta": 1e-4}
    right = rdp_epsilon(noise_multiplier=2.0, **setting)
    assert one.epsilon(rdp_epsilon, delta=1e-4) == right
    still = PrivateFactorisation(tastes=3, noise_multiplier=0.0)
    assert still.epsilon(rdp_epsilon, delta=1e-4) == math.inf


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tastes": -1}, "tastes=-1"),
        ({"noise_multiplier": -0.5}, "noise_multiplier=-0.5"),
        ({"clipping_norm": 0}, "clipping_norm=0"),
        ({"sampling_rate": 1.5}, "sampling_rate=1.5"),
        ({"steps": 0}, "steps=0"),
    ],
)
def test_settings_that_make_no_sense_are_named(change, words):
    with pytest.raises(ValueError, match=words):
        PrivateFactorisation(**{"tastes": 2, "noise_multiplier": 1.0} | change)
