"""Drawing of noise that grows."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.lwe_noise import NoiseGrowth
from privlab.plots import style


def draw_noise_growth(result: NoiseGrowth, ax: Axes) -> Axes:
    """A histogram of the noise between the two borders where rounding goes wrong."""
    shown = np.clip(result.noise, -1.5, 1.5)
    style.histogram(ax, shown, np.linspace(-1.5, 1.5, 122), color=style.BLUE)
    for border in (-0.5, 0.5):
        ax.axvline(border, color=style.VERMILION, linestyle="--")
    ax.axvspan(-0.5, 0.5, color=style.GREEN, alpha=0.12)
    top = ax.get_ylim()[1] * 1.2
    ax.set(xlim=(-1.55, 1.55), ylim=(0, top))
    for x, text in ((-1, "wrong"), (0, "right"), (1, "wrong")):
        ax.text(x, top * 0.91, text, ha="center")
    title = f"Sums of {result.added} ciphertexts: {result.failures:.0%} wrong"
    return style.label(ax, title, "noise (steps between messages)", "sums (count)")
