"""Groups of look-alikes: laws, pandas' figures, and the published example of 2007."""

from collections import Counter

import numpy as np
import pytest

from privlab.attacks.linkage import (
    banded,
    believe,
    closeness,
    diversity,
    groups,
    infer,
    link,
    tally,
)
from privlab.core.datasets import DIAGNOSES, people

# Machanavajjhala et al. 2007, Figures 1 and 2: the inpatients of a hospital, and the
# 4-anonymous table that they call not diverse (its last group is all cancer).
AGES = np.array([28, 29, 21, 23, 50, 55, 47, 49, 31, 37, 36, 35])
ZIPS = np.array(
    [13053, 13068, 13068, 13053, 14853, 14853, 14850, 14850, 13053, 13053, 13068, 13068]
)
ILLS = np.array(
    ["heart", "heart", "viral", "viral", "cancer", "heart", "viral", "viral"]
    + 4 * ["cancer"]
)
ANONYMOUS = [np.repeat(["<30", ">=40", "3*"], 4), np.repeat(["130", "1485", "130"], 4)]


def table(seed, count=300):
    residents = people(count, rng=np.random.default_rng(seed))
    return [residents.postcode, residents.birth_year, residents.sex], residents


@pytest.mark.parametrize("seed", range(3))
def test_groups_are_those_of_a_plain_count(seed):
    columns, _ = table(seed)
    rows = list(zip(*columns, strict=True))
    counted = Counter(rows)
    found = groups(columns)
    assert list(found.crowd) == [counted[row] for row in rows]
    assert found.k == min(counted.values())
    assert found.unique == np.mean([counted[row] == 1 for row in rows])
    assert found.sizes.sum() == len(rows)


def test_a_further_column_never_enlarges_a_group():
    columns, _ = table(0)
    crowds = [groups(columns[:count]).crowd for count in (1, 2, 3)]
    assert (crowds[0] >= crowds[1]).all()
    assert (crowds[1] >= crowds[2]).all()


@pytest.mark.parametrize("wide", [2, 5, 50])
def test_wider_bands_that_contain_the_narrow_ones_never_shrink_a_group(wide):
    columns, residents = table(1)
    coarse = [columns[0], banded(residents.birth_year, wide), columns[2]]
    assert (groups(coarse).crowd >= groups(columns).crowd).all()


def test_a_band_holds_its_value_and_starts_at_a_multiple():
    values = np.arange(-20, 20)
    low = banded(values, 7)
    assert ((low <= values) & (values < low + 7)).all()
    assert (low % 7 == 0).all()
    assert (banded(values, 1) == values).all()


@pytest.mark.parametrize("seed", range(5))
def test_the_share_of_unique_people_is_the_expected_one(seed):
    # E[unique] = sum p (1 - p)^(n - 1) over cells; 200 even cells and 150 people
    rng = np.random.default_rng(seed)
    draws = [groups([rng.integers(0, 200, 150)]).unique for _ in range(400)]
    # one town's share varies by 0.043: the mean by 0.0022, and 0.013 is six of them
    assert np.mean(draws) == pytest.approx((1 - 1 / 200) ** 149, abs=0.013)


def test_a_register_names_the_rows_that_fit_one_resident():
    register = [np.array([1, 1, 2, 3]), np.array(["a", "b", "b", "b"])]
    released = [np.array([3, 1, 2, 9]), np.array(["b", "b", "b", "a"])]
    found = link(released, register)
    assert list(found.fits) == [1, 1, 1, 0]
    assert list(found.name) == [3, 1, 2, -1]
    assert found.named == 0.75


@pytest.mark.parametrize("seed", range(3))
def test_names_are_right_and_everyone_unique_is_named(seed):
    columns, _ = table(seed)
    order = np.random.default_rng(seed).permutation(300)
    found = link([column[order] for column in columns], columns)
    named = found.name >= 0
    assert (found.name[named] == order[named]).all()
    assert found.named == groups(columns).unique
    assert (found.fits == groups(columns).crowd[order]).all()


