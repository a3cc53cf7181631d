"""Drawings of membership attacks: log-log curves with bands, and defences compared."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.membership_curves import Curves, Defences
from privlab.plots import style

FEWEST = 1e-4  # the left and lower ends of the logarithmic axes


def draw_roc(result: Curves, ax: Axes) -> Axes:
    """Hits against false alarms, both logarithmic, each with its 95 % band."""
    for index, (name, attack) in enumerate(result.attacks.items()):
        shown = attack.false_alarms >= 1 / len(attack.others)
        across, look = attack.false_alarms[shown], style.line(index)
        low, high = (np.maximum(limit[shown], FEWEST) for limit in attack.band())
        ax.fill_between(across, low, high, color=look["color"], alpha=0.2, linewidth=0)
        hits = np.maximum(attack.hits[shown], FEWEST)
        ax.plot(across, hits, label=f"{name} (band 95 %)", **look)
    ax.plot([FEWEST, 1], [FEWEST, 1], color=style.BLACK, lw=1, ls=":", label="guessing")
    for asked in (0.001, 0.01):
        ax.axvline(asked, color=style.GREY, lw=1)
    ax.set(xscale="log", yscale="log", xlim=(FEWEST, 1), ylim=(FEWEST, 1))
    ax.legend(loc="lower right")
    title = f"Trained {result.training}, {result.shadows} shadow models"
    return style.label(
        ax, title, "false alarms (share of others)", "hits (share of members)"
    )


def draw_defences(result: Defences, ax: Axes) -> Axes:
    """Members caught at 0.1 % false alarms, with limits, one row for each training."""
    rows = range(len(result.points))
    for row, (name, point) in zip(rows, result.points.items(), strict=True):
        caught = 100 * np.array([point.hits_low, point.hits, point.hits_high])
        ax.plot(caught[[0, 2]], [row, row], color=style.BLUE, lw=3, ls="-")
        ax.plot(caught[1], row, "o", color=style.BLUE, markersize=8)
        right = f"  {result.accuracy[name]:.0%} right"
        ax.text(caught[2], row, right, va="center", fontsize=10)
    ax.axvline(0.1, color=style.BLACK, lw=1, ls=":", label="guessing")
    ax.set_yticks(list(rows), list(result.points))
    ax.invert_yaxis()
    ax.set_xlim(0, 1.3 * max(100 * p.hits_high for p in result.points.values()))
    ax.legend(loc="lower right")
    return style.label(
        ax,
        f"LiRA, {result.shadows} shadow models, 0.1 % false alarms",
        "members caught, 95 % interval (%)",
        "training (name)",
    )
