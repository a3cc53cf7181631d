"""Drawings of published tables: who fits a row, and what a crowd gives away."""

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from privlab.experiments.crowds import Crowds, Readings
from privlab.experiments.linked_records import Fingerprints, Linked, Uniqueness
from privlab.experiments.two_tables import BAND, NoisyTables, TwoTables
from privlab.plots import style

STEPS = (1, 2, 5, 10, 50, 10**9)
NAMES = ("1", "2–4", "5–9", "10–49", "50 or more")


def draw_linked(result: Linked, ax: Axes) -> Axes:
    """Rows by how many residents fit them; those that fit one have a name."""
    _by_crowd(result.fits, ax, named=result.fits == 1)
    title = f"{result.residents:,} residents; shown: {result.known}"
    return style.label(ax, title, "residents who fit a row (people)", "rows (%)")


def draw_crowds(result: Crowds, ax: Axes) -> Axes:
    """Rows by the size of their group; those below k are withheld."""
    _by_crowd(result.crowd, ax, named=result.crowd < result.k)
    published = f"k = {result.k}, l = {result.diversity}"
    title = f"{result.years} years, {result.postcodes} postcodes: {published}"
    return style.label(ax, title, "rows that look alike (people)", "rows (%)")


def _by_crowd(sizes: np.ndarray, ax: Axes, *, named: np.ndarray) -> None:
    counts = [((sizes >= low) & (sizes < high)) for low, high in pairwise(STEPS)]
    shares = [100 * own.mean() for own in counts]
    looks = [style.fill(1 if (own & named).any() else 0) for own in counts]
    for place, (share, look) in enumerate(zip(shares, looks, strict=True)):
        bar = ax.bar(place, share, width=0.8, **look)
        ax.bar_label(bar, fmt="%.0f%%" if share == 0 or share >= 1 else "%.1f%%")
    ax.set_xticks(range(len(NAMES)), NAMES)
    ax.set_ylim(0, 112)
    ax.set_yticks(range(0, 101, 20))


def draw_uniqueness(result: Uniqueness, ax: Axes) -> Axes:
    """The share of unique residents against the size of the town."""
    for index, (known, shares) in enumerate(result.shares.items()):
        look = {**style.line(index), "marker": "os^D"[index], "markersize": 6}
        ax.semilogx(result.residents, 100 * shares, label=known, **look)
    ax.set_ylim(-4, 104)
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.legend(loc="upper right", bbox_to_anchor=(1, 0.92))
    return style.label(
        ax, "Who is unique?", "size of the town (residents)", "unique (%)"
    )


def draw_fingerprints(result: Fingerprints, ax: Axes) -> Axes:
    """The share of unique patients, one more measurement known in each bar."""
    first, *more = result.names
    bars = ax.bar([first, *(f"+ {name}" for name in more)], 100 * result.unique)
    ax.bar_label(bars, fmt="%.0f%%")
    ax.set_ylim(0, 112)
    title = f"{result.patients} real patients"
    return style.label(ax, title, "what is known (measurements)", "unique (%)")


def draw_readings(result: Readings, ax: Axes) -> Axes:
    """Three readings of one k-anonymous table, as bars."""
    shares = {
        "sure: no illness\n(of all)": result.certain,
        "sure: which illness\n(of the ill, known ill)": result.ill_certain,
        "cancer in\nthe table": result.cancer_before,
        "cancer in the\nworst group": result.cancer_after,
    }
    looks = (0, 1, 2, 2)
    for place, (share, look) in enumerate(zip(shares.values(), looks, strict=True)):
        ax.bar_label(ax.bar(place, 100 * share, **style.fill(look)), fmt="%.1f%%")
    ax.set_xticks(range(len(shares)), list(shares))
    ax.set_ylim(0, 120 * max(shares.values()))
    title = f"Every row looks like {result.k - 1} others or more"
    return style.label(ax, title, "what is read off (kind)", "people (%)")


def draw_two_tables(result: TwoTables, ax: Axes) -> Axes:
    """Salaries surely known, and rightly guessed, by one table and by both."""
    places, names = np.arange(3), ("by age", "by place", "both tables")
    for index, (label, shares) in enumerate(
        {"sure": result.certain, "best guess right": result.right}.items()
    ):
        heights = 100 * np.array(shares)
        look = {"width": 0.38, "label": label, **style.fill(index)}
        ax.bar_label(ax.bar(places + 0.4 * index - 0.2, heights, **look), fmt="%.0f%%")
    ax.set_xticks(places, names)
    ax.set_ylim(0, 125)
    ax.set_yticks(range(0, 101, 20))
    ax.legend(loc="upper left", ncols=2)
    title = f"{result.residents:,} residents, salaries to {result.rounding:,} €"
    return style.label(ax, title, "what is combined (tables)", "targets (%)")


def draw_noisy_tables(result: NoisyTables, ax: Axes) -> Axes:
    """Right guesses from two noisy tables against epsilon, and from exact ones."""
    look = {**style.line(0), "marker": "o", "capsize": 3}
    ax.errorbar(
        result.epsilons,
        result.right,
        result.deviation,
        label="two noisy tables (± 1 s.d.)",
        **look,
    )
    ax.axhline(result.exact, label="two exact tables", **style.line(1))
    ax.axhline(result.blind, label="the commonest band", **style.line(3))
    ax.set(xscale="log", ylim=(0, 1.5 * result.exact))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.legend(loc="upper left")
    return style.label(
        ax,
        f"Guessing a salary's band of {BAND:,} €",
        "ε for both tables together (no unit)",
        "right (%)",
    )
