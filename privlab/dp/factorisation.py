"""Matrix factorisation under user-level differential privacy.

Only the film factors are published. Everybody computes their own taste from them and
their own ratings, and keeps it: with respect to all *others*, that is joint
differential privacy (Kearns, Pai, Roth and Ullman 2014; for matrices Jain, Thakkar and
Thakurta 2018). What a person is shown depends on their ratings, as it should.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from privlab.core import checks

RIDGE, START = 1.0, 0.3  # pull of a taste towards 0; spread of the first factors


@dataclass(frozen=True, kw_only=True, eq=False)
class Films:
    """``r ≈ middle + bias_i + mood_u + taste_u · character_i``; what may be published.

    ``factors`` (films, k + 1): the bias, then the character of each film. ``middle`` is
    a constant that was known before.
    """

    factors: np.ndarray
    middle: float

    def tastes(self, stars: np.ndarray, watched: np.ndarray) -> np.ndarray:
        """Mood and taste (users, k + 1) that fit each row's own ratings best.

        Ridge regression on the watched films: ``(XᵀX + λ)⁻¹ Xᵀ(r - middle - bias)``,
        the rows of X being ``(1, character_i)``.
        """
        x = np.column_stack([np.ones(len(self.factors)), self.factors[:, 1:]])
        left = watched * (stars - self.middle - self.factors[:, 0])
        squares = (watched @ _outer(x)).reshape(len(stars), *2 * (x.shape[1],))
        return np.linalg.solve(
            squares + RIDGE * np.eye(x.shape[1]), (left @ x)[..., None]
        )[..., 0]

    def predict(self, tastes: np.ndarray) -> np.ndarray:
        """Stars (users, films) for ``tastes`` (users, k + 1)."""
        match = tastes[:, 1:] @ self.factors[:, 1:].T
        return self.middle + self.factors[:, 0] + tastes[:, :1] + match


def _outer(x: np.ndarray) -> np.ndarray:
    """Each row's products with itself, (n, k²)."""
    return (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)


def film_gradients(films: Films, stars: np.ndarray, watched: np.ndarray) -> np.ndarray:
    """Each user's gradient (users, films, k + 1) of half their squared errors.

    ``error_ui (1, taste_u)`` for the films that u has watched, 0 for all others.
    """
    tastes = films.tastes(stars, watched)
    errors = watched * (films.predict(tastes) - stars)
    sides = np.column_stack([np.ones(len(tastes)), tastes[:, 1:]])
    return errors[:, :, None] * sides[:, None, :]


def clipped_users(gradients: np.ndarray, norm: float) -> np.ndarray:
    """The sum (films, k + 1) of gradients, each *user's whole one* cut to ``norm``."""
    lengths = np.sqrt((gradients**2).sum(axis=(1, 2)))
    return np.tensordot(norm / np.maximum(lengths, norm), gradients, axes=1)


@dataclass(frozen=True, kw_only=True)
class PrivateFactorisation:
    """``steps`` of DP-SGD on the film factors, one *user* being the unit.

    In each step every user is drawn with probability ``sampling_rate``; the gradients
    of all their ratings together are clipped to ``clipping_norm``, summed, given
    Gaussian noise of ``noise_multiplier`` times that norm, and divided by the expected
    number drawn (Abadi et al. 2016, Algorithm 1). Neighbours: one user, with all
    ratings, added or removed; the number of users is public. With a multiplier of 0 it
    is clipped training without any promise. Floating-point noise, for experiments.
    """

    tastes: int
    noise_multiplier: float
    clipping_norm: float = 1.5
    sampling_rate: float = 0.25
    steps: int = 60
    rate: float = 8.0
    middle: float = 3.5

    def __post_init__(self):
        checks.whole("tastes", self.tastes, low=0)
        checks.at_least("noise_multiplier", self.noise_multiplier, 0)
        checks.positive("clipping_norm", self.clipping_norm)
        if checks.positive("sampling_rate", self.sampling_rate) > 1:
            raise ValueError(f"sampling_rate={self.sampling_rate} must be <= 1")
        checks.whole("steps", self.steps)

    def epsilon(self, account: Callable[..., float], *, delta: float) -> float:
        """What the finished factors spend, infinite without noise."""
        if self.noise_multiplier == 0:
            return math.inf
        return account(
            noise_multiplier=self.noise_multiplier,
            sampling_rate=self.sampling_rate,
            steps=self.steps,
            delta=delta,
        )

    def release(
        self, stars: np.ndarray, watched: np.ndarray, *, rng: np.random.Generator
    ) -> Films:
        """The film factors, from ``stars`` and ``watched`` (users, films)."""
        users, count = stars.shape
        factors = START * rng.standard_normal((count, self.tastes + 1))
        factors[:, 0] = 0
        sigma, expected = (
            self.noise_multiplier * self.clipping_norm,
            self.sampling_rate * users,
        )
        for _ in range(self.steps):
            drawn = rng.random(users) < self.sampling_rate
            films = Films(factors=factors, middle=self.middle)
            each = film_gradients(films, stars[drawn], watched[drawn])
            total = clipped_users(each, self.clipping_norm)
            noise = sigma * rng.standard_normal(total.shape)
            factors = factors - self.rate * (total + noise) / expected
        return Films(factors=factors, middle=self.middle)
