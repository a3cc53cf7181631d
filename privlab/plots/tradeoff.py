"""Drawing of an adversary's two errors."""

from matplotlib.axes import Axes

from privlab.experiments.tradeoff import Tradeoff
from privlab.plots import style


def draw_tradeoff(result: Tradeoff, ax: Axes) -> Axes:
    """What is forbidden, the mechanism's own curve, and the errors of an attack."""
    shares = result.false_alarms
    ax.fill_between(
        shares, 0, result.promised, label="forbidden", alpha=0.5, **style.fill(5)
    )
    ax.plot(
        shares, result.exact, label=f"{result.mechanism}, best test", **style.line(0)
    )
    ax.plot(*result.attack, "o", color=style.VERMILION, label="attack, counted")
    ax.plot([0, 1], [1, 0], color=style.BLACK, linewidth=1, label="coin toss")
    ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    ax.legend(loc="center left", bbox_to_anchor=(1.05, 0.5))
    ax.figure.set_size_inches(style.WIDE[0], 4.4)
    delta = f", δ = {result.delta:g}" if result.delta else ""
    return style.label(
        ax,
        f"{result.mechanism}, ε = {result.epsilon:g}{delta}",
        "false alarms (share)",
        "misses (share)",
    )
