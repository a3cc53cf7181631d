"""Drawings of the ten salaries: clip first or clip last."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.salaries import SALARY_RANGE, OutlierAudits, TwoWorlds
from privlab.plots import style


def draw_two_worlds(result: TwoWorlds, ax: Axes) -> Axes:
    """Histograms of the published average, with and without the rich person."""
    low, high = SALARY_RANGE
    span = high - low
    bins = np.linspace(low - 0.2 * span, high + 0.2 * span, 57) / 1000
    worlds = {
        "tenth earns 40 000": result.ordinary,
        "tenth earns 40 million": result.rich,
    }
    for index, (label, averages) in enumerate(worlds.items()):
        look = {"alpha": 0.7, "label": label, **style.fill(index)}
        inside = np.clip(averages / 1000, bins[0], bins[-1])
        style.histogram(ax, inside, bins, **look)
    ax.legend(loc="upper center")
    ax.set_ylim(0, 1.3 * ax.get_ylim()[1])
    title = f"{result.order.capitalize()}, ε = {result.epsilon:g}"
    x = "published average (thousand €; the edges hold the rest)"
    return style.label(ax, title, x, "runs (count)")


def draw_outlier_audits(result: OutlierAudits, ax: Axes) -> Axes:
    """The measured epsilon against the tenth salary, for both orders."""
    series = {"clip last": result.unbounded, "clip first": result.bounded}
    for index, (label, audits) in enumerate(series.items()):
        measured = [audit.epsilon_lower for audit in audits]
        look = {**style.line(index), "marker": "os"[index], "markersize": 7}
        ax.semilogx(result.tenth, measured, label=label, **look)
    claimed = f"claimed, ε = {result.claimed:g}"
    ax.axhline(result.claimed, color=style.BLACK, linestyle=":", label=claimed)
    ax.legend(loc="upper left")
    return style.label(
        ax,
        "What the auditor can prove",
        "salary of the tenth person (€)",
        "measured ε, at least (no unit)",
    )
