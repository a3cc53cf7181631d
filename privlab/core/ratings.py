"""Who rated what, how, and when; and invented viewers with a secret that shows."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from privlab.core import checks

DAYS, SESSIONS, TASTES = 700, 6, 3
FEWEST, MOST = 10, 30  # films that one invented viewer rates


@dataclass(frozen=True, kw_only=True, eq=False)
class Ratings:
    """One entry of ``user``, ``film``, ``stars``, ``day`` (n,) for each rating.

    Users are 0 .. ``users`` - 1, films 0 .. ``films`` - 1, stars from 0.5 to 5, days
    whole. ``ValueError`` where an entry does not fit, or a user rates a film twice.
    The tables are dense: users times films must fit into memory.
    """

    users: int
    films: int
    user: np.ndarray
    film: np.ndarray
    stars: np.ndarray
    day: np.ndarray

    def __post_init__(self):
        lengths = {len(part) for part in (self.user, self.film, self.stars, self.day)}
        if len(lengths) != 1:
            raise ValueError(f"lengths {sorted(lengths)} of the columns must be equal")
        for name, most in (("user", self.users), ("film", self.films)):
            values = checks.integers(name, getattr(self, name))
            if len(values) and not 0 <= values.min() <= values.max() < most:
                raise ValueError(f"{name} must lie in 0 .. {most - 1}")
        stars = checks.finite("stars", self.stars)
        if len(stars) and not 0.5 <= stars.min() <= stars.max() <= 5:
            raise ValueError(f"stars {stars.min():g} .. {stars.max():g}: only 0.5 .. 5")
        pairs = np.asarray(self.user) * self.films + self.film
        if len(np.unique(pairs)) < len(pairs):
            raise ValueError("a user rates a film twice: keep one of the ratings")

    def __len__(self) -> int:
        return len(self.user)

    @cached_property
    def watched(self) -> np.ndarray:
        """(users, films): who rated what."""
        return self._spread(np.ones(len(self), dtype=bool))

    @cached_property
    def table(self) -> np.ndarray:
        """(users, films): stars, 0 where there is no rating."""
        return self._spread(np.asarray(self.stars, dtype=float))

    @cached_property
    def days(self) -> np.ndarray:
        """(users, films): the day of each rating, 0 where there is none."""
        return self._spread(np.asarray(self.day))

    def keep(self, chosen: np.ndarray) -> "Ratings":
        """Only the ``chosen`` ratings, a mask (n,); users and films keep numbers."""
        columns = (self.user, self.film, self.stars, self.day)
        names = ("user", "film", "stars", "day")
        kept = {n: np.asarray(c)[chosen] for n, c in zip(names, columns, strict=True)}
        return Ratings(users=self.users, films=self.films, **kept)

    def _spread(self, values: np.ndarray) -> np.ndarray:
        table = np.zeros((self.users, self.films), dtype=values.dtype)
        table[self.user, self.film] = values
        return table


@dataclass(frozen=True, kw_only=True, eq=False)
class Viewers:
    """Invented ``ratings``, and each viewer's secret ``older`` (users,), true or not.

    Nobody is asked for it, and no rating contains it.
    """

    ratings: Ratings
    older: np.ndarray


def viewers(
    users: int, films: int, *, gap: float = 1.5, rng: np.random.Generator
) -> Viewers:
    """Draw viewers whose taste leans by ``gap`` deviations with their age group.

    Viewer u has a taste t (3,), film i a character c (3,), all standard normal; half of
    the viewers are older: along one direction their t is moved by ``gap / 2``, that of
    the others by ``-gap / 2``. Stars
    are ``3.4 + quality + mood + 0.6 t · c + noise``, rounded to 1 .. 5. A viewer rates
    10 to 30 films, drawn in proportion to popularity times ``exp(0.4 t · c)``, on up
    to six days. No real person is in it.
    """
    users = checks.whole("users", users)
    films = checks.whole("films", films, low=MOST)
    older = np.arange(users) % 2 == 1
    direction = np.eye(TASTES)[0] * checks.at_least("gap", gap, 0)
    taste = rng.standard_normal((users, TASTES)) + np.outer(older - 0.5, direction)
    match = taste @ rng.standard_normal((films, TASTES)).T
    quality, mood = 0.4 * rng.standard_normal(films), 0.3 * rng.standard_normal(users)
    level = 3.4 + quality + mood[:, None] + 0.6 * match
    noise = 0.5 * rng.standard_normal(level.shape)
    stars = np.clip(np.rint(level + noise), 1, 5)
    popular = -np.log(np.arange(films) + 5.0)
    # The largest of log weight + Gumbel noise: drawing without replacement.
    order = np.argsort(-(popular + 0.4 * match + rng.gumbel(size=match.shape)), axis=1)
    counts = rng.integers(FEWEST, MOST + 1, users)
    user = np.repeat(np.arange(users), counts)
    film = np.concatenate([row[:n] for row, n in zip(order, counts, strict=True)])
    evenings = rng.integers(0, DAYS, (users, SESSIONS))
    ratings = Ratings(
        users=users,
        films=films,
        user=user,
        film=film,
        stars=stars[user, film],
        day=evenings[user, rng.integers(0, SESSIONS, len(user))],
    )
    return Viewers(ratings=ratings, older=older)
