"""Drawing of amplification by sampling."""

from matplotlib.axes import Axes

from privlab.experiments.sampling import Amplification
from privlab.plots import style


def draw_amplification(result: Amplification, ax: Axes) -> Axes:
    """Epsilon on the data against the rate, exactly and by the rule of thumb."""
    ax.loglog(
        result.rates, result.amplified, label="ln(1 + q(e^ε − 1))", **style.line(0)
    )
    ax.loglog(result.rates, result.proportional, label="q · ε", **style.line(1))
    ax.plot(result.rate, result.at_rate, "o", color=style.BLACK, markersize=8)
    ax.annotate(
        f"{result.at_rate:.3g}",
        (result.rate, result.at_rate),
        xytext=(-8, 8),
        textcoords="offset points",
        ha="right",
    )
    ax.set_ylim(5e-6, 20)
    ax.legend(loc="lower right")
    return style.label(
        ax,
        f"ε = {result.epsilon:g} on the sample",
        "sampling rate q (share)",
        "ε on the data (no unit)",
    )
