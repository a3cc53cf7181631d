"""Drawings of chances: a hundred people as dots, and a crowd that a δ may hit."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.chances import Chances, Published
from privlab.plots import style


def draw_chances(result: Chances, ax: Axes) -> Axes:
    """A hundred people who stay away, a hundred who take part; crosses meet the harm.

    Rounded up, so a dot is never left out.
    """
    panels = style.panels(ax, 2)
    sides = (("stay away", result.without), ("take part, at most", result.most))
    for panel, (name, chance) in zip(panels, sides, strict=True):
        hit = np.arange(100) < np.ceil(100 * chance - 1e-9)
        y, x = np.divmod(np.arange(100), 10)
        panel.plot(x[~hit], y[~hit], "o", color=style.SKY, markersize=7)
        panel.plot(x[hit], y[hit], "X", color=style.VERMILION, markersize=10)
        panel.set(xlim=(-0.7, 9.7), ylim=(9.7, -0.7), aspect="equal")
        panel.set_title(f"{name}: {chance:.1%}")
        panel.set(xticks=[], yticks=[])
        panel.set_xlabel("100 people (each a mark)")
    return ax


def draw_published(result: Published, ax: Axes) -> Axes:
    """The chance that somebody is published against the number of people."""
    ax.semilogx(result.crowds, 100 * result.chance, **style.line(0))
    ax.plot(result.people, 100 * result.here, "o", color=style.BLACK, markersize=9)
    ax.annotate(
        f"{result.here:.2%}",
        (result.people, 100 * result.here),
        xytext=(-8, 10),
        textcoords="offset points",
        ha="right",
        fontweight="bold",
    )
    ax.set(ylim=(-4, 112))
    title = f"Somebody is published, δ = {result.delta:.2g}"
    return style.label(ax, title, "people in the data (count)", "chance (%)")
