"""The drawings of lesson 3.4: ways side by side, the chooser, the price by people."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from privlab.experiments.chooser import NEEDS, Recommendation
from privlab.experiments.price_by_people import PriceByPeople
from privlab.experiments.six_ways import Table
from privlab.experiments.ways_to_serve import SIX, WAYS
from privlab.plots import style

COMBINED = tuple(WAYS)
SMALL = 9
LIMITS = (135, 1.05, 135, 135, 8)  # of the five panels


def draw_six_ways(result: Table, ax: Axes) -> Axes:
    """Five panels with a bar for each of the six ways."""
    return _bars(result, SIX, ax)


def draw_combined(result: Table, ax: Axes) -> Axes:
    """The same with the combinations."""
    return _bars(result, COMBINED, ax)


def _bars(result: Table, ways: tuple[str, ...], ax: Axes) -> Axes:
    rows = [result.of(way) for way in ways]
    panels = (
        ("Right", "tests (%)", [100 * r.accuracy for r in rows]),
        ("Who was in", "advantage (0 to 1)", [max(r.membership, 0) for r in rows]),
        ("Record read", "by server (%)", [100 * r.record for r in rows]),
        ("Query read", "by server (%)", [100 * r.query for r in rows]),
        ("Training", "traffic (MB)", [r.training_bytes / 1e6 for r in rows]),
    )
    place = np.arange(len(rows))
    for index, (cell, (title, unit, values)) in enumerate(
        zip(style.panels(ax, len(panels)), panels, strict=True)
    ):
        look = style.fill(index) | {"hatch": ""}
        cell.barh(place, values, label="the rules kept", **look)
        cell.set_yticks(place, ways if index == 0 else [""] * len(ways))
        cell.invert_yaxis()
        cell.set_xlim(0, LIMITS[index])
        style.label(cell, title, unit, "way (name)")
        if index:
            cell.set_ylabel("")
        cell.xaxis.label.set_size(SMALL)
        cell.title.set_size(SMALL + 1)
        cell.tick_params(labelsize=SMALL)
        for row, value in enumerate(values):
            told = f"{value:.2f}" if index == 1 else f"{value:.2g}"
            _beside(cell, row, value, told if value < 99.5 else "100")
        if title == "Record read":
            lying = [100 * r.two_sums for r in rows]
            cell.plot(lying, place, "D", color=style.BLACK, markersize=5)
    title = f"{result.task.capitalize()}, ε = {result.epsilon:g} where there is noise"
    ax.figure.suptitle(title, fontsize=12)
    return cell


def _beside(cell: Axes, row: int, value: float, told: str) -> None:
    """The number inside its bar where it is long, else beside it."""
    inside = value > 0.5 * cell.get_xlim()[1]
    look = {"va": "center", "fontsize": SMALL - 1}
    if inside:
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
        cell.text(0.05 * cell.get_xlim()[1], row, told, bbox=box, **look)
    else:
        cell.text(value + 0.1 * cell.get_xlim()[1], row, told, **look)


def draw_chosen(result: Recommendation, ax: Axes) -> Axes:
    """Ways by needs: dark where a need is not met, and what was measured."""
    ways = list(result.verdicts)
    ax.set(xlim=(-0.5, len(NEEDS) - 0.5), ylim=(len(ways) - 0.5, -0.5))
    for row, way in enumerate(ways):
        for column, need in enumerate(NEEDS):
            verdict = result.verdicts[way].get(need)
            shade = "white" if verdict is None or verdict.met else style.BLACK
            ink = style.BLACK if shade == "white" else "white"
            corner, edge = (column - 0.48, row - 0.44), style.GREY
            ax.add_patch(Rectangle(corner, 0.96, 0.88, facecolor=shade, edgecolor=edge))
            told = "not asked" if verdict is None else verdict.told
            ink = style.GREY if verdict is None else ink
            told = told.replace(" noise by ", " noise\nby ")
            look = {"ha": "center", "va": "center", "fontsize": 8, "color": ink}
            ax.text(column, row, told, **look)
    names = [f"→ {way}" if way == result.way else way for way in ways]
    ax.set_yticks(range(len(ways)), names)
    ax.set_xticks(range(len(NEEDS)), NEEDS)
    ax.grid(visible=False)
    for label in ax.get_yticklabels():
        if label.get_text().startswith("→"):
            label.set_fontweight("bold")
    title = f"Chosen: {result.way or 'nothing here meets this'}"
    return style.label(ax, title, "need (black: not met)", "way (name)")


def draw_price_by_people(result: PriceByPeople, ax: Axes) -> Axes:
    """Accuracy without and with the promise, by people; between them its price."""
    curves = {"no promise": result.plain, f"ε = {result.epsilon:g}": result.private}
    for index, (name, right) in enumerate(curves.items()):
        look = style.line(index) | {"marker": "o", "label": name}
        ax.plot(result.people, 100 * right, **look)
    ax.fill_between(
        result.people, 100 * result.plain, 100 * result.private, color="#DDDDDD"
    )
    ax.set_xscale("log")
    ax.set_xticks(result.people, [f"{count:,}" for count in result.people])
    ax.minorticks_off()
    ax.set_ylim(45, 102)
    ax.legend(loc="lower right")
    title = f"{result.task.capitalize()}: what the promise costs"
    return style.label(ax, title, "people who train (count)", "tests right (%)")
