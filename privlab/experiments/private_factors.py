"""A recommender trained for every viewer's ε: its price, and two attacks on it."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from privlab.attacks.membership import loss_threshold
from privlab.core.ratings import Ratings
from privlab.dp.accounting import rdp_epsilon
from privlab.dp.calibration import noise_multiplier
from privlab.dp.factorisation import Films, PrivateFactorisation
from privlab.experiments.guessed_age import audience, seen, told

DELTA = 1e-4  # below one over the viewers
EPSILONS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
SETTING = {"clipping_norm": 1.0, "sampling_rate": 0.25, "steps": 60, "rate": 4.0}
TASTES, HELD, TOP = 3, 0.2, 10


@cache
def multiplier(epsilon: float) -> float:
    """The noise for ε over the whole training; 0 for no promise."""
    if math.isinf(epsilon):
        return 0.0
    return noise_multiplier(
        epsilon=epsilon,
        delta=DELTA,
        sampling_rate=SETTING["sampling_rate"],
        steps=SETTING["steps"],
        accountant=rdp_epsilon,
    )


def learned(ratings: Ratings, *, epsilon: float, tastes: int = TASTES, seed: int):
    """The film factors, at ``epsilon`` for every user with all their ratings."""
    algorithm = PrivateFactorisation(
        tastes=tastes, noise_multiplier=multiplier(epsilon), **SETTING
    )
    rng = np.random.default_rng([seed, 4])
    return algorithm.release(ratings.table, ratings.watched, rng=rng)


def rmse(films: Films, known: Ratings, asked: Ratings) -> float:
    """The error, in stars, on ``asked`` of users whose tastes come from ``known``."""
    stars = films.predict(films.tastes(known.table, known.watched)).clip(1, 5)
    return float(np.sqrt(((stars - asked.table)[asked.watched] ** 2).mean()))


def item_means(ratings: Ratings) -> Films:
    """The baseline, without any promise: each film's mean, the same for everybody."""
    counts = ratings.watched.sum(axis=0)
    means = np.where(counts, ratings.table.sum(axis=0) / np.maximum(counts, 1), 3.5)
    return Films(factors=(means - 3.5)[:, None], middle=3.5)


def held_out(ratings: Ratings, *, seed: int) -> tuple[Ratings, Ratings]:
    """(to learn from, to test on): a fifth of the ratings is held back."""
    test = np.random.default_rng([seed, 5]).random(len(ratings)) < HELD
    return ratings.keep(~test), ratings.keep(test)


@dataclass(frozen=True, kw_only=True, eq=False)
class FactorPrice:
    """RMSE in stars: ``private`` and ``biases`` (e,) by ``epsilons``; without noise.

    ``biases`` has no tastes: film means and the viewer's mood, at the same promise.
    """

    users: int
    epsilons: np.ndarray
    private: np.ndarray
    biases: np.ndarray
    twin: float
    means: float

    def at(self, epsilon: float) -> float:
        return float(self.private[list(self.epsilons).index(epsilon)])

    @property
    def summary(self) -> str:
        return (
            f"{self.users:,} viewers: off by {self.twin:.2f} stars without noise, "
            f"{self.at(8):.2f} at ε = 8, {self.at(1):.2f} at ε = 1; film means "
            f"{self.means:.2f}."
        )


@cache
def factor_price(*, users: int, seed: int) -> FactorPrice:
    """Train at each ε, with and without tastes, and test on held-back ratings."""
    known, asked = held_out(audience(seed, users).ratings, seed=seed)

    def error(epsilon: float, tastes: int) -> float:
        films = learned(known, epsilon=epsilon, tastes=tastes, seed=seed)
        return rmse(films, known, asked)

    means = item_means(known).predict(np.zeros((users, 1))).clip(1, 5)
    off = (means - asked.table)[asked.watched]
    return FactorPrice(
        users=users,
        epsilons=np.array(EPSILONS),
        private=np.array([error(epsilon, TASTES) for epsilon in EPSILONS]),
        biases=np.array([error(epsilon, 0) for epsilon in EPSILONS]),
        twin=error(math.inf, TASTES),
        means=float(np.sqrt((off**2).mean())),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class TwoAttacks:
    """AUC (seeds,) of two attacks for each ε: who was in, and who is older.

    ``member`` and ``older`` map an ε (infinite: no noise) to an array.
    """

    member: dict[float, np.ndarray]
    older: dict[float, np.ndarray]

    @property
    def summary(self) -> str:
        each = "; ".join(
            f"{'no noise' if math.isinf(e) else f'ε = {e:g}'}: was in "
            f"{self.member[e].mean():.2f}, older {self.older[e].mean():.2f}"
            for e in self.member
        )
        return f"AUC, mean of {len(next(iter(self.member.values())))} runs. {each}."


SMALL, MANY_TASTES = 100, 8  # few viewers and many tastes: a model that remembers


def who_was_in(*, epsilon: float, seed: int) -> float:
    """AUC: the factors of 100 viewers fit those better than 100 others."""
    data = audience(seed, 2 * SMALL).ratings
    inside = data.keep(data.user < SMALL)
    films = learned(inside, epsilon=epsilon, tastes=MANY_TASTES, seed=seed)
    errors = films.predict(films.tastes(data.table, data.watched)) - data.table
    losses = (data.watched * errors**2).sum(axis=1) / data.watched.sum(axis=1)
    return loss_threshold(losses[:SMALL], losses[SMALL:]).auc


def who_is_older(*, epsilon: float, seed: int) -> float:
    """AUC: the age group from the ten films that each viewer is shown."""
    data = audience(seed)
    films = learned(data.ratings, epsilon=epsilon, seed=seed)
    return told(shown(films, data.ratings).astype(float), data.older).auc


def shown(films: Films, ratings: Ratings) -> np.ndarray:
    """(users, films): the ``TOP`` unwatched films that each should like most."""
    stars = films.predict(films.tastes(ratings.table, ratings.watched))
    stars[ratings.watched] = -np.inf
    best = np.argsort(-stars, axis=1)[:, :TOP]
    mask = np.zeros(stars.shape, dtype=bool)
    np.put_along_axis(mask, best, True, axis=1)
    return mask


@cache
def two_attacks(*, seeds: range, epsilons: tuple = (math.inf, 8.0, 1.0)) -> TwoAttacks:
    """Both attacks on models at each ε, for each seed."""

    def runs(attack) -> dict[float, np.ndarray]:
        return {
            e: np.array([attack(epsilon=e, seed=seed) for seed in seeds])
            for e in epsilons
        }

    return TwoAttacks(member=runs(who_was_in), older=runs(who_is_older))


def age_from_ratings(*, seed: int) -> float:
    """AUC of the age group from people's own ratings: no model is involved."""
    data = audience(seed)
    return told(seen(data, "stars", data.ratings.watched), data.older).auc
