"""The drawings of lesson 6.1: purchases, invented customers, sealed scores."""

import numpy as np
from matplotlib.axes import Axes

from privlab.core.bank import CATEGORIES
from privlab.experiments.bank_purchases import Singled
from privlab.experiments.bank_statistics import BANDS, ClosedAccount, SpendingTable
from privlab.experiments.encrypted_credit import IncomeLeft, StolenScorecard
from privlab.experiments.synthetic_customers import SyntheticCustomers
from privlab.experiments.two_banks import Together
from privlab.plots import style


def draw_singled_out(result: Singled, ax: Axes) -> Axes:
    """A bar for each number of known purchases."""
    points, share = np.arange(1, len(result.unique) + 1), 100 * result.unique
    ax.bar(points, share, **style.fill(0))
    for x, y in zip(points, share, strict=True):
        ax.text(x, y + 1.5, f"{y:.0f}", ha="center")
    ax.set_ylim(0, 112)
    ax.set_xticks(points)
    title = f"Known: {result.detail} of a few purchases"
    return style.label(ax, title, "known purchases (count)", "singled out (%)")


def draw_spending_table(result: SpendingTable, ax: Axes) -> Axes:
    """True means as bars, one panel for each age band; published ones as dots."""
    rows = np.arange(len(CATEGORIES))
    cells = style.panels(ax, len(BANDS))
    for cell, band, true, told in zip(
        cells, BANDS, result.means, result.published, strict=True
    ):
        cell.barh(rows, true, **style.fill(5) | {"hatch": ""}, label="true")
        seen = np.minimum(told, 1.2 * result.means.max())  # beyond: at the edge
        cell.plot(seen, rows, "o", color=style.BLACK, markersize=5, label="published")
        cell.set_xlim(0, 1.25 * result.means.max())
        cell.set_yticks(rows if cell is cells[0] else [])
        cell.set_ylim(len(rows) + 1.2, -0.6)
        style.label(cell, band, "mean (yuan)", "category (name)")
        cell.set_ylabel("")
    cells[0].set_yticklabels(CATEGORIES)
    cells[0].legend(loc="lower left", fontsize=9)
    title = f"ε = {result.epsilon:.2g}, cap {result.cap:,} yuan: means by age, "
    ax.figure.suptitle(title + f"off by {result.error:.0%}", x=0.02, ha="left")
    return cells[-1]


def draw_closed_account(result: ClosedAccount, ax: Axes) -> Axes:
    """The customer's purchases as bars, and the differences of two tables as marks."""
    rows = np.arange(len(result.spent))
    look = style.fill(5) | {"hatch": ""}
    ax.barh(rows, result.spent, label="the customer's", **look)
    ax.plot(result.exact, rows, "o", color=style.BLACK, label="from true tables")
    noisy = {"markersize": 9, "markeredgewidth": 2.5, "color": style.VERMILION}
    ax.plot(result.noisy, rows, "x", label="from noisy tables", **noisy)
    ax.set_yticks(rows, result.categories)
    ax.set_xscale("symlog", linthresh=1_000)
    ends = [-100_000, -10_000, -1_000, 0, 1_000, 10_000, 100_000]
    ax.set_xticks(ends, [f"{end:,}" for end in ends])
    ax.set_xlim(-300_000, 300_000)
    ax.set_ylim(len(rows) + 0.6, -0.6)
    ax.legend(loc="lower center", ncols=3, fontsize=9)
    title = f"The table with, minus the table without (ε = {result.epsilon:.2g} each)"
    return style.label(ax, title, "a month (yuan)", "category (name)")


def draw_synthetic(result: SyntheticCustomers, ax: Axes) -> Axes:
    """Left real and invented customers, right the attack's ROC curve."""
    left, right = style.panels(ax, 2)
    left.plot(*result.real.T, "o", color=style.SKY, markersize=5, label="real")
    left.plot(*result.points.T, "+", color=style.BLACK, markersize=6, label="invented")
    left.set_ylim(-2.7, 4)
    left.legend(loc="upper center", ncols=2)
    right.plot(100 * result.attack.false_alarms, 100 * result.attack.hits)
    right.plot([0, 100], [0, 100], ":", color=style.BLACK, label="guessing")
    right.legend(loc="lower right")
    title = result.way.capitalize()
    style.label(left, title, "card used (units)", "log income (units)")
    title = f"Who was in? AUC {result.attack.auc:.2f}"
    return style.label(right, title, "false alarms (%)", "hits (%)")


def draw_income_left(result: IncomeLeft, ax: Axes) -> Axes:
    """A line from the least to the greatest possible income, a dot for the true one."""
    rows = np.arange(1, len(result.income) + 1)
    ax.hlines(rows, result.low, result.high, color=style.BLUE, linewidth=5, alpha=0.6)
    ax.plot(result.low, rows, "|", color=style.BLUE, markersize=11)
    ax.plot(result.high, rows, "|", color=style.BLUE, markersize=11)
    ax.plot(result.income, rows, "o", color=style.BLACK, markersize=5)
    ax.set_xscale("log")
    ends = [1_000, 3_000, 10_000, 30_000, 100_000]
    ax.set_xticks(ends, [f"{end:,}" for end in ends])
    ax.minorticks_off()
    ax.set_xlim(800, 125_000)
    ax.set_yticks(rows)
    title = f"Reported: {result.told}. Line: incomes that fit; dot: the true one"
    return style.label(ax, title, "income (yuan a month)", "applicant (number)")


def draw_stolen(result: StolenScorecard, ax: Axes) -> Axes:
    """The bank's secret numbers as bars, the copy's as dots."""
    names = ("age", "income", "card used", "late", "years", "intercept")
    rows = np.arange(len(names))
    ax.barh(rows, result.truth, label="the bank's", **style.fill(5) | {"hatch": ""})
    found = result.found.clip(-4.4, 4.4)
    ax.plot(found, rows, "o", color=style.BLACK, label="the copy's, cut at ±4.4")
    ax.set_yticks(rows, names)
    ax.set_xlim(-4.6, 4.6)
    ax.set_ylim(len(rows) + 0.2, -0.6)
    ax.legend(loc="lower right", ncols=2)
    title = f"{result.queries} sealed scores, noise {result.noise:g}"
    return style.label(ax, title, "weight (log-odds for a unit)", "feature (name)")


def draw_fraud(result: Together, ax: Axes) -> Axes:
    """Three bars: alone, pooled, by encrypted sums."""
    names = ("first bank alone", "both in one place", "encrypted sums")
    values = (result.alone, result.pooled, result.joint)
    ax.barh(names, values, **style.fill(0))
    for row, value in enumerate(values):
        ax.text(value + 0.005, row, f"{value:.2f}", va="center")
    ax.invert_yaxis()
    ax.set_xlim(0.5, 1)
    title = f"{result.common:,} common customers, ε = {result.epsilon:.2g}"
    return style.label(ax, title, "AUC (0.5 is guessing)", "model (name)")
