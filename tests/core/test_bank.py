"""Invented customers, and purchases from a file that may be bad."""

import dataclasses

import numpy as np
import pytest

from privlab.core.bank import AGES, MEDIANS, SHARES, SHOPS, applicants, transactions
from privlab.core.bank_csv import (
    COLUMNS,
    BadTable,
    read_transactions,
    write_transactions,
)

SEEDS = range(100, 105)
seeds = pytest.mark.parametrize("seed", SEEDS)
ROW = ("c1", "31", "2026-01-05", "s1", "food", "9.50")


def drawn(seed, count=800):
    return transactions(count, rng=np.random.default_rng(seed))


def lines(*rows, header=COLUMNS):
    return [",".join(header), *(",".join(row) for row in rows)]


def changed(name, value):
    return tuple(
        value if column == name else old
        for column, old in zip(COLUMNS, ROW, strict=True)
    )


@seeds
def test_marginals_are_those_that_the_docstring_states(seed):
    table = drawn(seed)
    assert AGES[0] <= table.age.min() <= table.age.max() < AGES[1]
    each = np.bincount(table.customer)
    assert each.min() >= 1
    assert 22 < each.mean() < 28
    share = np.bincount(table.category) / len(table)
    np.testing.assert_allclose(share, SHARES, atol=0.015)
    medians = [np.median(table.cents[table.category == c]) / 100 for c in range(6)]
    np.testing.assert_allclose(medians, MEDIANS, rtol=0.3)
    assert (table.shop // SHOPS == table.category).all()


@seeds
def test_spent_adds_up_to_the_purchases_rounded_down(seed):
    table = drawn(seed, 50)
    k = len(table.categories)
    sums = np.bincount(table.customer * k + table.category, table.cents, 50 * k)
    np.testing.assert_array_equal(table.spent.ravel(), sums.astype(int) // 100)


def test_the_same_seed_gives_the_same_bank_and_arrays_cannot_be_changed():
    first, second = drawn(7), drawn(7)
    np.testing.assert_array_equal(first.cents, second.cents)
    with pytest.raises(ValueError, match="read-only"):
        first.cents[0] = 1


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("shop", [1, 2], "columns of"),
        ("customer", [5], "customer must be from 0 to 0"),
        ("category", [-1], "category must be"),
    ],
)
def test_purchases_that_do_not_fit_are_refused(name, value, message):
    one = read_transactions(lines(ROW))
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(one, **{name: np.array(value)})


@seeds
def test_defaults_are_about_one_in_six_and_follow_late_payments(seed):
    data = applicants(4_000, rng=np.random.default_rng(seed))
    assert 0.11 < data.target.mean() < 0.2
    late = data.features[:, 3]
    assert data.target[late >= 2].mean() > data.target[late == 0].mean() + 0.1


# The file


@seeds
def test_reading_undoes_writing(seed):
    table = drawn(seed, 40)
    again = read_transactions(write_transactions(table).splitlines())
    for name in ("age", "customer", "cents"):
        np.testing.assert_array_equal(getattr(again, name), getattr(table, name))
    names = np.array(again.categories)[again.category]
    np.testing.assert_array_equal(names, np.array(table.categories)[table.category])
    assert (again.day - table.day == again.day[0] - table.day[0]).all()
    assert len(set(zip(again.shop, table.shop, strict=True))) == len(set(table.shop))


def test_columns_are_mapped_by_name_in_any_order():
    header = ("Betrag", "extra", "customer", "age", "date", "shop", "category")
    row = ("0.29", "x", "c1", "31", "2026-01-05", "s1", "food")
    table = read_transactions(lines(row, header=header), columns={"amount": "Betrag"})
    assert table.cents.tolist() == [29]


@pytest.mark.parametrize(
    ("text", "cents"), [("7", 700), ("7.5", 750), ("0.29", 29), (" 10.00 ", 1000)]
)
def test_amounts_are_exact(text, cents):
    table = read_transactions(lines(changed("amount", text)))
    assert table.cents.tolist() == [cents]


@pytest.mark.parametrize(
    ("column", "value", "remedy"),
    [
        *[
            ("amount", bad, "write it as 1234.50")
            for bad in ("-3", "9.999", "€5", "nan", "1e3", "", "9" * 20, "٣")
        ],
        *[("age", bad, "whole years") for bad in ("0", "121", "31.5", "old", "")],
        *[("date", bad, "2026-01-31") for bad in ("31.1.2026", "2026-02-30", "")],
        *[(name, " ", "fill it in") for name in ("customer", "shop", "category")],
    ],
)
def test_a_bad_field_is_named_with_row_column_value_and_remedy(column, value, remedy):
    with pytest.raises(BadTable) as caught:
        read_transactions(lines(ROW, changed(column, value)))
    told = str(caught.value)
    assert f"row 3, column {column!r}" in told
    assert repr(value.strip()) in told
    assert remedy in told


def test_a_customer_of_two_ages_is_refused():
    with pytest.raises(BadTable, match=r"row 3.*32.*'c1'.*31 above"):
        read_transactions(lines(ROW, changed("age", "32")))


@pytest.mark.parametrize(
    ("given", "columns", "message"),
    [
        ([], None, "row 1: column 'customer'"),
        (lines(), None, "no rows"),
        (lines(ROW), {"amount": "sum"}, "row 1: column 'sum' .amount. is there 0"),
        (lines(ROW), {"cost": "amount"}, "columns maps 'cost'"),
        (lines((*ROW, "7")), None, "row 2: more fields"),
        (lines(ROW[:-1]), None, "row 2, column 'amount': '' is no amount"),
        (lines(ROW, header=("age", *COLUMNS[1:])), None, "'customer'"),
    ],
)
def test_a_file_of_the_wrong_form_is_refused(given, columns, message):
    with pytest.raises(BadTable, match=message):
        read_transactions(given, columns=columns)


def test_several_faults_are_told_at_once_and_not_all():
    with pytest.raises(BadTable) as caught:
        read_transactions(lines(*[changed("age", "x")] * 9))
    assert str(caught.value).count("row ") == 5