def test_a_row_with_a_twin_in_the_register_has_no_name():
    found = link([np.array([5])], [np.array([5, 5])])
    assert (found.fits[0], found.name[0], found.named) == (2, -1, 0)


def test_published_example_is_4_anonymous_and_not_diverse():
    found = groups(ANONYMOUS)
    assert groups([AGES, ZIPS]).unique == 1
    assert (found.k, diversity(found, ILLS)) == (4, 1)
    thirties = [column[8:9] for column in ANONYMOUS]
    belief = infer(ANONYMOUS, ILLS, thirties, values=ILLS)
    assert belief.certain.all()
    assert list(belief.guess) == ["cancer"]


def test_published_background_knowledge_settles_the_first_group():
    # Umeko is 21 and in the first group; Japanese people rarely have heart disease.
    belief = infer(ANONYMOUS, ILLS, [column[2:3] for column in ANONYMOUS], values=ILLS)
    assert not belief.certain.any()
    knows = belief.updated((belief.values != "heart").astype(float))
    assert knows.certain.all()
    assert list(knows.guess) == ["viral"]


def test_beliefs_are_the_shares_in_the_group():
    _, residents = table(2)
    coarse = [banded(residents.birth_year, 10), residents.sex]
    belief = infer(coarse, residents.diagnosis, coarse, values=DIAGNOSES)
    assert belief.chances.sum(axis=1) == pytest.approx(1)
    mine = (coarse[0] == coarse[0][0]) & (coarse[1] == coarse[1][0])
    for value, chance in zip(belief.values, belief.chances[0], strict=True):
        assert chance == pytest.approx((residents.diagnosis[mine] == value).mean())


def test_a_second_table_never_rules_the_truth_out():
    _, residents = table(3)
    first, second = [residents.birth_year], [residents.postcode]
    truth = residents.salary
    one, two = (infer(t, truth, t, values=truth) for t in (first, second))
    both = one.updated(two.chances)
    at_truth = both.chances[np.arange(300), np.searchsorted(both.values, truth)]
    assert (at_truth > 0).all()
    assert (both.certain >= (one.certain | two.certain)).all()
    assert both.chances == pytest.approx(two.updated(one.chances).chances)


def test_nothing_left_means_nothing_known_and_negative_counts_are_nobody():
    belief = believe(np.array([1, 2]), np.array([[0.0, 0.0], [-3.0, 1.0]]))
    assert belief.chances.tolist() == [[0.5, 0.5], [0, 1]]


def test_equal_groups_have_closeness_0_and_pure_groups_1_minus_their_share():
    mixed = groups([np.repeat([0, 1], 4)])
    assert closeness(mixed, np.tile([0, 1], 4)) == 0
    pure = np.repeat([0, 1], 4)
    assert closeness(mixed, pure) == pytest.approx(0.5)
    assert (diversity(mixed, pure), diversity(mixed, np.tile([0, 1], 4))) == (1, 2)


@pytest.mark.parametrize(
    "columns", [[], [np.array([])], [np.arange(2), np.arange(3)]], ids=len
)
def test_tables_without_columns_or_rows_or_of_unequal_length_are_refused(columns):
    with pytest.raises(ValueError, match="columns of lengths"):
        groups(columns)


def test_other_bad_input_is_named():
    one = [np.arange(3)]
    with pytest.raises(ValueError, match="released has 1 columns, register 2"):
        link(one, one * 2)
    with pytest.raises(ValueError, match="width=0"):
        banded(np.arange(3), 0)
    with pytest.raises(TypeError, match="values must be whole numbers"):
        banded(np.array([0.5]), 2)
    with pytest.raises(ValueError, match="plague, which is not in values"):
        infer(one, np.array(["flu", "flu", "plague"]), one, values=["flu"])
    with pytest.raises(ValueError, match="weights contains nan"):
        believe(np.arange(2), np.array([[np.nan, 1]]))
    with pytest.raises(ValueError, match=r"must be \(targets, 2\)"):
        believe(np.arange(2), np.ones((4, 3)))
    with pytest.raises(ValueError, match="not in values"):
        tally(np.zeros(1, int), np.array([9]), [1, 2], size=1)
