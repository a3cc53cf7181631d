"""Drawings of federated learning among hostile clients."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.poisoned_clients import (
    CLIENTS,
    PREPARED,
    PoisonedClients,
    PoisonedRun,
)
from privlab.plots import style

MARKERS = "osD^v"


def draw_poisoned_clients(result: PoisonedClients, ax: Axes) -> Axes:
    """One line for each rule: what is read right by the share of hostile clients."""
    for index, (name, right) in enumerate(result.right.items()):
        look = style.line(index) | {"marker": MARKERS[index], "label": name}
        ax.plot(100 * result.shares, 100 * right, **look)
    ready = 100 * PREPARED / CLIENTS
    ax.axvline(ready, color=style.GREY, linewidth=1)
    ax.text(ready + 0.6, 102, f"prepared for {PREPARED}", color=style.GREY, va="bottom")
    _percent(ax)
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    title = f"{result.attack.capitalize()}, {CLIENTS} clients"
    return style.label(ax, title, "hostile clients (%)", "test digits read right (%)")


def draw_poisoned_run(result: PoisonedRun, ax: Axes) -> Axes:
    """What is read right after each round."""
    rounds = np.arange(len(result.accuracies))
    ax.plot(rounds, 100 * result.accuracies, marker="o")
    ax.set_xticks(rounds)
    _percent(ax)
    title = f"{result.rule.capitalize()}, {result.hostile} of {CLIENTS} hostile"
    title += f" ({result.attack})"
    return style.label(ax, title, "round (count)", "test digits read right (%)")


def _percent(ax: Axes) -> None:
    ax.set_ylim(0, 112)
    ax.set_yticks(range(0, 101, 20))
