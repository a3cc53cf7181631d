"""Drawings of the class lab: cheats, the operator's view, and two clocks."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from privlab.experiments.class_lab import Cheated
from privlab.experiments.handshake import Clocks
from privlab.experiments.operator_view import LabelsRead
from privlab.plots import style


def draw_cheated(result: Cheated, ax: Axes) -> Axes:
    """Accuracy by round with and without the cheats; a cross where the run broke."""
    rounds = np.arange(len(result.honest))
    for index, (label, shares) in enumerate(
        {"all honest": result.honest, "with cheats": result.cheated}.items()
    ):
        ax.plot(
            rounds, 100 * shares, marker="os"[index], label=label, **style.line(index)
        )
    last = np.isfinite(result.cheated).sum() - 1
    if last < rounds[-1]:
        mark = {"markersize": 13, "markeredgewidth": 3, "color": style.COLORS[1]}
        ax.plot(last + 1, 3, "x", label="the run broke", linestyle="none", **mark)
    ax.set_ylim(0, 100)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(loc="upper left")
    title = f"{result.cheats} of {result.nodes} {result.mischief}, {result.aggregation}"
    return style.label(ax, title, "round (number)", "right digits (%)")


def draw_labels_read(result: LabelsRead, ax: Axes) -> Axes:
    """Left the labels that the node holds and the operator's guess, right what came."""
    left, right = style.panels(ax, 2)
    digits = np.arange(len(result.held))
    left.bar(digits - 0.2, 100 * result.held, 0.4, label="held", **style.fill(0))
    left.bar(digits + 0.2, 100 * result.guessed, 0.4, label="guessed", **style.fill(1))
    left.set_ylim(0, 1.35 * 100 * max(result.held.max(), result.guessed.max()))
    left.legend(loc="upper right", ncols=2)
    style.label(left, f"Node {result.node}: labels", "digit (label)", "share (%)")
    right.bar(digits, result.received.astype(float), **style.fill(2))
    unit = "word (count)" if result.received.dtype.kind == "u" else "bias (no unit)"
    style.label(right, "What came for the biases", "digit (label)", unit)
    for axes in (left, right):
        axes.set_xticks(digits)
    return ax


def draw_clocks(result: Clocks, ax: Axes) -> Axes:
    """When the student believes the certificate and the SuperLink the signature."""
    certificate = np.array([-60, result.days * 1440]) - result.age * 1440
    spans = {"certificate": certificate, "signature": (-305 / 60, 5 / 60)}
    for row, (low, high) in enumerate(spans.values()):
        ax.barh(row, high - low, left=low, height=0.5, **style.fill(row))
    ax.axvline(result.ahead, color=style.BLACK, linestyle="--")
    ax.text(result.ahead, 1.75, " the student's clock", va="center", clip_on=True)
    ax.set_xscale("symlog", linthresh=1)
    ax.set(xlim=(-1e5, 1e5), ylim=(-0.5, 2), yticks=[0, 1])
    ax.set_yticklabels([f"{name} accepted" for name in spans])
    ax.set_xticks([-1e4, -100, -1, 0, 1, 100, 1e4])
    ax.set_xticklabels(["-10⁴", "-100", "-1", "0", "1", "100", "10⁴"])
    title = f"A certificate {result.age:g} days old"
    return style.label(ax, title, "clock ahead of the teacher's (min)", "check (name)")
