"""Drawing of an adversary's belief before and after."""

from matplotlib.axes import Axes

from privlab.experiments.odds import Odds
from privlab.plots import style


def draw_odds(result: Odds, ax: Axes) -> Axes:
    """The band of beliefs that one output can lead to, and one prior marked in it."""
    ax.fill_between(
        result.priors, result.lowest, result.highest, color=style.SKY, alpha=0.5
    )
    ax.plot(result.priors, result.highest, label="highest", **style.line(0))
    ax.plot(result.priors, result.lowest, label="lowest", **style.line(1))
    ax.plot([0, 1], [0, 1], color=style.BLACK, linewidth=1, label="nothing learned")
    low, high = result.reached
    ax.vlines(result.prior, low, high, colors=style.BLACK, linewidth=3)
    for value, lift in zip(result.reached, (-14, 6), strict=True):
        ax.annotate(
            f"{value:.0%}",
            (result.prior, value),
            xytext=(4, lift),
            textcoords="offset points",
            fontweight="bold",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )
    ax.set(xlim=(0, 1), ylim=(-0.06, 1.06))
    ax.legend(loc="lower right")
    return style.label(
        ax,
        f"What one answer can teach, ε = {result.epsilon:g}",
        "belief before (probability)",
        "belief after (probability)",
    )
