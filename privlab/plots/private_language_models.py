"""Drawings of lesson 5.3: fine-tuning in the open, under DP, and together."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator

from privlab.experiments.chat_model import CAP
from privlab.experiments.clinic_model import DELTA, WAYS
from privlab.experiments.private_tuning import Compared, Group, Levels, Standing
from privlab.experiments.shared_adapters import Shared
from privlab.plots import style

EXPOSURE = "exposure (bits)"
BY_CHANCE = 1.44  # bits of a code that was never there, on average
PERPLEXITY = "perplexity (characters)"
ABOVE = {"ha": "center", "va": "bottom"}


def draw_compared(result: Compared, ax: Axes) -> Axes:
    """Perplexity of fresh lines and exposure of codes, private and in the open."""
    left, right = style.panels(ax, 2)
    series = {"in the open": result.twins, f"ε = {result.epsilon:g}": result.private}
    places = np.arange(len(WAYS))
    for k, (name, models) in enumerate(series.items()):
        x = places + 0.38 * (k - 0.5)
        heights = [model.perplexity for model in models]
        left.bar(x, heights, 0.38, label=name, **style.fill(k))
        for place, height in zip(x, heights, strict=True):
            left.text(place, height, f"{height:.1f}", **ABOVE)
        once, eight = ([model.exposure(n) for model in models] for n in (1, 8))
        right.bar(x, once, 0.38, label=name, **style.fill(k))
        look = {"marker": "D", "linestyle": "", "color": style.BLACK, "zorder": 3}
        right.plot(x, eight, label="planted 8 times" if k else None, **look)
    left.axhline(result.before, color=style.BLACK, linestyle=":", linewidth=1)
    left.text(-0.45, result.before, "public model", va="bottom", fontsize=10)
    _logarithmic(left, (1, 110))
    right.axhline(CAP, color=style.BLACK, linestyle=":", linewidth=1)
    right.axhline(BY_CHANCE, color=style.BLACK, linestyle="--", linewidth=1)
    right.set(ylim=(0, 20), yticks=range(0, 15, 2))
    right.legend(loc="upper left", fontsize=9)
    names = [way.replace(" ", "\n", 1) for way in WAYS]
    for axes in (left, right):
        axes.set_xticks(places, names)
        axes.grid(axis="x", visible=False)
    style.label(left, "Fresh lines", "trained (way)", PERPLEXITY)
    return style.label(right, "Codes planted once", "trained (way)", EXPOSURE)


def draw_standing(result: Standing, ax: Axes) -> Axes:
    """A histogram of all codes by log-perplexity, and the place of the planted one."""
    style.histogram(ax, result.bits, bins=60, **style.fill(0))
    ax.axvline(result.own, color=style.VERMILION, linestyle="--")
    ax.set_yscale("log")
    left = result.own < (result.bits.min() + result.bits.max()) / 2
    note = f" {result.canary.secret}: rank {result.rank:,} "
    align = {"ha": "left" if left else "right", "va": "bottom"}
    ax.text(result.own, ax.get_ylim()[1], note, color=style.VERMILION, **align)
    style.label(ax, result.title, "log-perplexity (bits)", "codes (count)")
    ax.set_title(result.title, pad=24)
    return ax


def draw_group(result: Group, ax: Axes) -> Axes:
    """ε and δ for whoever has k lines; above δ = 1 nothing is promised."""
    left, right = style.panels(ax, 2)
    counts = np.arange(1, len(result.epsilons) + 1)
    now = result.lines - 1
    for k, (axes, values) in enumerate(
        ((left, result.epsilons), (right, result.deltas))
    ):
        axes.plot(counts, values, marker="os"[k], **style.line(k))
        axes.plot(counts[now], values[now], "D", color=style.BLACK, markersize=10)
        axes.set_xticks(counts)
    right.set_yscale("log")
    right.axhspan(1, max(10, 10 * result.deltas[-1]), color="#EEEEEE")
    right.set_ylim(DELTA / 3, max(10, 10 * result.deltas[-1]))
    look = {"transform": right.transAxes, "va": "top"}
    right.text(0.03, 0.97, "grey: no promise", **look)
    title = f"A line has ε = {result.epsilon:g}"
    style.label(left, title, "lines of one user (count)", "ε (no unit)")
    return style.label(right, "and δ", "lines of one user (count)", "δ (no unit)")


def draw_levels(result: Levels, ax: Axes) -> Axes:
    """Perplexity, and exposure of codes in eight lines, by what ε covers."""
    left, right = style.panels(ax, 2)
    for k, model in enumerate(result.models.values()):
        left.bar(k, model.perplexity, 0.6, **style.fill(k))
        left.text(k, model.perplexity, f"{model.perplexity:.1f}", **ABOVE)
        own = model.exposures[-6:]
        right.bar(k, own.mean(), 0.6, **style.fill(k))
        spread = k + np.linspace(-0.2, 0.2, len(own))
        right.plot(spread, own, "o", color=style.BLACK, linestyle="")
    _logarithmic(left, (1, 110))
    right.axhline(CAP, color=style.BLACK, linestyle=":", linewidth=1)
    right.axhline(BY_CHANCE, color=style.BLACK, linestyle="--", linewidth=1)
    names = [name.replace("the ", "the\n") for name in result.models]
    for axes in (left, right):
        axes.set_xticks(range(len(names)), names)
        axes.grid(axis="x", visible=False)
    style.label(left, "Fresh lines", "ε covers (unit)", PERPLEXITY)
    return style.label(right, "Codes in 8 lines", "ε covers (unit)", EXPOSURE)


def draw_shared(result: Shared, ax: Axes) -> Axes:
    """The global model's perplexity by round."""
    rounds = np.arange(len(result.perplexities))
    ax.plot(rounds, result.perplexities, marker="o", **style.line(0))
    _logarithmic(ax, (1, 110))
    ax.set_xticks(rounds)
    title = f"{result.sent.capitalize()}: {result.bytes_up / 1000:.0f} kB each way"
    return style.label(ax, title, "round (count)", PERPLEXITY)


def _logarithmic(ax: Axes, limits: tuple[float, float]) -> None:
    ax.set_yscale("log")
    ax.set_ylim(*limits)
    ax.set_yticks([1, 2, 5, 10, 20, 50, 100])
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
