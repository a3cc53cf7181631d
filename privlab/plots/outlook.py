"""The drawings of lesson 7: periods, shelf lives, logs, and crowds of clients."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from privlab.experiments.harvest import Harvest
from privlab.experiments.inclusion import Inclusion
from privlab.experiments.many_clients import BEYOND, MEASURED, Scale
from privlab.experiments.period import FOURIER, PeriodStep
from privlab.experiments.public_updates import PublicUpdate
from privlab.experiments.tampered_log import CHECKS, NO_HEAD, TamperedLog
from privlab.experiments.unbounded import LatticeLimits
from privlab.plots import style

YEARS = 70
SIDE = 8


def draw_period_step(result: PeriodStep, ax: Axes) -> Axes:
    """A stem for each reading that can occur; in step 3 the good ones in another look.

    Of thousands of readings the likeliest are drawn: each stem is one reading.
    """
    shown = np.flatnonzero(result.chance > result.chance.max() / 500)
    good = result.run.succeeds()[shown] & (result.step == FOURIER)
    for index, (mask, name) in enumerate(((~good, "no factors"), (good, "factors"))):
        if not mask.any():
            continue
        look = {"colors": style.COLORS[index], "linewidth": 1.6, "label": name}
        ax.vlines(shown[mask], 0, result.chance[shown[mask]], **look)
        mark = {"color": style.COLORS[index], "markersize": 4, "linestyle": "none"}
        if len(shown) < 400:
            ax.plot(shown[mask], result.chance[shown[mask]], "xo"[index], **mark)
    if result.step == FOURIER:
        ax.legend(loc="upper right", bbox_to_anchor=(1, 1.16), ncols=2)
    ax.set_ylim(0, result.chance.max() * 1.1)
    ax.set_xlim(-0.02 * result.run.size, 1.02 * result.run.size)
    title = f"N = {result.run.modulus}, a = {result.run.base}: {result.step[2:]}"
    return style.label(ax, title, "reading (number)", "chance (no unit)")


def draw_lattice_limits(result: LatticeLimits, ax: Axes) -> Axes:
    """Two lines of limits, and a mark for each set of the course."""
    lines = {"classical": result.classical, "quantum": result.quantum}
    for index, (name, bits) in enumerate(lines.items()):
        look = style.line(index) | {"marker": "os"[index], "markersize": 5}
        ax.plot(result.degrees, bits / result.classical, label=name, **look)
    limit = dict(zip(result.degrees.tolist(), result.classical, strict=True))
    beside = {"training": (8, 6), "network": (-64, 6)}
    for own in result.sets:
        height = own.modulus_bits / limit[own.degree]
        ax.plot(own.degree, height, "kD", markersize=6)
        place = {
            "textcoords": "offset points",
            "xytext": beside.get(own.name, (8, -14)),
        }
        ax.annotate(own.name, (own.degree, height), fontsize=9, **place)
    ax.set_xscale("log", base=2)
    ax.set_xticks(result.degrees, [str(n) for n in result.degrees])
    ax.set_ylim(0.88, 1.04)
    ax.legend(loc="lower left", ncols=2, title="128-bit security against")
    title = "Longest modulus, as a share of the classical limit"
    return style.label(ax, title, "ring degree (number)", "modulus length (share)")


def draw_harvest(result: Harvest, ax: Axes) -> Axes:
    """The chance that a machine has come, by year, and the bar of shelf + migration."""
    years = np.linspace(0.1, YEARS, 400)
    chance = 100 * result.arrived(years)
    ax.plot(years, chance, label="machine has come", **style.line(0))
    bars = ((0, result.migration, "migration y"), (result.migration, result.shelf, ""))
    for index, (first, width, _) in enumerate(bars):
        look = style.fill(2 + index) | {"height": 7}
        name = ("migration y", "shelf life x")[index]
        ax.barh(-9, width, left=first, label=name, **look)
    look = {"color": style.BLACK, "linestyle": ":", "label": "x + y"}
    ax.axvline(result.needed, **look)
    ax.plot(result.needed, 100 * result.exposed, "o", color=style.VERMILION)
    ax.set_xlim(0, YEARS)
    ax.set_ylim(-15, 105)
    ax.set_yticks(range(0, 101, 25))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    title = f"Too late with chance {result.exposed:.0%}"
    return style.label(ax, title, "time from now (years)", "chance (%)")


def draw_tampered_log(result: TamperedLog, ax: Axes) -> Axes:
    """A row for each check, a column for each entry; a dark cross where it fails."""
    entries = len(result.good["place"])
    for row, name in enumerate(CHECKS):
        good = result.good[name]
        for column in range(entries):
            fine = good[column] if len(good) == entries else good[0]
            color = style.SKY if fine else style.VERMILION
            if name == "head" and result.head == NO_HEAD:
                color = "#DDDDDD"  # there is nothing to check
            box = {"width": 0.86, "height": 0.8, "color": color}
            ax.barh(row, left=column + 0.57, **box)
            mark, ink = ("·", "black") if fine else ("×", "white")
            look = {"ha": "center", "va": "center", "color": ink, "weight": "bold"}
            ax.text(column + 1, row, mark, fontsize=13, **look)
    ax.set_yticks(range(len(CHECKS)), CHECKS)
    ax.set_xticks(range(1, entries + 1))
    ax.invert_yaxis()
    ax.grid(False)
    told = "caught" if result.caught else "not noticed"
    title = f"{result.tampering.capitalize()}, {result.head}: {told}"
    return style.label(ax, title, "entry shown (number)", "check (name)")


def draw_inclusion(result: Inclusion, ax: Axes) -> Axes:
    """The tree: the proof's hashes are squares, the way up is dark, the rest pale."""
    _draw_node(result, ax, 0, result.size)
    ax.set_xticks(range(1, result.size + 1))
    ax.set_xlim(0.3, result.size + 0.7)
    ax.set_yticks(range(_floor(0, result.size) + 1))
    ax.grid(False)
    looks = (("o", style.BLACK, "on the way up"), ("s", style.ORANGE, "in the proof"))
    for marker, color, name in looks:
        ax.plot([], [], marker, color=color, label=name, markersize=10)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    title = f"Entry {result.index + 1} of {result.size}: {len(result.spans)} hashes"
    return style.label(ax, title, "entry (number)", "height (hashes)")


