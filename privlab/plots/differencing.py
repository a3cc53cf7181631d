"""Drawing of the guesses about one salary."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.differencing import Differencing
from privlab.plots import style


def draw_differencing(result: Differencing, ax: Axes) -> Axes:
    """The adversary's guesses from noisy averages, and the one from exact averages."""
    bins = np.linspace(-800, 800, 65)
    guesses = result.noisy_guesses / 1000  # those beyond the edges are not drawn
    style.histogram(
        ax, guesses, bins=bins, label="from noisy averages", **style.fill(0)
    )
    exact = result.exact_guess / 1000
    label = f"from exact averages: {exact:.1f}"
    ax.axvline(exact, label=label, **{**style.line(1), "linewidth": 3})
    ax.legend(loc="upper right")
    ax.set(xlim=bins[[0, -1]], ylim=(0, 1.3 * ax.get_ylim()[1]))
    return style.label(
        ax,
        f"One colleague of {result.staff}, ε = {result.epsilon:g} an average",
        "guessed salary (thousand €)",
        "runs (count)",
    )
