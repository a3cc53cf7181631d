"""Drawing of the article's ten clients."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.ten_clients import TenClients
from privlab.experiments.tumour_clinics import least_loss
from privlab.plots import style

FLOOR = 1e-6  # below it the axis would show nothing but how long one waits


def draw_ten_clients(result: TenClients, ax: Axes) -> Axes:
    """Left the loss over the rounds, right how often each client counts."""
    left, right = style.panels(ax, 2)
    excess = np.maximum(result.losses - least_loss(), FLOOR)
    left.semilogy(excess, marker="o", markersize=4, **style.line(0))
    start = {"color": style.GREY, "linestyle": "--", "label": "at the start"}
    left.axhline(excess[0], **start)
    left.set_ylim(FLOOR, max(10, 2 * excess.max()))
    left.minorticks_off()
    left.legend(loc="upper center", frameon=True, framealpha=0.9)
    title = f"{result.sign}, from {result.start}"
    style.label(left, title, "round (count)", "excess loss (nats)")
    clients = np.arange(1, len(result.shares) + 1)
    right.bar(clients, result.shares, **style.fill(0))
    right.set_xticks(clients)
    right.set_ylim(0, 1.1 * max(0.5, result.shares.max()))
    title = f"Sum: {result.shares.sum():.1f} gradients a round"
    style.label(
        right, title, "client i (number)", "times its gradient counts (no unit)"
    )
    return ax
