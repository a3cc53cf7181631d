"""Drawings of audited training loops: one, the ladder of repairs, and the zoo."""

import math
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.repairs import Ladder, Repair
from privlab.experiments.zoo_gallery import FROM_THE_ARTICLE, Gallery, SpecimenRuns
from privlab.plots import style

WORLDS = ("with the patient", "without")


def draw_repair(result: Repair, ax: Axes) -> Axes:
    """What the auditor sees in both worlds, and claimed beside measured epsilon."""
    left, right = style.panels(ax, 2)
    _draw_worlds(left, result.scores, WORLDS)
    style.label(left, "Score of each run", "score (no unit)", "runs (count)")
    _draw_pairs(
        right, [fill(result.name, width=24)], [result.claimed], [result.measured]
    )
    right.set(xlim=(-0.7, 0.7), ylim=(0, 1.4 * right.get_ylim()[1]))
    style.label(right, "Claimed and measured", "loop (name)", "ε (no unit)")
    return ax


def _draw_worlds(ax: Axes, scores, labels) -> None:
    """Two histograms over common bins."""
    both = np.concatenate(scores)
    middle, spread = np.median(both), max(np.ptp(both), 1e-3)
    bins = np.linspace(middle - spread, middle + spread, 81)
    for index, (label, own) in enumerate(zip(labels, scores, strict=True)):
        style.histogram(ax, own, bins=bins, alpha=0.7, label=label, **style.fill(index))
    low, high = np.quantile(both, [0.002, 0.998])
    margin = 0.1 * (high - low) + bins[1] - bins[0]
    ax.set(xlim=(low - margin, high + margin), ylim=(0, 1.35 * ax.get_ylim()[1]))
    ax.legend(loc="upper center")


def _draw_pairs(ax: Axes, names, claimed, measured) -> None:
    """Beside each other for each name: the claim, or that there is none; the proof."""
    places = np.arange(len(names))
    finite = [c if math.isfinite(c) else 0 for c in claimed]
    ax.bar(places - 0.2, finite, 0.4, label="claimed", **style.fill(0))
    ax.bar(places + 0.2, measured, 0.4, label="measured, at least", **style.fill(1))
    for place, value in zip(places, claimed, strict=True):
        if not math.isfinite(value):
            ax.text(
                place - 0.2, 0.05, "no claim", rotation=90, ha="center", va="bottom"
            )
    for place, value in zip(places, measured, strict=True):
        ax.text(place + 0.2, value + 0.05, f"{value:.2f}", ha="center", va="bottom")
    ax.set_xticks(places, names)
    ax.legend(loc="upper right")


def draw_ladder(result: Ladder, ax: Axes) -> Axes:
    """Claimed and measured epsilon after each repair."""
    steps = result.steps
    names = [fill(step.name, width=12) for step in steps]
    claimed = [step.claimed for step in steps]
    _draw_pairs(ax, names, claimed, [step.measured for step in steps])
    ax.set_ylim(0, 6)
    return style.label(ax, "One repair after the other", "repair (name)", "ε (no unit)")


def draw_specimen(result: SpecimenRuns, ax: Axes) -> Axes:
    """The outputs of one specimen on its two inputs."""
    _draw_worlds(ax, result.scores, ("first input", "second input"))
    title = (
        f"{result.specimen.name.capitalize()}: claimed {result.specimen.epsilon:g}, "
        f"measured ≥ {result.audit.epsilon_lower:.2f}"
    )
    return style.label(ax, title, "score of the output (no unit)", "runs (count)")


def draw_gallery(result: Gallery, ax: Axes) -> Axes:
    """Every specimen's claimed and measured epsilon, one above the other."""
    ax.figure.set_size_inches(style.TALL)
    places = np.arange(len(result.names))[::-1]
    for index, own in enumerate((False, True)):
        label = "measured, from the article" if own else "measured"
        here = np.array([(name in FROM_THE_ARTICLE) == own for name in result.names])
        ax.barh(
            places[here], result.measured[here], label=label, **style.fill(1 - index)
        )
    ax.plot(
        result.claimed,
        places,
        linestyle="none",
        marker="D",
        color=style.BLACK,
        label="claimed",
    )
    for place, value in zip(places, result.measured, strict=True):
        ax.text(value + 0.08, place, f"{value:.2f}", va="center")
    ax.set_yticks(places, result.names)
    ax.set_xlim(0, 1.12 * result.measured.max())
    ax.legend(loc="lower right")
    return style.label(
        ax, "The zoo", "ε, measured at least (no unit)", "mechanism (name)"
    )
