"""Tables of ratings, and the invented viewers' documented law."""

import numpy as np
import pytest

from privlab.core.ratings import FEWEST, MOST, SESSIONS, Ratings, viewers


def some(**change) -> Ratings:
    columns = {
        "user": np.array([0, 0, 2]),
        "film": np.array([1, 3, 0]),
        "stars": np.array([5.0, 2.0, 0.5]),
        "day": np.array([7, 9, 0]),
    }
    return Ratings(users=3, films=4, **columns | change)


def test_tables_hold_each_rating_at_its_place_and_nothing_else():
    ratings = some()
    assert ratings.table[0].tolist() == [0, 5, 0, 2]
    assert ratings.days[0].tolist() == [0, 7, 0, 9]
    assert np.argwhere(ratings.watched).tolist() == [[0, 1], [0, 3], [2, 0]]
    assert ratings.table.sum() == ratings.stars.sum()


def test_keep_leaves_users_and_films_their_numbers():
    kept = some().keep(np.array([False, True, True]))
    assert len(kept) == 2
    assert kept.table.shape == (3, 4)
    assert kept.table[0, 3] == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"day": np.array([1])}, "lengths"),
        ({"user": np.array([0, 0, 3])}, r"user must lie in 0 .. 2"),
        ({"film": np.array([-1, 3, 0])}, r"film must lie in 0 .. 3"),
        ({"stars": np.array([5.0, 6.0, 1.0])}, "6: only 0.5 .. 5"),
        ({"film": np.array([1, 1, 0])}, "rates a film twice"),
    ],
)
def test_columns_that_do_not_fit_are_named(change, words):
    with pytest.raises(ValueError, match=words):
        some(**change)


@pytest.mark.parametrize("seed", range(5))
def test_viewers_are_as_documented_and_the_seed_decides(seed):
    first, again = (viewers(200, 50, rng=np.random.default_rng(seed)) for _ in "ab")
    ratings = first.ratings
    counts = ratings.watched.sum(axis=1)
    assert FEWEST <= counts.min() <= counts.max() <= MOST
    assert set(np.unique(ratings.stars)) <= {1, 2, 3, 4, 5}
    assert first.older.sum() == 100
    for user in range(20):
        assert len(np.unique(ratings.day[ratings.user == user])) <= SESSIONS
    np.testing.assert_array_equal(ratings.table, again.ratings.table)


def test_without_a_gap_the_groups_rate_alike_and_with_one_they_do_not():
    def apart(gap: float) -> float:
        made = viewers(4_000, 40, gap=gap, rng=np.random.default_rng(0))
        shares = [made.ratings.watched[made.older == g].mean(axis=0) for g in (0, 1)]
        return float(np.abs(shares[0] - shares[1]).max())

    assert apart(0) < 0.08  # 0.0158 is one deviation of a difference: five of them
    assert apart(1.5) > 0.15
