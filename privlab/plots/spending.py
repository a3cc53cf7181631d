"""Drawing of two odometers."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from privlab.experiments.spending import Spending
from privlab.plots import style


def draw_spending(result: Spending, ax: Axes) -> Axes:
    """The share spent after each answer; a cross where the filter refuses."""
    series = {"costs added up": result.added_up, "Rényi divergences": result.renyi}
    for index, (label, shares) in enumerate(series.items()):
        answers = np.arange(len(shares) + 1)
        spent = np.concatenate([[0], shares])
        count = f"{label}: {len(shares):,}"
        ax.step(answers, spent, where="post", label=count, **style.line(index))
        mark = {"markersize": 11, "markeredgewidth": 3}
        ax.plot(answers[-1] + 1, spent[-1], "x", color=style.COLORS[index], **mark)
    ax.axhline(1, color=style.BLACK, linestyle=":", label="all spent")
    ax.set_ylim(0, 1.5)
    ax.set_xlim(0, None)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(loc="upper right", title="answers before the refusal (×)")
    title = f"Noise {result.noise_multiplier:g} people, {result.limit} in all"
    return style.label(ax, title, "answers (count)", "spent (share of the budget)")
