"""Drawings of small changes: one image, the linear case, accuracy against size."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.nudges import METHODS, AccuracyByRadius, AddingUp, Nudge
from privlab.experiments.trained_digits import CLASSES
from privlab.plots import style
from privlab.plots.digit_images import draw_digit


def draw_nudge(result: Nudge, ax: Axes) -> Axes:
    """The image before, the change, the image after, and the model's chances."""
    ax.set_axis_off()
    grid = ax.get_subplotspec().subgridspec(1, 4, width_ratios=[1, 1, 1, 2])
    before, change, after, chances = (ax.figure.add_subplot(cell) for cell in grid)
    draw_digit(before, result.before, f"read as {result.chances_before.argmax()}")
    reach = max(result.radius, 1e-6)
    difference = result.after - result.before
    draw_digit(
        change, difference, f"change, ± {result.radius:g}", low=-reach, high=reach
    )
    draw_digit(after, result.after, f"read as {result.chances_after.argmax()}")
    places = np.arange(CLASSES)
    for index, (name, shown) in enumerate(
        {"before": result.chances_before, "after": result.chances_after}.items()
    ):
        at = places + 0.4 * (index - 0.5)
        chances.barh(at, 100 * shown, height=0.4, label=name, **style.fill(index))
    chances.set_yticks(places)
    chances.set_xlim(0, 105)
    chances.invert_yaxis()
    chances.legend(loc="best")
    title = f"A {result.label}, {result.method}"
    return style.label(chances, title, "chance (%)", "class (digit)")


def draw_adding_up(result: AddingUp, ax: Axes) -> Axes:
    """What is left of the margin against the radius, aimed and at random."""
    radii = np.linspace(0, 2.5 * max(result.border, 0.001), 50)
    for index, (name, slope) in enumerate(
        {"aimed": result.aimed, "random": result.random}.items()
    ):
        left = result.margin - radii * slope
        ax.plot(radii, left, label=name, **style.line(index))
    ax.axhline(0, color=style.BLACK, linewidth=1)
    ax.annotate(
        f"{result.border:.3f}",
        (result.border, 0),
        xytext=(6, 8),
        textcoords="offset points",
        fontweight="bold",
    )
    ax.legend(loc="lower left")
    return style.label(
        ax,
        f"Read as {result.read_as}, on its way to {result.other}",
        "change of every pixel (share of full ink)",
        "margin left (score)",
    )


def draw_accuracy_by_radius(result: AccuracyByRadius, ax: Axes) -> Axes:
    """The share read right against the size of the change, for each method."""
    for index, method in enumerate(METHODS):
        if method in result.accuracy:
            look = {**style.line(index), "marker": "os^"[index], "markersize": 7}
            percent = 100 * result.accuracy[method]
            ax.plot(result.radii, percent, label=method, **look)
    ax.set_ylim(0, 102)
    ax.legend(loc="best")
    unit = {"every pixel": "share of full ink", "whole image": "length"}[result.norm]
    return style.label(
        ax,
        f"Training: {result.training}",
        f"change allowed, {result.norm} ({unit})",
        "unseen digits read right (%)",
    )
