"""Drawing of every accountant on one run."""

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from privlab.experiments.composition import Composition
from privlab.plots import style

ORDER = ("basic", "advanced", "zcdp", "rdp", "estimate")
NAMES = ("addition", "advanced", "zCDP, no sampling", "Rényi", "central limit")
LOOKS = dict(zip(ORDER, map(style.line, range(5)), strict=True))


def draw_composition(result: Composition, ax: Axes) -> Axes:
    """Left epsilon of all, right the close ones over the certified bound."""
    left, right = style.panels(ax, 2)
    for name, label in zip(ORDER, NAMES, strict=True):
        left.loglog(result.steps, getattr(result, name), label=label, **LOOKS[name])
    band = {"color": style.BLACK, "linewidth": 3, "alpha": 0.6}
    left.fill_between(result.steps, result.low, result.high, label="certified", **band)
    style.label(
        left, "Six answers", "steps (count)", f"ε at δ = {result.delta:g} (no unit)"
    )
    for name in ("rdp", "estimate"):
        right.semilogx(result.steps, getattr(result, name) / result.high, **LOOKS[name])
    right.fill_between(result.steps, result.low / result.high, 1, **band)
    right.set_ylim(0.4, 1.6)
    right.yaxis.set_major_locator(MaxNLocator(6))
    style.label(
        right, "Beside the certified", "steps (count)", "ε / certified ε (no unit)"
    )
    ax.figure.legend(
        *left.get_legend_handles_labels(), loc="outside lower center", ncols=3
    )
    ax.figure.set_size_inches(style.WIDE[0], 4.6)
    return ax