def _floor(first: int, end: int) -> int:
    return (end - first - 1).bit_length()


def _draw_node(result: Inclusion, ax: Axes, first: int, end: int) -> None:
    here = (first + end + 1) / 2, _floor(first, end)
    if end - first > 1:
        middle = first + (1 << ((end - first - 1).bit_length() - 1))
        for a, b in ((first, middle), (middle, end)):
            below = (a + b + 1) / 2, _floor(a, b)
            line = {"color": style.GREY, "linewidth": 1, "linestyle": "-", "zorder": 1}
            ax.plot([here[0], below[0]], [here[1], below[1]], **line)
            _draw_node(result, ax, a, b)
    if (first, end) in result.spans:
        marker, color = "s", style.ORANGE
    elif (first, end) in result.shown:
        marker, color = "o", style.BLACK
    else:
        marker, color = "o", "#CCCCCC"
    ax.plot(*here, marker, color=color, markersize=10, zorder=2)


def draw_public_updates(result: PublicUpdate, ax: Axes) -> Axes:
    """The client's image, and what a reader of the log has."""
    pictures = {"the client's image": result.truth, "rebuilt": result.found}
    for cell, (name, image) in zip(style.panels(ax, 2), pictures.items(), strict=True):
        cell.imshow(image.reshape(SIDE, SIDE), cmap="gray_r", vmin=0, vmax=1)
        cell.grid(False)
        cell.set_xticks([0, 3, 7])
        cell.set_yticks([0, 3, 7])
        title = name if name != "rebuilt" else f"from {result.written}"
        style.label(cell, title.capitalize(), "column (pixel)", "row (pixel)")
    return ax


def draw_scale(result: Scale, ax: Axes) -> Axes:
    """Seconds, megabytes and noise against clients: filled measured, hollow beyond."""
    ax.figure.set_size_inches(style.TALL)
    ax.set_axis_off()
    cells = ax.get_subplotspec().subgridspec(2, 2)
    axes = [ax.figure.add_subplot(cells[i // 2, i % 2]) for i in range(4)]
    counts = np.array(MEASURED + BEYOND)
    rounds = result.measured
    drawn = (
        ("Seconds of a round", "time (s)", result.seconds, [r.seconds for r in rounds]),
        (
            "Traffic of a round",
            "both ways (MB)",
            lambda n: result.bytes(n) / 1e6,
            [r.bytes / 1e6 for r in rounds],
        ),
        (
            "Noise on each weight",
            "deviation (no unit)",
            result.noise,
            None,  # computed, not measured
        ),
    )
    known = [r.clients for r in rounds]
    for axes_, (title, unit, law, measured) in zip(axes, drawn, strict=False):
        values = [law(int(n)) for n in counts]
        axes_.loglog(counts, values, label="law", **style.line(1))
        axes_.yaxis.set_minor_formatter(NullFormatter())
        style.label(axes_, title, "clients (count)", unit)
        if measured is None:
            continue
        beyond = counts > max(known)
        hollow = {"markerfacecolor": "white", "markersize": 7, "linestyle": "none"}
        axes_.plot(
            counts[beyond],
            np.array(values)[beyond],
            "o",
            color=style.VERMILION,
            label="extrapolated",
            **hollow,
        )
        axes_.plot(known, measured, "ko", label="measured")
    axes[1].legend(loc="lower right", fontsize=9)
    right = [100 * r.accuracy for r in rounds]
    axes[3].semilogx(known, right, "ko-")
    axes[3].set_ylim(0, 100)
    axes[3].set_xlim(counts[0] / 2, counts[-1] * 2)
    style.label(axes[3], "What was learned", "clients (count)", "test digits right (%)")
    return ax
