"""Drawings of the attack on the misdiagnosed patients."""

import math

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.misdiagnosed import Attacked, BeforeAfter
from privlab.plots import style


def draw_attack(result: Attacked, ax: Axes) -> Axes:
    """Hits against false alarms of the attack, and the diagonal of guessing."""
    attack = result.attack
    ax.plot(attack.false_alarms, attack.hits, label="attack", **style.line(0))
    ax.plot([0, 1], [0, 1], label="guessing", **style.line(1))
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    ax.legend(loc="lower right")
    title = f"{result.name}: AUC {attack.auc:.2f}"
    return style.label(
        ax,
        title,
        "called in, but was not (share)",
        "called in, and was (share)",
    )


def draw_before_after(result: BeforeAfter, ax: Axes) -> Axes:
    """Accuracy and attack of each way to train, every data set a dot."""
    ax.figure.set_size_inches(style.WIDE[0], 4.2)
    panels = style.panels(ax, 2)
    names = [
        name.removeprefix("Listing as Keras runs it, ").replace(", noise 1", "")
        for name in result.names
    ]
    for panel, values, title, unit in zip(
        panels,
        (result.accuracy, result.auc),
        ("Right on test patients", "Attack on the misdiagnosed"),
        ("accuracy (share)", "AUC (share of pairs)"),
        strict=True,
    ):
        places = np.arange(len(names))
        for index, place in enumerate(places):
            panel.bar(place, values[:, index].mean(), 0.6, **style.fill(index))
            panel.plot(
                np.full(len(values), place),
                values[:, index],
                "o",
                color=style.BLACK,
                markersize=4,
            )
        panel.axhline(0.5, color=style.BLACK, linestyle=":", linewidth=1.5)
        panel.set(ylim=(0.4, 1), xlim=(-0.6, len(names) - 0.4))
        panel.set_xticks(places, [_two_lines(*pair) for pair in _claims(names, result)])
        style.label(panel, title, "training (name)", unit)
    return ax


def _claims(names, result: BeforeAfter):
    return zip(names, result.claimed, strict=True)


def _two_lines(name: str, claimed: float) -> str:
    if math.isfinite(claimed):
        return name.replace(", ", ",\n")
    return f"listing,\n{name}"
