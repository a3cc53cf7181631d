"""An attribute that nobody entered, read from what was watched and liked."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from sklearn.linear_model import LogisticRegression

from privlab.attacks.membership import MembershipResult, judged
from privlab.core.ratings import Viewers, viewers

USERS, FILMS, MIDDLE = 1_000, 60, 3.5
STARS, LIST = "stars", "films only"
SEEN = (STARS, LIST)


@cache
def audience(seed: int, users: int = USERS) -> Viewers:
    """A platform of few films, so that the lesson's models are small."""
    return viewers(users, FILMS, rng=np.random.default_rng(seed))


def told(features: np.ndarray, older: np.ndarray) -> MembershipResult:
    """Learn the attribute from the first half of users, judge it on the second.

    ``features`` (users, d); logistic regression, and "older" in place of "was in".
    """
    half = len(older) // 2
    model = LogisticRegression(C=0.1, max_iter=500).fit(features[:half], older[:half])
    return told_by(model, features, older)


def told_by(model, features: np.ndarray, older: np.ndarray) -> MembershipResult:
    """Judge a model that somebody has learned, on the second half of users."""
    half = len(older) // 2
    group = [half + np.flatnonzero(older[half:] == value) for value in (True, False)]
    scores = model.decision_function(features)
    return judged(scores, members=group[0], others=group[1])


def seen(data: Viewers, what: str, chosen: np.ndarray) -> np.ndarray:
    """Features (users, films): stars around the middle, or 1 for each film watched."""
    if what not in SEEN:
        raise ValueError(f"what={what!r} must be one of {SEEN}")
    if what == LIST:
        return chosen.astype(float)
    return np.where(chosen, data.ratings.table - MIDDLE, 0.0)


@cache
def _learned(what: str, seed: int) -> LogisticRegression:
    data = audience(seed)
    half = USERS // 2
    features = seen(data, what, data.ratings.watched)
    model = LogisticRegression(C=0.1, max_iter=500)
    return model.fit(features[:half], data.older[:half])


@dataclass(frozen=True, kw_only=True, eq=False)
class GuessedAge:
    """How well ``films`` ratings of a person tell the age group."""

    what: str
    films: int
    result: MembershipResult

    @property
    def summary(self) -> str:
        return (
            f"From {self.films} films of a person ({self.what}) the age group is told "
            f"with AUC {self.result.auc:.2f}; 0.5 is guessing."
        )


def guessed_age(*, what: str, films: int, seed: int) -> GuessedAge:
    """Show the adversary ``films`` random ratings of each person it has not met."""
    data, rng = audience(seed), np.random.default_rng([seed, 2])
    watched = data.ratings.watched
    place = np.where(watched, rng.random(watched.shape), 2).argsort(axis=1)
    chosen = watched & (place.argsort(axis=1) < films)
    features = seen(data, what, chosen)
    result = told_by(_learned(what, seed), features, data.older)
    return GuessedAge(what=what, films=films, result=result)
