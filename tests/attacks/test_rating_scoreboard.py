"""The scoreboard of Narayanan and Shmatikov, by hand and by its laws."""

import math

import numpy as np
import pytest

from privlab.attacks.scoreboard import Known, Scoreboard, scoreboard
from privlab.core.ratings import Ratings

# User 0 rated films 0 and 1, user 1 film 0, user 2 films 0 and 2.
RATINGS = Ratings(
    users=3,
    films=3,
    user=np.array([0, 0, 1, 2, 2]),
    film=np.array([0, 1, 0, 0, 2]),
    stars=np.array([5.0, 3.0, 2.0, 4.0, 1.0]),
    day=np.array([10, 20, 70, 40, 41]),
)
KNOWN = Known(films=np.array([0, 1]), stars=np.array([5, 2]), days=np.array([40, 20]))


def test_scores_are_those_computed_by_hand():
    common, rare = 1 / math.log(3), 1 / math.log(2)  # film 1 has a single rater: ln 2
    by_hand = [
        common * (1 + math.exp(-1)) + rare * (math.exp(-1 / 1.5) + 1),
        common * (math.exp(-2) + math.exp(-1)),
        common * (math.exp(-1 / 1.5) + 1),
    ]
    np.testing.assert_allclose(scoreboard(KNOWN, RATINGS).scores, by_hand)


def test_each_column_counts_by_itself():
    both = scoreboard(KNOWN, RATINGS).scores
    stars = scoreboard(KNOWN, RATINGS, use_days=False).scores
    days = scoreboard(KNOWN, RATINGS, use_stars=False).scores
    np.testing.assert_allclose(both, stars + days)
    films = scoreboard(KNOWN, RATINGS, use_stars=False, use_days=False).scores
    common, rare = 1 / math.log(3), 1 / math.log(2)
    np.testing.assert_allclose(films, [common + rare, common, common])


def test_who_stands_out_is_named_and_twins_are_not():
    clear = Scoreboard(scores=np.array([0.0, 1, 0, 0, 0, 0]))
    assert clear.eccentricity == pytest.approx(1 / math.sqrt(5 / 36))
    assert (clear.name(), clear.name(3.0)) == (1, -1)
    assert Scoreboard(scores=np.array([2.0, 0, 2, 0])).name(0.0) == -1
    assert Scoreboard(scores=np.ones(4)).eccentricity == 0
