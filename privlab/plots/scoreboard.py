"""The scoreboard of attacks and defences: the whole, one attack, two defences."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from privlab.experiments.board_published import AskedAgain
from privlab.experiments.board_views import STOPPED, OneAttack, TwoDefences
from privlab.experiments.scoreboard import Cell, Scoreboard
from privlab.plots import style

DARK = 0.55  # from this gain on the number is white


def draw_scoreboard(result: Scoreboard, ax: Axes) -> Axes:
    """A cell for each pair: the gain, ± its reach; hatched: not measured."""
    ax.figure.set_size_inches(9.6, 6.2)
    attacks, defences = list(result.cells), list(result.prices)
    for row, attack in enumerate(attacks):
        for column, defence in enumerate(defences):
            _cell(ax, column, row, result.cells[attack][defence])
    names = [_broken(name) for name in defences]
    ax.set_xticks(range(len(defences)), names, fontsize=8)
    ax.set_yticks(range(len(attacks)), attacks, fontsize=9)
    ax.set(xlim=(-0.5, len(defences) - 0.5), ylim=(len(attacks) - 0.5, -0.5))
    ax.grid(visible=False)
    title = "What each attack gains (0: guessing, 1: everything)"
    return style.label(ax, title, "defence (name)", "attack (name)")


def _cell(ax: Axes, column: int, row: int, cell: Cell) -> None:
    box = {"xy": (column - 0.5, row - 0.5), "width": 1, "height": 1}
    if not cell.applies:
        look = {"facecolor": "white", "edgecolor": "#BBBBBB", "hatch": "////"}
        ax.add_patch(Rectangle(**box, **look))
        return
    gain = min(max(cell.mean, 0), 1)
    grey = str(1 - 0.8 * gain)
    ax.add_patch(Rectangle(**box, facecolor=grey, edgecolor="white"))
    ink = "white" if gain > DARK else "black"
    middle = {"ha": "center", "va": "center", "color": ink}
    ax.text(column, row - 0.12, _number(cell.mean), fontsize=11, **middle)
    ax.text(column, row + 0.24, f"± {cell.reach:.2f}", fontsize=7.5, **middle)


def _broken(name: str) -> str:
    """A defence's name in several lines."""
    if "+" in name or "," in name:
        return name.replace(" + ", "\n+ ").replace(", ", ",\n")
    return name.replace(" ", "\n")


def _number(value: float) -> str:
    """Two decimals, and no minus before a zero."""
    return f"{round(value, 2) + 0.0:.2f}"


def draw_one_attack(result: OneAttack, ax: Axes) -> Axes:
    """A dot and its interval for each defence, and beside it what the defence costs."""
    ax.figure.set_size_inches(8.6, 4.4)
    names = list(result.cells)
    for row, (name, cell) in enumerate(result.cells.items()):
        if not cell.applies:
            ax.text(0.02, row, cell.reason, va="center", fontsize=8, style="italic")
            continue
        band = {"linewidth": 5, "linestyle": "-", "solid_capstyle": "butt"}
        band |= {"color": style.BLUE, "alpha": 0.35}
        ax.plot([cell.low, cell.high], [row, row], **band)
        ax.plot(cell.mean, row, "o", color=style.BLUE, markersize=8)
        price = result.prices[name]
        ax.text(1.08, row, price.quality, va="center", fontsize=8)
        ax.text(1.75, row, price.promise, va="center", fontsize=8)
    ax.axvline(0, color=style.GREY, linewidth=1)
    ax.set_yticks(range(len(names)), names, fontsize=9)
    ax.set_xticks(np.linspace(0, 1, 6))
    ax.set(xlim=(-0.12, 2.5), ylim=(len(names) - 0.4, -0.6))
    title = f"{result.attack.capitalize()}: gain, and the price beside it"
    return style.label(ax, title, "gain of the attack (0 to 1)", "defence (name)")


def draw_two_defences(result: TwoDefences, ax: Axes) -> Axes:
    """A line for each attack, from its gain against one defence to the other's."""
    ax.figure.set_size_inches(8.2, 4.6)
    for row, pair in enumerate(result.cells.values()):
        means = [cell.mean for cell in pair]
        line = {"color": style.GREY, "linewidth": 1.5, "linestyle": "-"}
        ax.plot(means, [row, row], zorder=1, **line)
        for mean, mark, color in zip(
            means, "os", (style.VERMILION, style.BLUE), strict=True
        ):
            ax.plot(mean, row, mark, color=color, markersize=9)
    for mark, color, name in (
        ("o", style.VERMILION, result.first),
        ("s", style.BLUE, result.second),
    ):
        ax.plot([], [], mark, color=color, label=name, markersize=9)
    ax.axvline(STOPPED, color=style.BLACK, linestyle=":", linewidth=1)
    ax.set_yticks(range(len(result.cells)), list(result.cells), fontsize=9)
    ax.set(xlim=(-0.12, 1.05), ylim=(len(result.cells) - 0.4, -0.6))
    ax.legend(loc="upper center", bbox_to_anchor=(0.4, -0.16), ncols=2)
    pairs = zip((result.first, result.second), result.prices, strict=True)
    prices = "\n".join(f"{n}: {price.quality}; {price.promise}" for n, price in pairs)
    return style.label(ax, prices, "gain of the attack (0 to 1)", "attack (name)")


def draw_asked_again(result: AskedAgain, ax: Axes) -> Axes:
    """The gain by the number of questions: rounded counts, and noisy ones."""
    curves = {
        f"rounded to {result.unit}": result.rounded,
        f"noise, ε = {result.epsilon:g} in all": result.noisy,
    }
    for index, (name, gains) in enumerate(curves.items()):
        ax.plot(result.questions, gains, "os"[index], **style.line(index), label=name)
    ax.set_xscale("log")
    ax.set_xticks(result.questions, [str(count) for count in result.questions])
    ax.minorticks_off()
    ax.set(ylim=(-0.35, 1.1))
    ax.legend(loc="upper left")
    title = "The same person, asked about again"
    return style.label(ax, title, "questions (count)", "gain of the attack (0 to 1)")
