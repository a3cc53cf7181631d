"""Drawing of what a tracker finds through a noisy counter."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.refused_counts import NoisyAnswers
from privlab.plots import style


def draw_noisy_answers(result: NoisyAnswers, ax: Axes) -> Axes:
    """Histograms of the inferred counts of ill targets and of well ones."""
    bins = np.arange(-10.5, 12.5)  # the exact counts 0 and 1 are centres of bins
    for index, (label, counts) in enumerate(
        {"the target is well": result.well, "the target is ill": result.ill}.items()
    ):
        inside = np.clip(counts, bins[0], bins[-1])
        weights = np.full(len(counts), 100 / len(counts))
        look = {"alpha": 0.7, "label": label, **style.fill(index)}
        style.histogram(ax, inside, bins=bins, weights=weights, **look)
    ax.axvline(0.5, color=style.BLACK, linestyle=":", label="guess border")
    ax.set_ylim(0, 1.35 * ax.get_ylim()[1])
    ax.legend(loc="upper right")
    return style.label(
        ax,
        f"ε = {result.epsilon:g} an answer, {result.total.epsilon:g} for all four",
        "count worked out for one person (people; the edges hold the rest)",
        "targets (%)",
    )
