"""Drawings of images rebuilt from updates."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.sent_updates import SEARCHES, FailureCases, RebuiltBatch
from privlab.plots import style
from privlab.plots.digit_images import draw_pairs


def draw_rebuilt_batch(result: RebuiltBatch, ax: Axes) -> Axes:
    """Above the client's first images, below what the server rebuilt of them."""
    likeness = [f"SSIM {similarity:.2f}" for similarity in result.similarity]
    shown = draw_pairs(ax, result.truth, result.found, likeness)
    size = f"{shown} of {len(result.truth)} images"
    ax.set_title(f"Clipped, noise {result.noise:g}; {size}")
    return ax


def draw_failure_cases(result: FailureCases, ax: Axes) -> Axes:
    """Mean SSIM with its standard deviation for each case and search."""
    places = np.arange(len(result.similarity))
    for index, search in enumerate(SEARCHES):
        found = [case[search] for case in result.similarity.values()]
        means, spread = zip(*((f.mean(), f.std(ddof=1)) for f in found), strict=True)
        at = places + 0.27 * (index - 1)
        look = {"capsize": 3, "error_kw": {"ecolor": style.BLACK}, **style.fill(index)}
        ax.bar(at, means, 0.25, yerr=spread, label=search, **look)
    blind = result.unseen.mean()
    ax.axhline(blind, color=style.BLACK, linewidth=1, label="average digit")
    names = [case.replace(", ", ",\n") for case in result.similarity]
    names = [
        name.replace("clipped and noised", "clipped\nand noised") for name in names
    ]
    ax.set_xticks(places, names)
    ax.set_ylim(0, 1.3)
    ax.set_yticks(np.linspace(0, 1, 6))
    ax.legend(loc="upper center", ncols=4)
    return style.label(
        ax,
        "What an update gives away (± 1 s.d.)",
        "update (case)",
        "likeness, SSIM (no unit)",
    )
