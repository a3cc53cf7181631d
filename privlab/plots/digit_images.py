"""Small grey images of digits, as rows of pixels, on axes of their own."""

import numpy as np
from matplotlib.axes import Axes

from privlab.plots import style


def draw_digit(ax: Axes, pixels: np.ndarray, title: str, *, low=0.0, high=1.0) -> Axes:
    """One square image, ink dark; ``low`` and ``high`` are shown white and black."""
    side = round(len(pixels) ** 0.5)
    look = {"cmap": "gray_r", "vmin": low, "vmax": high, "interpolation": "nearest"}
    ax.imshow(pixels.reshape(side, side), **look)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)
    for spine in ax.spines.values():
        spine.set(visible=True, color=style.GREY)
    ax.set_title(title, loc="center", fontsize=10)
    return ax
