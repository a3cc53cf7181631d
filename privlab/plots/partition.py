"""Drawing of a partition: who holds how many rows of which label."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.holdings import Holdings
from privlab.plots import style

LARGEST = 0.9  # of a cell's height, the largest dot


def draw_holdings(result: Holdings, ax: Axes) -> Axes:
    """A dot for each client and digit, its area the number of images; sizes on top."""
    clients, classes = result.counts.shape
    client, digit = np.indices(result.counts.shape)
    ax.set(xlim=(-0.6, clients - 0.4), ylim=(-0.6, classes + 0.4))
    areas = result.counts / result.counts.max() * _cell(ax, clients, classes) ** 2
    ax.scatter(client, digit, s=areas, color=style.BLUE)
    for place, size in enumerate(result.counts.sum(axis=1)):
        look = {"rotation": 90 if clients > 12 else 0, "fontsize": 9}
        ax.text(place, classes - 0.35, size, ha="center", va="bottom", **look)
    ax.set_xticks(range(clients), range(1, clients + 1))
    ax.set_yticks(range(classes))
    title = f"{result.way}; on top each client's images"
    return style.label(ax, title, "client (number)", "digit (label)")


def _cell(ax: Axes, clients: int, classes: int) -> float:
    """The diameter in points of a dot that fills its cell of the drawing."""
    width, height = style.WIDE
    return LARGEST * 72 * min(0.85 * width / clients, 0.7 * height / (classes + 1))
