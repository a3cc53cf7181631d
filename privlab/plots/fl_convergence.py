"""Drawings of how fast federated methods come near the best model."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.fl_convergence import ENOUGH, Convergence, RoundsNeeded
from privlab.experiments.sorted_digits import SortedDigits
from privlab.plots import style

FLOOR = 1e-7  # below it rounding shows


def draw_convergence(result: Convergence, ax: Axes) -> Axes:
    """Excess loss of each method over the rounds, on a logarithmic axis."""
    for index, (name, excess) in enumerate(result.excess.items()):
        look = style.line(index) | {"marker": "os^"[index], "markevery": 5}
        ax.semilogy(np.maximum(excess, FLOOR / 10), label=name, **look)
    ax.set_ylim(FLOOR, 1)
    ax.minorticks_off()
    ax.legend(loc="upper right", ncols=3)
    title = f"{result.steps} local steps, {result.skew:.0%} sorted by label"
    return style.label(ax, title, "round (count)", "excess loss (nats)")


def draw_rounds_needed(result: RoundsNeeded, ax: Axes) -> Axes:
    """Left the rounds, right the time if sending a model takes ten steps."""
    left, right = style.panels(ax, 2)
    for index, (name, rounds) in enumerate(result.rounds.items()):
        look = style.line(index) | {"marker": "os^"[index], "label": name}
        left.plot(result.steps, rounds, **look)
        right.plot(result.steps, result.total(name, message=10), **look)
    for axes in (left, right):
        axes.set(xscale="log", ylim=(0, None), xlim=(0.9, 24))
        axes.set_xticks(result.steps, [str(count) for count in result.steps])
        axes.minorticks_off()
    left.legend(loc="upper right")
    x = "local steps E (count)"
    style.label(left, f"To an excess of {ENOUGH:g} nats", x, "rounds (count)")
    style.label(right, "Sending a model = 10 steps", x, "time (local steps)")
    return ax


def draw_sorted_digits(result: SortedDigits, ax: Axes) -> Axes:
    """Accuracy of each method over the rounds."""
    for index, (name, accuracy) in enumerate(result.accuracies.items()):
        look = style.line(index) | {"marker": "os^"[index], "markersize": 5}
        ax.plot(100 * accuracy, label=name, **look)
    ax.set_ylim(0, 100)
    ax.legend(loc="lower right")
    title = f"Ten Flower clients, {result.skew:.0%} sorted by digit"
    return style.label(ax, title, "round (count)", "right on unseen digits (%)")
