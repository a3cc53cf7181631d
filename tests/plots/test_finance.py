"""The drawings of lesson 6.1 show the numbers of their results."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from privlab.attacks.membership import membership
from privlab.experiments.bank_purchases import Singled
from privlab.experiments.bank_statistics import ClosedAccount, SpendingTable
from privlab.experiments.encrypted_credit import IncomeLeft, StolenScorecard
from privlab.experiments.synthetic_customers import NOISY, SyntheticCustomers
from privlab.experiments.two_banks import Together
from privlab.plots import finance as plots


@pytest.fixture
def ax():
    yield plt.subplots()[1]
    plt.close("all")


def words(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_a_bar_for_each_number_of_purchases(ax):
    unique = np.array([0.05, 0.5, 0.75, 1, 1])
    plots.draw_singled_out(Singled(detail="shop", customers=9, unique=unique), ax)
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(100 * unique)
    assert words(ax) == ["5", "50", "75", "100", "100"]


def test_a_panel_for_each_band_with_true_and_published_means(ax):
    means = np.arange(24).reshape(4, 6) + 1.0
    result = SpendingTable(
        epsilon=1, cap=9, means=means, published=means + 2, shrunk=0.1, bias=0.2
    )
    plots.draw_spending_table(result, ax)
    for cell, row in zip(ax.figure.axes[1:], means, strict=True):
        assert [bar.get_width() for bar in cell.patches] == pytest.approx(row)
        assert cell.lines[0].get_xdata() == pytest.approx(row + 2)


def test_the_customer_and_two_guesses(ax):
    spent = np.array([10, 20, 30])
    names = ("a", "b", "c")
    result = ClosedAccount(
        epsilon=1, categories=names, spent=spent, exact=spent, noisy=spent - 900
    )
    plots.draw_closed_account(result, ax)
    assert [bar.get_width() for bar in ax.patches] == pytest.approx(spent)
    assert ax.lines[0].get_xdata() == pytest.approx(spent)
    assert ax.lines[1].get_xdata() == pytest.approx(spent - 900)
    assert result.off == (0, 900)


def test_the_attack_is_drawn_in_percent(ax):
    attack = membership(np.array([1.0, 2]), np.array([0.0, 1.5]))
    points = np.zeros((3, 2))
    result = SyntheticCustomers(
        way=NOISY, attack=attack, auc=0.6, real_auc=0.7, points=points, real=points
    )
    right = plots.draw_synthetic(result, ax)
    assert right.lines[0].get_ydata() == pytest.approx(100 * attack.hits)
    assert f"{attack.auc:.2f}" in right.get_title()


def test_a_dot_lies_on_its_line(ax):
    income = np.array([5_000.0, 8_000])
    result = IncomeLeft(told="yes", income=income, low=income / 2, high=income * 2)
    plots.draw_income_left(result, ax)
    assert ax.lines[-1].get_xdata() == pytest.approx(income)
    assert result.width == 4


def test_the_copy_is_cut_at_the_frame(ax):
    truth = np.arange(6) / 2
    result = StolenScorecard(
        queries=6, noise=1, truth=truth, found=truth * 9, auc=0.7, copy_auc=0.6
    )
    plots.draw_stolen(result, ax)
    assert [bar.get_width() for bar in ax.patches] == pytest.approx(truth)
    assert ax.lines[0].get_xdata().max() == 4.4
    assert result.error == 20


def test_three_models(ax):
    result = Together(common=7, epsilon=1, alone=0.7, pooled=0.9, joint=0.8)
    plots.draw_fraud(result, ax)
    assert words(ax) == ["0.70", "0.90", "0.80"]
