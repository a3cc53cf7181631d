"""Drawing of accuracy against epsilon."""

from matplotlib.axes import Axes

from privlab.experiments.class_means import AccuracyByEpsilon
from privlab.plots import style


def draw_accuracy_by_epsilon(result: AccuracyByEpsilon, ax: Axes) -> Axes:
    """Mean accuracy with one standard deviation, beside the accuracy in the open."""
    percent, spread = 100 * result.accuracy, 100 * result.deviation
    look = {**style.line(0), "marker": "o", "capsize": 3}
    ax.errorbar(result.epsilons, percent, spread, label="private (± 1 s.d.)", **look)
    ax.axhline(100 * result.without_privacy, label="in the open", **style.line(1))
    ax.axhline(100 / result.classes, label="guessing", **style.line(3))
    ax.set(xscale="log", ylim=(0, 100))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.legend(loc="center left")
    return style.label(
        ax,
        f"{result.data}, {result.records} records, δ = {result.delta:g}",
        "ε (no unit)",
        "right on unseen data (%)",
    )
