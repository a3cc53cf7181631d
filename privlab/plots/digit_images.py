"""Small grey images of digits, as rows of pixels."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from privlab.plots import style

MOST_SHOWN = 6  # pairs beside each other
WIDE, HIGH = 1.15, 1.35  # of an image with the room around it


def draw_pairs(
    ax: Axes, truth: np.ndarray, found: np.ndarray, said: Sequence[str]
) -> int:
    """A client's first images in a row, below each what was ``found``, and how good.

    Returns how many are shown.
    """
    shown = min(MOST_SHOWN, len(truth))
    for i in range(shown):
        for row, (pixels, words) in enumerate(
            ((truth[i], "client's"), (found[i], said[i]))
        ):
            left, low = WIDE * i, -HIGH * row
            _ink(ax, pixels, extent=(left, left + 1, low, low + 1))
            edge = {"fill": False, "edgecolor": style.GREY}
            ax.add_patch(Rectangle((left, low), 1, 1, **edge))
            at = {"ha": "center", "va": "bottom", "fontsize": 10}
            ax.text(left + 0.5, low + 1.03, words, **at)
    ax.set(xlim=(-0.05, WIDE * MOST_SHOWN), ylim=(-HIGH - 0.05, 1.3))
    ax.set_axis_off()
    return shown


def draw_digit(ax: Axes, pixels: np.ndarray, title: str, *, low=0.0, high=1.0) -> Axes:
    """One square image, ink dark; ``low`` and ``high`` are shown white and black."""
    _ink(ax, pixels, vmin=low, vmax=high)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)
    for spine in ax.spines.values():
        spine.set(visible=True, color=style.GREY)
    ax.set_title(title, loc="center", fontsize=10)
    return ax


def _ink(ax: Axes, pixels: np.ndarray, *, vmin=0.0, vmax=1.0, **place) -> None:
    side = round(len(pixels) ** 0.5)
    look = {"cmap": "gray_r", "vmin": vmin, "vmax": vmax, "interpolation": "nearest"}
    ax.imshow(pixels.reshape(side, side), **look, **place)
