"""Drawing of a loss with noise in it."""

from matplotlib.axes import Axes

from privlab.experiments.objective import NoisyObjective
from privlab.plots import style


def draw_noisy_objective(result: NoisyObjective, ax: Axes) -> Axes:
    """Both losses over the weight, a dot and a vertical line at each minimum."""
    series = {"L(θ)": result.exact, result.form: result.noisy}
    for index, (label, loss) in enumerate(series.items()):
        ax.plot(result.weights, loss, label=label, **style.line(index))
        best = result.minima[index]
        look = {"color": style.COLORS[index], "linestyle": style.DASHES[index]}
        ax.axvline(best, linewidth=1.2, **look)
        ax.plot(best, loss.min(), "os"[index], markersize=9, color=style.COLORS[index])
    ax.set_ylim(top=ax.get_ylim()[1] + 2)
    ax.legend(loc="upper center", ncols=2, frameon=True, framealpha=1)
    title = (
        f"Best weight: {result.minima[0]:.2f} before, {result.minima[1]:.2f} with noise"
    )
    return style.label(ax, title, "weight θ (no unit)", "loss (nats)")
