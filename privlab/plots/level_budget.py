"""Drawing of what a circuit costs, and what each ring may spend."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.level_budget import SPARE, RingChoices
from privlab.plots import style


def draw_level_budget(result: RingChoices, ax: Axes) -> Axes:
    """For each ring a bar as long as its limit; the chain of primes lies over all."""
    rings = result.rings
    for place, ring in enumerate(rings):
        look = style.fill(0 if ring.fits else 1)
        ax.barh(place, ring.limit, height=0.6, alpha=0.8, **look)
        text = f"fits, {ring.digits:.1f} digits" if ring.fits else "too small"
        end = max(ring.limit, ring.spent) + 10
        ax.text(end, place, text, va="center", fontsize=9)
    ends = result.prime_bits + SPARE
    borders = np.cumsum([0, ends, *[result.prime_bits] * result.depth, ends])
    ax.vlines(borders, -0.5, len(rings) - 0.5, colors=style.BLACK, linewidth=1)
    ax.set_yticks(range(len(rings)), [str(ring.size) for ring in rings])
    ax.set_xlim(0, 1100)
    ax.grid(visible=False, axis="y")
    title = f"{result.depth} levels of {result.prime_bits} bits: {borders[-1]} in all"
    return style.label(
        ax, title, "modulus allowed at 128-bit security (bits)", "ring size (N)"
    )
