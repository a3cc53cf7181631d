"""Drawing of the ratio of two worlds: densities, distances, log-ratio."""

from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator

from privlab.experiments.ratio import ANSWERS, LogRatio
from privlab.plots import style

WORLDS = ("f(D) = 0", "f(D′) = 1")


def draw_log_ratio(result: LogRatio, ax: Axes) -> Axes:
    """Left both densities with the distances to the output, right the log-ratio."""
    left, right = style.panels(ax, 2)
    _draw_distances(result, left)
    right.plot(result.outputs, result.log_ratio, color=style.BLACK)
    band = {
        "color": style.SKY,
        "alpha": 0.35,
        "label": f"−ε to ε, ε = {result.epsilon:g}",
    }
    right.axhspan(-result.epsilon, result.epsilon, **band)
    right.plot(result.published, result.at_published, "D", color=style.VERMILION)
    right.set_ylim(-6.5, 6.5)
    right.legend(loc="upper right")
    for axes in (left, right):
        axes.xaxis.set_major_locator(MultipleLocator(3))
    title = f"Log-ratio at y: {result.at_published:.2f}"
    style.label(right, title, "output y (units of f)", "ln p(y | D) / p(y | D′) (nats)")
    return ax


def _draw_distances(result: LogRatio, ax: Axes) -> None:
    top = max(map(max, result.densities))
    for index, (world, answer) in enumerate(zip(WORLDS, ANSWERS, strict=True)):
        ax.plot(
            result.outputs, result.densities[index], label=world, **style.line(index)
        )
        height = -top * (0.12 + 0.14 * index)
        bar = {"color": style.COLORS[index], "linewidth": 3, "solid_capstyle": "butt"}
        ax.plot([answer, result.published], [height, height], marker="|", **bar)
        ax.annotate(
            f"{abs(result.published - answer):g}",
            (result.outputs[0], height),
            va="center",
            color=style.COLORS[index],
        )
    ax.axvline(result.published, color=style.BLACK, linewidth=1)
    ax.set_ylim(-top * 0.36, top * 1.4)
    ax.set_yticks([tick for tick in ax.get_yticks() if 0 <= tick <= top * 1.4])
    ax.legend(loc="upper right", frameon=True, framealpha=0.9)
    title = f"Densities; distances to y = {result.published:g}"
    style.label(ax, title, "output y (units of f)", "density (per unit)")
