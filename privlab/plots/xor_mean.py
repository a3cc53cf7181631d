"""Drawing of the article's encrypted mean."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.xor_mean import XorMean
from privlab.plots import style


def draw_xor_mean(result: XorMean, ax: Axes) -> Axes:
    """The scheme's mean for every key, the true one as a line, one key marked."""
    keys = np.arange(len(result.found))
    ax.plot(keys, result.found, ".", color=style.BLUE, markersize=4, label="every key")
    ax.plot(
        result.key,
        result.found[result.key],
        "s",
        color=style.VERMILION,
        markersize=9,
        label=f"r = {result.key}",
    )
    ax.axhline(result.mean, color=style.BLACK, linewidth=1.5, label="true mean")
    ax.set(ylim=(-10, 335), xlim=(-8, 520))
    ax.legend(loc="upper center", ncols=3, columnspacing=1)
    return style.label(
        ax, "The mean that XOR gives back", "key r (9-bit number)", "found mean (score)"
    )
