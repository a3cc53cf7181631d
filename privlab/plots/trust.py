"""Drawings of what trusting nobody costs."""

from matplotlib.axes import Axes

from privlab.experiments.digits_by_trust import TRUSTED, AccuracyByTrust
from privlab.experiments.trust import PriceOfTrust
from privlab.plots import style


def draw_price_of_trust(result: PriceOfTrust, ax: Axes) -> Axes:
    """Error against the number of people: flat with a curator, rising without."""
    curves = {"nobody trusted: √n": result.local, "curator: constant": result.central}
    for index, (label, errors) in enumerate(curves.items()):
        ax.loglog(result.sizes, errors, label=label, **style.line(index))
    central, local = result.measured
    ax.vlines(result.people, central, local, colors=style.BLACK, linewidth=1)
    for index, measured in enumerate((local, central)):
        look = {"marker": "os"[index], "color": style.COLORS[index], "markersize": 9}
        ax.loglog(result.people, measured, linestyle="none", label="measured", **look)
    ax.set_ylim(0.1, 10_000)
    ax.annotate(
        f"× {result.price:.0f}" if result.price >= 10 else f"× {result.price:.1f}",
        (result.people, (central * local) ** 0.5),
        xytext=(-6, 0),
        textcoords="offset points",
        ha="right",
        va="center",
    )
    ax.legend(loc="upper left", ncols=2)
    title = f"A noisy count at ε = {result.epsilon:g}, {result.surveys} surveys"
    return style.label(ax, title, "people asked (count)", "typical error (people)")


def draw_accuracy_by_trust(result: AccuracyByTrust, ax: Axes) -> Axes:
    """Accuracy against epsilon, for each kind of trust."""
    for index, trusted in enumerate(TRUSTED):
        look = {**style.line(index), "marker": "os^"[index], "capsize": 3}
        percent, spread = (
            100 * measured[trusted] for measured in (result.accuracy, result.deviation)
        )
        ax.errorbar(result.epsilons, percent, spread, label=trusted, **look)
    ax.axhline(10, label="guessing", **style.line(3))
    ax.set(xscale="log", ylim=(0, 100))
    ax.set_xticks(result.epsilons, [f"{epsilon:g}" for epsilon in result.epsilons])
    ax.minorticks_off()
    ax.legend(loc="center right", title="trusted (± 1 s.d.)")
    return style.label(
        ax,
        f"{result.people:,} digits, δ = {result.delta:g}",
        "ε (no unit)",
        "right on unseen digits (%)",
    )
