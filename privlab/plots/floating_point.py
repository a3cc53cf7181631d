"""Drawings of the gaps in floating-point noise, and of what they give away."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from privlab.experiments.floating_point import COUNTS, LowBitAttack, PorousOutputs
from privlab.plots import style


def draw_porous_outputs(result: PorousOutputs, ax: Axes) -> Axes:
    """A row of marks for each true count: the doubles that it can lead to."""
    for index, row in enumerate(result.from_count):
        marks = result.offsets[row]
        ax.vlines(marks, index - 0.35, index + 0.35, color=style.COLORS[index], lw=2.2)
    ax.set_yticks(range(len(COUNTS)), [f"count {count}" for count in COUNTS])
    ax.set(ylim=(-0.6, 1.6), xlim=result.offsets[[0, -1]] + np.array([-1, 1]))
    ax.grid(visible=False)
    ax.figure.set_size_inches(style.WIDE[0], 2.6)
    return style.label(
        ax,
        f"Outputs that are possible, ε = {result.epsilon:g}",
        f"steps between doubles, from {result.output:g} (count)",
        "true answer (people)",
    )


def draw_low_bit_attack(result: LowBitAttack, ax: Axes) -> Axes:
    """Bars of right guesses for both samplers, a line for what epsilon allows."""
    place, width = np.arange(len(result.epsilons)), 0.36
    for index, label in enumerate(("floating point", "exact")):
        x = place + (index - 0.5) * width
        ax.bar(x, result.right[index], width, label=label, **style.fill(index))
    for x, allowed in zip(place, result.allowed, strict=True):
        ax.hlines(allowed, x - 0.45, x + 0.45, color=style.BLACK, linewidth=3)
    ax.plot([], [], color=style.BLACK, linewidth=3, label="allowed by ε")
    ax.set_xticks(place, [f"{epsilon:g}" for epsilon in result.epsilons])
    ax.set_ylim(0.4, 1.25)
    ax.set_yticks(np.arange(0.4, 1.01, 0.1))
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.legend(loc="upper left", ncols=3)
    return style.label(
        ax,
        "Naming the count, 0 or 1, from one release",
        "ε (no unit)",
        "right guesses (percent)",
    )
