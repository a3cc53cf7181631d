"""Laws of partitions: every row has one holder, and skew is what was asked for."""

from itertools import pairwise

import numpy as np
import pytest

from privlab.core.datasets import digits
from privlab.fl.partition import Partition, by_feature, dirichlet, iid, quantity

LABELS = digits().target
INK = digits().features.sum(axis=1)
WAYS = {
    "iid": lambda clients, rng: iid(len(LABELS), clients, rng=rng),
    "labels": lambda clients, rng: dirichlet(LABELS, clients, alpha=0.3, rng=rng),
    "one label": lambda clients, rng: dirichlet(LABELS, clients, alpha=1e-4, rng=rng),
    "sizes": lambda clients, rng: quantity(len(LABELS), clients, alpha=0.3, rng=rng),
    "feature": lambda clients, rng: by_feature(INK, clients),
}


def seeded(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("clients", [1, 2, 7, 100, len(LABELS)])
@pytest.mark.parametrize("way", WAYS)
def test_every_row_has_exactly_one_holder(way, clients):
    partition = WAYS[way](clients, seeded())
    held = np.sort(np.concatenate(partition.rows))
    assert len(partition) == clients
    assert np.array_equal(held, np.arange(len(LABELS)))


@pytest.mark.parametrize("way", WAYS)
def test_sizes_and_counts_agree_with_the_rows(way):
    partition = WAYS[way](7, seeded())
    counts = partition.counts(LABELS, 10)
    assert counts.shape == (7, 10)
    assert np.array_equal(counts.sum(axis=1), partition.sizes)
    assert np.array_equal(counts.sum(axis=0), np.bincount(LABELS))
    for client, rows in enumerate(partition.rows):
        assert counts[client, 3] == (LABELS[rows] == 3).sum()


@pytest.mark.parametrize("way", ["iid", "feature"])
def test_even_parts_differ_by_one_row_at_most(way):
    sizes = WAYS[way](100, seeded()).sizes
    assert sizes.max() - sizes.min() <= 1


@pytest.mark.parametrize("way", [way for way in WAYS if way != "feature"])
def test_the_generator_alone_decides(way):
    first, again, other = (WAYS[way](10, seeded(seed)) for seed in (1, 1, 2))
    assert all(map(np.array_equal, first.rows, again.rows))
    assert not all(map(np.array_equal, first.rows, other.rows))


@pytest.mark.parametrize("seed", range(5))
def test_with_a_large_alpha_every_client_has_its_even_part_of_every_label(seed):
    alpha, clients = 1e6, 10
    counts = dirichlet(LABELS, clients, alpha=alpha, rng=seeded(seed)).counts(
        LABELS, 10
    )
    labels = np.bincount(LABELS)
    # A share has this deviation; cutting at whole rows moves a part by one.
    deviation = np.sqrt((1 - 1 / clients) / clients / (clients * alpha + 1))
    assert (np.abs(counts - labels / clients) <= 1 + 10 * deviation * labels).all()


def test_with_a_tiny_alpha_every_label_has_one_holder():
    counts = dirichlet(LABELS, 10, alpha=1e-9, rng=seeded()).counts(LABELS, 10)
    assert ((counts > 0).sum(axis=0) == 1).all()


@pytest.mark.parametrize("alpha", [0.2, 1.0])
@pytest.mark.parametrize("law", ["labels", "sizes"])
def test_shares_have_the_mean_and_the_variance_of_the_dirichlet(law, alpha):
    clients, n, draws, rng = 5, 2000, 10_000, seeded(3)
    if law == "labels":
        one = np.zeros(n, dtype=int)
        make = lambda: dirichlet(one, clients, alpha=alpha, rng=rng)  # noqa: E731
    else:
        make = lambda: quantity(n, clients, alpha=alpha, rng=rng)  # noqa: E731
    shares = np.array([make().sizes[0] for _ in range(draws)]) / n
    # Hoeffding: a mean of draws from [0, 1] is further off once in 10^7; rounding and
    # the row that everybody gets first move a share by (clients + 1) / n at most.
    off = np.sqrt(np.log(2e7) / 2 / draws) + 2 * (clients + 1) / n
    variance = (1 / clients) * (1 - 1 / clients) / (clients * alpha + 1)
    assert shares.mean() == pytest.approx(1 / clients, abs=off)
    assert ((shares - 1 / clients) ** 2).mean() == pytest.approx(variance, abs=off)


def test_sorted_clients_do_not_overlap():
    parts = [INK[rows] for rows in by_feature(INK, 6).rows]
    assert all(a.max() <= b.min() for a, b in pairwise(parts))


def test_nobody_is_empty_where_only_the_sizes_are_skewed():
    assert quantity(200, 150, alpha=1e-3, rng=seeded()).sizes.min() >= 1


def test_rows_cannot_be_changed_from_outside():
    mine = np.array([0, 1])
    partition = Partition((mine, np.array([2])))
    mine[0] = 9
    assert partition.rows[0][0] == 0
    with pytest.raises(ValueError, match="read-only"):
        partition.rows[0][0] = 9


def test_an_empty_client_is_allowed_and_the_summary_says_so():
    partition = Partition((np.array([4]), np.array([], dtype=int)))
    assert partition.summary == "1 rows among 2 clients, 0 to 1 each."
    assert np.array_equal(partition.counts(np.arange(5), 5)[1], np.zeros(5))


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: Partition(()), ValueError, "clients=0"),
        (lambda: Partition((np.array([0, 3]), np.array([3]))), ValueError, "row 3"),
        (lambda: Partition((np.array([-1, 3]),)), ValueError, "holds -1"),
        (lambda: Partition((np.array([0.5]),)), TypeError, "rows"),
        (lambda: iid(3, 4, rng=seeded()), ValueError, "clients=4 must be <= 3"),
        (lambda: iid(3, 0, rng=seeded()), ValueError, "clients=0"),
        (lambda: dirichlet(LABELS, 3, alpha=0, rng=seeded()), ValueError, "alpha=0"),
        (lambda: dirichlet(INK, 3, alpha=1, rng=seeded()), TypeError, "labels"),
        (lambda: quantity(9, 3, alpha=-1, rng=seeded()), ValueError, "alpha=-1"),
        (lambda: by_feature(np.array([1, np.nan]), 2), ValueError, "values"),
    ],
)
def test_a_partition_that_makes_no_sense_is_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()
