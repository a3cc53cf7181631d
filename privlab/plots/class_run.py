"""Drawing of a class run: accuracy by round, and who answered."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from privlab.experiments.class_run import ClassRun
from privlab.plots import style


def draw_class_run(result: ClassRun, ax: Axes) -> Axes:
    """Left the accuracy after each round, right the nodes of each exchange."""
    left, right = style.panels(ax, 2)
    left.plot(result.rounds, 100 * result.accuracies, "o-", color=style.BLUE)
    left.set(ylim=(0, 100), xlim=(-0.3, result.settings["rounds"] + 0.3))
    left.xaxis.set_major_locator(MaxNLocator(integer=True))
    style.label(left, "The global model", "round (number)", "right digits (%)")
    exchanges = np.arange(1, len(result.answered) + 1)
    right.bar(exchanges, result.answered, label="answered", **style.fill(0))
    right.bar(
        exchanges,
        result.missing,
        bottom=result.answered,
        label="missing",
        **style.fill(1),
    )
    right.set_ylim(
        0,
        1.45
        * max(map(sum, zip(result.answered, result.missing, strict=True)), default=1),
    )
    for axis in (right.xaxis, right.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))
    right.legend(loc="upper right", ncols=2)
    style.label(right, "The nodes", "exchange (number)", "nodes (count)")
    return ax
