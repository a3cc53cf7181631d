"""What lesson 6.1 says of chance, with five seeds; and the laws it stands on."""

import dataclasses

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from privlab.core.privacy import Privacy
from privlab.dp.audit import audit
from privlab.dp.budget import Budget, Overspent
from privlab.dp.discrete import DiscreteLaplace
from privlab.experiments.bank_purchases import DETAIL, month, singled_out
from privlab.experiments.bank_statistics import (
    BANDS,
    CAP,
    band_totals,
    capped,
    closed_account,
    open_desk,
    spending_table,
)
from privlab.experiments.encrypted_credit import (
    DIGITS,
    halves,
    income_left,
    scorecard,
    sealed_scores,
    stolen_scorecard,
)
from privlab.experiments.synthetic_customers import (
    BINS,
    EXACT,
    NEIGHBOURS,
    NOISY,
    THIN,
    sample_tree,
    split,
    synthetic_customers,
    tree_counts,
)
from privlab.experiments.two_banks import (
    asked,
    fraud_together,
    matched,
    two_banks,
    weights,
)

SEEDS = range(100, 105)
seeds = pytest.mark.parametrize("seed", SEEDS)

# Purchases


@seeds
def test_few_purchases_single_out(seed):
    fine, weekly, _, coarse = (
        singled_out(detail=detail, seed=seed).unique for detail in DETAIL
    )
    assert fine[0] < 0.15
    assert fine[1] > 0.9
    assert weekly[3] > 0.9
    assert coarse[3] < 0.05


# Statistics


@seeds
@pytest.mark.parametrize("cap", [1, 7, 1000])
def test_one_customer_moves_the_capped_table_by_the_cap_at_most(seed, cap):
    rng = np.random.default_rng(seed)
    spent = rng.integers(0, 3_000, (40, 6)) * (rng.random((40, 6)) < 0.5)
    cut, band = capped(spent, cap), rng.integers(0, len(BANDS), 40)
    assert (cut >= 0).all()
    assert (cut.sum(axis=1) <= cap).all()
    for who in range(40):
        stay = np.arange(40) != who
        moved = band_totals(cut, band) - band_totals(cut[stay], band[stay])
        assert np.abs(moved).sum() <= cap
    small = spent.sum(axis=1) <= cap
    np.testing.assert_array_equal(cut[small], spent[small])


def test_capping_refuses_refunds():
    with pytest.raises(ValueError, match="amounts must be >= 0"):
        capped(np.array([[5, -1]]), 10)


@seeds
def test_the_ledger_refuses_before_anything_is_drawn(seed):
    desk = open_desk(month(seed=seed), cap=CAP, limit=1.0)
    rng = np.random.default_rng(seed)
    desk, table = desk.table(epsilon=0.6, rng=rng)
    assert table.cost.epsilon == pytest.approx(0.6)
    state = rng.bit_generator.state
    with pytest.raises(Overspent):
        desk.table(epsilon=0.6, rng=rng)
    assert rng.bit_generator.state == state


@seeds
def test_a_table_without_noise_and_cap_is_the_truth(seed):
    desk = open_desk(month(seed=seed), cap=10**7, limit=1e9)
    _, table = desk.table(epsilon=1e9, rng=np.random.default_rng(seed))
    np.testing.assert_array_equal(table.totals, band_totals(desk.spent, desk.band))
    assert table.heads.sum() == len(desk.band)


@seeds
def test_the_difference_of_tables_before_and_after(seed):
    for who in ("typical", "largest"):
        result = closed_account(customer=who, epsilon=1, seed=seed)
        assert result.off[0] == 0
        assert result.off[1] > 1_000


@seeds
def test_the_auditor_breaks_the_table_without_a_cap_and_not_the_other(seed):
    spent, rng = month(seed=seed).spent, np.random.default_rng(seed)
    whole, noise = spent.sum(axis=1), DiscreteLaplace(epsilon=1, sensitivity=CAP)
    stay = np.arange(len(whole)) != whole.argmax()

    def bound(sums):
        pair = int(sums.sum()), int(sums[stay].sum())
        return audit(noise.release, *pair, trials=4_000, rng=rng).epsilon_lower

    assert bound(whole) > 1
    assert bound(capped(spent, CAP).sum(axis=1)) <= 1


def test_a_good_cap_lies_between():
    low, good, high = (
        np.mean([spending_table(epsilon=1, cap=cap, seed=s).error for s in SEEDS])
        for cap in (500, 10_000, 50_000)
    )
    assert good < min(low, high, 0.2)


def test_a_desk_keeps_what_was_spent():
    desk = open_desk(month(seed=0), cap=CAP, limit=2.0)
    after, _ = desk.table(epsilon=0.5, rng=np.random.default_rng(0))
    assert desk.budget == Budget(limit=Privacy(epsilon=2.0))
    assert after.budget.left.epsilon == pytest.approx(1.5)


# Invented customers


