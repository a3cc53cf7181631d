"""Drawing of a picture and of what the attack made of a name."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.badges import Inverted
from privlab.plots import style


def draw_inverted(result: Inverted, ax: Axes) -> Axes:
    """The true picture, the found one, and how like it is to everybody's."""
    true, found, bars = style.panels(ax, 3)
    pictures = {"True picture": result.picture, "Found image": result.image}
    for panel, (name, image) in zip((true, found), pictures.items(), strict=True):
        panel.imshow(image.reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
        panel.grid(False)
        panel.set(xticks=[0, 7], yticks=[0, 7])
        style.label(panel, name, "column (pixel)", "row (pixel)")
    others = np.delete(result.likeness, result.person)
    style.histogram(
        bars, others, bins=np.linspace(-1, 1, 21), label="others", **style.fill(5)
    )
    own = result.likeness[result.person]
    bars.axvline(own, color=style.VERMILION, linestyle="--", label="the person")
    bars.set_ylim(0, 1.45 * max(bars.get_ylim()[1], 1))
    bars.legend(loc="upper left")
    return style.label(
        bars, f"From {result.seen}", "correlation (no unit)", "people (count)"
    )
