"""Drawing of one person's confidence in models that know them and that do not."""

import numpy as np
from matplotlib.axes import Axes
from scipy.stats import norm

from privlab.experiments.membership_curves import OnePerson
from privlab.plots import style


def draw_one_person(result: OnePerson, ax: Axes) -> Axes:
    """The image, and two histograms of phi with their normal laws and the targets."""
    picture, ax = style.panels(ax, 2)
    picture.imshow(result.image, cmap="gray_r", vmin=0, vmax=1)
    picture.grid(False)
    style.label(picture, f"A {result.label}", "column (pixel)", "row (pixel)")
    every = np.concatenate([result.with_them, result.without, result.targets])
    bins = np.linspace(every.min() - 0.5, every.max() + 0.5, 22)
    grid = np.linspace(bins[0], bins[-1], 200)
    sides = {"learned from": result.with_them, "not": result.without}
    for index, (name, phi) in enumerate(sides.items()):
        look = style.fill(index)
        style.histogram(ax, phi, bins=bins, density=True, alpha=0.6, label=name, **look)
        ax.plot(grid, norm.pdf(grid, phi.mean(), phi.std()), **style.line(index))
    top = ax.get_ylim()[1]
    for inside, marker, name in (
        (True, "^", "target: in"),
        (False, "v", "target: out"),
    ):
        own = result.targets[result.inside == inside]
        height = np.full(len(own), (1.06 if inside else 1.14) * top)
        ax.plot(own, height, marker, color=style.BLACK, label=name, markersize=6)
    ax.set_ylim(0, 1.75 * top)
    ax.legend(loc="upper left", ncols=2)
    return style.label(
        ax, f"Trained {result.training}", "φ (log-odds)", "density (1/log-odds)"
    )
