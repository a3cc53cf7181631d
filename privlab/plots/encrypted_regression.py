"""Drawing of weights that were found under encryption."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.encrypted_regression import EncryptedRegression
from privlab.plots import style


def draw_encrypted_regression(result: EncryptedRegression, ax: Axes) -> Axes:
    """Left both sets of weights, right their differences below the bound."""
    left, right = style.panels(ax, 2)
    places = np.arange(len(result.names))
    for index, (name, weights) in enumerate(
        (("open", result.plain), ("encrypted", result.encrypted))
    ):
        left.barh(
            places + 0.4 * index - 0.2,
            weights,
            height=0.38,
            label=name,
            **style.fill(index),
        )
    left.set_yticks(places, result.names)
    left.set_ylim(len(places) - 0.4, -1.6)
    left.legend(loc="upper right")
    gaps = np.abs(result.encrypted - result.plain)
    right.semilogx(np.maximum(gaps, 1e-17), places, "o", color=style.BLUE)
    right.axvline(result.bound, color=style.BLACK, linestyle="--")
    right.text(result.bound, -0.9, "bound ", ha="right", va="center")
    right.set_yticks(places, [""] * len(places))
    right.set_ylim(len(places) - 0.4, -1.6)
    style.label(left, f"Weights, {result.scheme}", "weight (score)", "feature (name)")
    style.label(right, "Their difference", "difference (score)", "feature (same order)")
    return ax
