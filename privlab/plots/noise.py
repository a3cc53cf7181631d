"""Drawings of noisy counts."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator

from privlab.experiments.noise import (
    COUNTS,
    Neighbours,
    NoiseByLength,
    RepeatedQuestion,
)
from privlab.plots import style


def draw_neighbours(result: Neighbours, ax: Axes) -> Axes:
    """Both worlds' densities, and their heights at the published number."""
    for index, (count, density) in enumerate(
        zip(COUNTS, result.densities, strict=True)
    ):
        label = f"true count {count}"
        ax.plot(result.outputs, density, label=label, **style.line(index))
    x, heights = result.published, result.at_published
    ax.vlines(x, 0, max(heights), colors=style.BLACK, linewidth=1.5)
    for index, height in enumerate(heights):
        ax.plot(x, height, marker="os"[index], markersize=8, color=style.COLORS[index])
    ax.annotate(
        f"ratio {result.ratio:.2f}",
        (x, max(heights)),
        xytext=(8, 6),
        textcoords="offset points",
    )
    ax.set(
        xlim=result.outputs[[0, -1]], ylim=(0, 1.25 * max(map(max, result.densities)))
    )
    ax.xaxis.set_major_locator(MultipleLocator(3))
    ax.legend(loc="upper right")
    return style.label(
        ax, "One person apart", "published count (people)", "density (per person)"
    )


def draw_repeated_question(result: RepeatedQuestion, ax: Axes) -> Axes:
    """Histograms of the averaged answers in both worlds."""
    for index, (count, averages) in enumerate(
        zip(COUNTS, result.averages, strict=True)
    ):
        look = {"alpha": 0.7, "label": f"true count {count}", **style.fill(index)}
        inside = np.clip(averages, 36, 49)
        style.histogram(ax, inside, np.linspace(36, 49, 81), **look)
    ax.axvline(sum(COUNTS) / 2, color=style.BLACK, linestyle=":", label="guess border")
    ax.legend(loc="upper right")
    title = f"Answers averaged: {result.questions}, total ε = {result.total.epsilon:g}"
    x = "average of the answers (people; the edges hold the rest)"
    return style.label(ax, title, x, "runs (count)")


def draw_noise_by_length(result: NoiseByLength, ax: Axes) -> Axes:
    """Standard deviation on each count, on two logarithmic axes."""
    ax.loglog(result.lengths, result.laplace, label="Laplace, δ = 0", **style.line(0))
    label = f"Gaussian, δ = {result.delta:g}"
    ax.loglog(result.lengths, result.gaussian, label=label, **style.line(1))
    ax.axvline(result.crossing, color=style.BLACK, linewidth=1)
    ax.legend(loc="lower right")
    return style.label(
        ax,
        f"Which noise is smaller at ε = {result.epsilon:g}?",
        "length of the list (counts)",
        "standard deviation (people)",
    )
