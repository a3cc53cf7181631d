"""Drawings of what adversarial images and robust training tell about members."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.robust_membership import (
    AS_IS,
    LOSSES,
    WORST,
    LeakByRadius,
    RobustMembership,
)
from privlab.experiments.two_harms import TwoHarms
from privlab.plots import style


def draw_two_harms(result: TwoHarms, ax: Axes) -> Axes:
    """For each source a dot per seed and a bar at the mean; guessing is a line."""
    for index, runs in enumerate(result.told.values()):
        areas = np.array([run.auc for run in runs])
        _dots(ax, areas, index, index)
    ax.set_yticks(range(len(result.told)), list(result.told))
    ax.axvline(0.5, color=style.BLACK, linewidth=1)
    ax.set(xlim=(0.4, 0.65), ylim=(len(result.told) - 0.5, -0.5))
    changed = np.mean(result.changed)
    return style.label(
        ax,
        f"PGD, ± {result.radius:g}: {changed:.0%} of decisions changed",
        "members told from others (area under ROC)",
        "looking at (source)",
    )


def draw_robust_membership(result: RobustMembership, ax: Axes) -> Axes:
    """For each training and loss a dot per seed and a bar at the mean."""
    names = []
    for row, training in enumerate(result.runs):
        for index, loss in enumerate(LOSSES):
            at = 2 * row + index
            _dots(ax, result.aucs(training, loss), at, index)
            names.append(f"{training}, {loss.removeprefix('loss ')}")
    ax.set_yticks(range(len(names)), names)
    ax.axvline(0.5, color=style.BLACK, linewidth=1)
    ax.set(xlim=(0.4, 0.72), ylim=(len(names) - 0.5, -0.5))
    return style.label(
        ax,
        f"{len(result.rise)} seeds; 0.5 is guessing",
        "members told from others (area under ROC)",
        "training, loss (kind)",
    )


def _dots(ax: Axes, areas: np.ndarray, at: float, index: int) -> None:
    look = {"marker": "osD^"[index], "color": style.COLORS[index], "markersize": 7}
    ax.plot(areas, np.full(len(areas), at), linestyle="none", alpha=0.8, **look)
    ax.vlines(areas.mean(), at - 0.3, at + 0.3, colors=style.BLACK, linewidth=3)


def draw_leak_by_radius(result: LeakByRadius, ax: Axes) -> Axes:
    """ROC curves: by the loss as it is (plain), and after PGD (adversarial)."""
    runs = {"plain": (result.plain, AS_IS), "adversarial": (result.robust, WORST)}
    for index, (name, (run, loss)) in enumerate(runs.items()):
        attack = run.attacks[loss]
        label = f"{name}: {attack.auc:.2f}"
        look = style.line(index)
        ax.plot(100 * attack.false_alarms, 100 * attack.hits, label=label, **look)
    ax.plot([0, 100], [0, 100], color=style.BLACK, linewidth=1, label="guessing")
    ax.set(xlim=(0, 100), ylim=(0, 102))
    ax.legend(loc="lower right")
    return style.label(
        ax,
        f"Training radius {result.radius:g}",
        "others called members (%)",
        "members found (%)",
    )
