"""Drawing of the plain and the weighted mean of clinics."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.weighted_mean import WeightedMean
from privlab.plots import style


def draw_weighted_mean(result: WeightedMean, ax: Axes) -> Axes:
    """Left each clinic and both means, right the plain mean's errors."""
    left, right = style.panels(ax, 2)
    left.plot(result.sizes, result.means, "o", color=style.BLACK, label="clinic")
    for index, (name, mean) in enumerate(
        {"weighted = pooled": result.weighted, "plain": result.plain}.items()
    ):
        left.axhline(mean, label=f"{name}: {mean:.0f}", **style.line(index))
    left.set_ylim(20, 420)
    left.legend(loc="upper left")
    title = "Ten clinics, one split"
    style.label(left, title, "patients (count)", "mean score (points)")
    bins = np.arange(-75, 26, 2.5)
    style.histogram(right, result.errors, bins=bins, label="plain", **style.fill(1))
    right.axvline(0, label="weighted", **style.line(0))
    right.set(xlim=(-75, 25), ylim=(0, 1.05 * len(result.errors)))
    right.legend(loc="upper left")
    style.label(right, "All splits", "error of the mean (points)", "splits (count)")
    return ax
