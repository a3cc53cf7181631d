"""Naming a nameless record by a few ratings that are known roughly.

Narayanan and Shmatikov 2008, "Robust De-anonymization of Large Sparse Datasets": the
algorithm Scoreboard-RH, which they ran on the records of the Netflix prize.
"""

from dataclasses import dataclass

import numpy as np

from privlab.core import checks
from privlab.core.ratings import Ratings

STAR_SCALE, DAY_SCALE = 1.5, 30.0  # theirs, for stars and for days
THRESHOLD = 1.5  # theirs, of the eccentricity


@dataclass(frozen=True, kw_only=True, eq=False)
class Known:
    """What the adversary knows of one person: ``films``, ``stars``, ``days`` (a,).

    Stars and days may be off, and some films wrong.
    """

    films: np.ndarray
    stars: np.ndarray
    days: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class Scoreboard:
    """The ``scores`` (users,) of all records: the higher, the more like the person."""

    scores: np.ndarray

    def __post_init__(self):
        if len(self.scores) < 2:
            raise ValueError(f"{len(self.scores)} scores: two records are needed")

    @property
    def best(self) -> int:
        return int(self.scores.argmax())

    @property
    def eccentricity(self) -> float:
        """``(best - second best) / deviation of all``: how far the best stands out."""
        second, first = np.sort(self.scores)[-2:]
        spread = self.scores.std()
        return float((first - second) / spread) if spread else 0.0

    def name(self, threshold: float = THRESHOLD) -> int:
        """The record that stands out by more than ``threshold``, or -1: no match."""
        return self.best if self.eccentricity > threshold else -1


def scoreboard(
    known: Known, ratings: Ratings, *, use_stars: bool = True, use_days: bool = True
) -> Scoreboard:
    """``sum of w (e^(-|stars| / 1.5) + e^(-|days| / 30))`` over films in the record.

    ``|stars|`` and ``|days|`` are the differences between what is known and the record,
    ``w = 1 / ln(number who rated the film)``: a rare film tells more. Section 5 of the
    paper. Without stars and days a film in the record counts w.
    """
    films = checks.integers("films", known.films)
    raters = np.maximum(ratings.watched[:, films].sum(axis=0), 2)  # ln 1 is 0
    closeness = np.zeros((ratings.users, len(films)))
    if use_stars:
        off = np.abs(ratings.table[:, films] - known.stars)
        closeness += np.exp(-off / STAR_SCALE)
    if use_days:
        closeness += np.exp(-np.abs(ratings.days[:, films] - known.days) / DAY_SCALE)
    if not (use_stars or use_days):
        closeness += 1
    terms = ratings.watched[:, films] * closeness / np.log(raters)
    return Scoreboard(scores=terms.sum(axis=1))
