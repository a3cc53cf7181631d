"""Drawing of stolen models: agreement against queries."""

from matplotlib.axes import Axes

from privlab.experiments.stolen_model import Stolen
from privlab.plots import style


def draw_stolen(result: Stolen, ax: Axes) -> Axes:
    """The agreement of each copy with the model, against the queries it took."""
    for index, (way, (budgets, shares)) in enumerate(result.copies.items()):
        look = {**style.line(index), "marker": "os"[index], "markersize": 7}
        ax.plot(budgets, [100 * share for share in shares], label=way, **look)
    if result.victim == "softmax regression":
        ax.vlines(65, 0, 108, color=style.GREY, lw=1, label="65: as many as unknowns")
    ax.axhline(10, color=style.BLACK, lw=1, ls=":", label="guessing")
    ax.set(xscale="log", ylim=(0, 140), yticks=range(0, 101, 20))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.minorticks_off()
    ax.set_xticks([16, 32, 65, 130, 260, 520])
    ax.legend(loc="upper left", ncols=2)
    return style.label(
        ax,
        f"{result.victim.capitalize()}, {result.answer}, {result.queries}",
        "queries (count)",
        "same answer as the model (%)",
    )
