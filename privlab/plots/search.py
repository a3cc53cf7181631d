"""Drawings of what a search for the best run costs."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.search import RUNS, BestCoin, PrivateSearch, SearchCost
from privlab.plots import style


def draw_best_coins(result: BestCoin, ax: Axes) -> Axes:
    """Epsilon of the best coin, for a fixed and for a random number of coins."""
    ax.loglog(RUNS, result.fixed, label="fixed number", **style.line(1))
    ax.loglog(RUNS, result.geometric, label="random number", **style.line(0))
    ax.axhline(result.epsilon, color=style.BLACK, linestyle=":", label="one coin")
    ax.legend(loc="upper left")
    title = f"Best of many coins, ε = {result.epsilon:g} each"
    return style.label(ax, title, "coins, or expected coins (count)", "ε (no unit)")


def draw_search_costs(result: SearchCost, ax: Axes) -> Axes:
    """Epsilon of the whole search against the number of runs."""
    label = "all runs published"
    ax.loglog(RUNS, result.all_published, label=label, **style.line(1))
    label = "best of a random number"
    ax.loglog(RUNS, result.best_only, label=label, **style.line(0))
    ax.axhline(result.epsilon, color=style.BLACK, linestyle=":", label="one run")
    ax.legend(loc="upper left")
    title = f"Runs of ε = {result.epsilon:g} at δ = {result.delta:g}"
    return style.label(ax, title, "runs, or expected runs (count)", "total ε (no unit)")


def draw_private_search(result: PrivateSearch, ax: Axes) -> Axes:
    """Each run's accuracy in order, the chosen one marked."""
    runs, percent = np.arange(1, len(result.scores) + 1), 100 * result.accuracy
    ax.plot(runs, percent, "o", color=style.COLORS[0], label="a run: stays secret")
    chosen = runs[result.best], percent[result.best]
    look = {"markersize": 18, "color": style.COLORS[1], "label": "published"}
    ax.plot(*chosen, "*", **look)
    ax.set(xlim=(0.5, len(runs) + 0.5), ylim=(0, 100), xticks=runs)
    ax.legend(loc="lower right")
    title = (
        f"{len(runs)} runs, ε = {result.epsilon_of_one:.2f} each, "
        f"{result.epsilon:g} together"
    )
    return style.label(ax, title, "run (number)", "right on unseen data (%)")
