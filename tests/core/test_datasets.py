"""Data sets: as scikit-learn ships them, frozen, and cut without losing a row."""

import dataclasses

import numpy as np
import pytest
import sklearn.datasets
from hypothesis import given, settings
from hypothesis import strategies as st

from privlab.core import datasets
from privlab.core.datasets import DIAGNOSES, SALARY_LIMITS, Dataset, people

SHIPPED = {
    datasets.digits: sklearn.datasets.load_digits,
    datasets.breast_cancer: sklearn.datasets.load_breast_cancer,
    datasets.diabetes: lambda: sklearn.datasets.load_diabetes(scaled=False),
}
named = pytest.mark.parametrize("load", SHIPPED, ids=lambda load: load.__name__)


def numbered(count: int) -> Dataset:
    """A data set whose every row says where it came from."""
    return Dataset(
        name="numbered",
        features=np.arange(2 * count).reshape(count, 2),
        target=np.arange(count),
        feature_names=("even", "odd"),
        target_names=(),
        source="the test",
    )


@named
def test_data_are_scikit_learns(load):
    ours, theirs = load(), SHIPPED[load]()
    np.testing.assert_array_equal(ours.features, theirs.data)
    np.testing.assert_array_equal(ours.target, theirs.target)
    assert ours.features.shape[1] == len(ours.feature_names)
    assert list(ours.feature_names) == list(theirs.feature_names)
    assert list(ours.target_names) == [str(n) for n in theirs.get("target_names", ())]


@named
def test_no_cell_can_spoil_the_data(load):
    data = load()
    with pytest.raises(ValueError, match="read-only"):
        data.features[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        data.target[0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        data.target = None


def test_the_makers_own_array_stays_its_own():
    features = np.zeros((3, 2))
    data = dataclasses.replace(numbered(3), features=features)
    features[:] = 7
    assert (data.features == 0).all()


@settings(deadline=None, derandomize=True)
@given(st.integers(2, 60), st.floats(0.05, 0.95), st.integers(0, 2**32))
def test_a_split_is_a_partition_that_keeps_rows_whole(count, fraction, seed):
    data = numbered(count)
    train, test = data.split(fraction, rng=np.random.default_rng(seed))
    assert len(test) == round(count * fraction)
    together = np.concatenate([train.target, test.target])
    assert sorted(together.tolist()) == list(range(count))
    for part in (train, test):
        np.testing.assert_array_equal(part.features[:, 0], 2 * part.target)


def test_a_split_shuffles_and_its_seed_repeats_it():
    data = numbered(200)
    one, _ = data.split(0.5, rng=np.random.default_rng(1))
    same, _ = data.split(0.5, rng=np.random.default_rng(1))
    other, _ = data.split(0.5, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(one.target, same.target)
    assert not np.array_equal(one.target, other.target)
    assert not np.array_equal(one.target, np.sort(one.target))


def test_rows_may_be_chosen_by_mask_or_by_number():
    data = numbered(5)
    assert data.rows(data.target > 2).target.tolist() == [3, 4]
    assert data.rows(np.array([4, 0])).features.tolist() == [[8, 9], [0, 1]]
    assert data.rows(np.array([0])).name == data.name


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (np.zeros((4, 2)), "one row per target"),
        (np.zeros(3), "one row per target"),
        (np.array([[1.0, np.nan]] * 3), "features contains nan"),
    ],
)
def test_features_that_do_not_fit_are_refused(features, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(numbered(3), features=features)


@pytest.mark.parametrize("fraction", [0, 1, -0.5])
def test_a_split_leaves_both_sides_a_share(fraction):
    with pytest.raises(ValueError, match=f"test_fraction={fraction} must lie"):
        numbered(10).split(fraction, rng=np.random.default_rng(0))


def test_invented_people_lie_in_the_documented_ranges():
    town = people(20_000, rng=np.random.default_rng(4))
    assert len(town) == 20_000
    assert (town.postcode.min(), town.postcode.max()) == (100, 149)
    assert (town.birth_year.min(), town.birth_year.max()) == (1940, 2005)
    assert set(town.sex) == {"F", "M"}
    assert set(town.diagnosis) == set(DIAGNOSES)
    assert SALARY_LIMITS[0] <= town.salary.min()
    assert town.salary.max() <= SALARY_LIMITS[1]
    assert np.issubdtype(town.salary.dtype, np.integer)


def test_invented_people_have_the_documented_shape():
    # Margins are 6 standard errors or more for 20,000 people.
    town = people(20_000, rng=np.random.default_rng(5))
    assert np.median(town.salary) == pytest.approx(36_000, abs=900)
    assert np.mean(town.postcode < 125) > 0.6
    for years, share in [((1940, 1950), 0.56), ((1995, 2005), 0.14)]:
        group = (years[0] <= town.birth_year) & (town.birth_year <= years[1])
        assert np.mean(town.diagnosis[group] != "none") == pytest.approx(
            share, abs=0.06
        )


def test_a_seed_repeats_the_people():
    one, same = (people(50, rng=np.random.default_rng(6)) for _ in range(2))
    other = people(50, rng=np.random.default_rng(7))
    for field in dataclasses.fields(one):
        values = getattr(one, field.name)
        np.testing.assert_array_equal(values, getattr(same, field.name))
        assert not np.array_equal(values, getattr(other, field.name))
        with pytest.raises(ValueError, match="read-only"):
            values[0] = values[1]


def test_a_town_has_people():
    with pytest.raises(ValueError, match="count=0 must be >= 1"):
        people(0, rng=np.random.default_rng(0))
