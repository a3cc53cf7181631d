"""Drawing of what it costs to hear some of the clients only."""

from matplotlib.axes import Axes

from privlab.experiments.client_sampling import SCHEMES, ClientSampling
from privlab.plots import style


def draw_client_sampling(result: ClientSampling, ax: Axes) -> Axes:
    """Left the bias, right the deviation of each scheme against the number drawn."""
    left, right = style.panels(ax, 2)
    drawn = range(1, len(result.sizes) + 1)
    for axes, measured in ((left, result.bias), (right, result.deviation)):
        for index, scheme in enumerate(SCHEMES):
            look = style.line(index) | {"marker": "os^D"[index], "markersize": 5}
            axes.plot(drawn, measured[scheme], label=scheme, **look)
        axes.axvline(result.drawn, color=style.BLACK, linewidth=1)
        axes.set_xticks(range(1, len(drawn) + 1))
    left.set_ylim(-65, 45)
    left.legend(loc="upper right", frameon=True, framealpha=0.9)
    right.set_ylim(-4, 240)
    style.label(left, "Bias", "clinics drawn (count)", "mean error (points)")
    style.label(right, "Spread", "clinics drawn (count)", "standard deviation (points)")
    return ax
