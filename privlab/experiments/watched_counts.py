"""How popular is each film? With a curator, and three ways without one."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from privlab.core.ratings import MOST
from privlab.dp.discrete import DiscreteLaplace
from privlab.dp.local import KaryRandomizedResponse, OptimisedUnaryEncoding
from privlab.experiments.guessed_age import FILMS, audience

CURATOR, ASK_ONE = "a curator", "one film asked"
PADDED, EVERY = "one film of the list", "every film, ε divided"


def by_curator(watched: np.ndarray, epsilon: float, *, rng) -> np.ndarray:
    """Counts (m,) with exact noise; one viewer moves them by ``MOST`` in L1 norm."""
    noise = DiscreteLaplace(epsilon=epsilon, sensitivity=MOST)
    return noise.release(watched.sum(axis=0), rng=rng)


def by_asking_one(watched: np.ndarray, epsilon: float, *, rng) -> np.ndarray:
    """Each viewer is asked about one film, dealt out publicly: Warner's response.

    The share of yes among the n / m who are asked, times n. ε for all they watched,
    since nothing else of it is used.
    """
    coin, (n, m) = KaryRandomizedResponse(epsilon=epsilon, size=2), watched.shape
    asked = rng.permutation(n) % m
    answers = coin.release(watched[np.arange(n), asked].astype(int), rng=rng)
    shares = [coin.estimate(answers[asked == film]).shares[1] for film in range(m)]
    return n * np.array(shares)


def by_padding(watched: np.ndarray, epsilon: float, *, rng) -> np.ndarray:
    """Each viewer fills the list up to ``MOST`` with blanks and reports one place.

    Padding and sampling (Qin, Yang, Yu, Khalil, Xiao and Ren 2016), reported by unary
    encoding: the estimate is ``MOST`` times the share of reports.
    """
    n, m = watched.shape
    oracle = OptimisedUnaryEncoding(epsilon=epsilon, size=m + 1)
    order = np.argsort(np.where(watched, rng.random(watched.shape), 2), axis=1)
    place = rng.integers(0, MOST, n)
    film = order[np.arange(n), place]
    value = np.where(place < watched.sum(axis=1), film, m)
    reports = oracle.release(value, rng=rng)
    return n * MOST * oracle.estimate(reports).shares[:m]


def by_every_film(watched: np.ndarray, epsilon: float, *, rng) -> np.ndarray:
    """Each viewer answers for all m films; each answer may spend ``epsilon / m``."""
    n, m = watched.shape
    coin = KaryRandomizedResponse(epsilon=epsilon / m, size=2)
    answers = coin.release(watched.astype(int), rng=rng)
    return n * np.array([coin.estimate(column).shares[1] for column in answers.T])


WAYS: dict[str, Callable[..., np.ndarray]] = {
    CURATOR: by_curator,
    ASK_ONE: by_asking_one,
    PADDED: by_padding,
    EVERY: by_every_film,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Popularity:
    """``counts`` (m,) of viewers of each film, and what was ``published`` of them."""

    way: str
    epsilon: float
    users: int
    counts: np.ndarray
    published: np.ndarray

    @property
    def error(self) -> float:
        """The root mean square error of a count, in viewers."""
        return float(np.sqrt(((self.published - self.counts) ** 2).mean()))

    @property
    def summary(self) -> str:
        return (
            f"{self.users:,} viewers, {self.way}, ε = {self.epsilon:g} each: a film's "
            f"count is off by {self.error:,.0f} viewers."
        )


def popularity(*, way: str, epsilon: float, users: int, seed: int) -> Popularity:
    """Count who watched each film, one of ``WAYS``, ε for each viewer's whole list."""
    if way not in WAYS:
        raise ValueError(f"way={way!r} must be one of {list(WAYS)}")
    watched = audience(seed, users).ratings.watched
    rng = np.random.default_rng([seed, 3])
    return Popularity(
        way=way,
        epsilon=epsilon,
        users=users,
        counts=watched.sum(axis=0),
        published=WAYS[way](watched, epsilon, rng=rng),
    )


def expected_error(
    way: str, *, epsilon: float, users, films: int = FILMS, share: float = 1 / 3
):
    """The standard error of the count of a film that ``share`` of the users watched.

    Of the curator, exactly ``sqrt(2 q) / (1 - q)`` with ``q = e^(-ε / MOST)``. Of the
    others ``sqrt(users v)``: v is the variance of one report, blown up by the films
    or places among which it chooses, and that of the choosing.
    """
    if way == CURATOR:
        q = math.exp(-epsilon / MOST)
        return math.sqrt(2 * q) / (1 - q) * np.ones(np.shape(users))
    spread = share * (1 - share)
    if way == ASK_ONE:
        coin = KaryRandomizedResponse(epsilon=epsilon, size=2)
        each = films * (coin.variance(1, share=share) + spread) - spread
    elif way == PADDED:
        oracle = OptimisedUnaryEncoding(epsilon=epsilon, size=films + 1)
        noise = oracle.variance(1, share=share / MOST)
        each = MOST**2 * noise + share * (MOST - 1)
    else:
        coin = KaryRandomizedResponse(epsilon=epsilon / films, size=2)
        each = coin.variance(1, share=share)
    return np.sqrt(np.asarray(users) * each)


@dataclass(frozen=True, kw_only=True, eq=False)
class CountPrices:
    """Errors of a count by ``users`` (u,): each way's theory, and one that was run.

    ``theory`` and ``measured`` map a way to an array (u,), in viewers.
    """

    epsilon: float
    users: np.ndarray
    theory: dict[str, np.ndarray]
    measured: dict[str, np.ndarray]

    @property
    def summary(self) -> str:
        last = "; ".join(f"{w} {e[-1]:,.0f}" for w, e in self.measured.items())
        return (
            f"ε = {self.epsilon:g}, {self.users[-1]:,} viewers, a count is off by: "
            f"{last} viewers."
        )


def count_prices(*, epsilon: float, seed: int) -> CountPrices:
    """All ways for 300 to 3,000 viewers."""
    users = np.array([300, 1_000, 3_000])

    def error(way: str, n: int) -> float:
        return popularity(way=way, epsilon=epsilon, users=int(n), seed=seed).error

    return CountPrices(
        epsilon=epsilon,
        users=users,
        theory={w: expected_error(w, epsilon=epsilon, users=users) for w in WAYS},
        measured={w: np.array([error(w, n) for n in users]) for w in WAYS},
    )
