"""Drawing of two clients' valleys and of the place where FedAvg settles."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.two_valleys import STEPS, TwoValleys
from privlab.plots import style


def draw_two_valleys(result: TwoValleys, ax: Axes) -> Axes:
    """Left the losses, right FedAvg's limit against the number of local steps."""
    left, right = style.panels(ax, 2)
    theta = np.linspace(-0.25, 1.25, 151)
    losses = result.loss(theta)
    for index, loss in enumerate(losses):
        left.plot(theta, loss, label=f"client {index + 1}", **style.line(index + 1))
    left.plot(theta, losses.mean(axis=0), label="mean", **style.line(0))
    at = {"best": (result.best, "o"), "FedAvg": (result.limit, "s")}
    for name, (place, marker) in at.items():
        height = result.loss(np.array([place])).mean()
        look = {"color": style.BLACK, "markersize": 8, "linestyle": "none"}
        filled = {"markerfacecolor": "white"} if name == "best" else {}
        left.plot(place, height, marker, label=name, **look, **filled)
    left.set_ylim(-0.05, 2)
    left.legend(loc="upper center", ncols=2, frameon=True, framealpha=0.9)
    style.label(left, "Two clients' losses", "model θ (no unit)", "loss (no unit)")
    right.plot(STEPS, result.limits, label="FedAvg's limit", **style.line(0))
    right.axhline(result.best, label="best", **style.line(3))
    right.plot(result.steps, result.limit, "s", color=style.BLACK, markersize=8)
    right.set(xscale="log", ylim=(0.45, 1.1))
    right.set_xticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"])
    right.minorticks_off()
    right.legend(loc="upper right", ncols=2)
    title = f"Settles at {result.limit:.3f}"
    style.label(right, title, "local steps E (count)", "model θ (no unit)")
    return ax
