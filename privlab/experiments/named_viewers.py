"""A table of ratings without names, and an adversary who overheard a conversation."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from privlab.attacks.scoreboard import Known, scoreboard
from privlab.core.ratings import Ratings, viewers

USERS, FILMS, TARGETS = 2_000, 400, 100
SLACK = 14  # days by which the adversary may be off
BOTH, STARS, LIST = "stars and days", "stars only", "films only"
PUBLISHED = {
    BOTH: {},
    STARS: {"use_days": False},
    LIST: {"use_days": False, "use_stars": False},
}


@cache
def platform(seed: int) -> Ratings:
    """The ratings of a small platform."""
    return viewers(USERS, FILMS, rng=np.random.default_rng(seed)).ratings


def overheard(
    ratings: Ratings, user: int, *, known: int, wrong: int, rng: np.random.Generator
) -> Known:
    """``known`` films of one user: stars off by up to 1, days by up to ``SLACK``.

    The first ``wrong`` of them are films drawn at random instead.
    """
    seen = np.flatnonzero(ratings.watched[user])
    films = rng.choice(seen, known, replace=False)
    stars = ratings.table[user, films] + rng.integers(-1, 2, known)
    days = ratings.days[user, films] + rng.integers(-SLACK, SLACK + 1, known)
    films[:wrong] = rng.integers(0, ratings.films, wrong)
    return Known(films=films, stars=stars, days=days)


@dataclass(frozen=True, kw_only=True, eq=False)
class NamedViewers:
    """``eccentricity`` (targets,) of the best record; whether it ``fits`` the target.

    A record is named if it stands out by more than ``threshold``.
    """

    published: str
    known: int
    wrong: int
    threshold: float
    eccentricity: np.ndarray
    fits: np.ndarray

    @property
    def right(self) -> float:
        """The share of targets named, and rightly."""
        return float((self.fits & (self.eccentricity > self.threshold)).mean())

    @property
    def false(self) -> float:
        """The share of targets named wrongly."""
        return float((~self.fits & (self.eccentricity > self.threshold)).mean())

    @property
    def summary(self) -> str:
        return (
            f"{self.known} films overheard, {self.wrong} of them wrong, table with "
            f"{self.published}: {self.right:.0%} of {len(self.fits)} people are named "
            f"rightly, {self.false:.0%} wrongly."
        )


@cache
def named_viewers(
    *, published: str, known: int, wrong: int = 0, seed: int, threshold: float = 1.5
) -> NamedViewers:
    """Try to name ``TARGETS`` people among all; ``wrong`` is cut to ``known``."""
    if published not in PUBLISHED:
        raise ValueError(f"published={published!r} must be one of {list(PUBLISHED)}")
    ratings, rng = platform(seed), np.random.default_rng([seed, 1])
    wrong = min(wrong, known)
    eccentricity, fits = [], []
    for user in rng.choice(USERS, TARGETS, replace=False):
        heard = overheard(ratings, user, known=known, wrong=wrong, rng=rng)
        board = scoreboard(heard, ratings, **PUBLISHED[published])
        eccentricity.append(board.eccentricity)
        fits.append(board.best == user)
    return NamedViewers(
        published=published,
        known=known,
        wrong=wrong,
        threshold=threshold,
        eccentricity=np.array(eccentricity),
        fits=np.array(fits),
    )
