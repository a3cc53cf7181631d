"""Drawings of a secret column reconstructed from noisy counts."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from privlab.experiments.noisy_subsets import Defended, Phase, Recovered
from privlab.plots import style


def draw_recovered(result: Recovered, ax: Axes) -> Axes:
    """The linear program's value for each patient; the mark shows the truth."""
    order = np.argsort(result.secret, kind="stable")
    secret, fractions = result.secret[order], result.found.fractions[order]
    patients = np.arange(len(order))
    for index, (bit, label) in enumerate(((0, "truth: slow"), (1, "truth: fast"))):
        mine = secret == bit
        look = {"color": style.COLORS[index], "marker": "os"[index], "markersize": 7}
        ax.plot(patients[mine], fractions[mine], linestyle="", label=label, **look)
    wrong = (fractions > 0.5) != secret
    look = {"color": style.BLACK, "marker": "x", "markersize": 11, "linestyle": ""}
    ax.plot(patients[wrong], fractions[wrong], label="wrong", **look)
    ax.axhline(0.5, color=style.BLACK, linestyle=":", linewidth=1)
    ax.set_ylim(-0.08, 1.4)
    ax.set_yticks(np.linspace(0, 1, 5))
    ax.legend(loc="upper center", ncols=3)
    title = f"{result.questions} counts, noise σ = {result.sigma:.1f} patients: "
    return style.label(
        ax,
        title + f"{result.right:.0%} right",
        "patients, the slow ones first (number)",
        "solution (0 slow, 1 fast)",
    )


def draw_phase(result: Phase, ax: Axes) -> Axes:
    """Right secrets against noise, in patients and in units of the root of n."""
    plain, scaled = style.panels(ax, 2)
    for index, (size, right) in enumerate(zip(result.sizes, result.right, strict=True)):
        look = {**style.line(index), "marker": "os^"[index], "label": f"n = {size}"}
        plain.semilogx(result.noises * np.sqrt(size), right, **look)
        scaled.semilogx(result.noises, right, **look)
    scaled.axvline(1, color=style.BLACK, linewidth=1)
    for panel in (plain, scaled):
        panel.set_ylim(0.2, 1.04)
        panel.axhline(0.5, color=style.BLACK, linestyle=":", linewidth=1)
        panel.xaxis.set_major_formatter("{x:g}")
        panel.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        panel.legend(loc="lower left")
    style.label(plain, "By the noise", "noise σ (patients)", "right secrets (%)")
    style.label(
        scaled, "By noise over √n", "noise σ (√n patients)", "right secrets (%)"
    )
    return ax


def draw_defended(result: Defended, ax: Axes) -> Axes:
    """Right secrets against epsilon, and what the promise allows."""
    look = {**style.line(0), "marker": "o", "label": "the linear program"}
    ax.semilogx(result.epsilons, result.right, **look)
    ax.semilogx(
        result.epsilons, result.allowed, label="most that ε allows", **style.line(1)
    )
    ax.axhline(0.5, color=style.BLACK, linestyle=":", label="guessing")
    ax.set_ylim(0.2, 1.04)
    ax.xaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.legend(loc="lower right")
    return style.label(
        ax,
        f"{result.questions} counts about {result.patients} patients",
        "ε for all counts together (no unit)",
        "right secrets (%)",
    )
