"""The course's look: colours safe for colour-blind readers, and never colour alone.

The colours are those of Okabe and Ito (2008, "Color Universal Design"). Every line
also has its own dash pattern and every filled area its own hatch, so that a figure
reads the same printed in grey.
"""

import re

import numpy as np
from cycler import cycler
from matplotlib.axes import Axes

BLACK = "#000000"
BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
ORANGE = "#E69F00"
SKY = "#56B4E9"
GREY = "#767676"

COLORS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)))
HATCHES = ("", "///", "...", "\\\\\\", "xxx", "---")

# Width and height in inches: a notebook's text column, and the same with two rows.
WIDE = (7.2, 3.8)
TALL = (7.2, 6.4)

# White behind everything, margins included: on a dark page a transparent figure
# would lose its black text.
RC = {
    "figure.figsize": WIDE,
    "figure.dpi": 110,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.h_pad": 0.1,
    "figure.constrained_layout.w_pad": 0.1,
    "savefig.dpi": "figure",
    "savefig.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.labelsize": 11,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#DDDDDD",
    "lines.linewidth": 2,
    "hatch.linewidth": 1.2,
    "axes.prop_cycle": cycler(color=COLORS) + cycler(linestyle=DASHES),
}


def line(index: int) -> dict:
    """Keywords of ``ax.plot`` for the series ``index``: its colour and its dashes."""
    index %= len(COLORS)
    return {"color": COLORS[index], "linestyle": DASHES[index]}


def fill(index: int) -> dict:
    """Keywords of ``ax.bar`` and ``histogram`` for the series ``index``: colour, hatch.

    The hatch is white on the colour, which reads better than black under a curve.
    """
    index %= len(COLORS)
    return {"color": COLORS[index], "hatch": HATCHES[index], "edgecolor": "white"}


def histogram(ax: Axes, values, bins, *, weights=None, density=False, **look) -> None:
    """``ax.hist`` as one filled shape, drawn in half the time of a bar for each bin."""
    counts, edges = np.histogram(values, bins, weights=weights, density=density)
    ax.stairs(counts, edges, fill=True, **look)


def label(ax: Axes, title: str, x: str, y: str) -> Axes:
    """Set the title and both axis labels; each axis names its unit in parentheses.

    ``label(ax, "Noise", "salary (€)", "density (1/€)")``. A quantity without a unit
    says so: ``"epsilon (no unit)"``. A missing title or unit is a ``ValueError``.
    """
    if not title:
        raise ValueError(f"title={title!r} must not be empty")
    for name, text in {"x": x, "y": y}.items():
        if not re.search(r"\S \(.+\)$", text):
            raise ValueError(
                f"{name}={text!r} must end with its unit in parentheses, "
                "as 'salary (€)' or 'epsilon (no unit)' do"
            )
    ax.set(title=title, xlabel=x, ylabel=y)
    return ax


def panels(ax: Axes, count: int) -> list[Axes]:
    """Split ``ax`` into ``count`` axes side by side: how one drawing shows several.

    ``ax`` keeps its place but shows nothing any more. Each has a few ticks: there is
    no room for more, and every tick takes time.
    """
    ax.set_axis_off()
    cells = ax.get_subplotspec().subgridspec(1, count)
    parts = [ax.figure.add_subplot(cell) for cell in cells]
    for part in parts:
        part.locator_params(nbins=max(7 - count, 2))
    return parts
