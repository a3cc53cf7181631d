"""Drawing of clients that drift apart."""

from matplotlib.axes import Axes

from privlab.experiments.client_drift import STEPS, ClientDrift
from privlab.plots import style


def draw_client_drift(result: ClientDrift, ax: Axes) -> Axes:
    """Left the ways of ten clinics in a plane, right the gap against local steps."""
    left, right = style.panels(ax, 2)
    _draw_ways(result, left)
    right.plot(STEPS, 100 * result.gaps, **style.line(0))
    look = {"color": style.BLACK, "markersize": 8}
    right.plot(result.steps, 100 * result.gap, "s", **look)
    right.set(ylim=(-0.5, 20), xlim=(0, STEPS[-1] + 1))
    title = f"Off by {result.gap:.1%}"
    style.label(right, title, "local steps E (count)", "gap (% of the way)")
    return ax


def _draw_ways(result: ClientDrift, ax: Axes) -> None:
    upto = slice(0, result.steps + 1)
    ways = result.local[upto] @ result.plane.T
    names = ["clinic"] + [None] * (ways.shape[1] - 1)
    for clinic, name in enumerate(names):
        look = {"color": style.GREY, "linestyle": "-", "linewidth": 1.2}
        last = {"marker": ".", "markevery": [-1], "label": name}
        ax.plot(*ways[:, clinic].T, **look, **last)
    for index, (name, way) in enumerate(
        {"their mean": result.mean, "pooled": result.pooled}.items()
    ):
        look = style.line(index) | {"marker": "os"[index], "markevery": [-1]}
        if name == "pooled":
            look |= {"markerfacecolor": "none", "markersize": 10}
        ax.plot(*(way[upto] @ result.plane.T).T, label=name, **look)
    ax.set(xlim=(-0.1, 1.2), ylim=(-1.1, 1.6))
    ax.legend(loc="upper left")
    style.label(ax, "Ten clinics' models", "ahead (no unit)", "across (no unit)")
