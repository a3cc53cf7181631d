"""Drawings of accuracy: against epsilon, and against one choice of training."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from privlab.experiments.frontier import Frontier, Sweep
from privlab.plots import style


def draw_frontier(result: Frontier, ax: Axes) -> Axes:
    """Mean accuracy of each way with one standard deviation over the seeds."""
    places = np.arange(len(result.epsilons))
    middle = (len(result.accuracy) - 1) / 2
    for index, (way, accuracy) in enumerate(result.accuracy.items()):
        mean, spread = 100 * accuracy.mean(axis=1), 100 * accuracy.std(axis=1, ddof=1)
        look = {**style.line(index), "marker": "os^D"[index], "capsize": 3}
        x = places + 0.06 * (index - middle)
        ax.errorbar(x, mean, spread, label=way, **look)
    best = 100 * result.without_privacy.mean()
    ax.axhline(best, color=style.BLACK, linestyle=":", label="in the open")
    ax.set(xticks=places, xlim=(-0.4, len(places) - 0.6))
    ax.set_xticklabels([f"{epsilon:g}" for epsilon in result.epsilons])
    ax.set_ylim(top=100)
    ax.legend(loc="lower right")
    seeds = len(result.without_privacy)
    title = f"{result.data.capitalize()}: {seeds} seeds, ± 1 standard deviation"
    return style.label(ax, title, "ε (no unit)", "right on unseen data (%)")


def draw_sweep(result: Sweep, ax: Axes) -> Axes:
    """Mean accuracy as one choice varies, and every single run."""
    percent = 100 * result.accuracy
    ax.plot(result.values, percent.mean(axis=1), marker="o", **style.line(0))
    ax.plot(result.values, percent, linestyle="", marker="x", color=style.BLACK)
    ax.set(xscale="log", xticks=result.values, ylim=(0, 100))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    ax.minorticks_off()
    title = f"Digits at ε = {result.epsilon:g}, the rest unchanged"
    return style.label(ax, title, result.knob, "right on unseen data (%)")