@seeds
def test_who_was_in(seed):
    mixed, exact, noisy = (
        synthetic_customers(way=way, seed=seed) for way in (NEIGHBOURS, EXACT, NOISY)
    )
    assert mixed.attack.auc > 0.75
    assert exact.attack.auc < 0.6
    assert abs(noisy.attack.auc - 0.5) < 0.1


def test_invented_customers_are_of_use():
    """One in five noisy sets may be poor: what holds is the mean."""
    runs = [synthetic_customers(way=NOISY, seed=seed) for seed in SEEDS]
    thin = [synthetic_customers(way=THIN, seed=seed) for seed in SEEDS]
    useful = np.mean([run.auc for run in runs])
    assert useful > 0.6
    assert useful > np.mean([run.auc for run in thin])


@seeds
def test_one_customer_moves_the_tree_by_one_cell_of_each_feature(seed):
    x, y, _ = split(seed, 200)
    moved = tree_counts(x, y) - tree_counts(x[1:], y[1:])
    assert moved.sum() == np.abs(moved).sum() == x.shape[1]
    assert moved[:, y[0]].sum() == x.shape[1]


@seeds
def test_sampling_a_tree_gives_its_counts_back(seed):
    rng = np.random.default_rng(seed)
    counts = rng.integers(50, 500, (2, 1, BINS)).repeat(2, axis=1)
    counts[1] = counts[1] * counts[0].sum() // counts[1].sum()
    x, y = sample_tree(counts, 40_000, rng=rng)
    again = tree_counts(x, y)
    np.testing.assert_allclose(
        again / again.sum(axis=(1, 2), keepdims=True),
        counts / counts.sum(axis=(1, 2), keepdims=True),
        atol=0.02,
    )


# Scores


@seeds
def test_sealed_scores_are_those_in_the_open(seed):
    run = sealed_scores(applicants=200, seed=seed)
    assert run.error < run.bound < 0.01


@seeds
def test_the_income_is_always_in_the_range_which_widens(seed):
    widths = []
    for told in DIGITS:
        result = income_left(told=told, seed=seed)
        slack = 1 + 1e-6
        assert (result.low <= result.income * slack).all()
        assert (result.income <= result.high * slack).all()
        widths.append(result.width)
    assert widths == sorted(widths)
    assert widths[0] < 1.001
    assert 1.05 < widths[2] < 2
    assert widths[3] > 5


@seeds
def test_a_scorecard_is_stolen_and_what_noise_does(seed):
    six = stolen_scorecard(queries=6, noise=0, seed=seed)
    assert six.error < 1e-2
    assert stolen_scorecard(queries=6, noise=1, seed=seed).error > 0.1
    many = stolen_scorecard(queries=1_000, noise=1, seed=seed)
    assert many.copy_auc > six.auc - 0.02


@seeds
def test_the_scorecard_is_better_than_guessing(seed):
    assert scorecard(seed=seed).auc(halves(seed=seed)[1]) > 0.7


# Two banks


@seeds
def test_both_banks_match_who_is_in_both(seed):
    first, second, fraud = two_banks(seed=seed)
    y, cards, deposits = matched(seed=seed)
    common = [phone for phone in first.phones if phone in set(second.phones)]
    assert [fraud[phone] for phone in common] == y.tolist()
    np.testing.assert_array_equal(first.rows(common), cards)
    np.testing.assert_array_equal(second.rows(common), deposits)


def test_encrypted_sums_are_right_and_noise_is_exact_whole_numbers():
    y, _, deposits = matched(seed=SEEDS[0])
    true = y @ deposits
    np.testing.assert_allclose(asked(y, deposits, epsilon=None), true, atol=1e-2)
    noisy = asked(y, deposits, epsilon=1, rng=np.random.default_rng(0))
    np.testing.assert_allclose(noisy, np.rint(noisy), atol=1e-2)
    assert not np.allclose(noisy, true, atol=0.5)


def test_weights_are_fishers_for_one_column():
    """With one column only the direction is left, and its sign is that of the means."""
    y, cards, _ = matched(seed=SEEDS[0])
    one = cards[:, :1]
    own = weights(y @ one, int(y.sum()), one)
    peer = LinearDiscriminantAnalysis().fit(one, y).coef_[0]
    assert own[0] * peer[0] > 0


def test_together_they_find_more():
    runs = [fraud_together(epsilon=2, seed=seed) for seed in SEEDS]
    alone, pooled, joint = (
        np.mean([getattr(run, name) for run in runs])
        for name in ("alone", "pooled", "joint")
    )
    assert pooled > alone + 0.05
    assert joint > (alone + pooled) / 2


def test_results_have_one_sentence_each():
    for result in (
        singled_out(detail="shop and day", seed=100),
        spending_table(epsilon=1, cap=10_000, seed=100),
        closed_account(customer="typical", epsilon=1, seed=100),
        synthetic_customers(way=NOISY, seed=100),
        sealed_scores(applicants=200, seed=100),
        income_left(told="one decimal", seed=100),
        stolen_scorecard(queries=6, noise=0, seed=100),
    ):
        assert dataclasses.is_dataclass(result)
        assert result.summary.endswith(".")
        assert "\n" not in result.summary
