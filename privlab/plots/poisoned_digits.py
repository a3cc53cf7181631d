"""Drawing of what a network learns from clean, poisoned and filtered images."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.poisoned_digits import TARGET, PoisonedTraining
from privlab.plots import style


def draw_poisoned_training(result: PoisonedTraining, ax: Axes) -> Axes:
    """Two bars for each training set: read right, and stamped ones led astray."""
    places = np.arange(len(result.outcomes))
    series = {
        "read right": [one.right for one in result.outcomes.values()],
        f"stamped, read as {TARGET}": [o.hijacked for o in result.outcomes.values()],
    }
    for index, (name, shares) in enumerate(series.items()):
        at, heights = places + 0.4 * (index - 0.5), 100 * np.array(shares)
        bars = ax.bar(at, heights, width=0.36, label=name, **style.fill(index))
        ax.bar_label(bars, fmt="%.0f")
    ax.set_xticks(places, list(result.outcomes))
    ax.set_ylim(0, 130)
    ax.set_yticks(range(0, 101, 20))
    ax.legend(loc="upper center", ncols=2)
    title = f"{result.attack.capitalize()}, {result.share:.1%} of the images"
    return style.label(ax, title, "trained on (images)", "unseen images (%)")
