"""Drawing of slots and of the polynomial that holds them."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.slots import Slots
from privlab.plots import style


def draw_slots(result: Slots, ax: Axes) -> Axes:
    """Left the slots, right the coefficients, before and after the operation."""
    left, right = style.panels(ax, 2)
    for index, name in enumerate(("before", "after")):
        for axes, values in (
            (left, result.slots[index]),
            (right, result.coefficients[index]),
        ):
            places = np.arange(len(values)) + 0.4 * index - 0.2
            axes.bar(places, values, width=0.38, label=name, **style.fill(index))
    left.set(ylim=(0, 2.5), xticks=range(8))
    left.legend(loc="upper center", ncols=2)
    right.axhline(0, color=style.BLACK, linewidth=1)
    right.set(ylim=(-0.5, 1.3), xticks=range(0, 16, 3))
    style.label(left, "Slots", "slot (number)", "value (no unit)")
    style.label(
        right, "Polynomial", "power of X (number)", "coefficient / scale (no unit)"
    )
    return ax
