"""Drawings of what protects from whom: protections, a balance, and threats."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.patches import Rectangle

from privlab.experiments.balance import Balance
from privlab.experiments.noise_where import NoiseWhere
from privlab.experiments.protections import Protections
from privlab.experiments.threat_model import (
    ADVERSARIES,
    DEFENCES,
    REACHES,
    ThreatModel,
    views,
)
from privlab.plots import style


def draw_protections(result: Protections, ax: Axes) -> Axes:
    """For every protection, the first on top: who knows, what passes, how far off."""
    names, every = list(result.outcomes), list(result.outcomes.values())
    knows, taken, off = style.panels(ax, 3)
    rows = np.arange(len(names))
    for index, who in enumerate(("wire", "reader")):
        right = [100 * getattr(outcome, who) for outcome in every]
        look = {"label": who, **style.fill(index)}
        bars = knows.barh(rows + 0.4 * index, right, 0.38, **look)
        _numbered(knows, bars, "%.0f")
    knows.axvline(50, color=style.GREY, linewidth=1, linestyle=":", zorder=0)
    knows.legend(
        loc="lower right", ncols=2, fontsize=9, columnspacing=1, handlelength=1
    )
    style.label(knows, "Who knows", "right guesses (%)", "protection (kind)")
    knows.set_yticks(rows + 0.2, names)
    accepted = [100 * outcome.accepted for outcome in every]
    _numbered(taken, taken.barh(rows + 0.2, accepted, **style.fill(2)), "%.0f")
    style.label(taken, "Changes taken", "accepted (%)", "protection (kind)")
    errors = [outcome.error for outcome in every]
    _numbered(off, off.barh(rows + 0.2, errors, **style.fill(3)), "%.2f")
    style.label(off, "Answer off by", "error (people)", "protection (kind)")
    tops = (140, 140, 1.4 * max(*errors, 0.5))
    for panel, top in zip((knows, taken, off), tops, strict=True):
        panel.set(xlim=(0, top), ylim=(len(names) + 0.9, -0.5))  # below: the legend
        if panel is not knows:
            panel.set_yticks([])
            panel.set_ylabel("")
    return ax


def _numbered(ax: Axes, bars: BarContainer, form: str) -> None:
    """The value at the end of each bar."""
    ax.bar_label(bars, fmt=form, padding=3, fontsize=9)


def draw_balance(result: Balance, ax: Axes) -> Axes:
    """The error that noise adds against what the best guess achieves."""
    guesses, error = result.chosen
    ax.plot(100 * result.guesses, result.by_noise, label="noise", **style.line(0))
    ax.axhline(result.by_chance, label="chance of the sample", **style.line(1))
    ax.plot(100 * guesses, error, "o", color=style.BLACK, markersize=9)
    ax.annotate(
        f"ε = {result.epsilon:g}",
        (100 * guesses, error),
        xytext=(8, 8),
        textcoords="offset points",
        fontweight="bold",
    )
    ax.set(xlim=(50, 100), yscale="log", ylim=(1e-7, 1e3))
    ax.legend(loc="lower left")
    return style.label(
        ax,
        f"A share published about {result.people:,} people",
        "best right guesses about one person (%)",
        "error of the share (points)",
    )


def draw_noise_where(result: NoiseWhere, ax: Axes) -> Axes:
    """Right guesses against the number of predictions heard."""
    asked = np.arange(1, len(result.in_training) + 1)
    curves = {
        "fresh noise in each prediction": result.in_predictions,
        "noise in the training, once": result.in_training,
    }
    for index, (label, curve) in enumerate(curves.items()):
        ax.plot(asked, 100 * curve, label=label, **style.line(index))
        value = 100 * curve[result.asked - 1]
        ax.plot(result.asked, value, "o", color=style.BLACK, markersize=8)
        ax.annotate(
            f"{value:.0f} %",
            (result.asked, value),
            xytext=(6, -14),
            textcoords="offset points",
            fontweight="bold",
        )
    ax.set(xlim=(1, asked[-1]), ylim=(45, 104))
    ax.legend(loc="center right")
    return style.label(
        ax,
        f"ε = {result.epsilon:g}: where the noise is",
        "predictions heard (count)",
        "right guesses about one person (%)",
    )


# from the darkest, the record itself, to white
COLOURS = (style.VERMILION, style.ORANGE, style.SKY, "white")
SHADES = dict(zip(REACHES, COLOURS, strict=True))


def draw_threat_model(result: ThreatModel, ax: Axes) -> Axes:
    """A row for each adversary, a column for each defence; one cell is framed."""
    ax.figure.set_size_inches(11, 4.6)
    for row, who in enumerate(ADVERSARIES):
        for column, defence in enumerate(DEFENCES):
            reached = result.reached[row][column]
            box = {"facecolor": SHADES[reached], "edgecolor": "white"}
            ax.add_patch(Rectangle((column, row), 1, 1, **box))
            view = views(defence)[who].replace(" updates", "\nupdates")
            text = f"{view}\n→ {reached}"
            ax.text(column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=9)
    place = DEFENCES.index(result.defence), ADVERSARIES.index(result.adversary)
    ax.add_patch(Rectangle(place, 1, 1, fill=False, linewidth=3, zorder=3))
    ax.set_xticks(np.arange(len(DEFENCES)) + 0.5, [_folded(d) for d in DEFENCES])
    ax.set_yticks(np.arange(len(ADVERSARIES)) + 0.5, [_folded(a) for a in ADVERSARIES])
    ax.set(xlim=(0, len(DEFENCES)), ylim=(len(ADVERSARIES), 0))
    ax.grid(visible=False)
    ax.tick_params(length=0)
    return style.label(
        ax, "Who sees what, and reaches what", "defence (kind)", "adversary (kind)"
    )


def _folded(name: str) -> str:
    return (
        name.replace(", ", ",\n")
        .replace(" + masks", "\n+ masks")
        .replace(" of", "\nof")
        .replace(" reader", "\nreader")
        .replace(" + DP", "\n+ DP")
    )
