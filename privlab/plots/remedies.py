"""Drawings of lesson 5.4's end: forgotten lines, written lines, a sealed layer."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.encrypted_layer import Sealed, Solved
from privlab.experiments.forgetting import EACH, RETRAINED, Scored
from privlab.experiments.synthetic_text import Synthetic
from privlab.plots import style

NAMES = {
    "query_key_value": "queries, keys, values",
    "project": "project",
    "expand": "expand",
    "contract": "contract",
    "square_feed": "feed (square)",
}


def draw_scored(result: Scored, ax: Axes) -> Axes:
    """Each line's bits against the law of the retrained; and the two verdicts."""
    left, right = style.panels(ax, 2)
    places = np.arange(len(result.own))
    reach = result.limit * result.spread * np.sqrt(1 + 1 / RETRAINED)
    look = {"fmt": "none", "ecolor": style.GREY, "elinewidth": 6, "alpha": 0.5}
    left.errorbar(places, result.mean, reach, label="retrained", **look)
    left.plot(places, result.own, "D", color=style.VERMILION, label="this model")
    left.axvline(EACH - 0.5, color=style.BLACK, linestyle=":", linewidth=1)
    left.set_yscale("log")
    left.set_ylim(top=6 * max(result.own.max(), (result.mean + reach).max()))
    left.set_xticks([(EACH - 1) / 2, EACH + (EACH - 1) / 2], ["codes", "messages"])
    left.legend(loc="upper left", ncols=2, fontsize=9, columnspacing=1)
    shares = [result.auc, result.known / len(places), result.overdone / len(places)]
    right.barh(range(3), [100 * share for share in shares], 0.6, **style.fill(0))
    for place, share in enumerate(shares):
        right.text(100 * share, place, f" {share:.0%}", va="center", fontsize=10)
    right.axvline(50, color=style.BLACK, linestyle=":", linewidth=1)
    names = ["population\nattack (AUC)", "lines\nstill known", "lines\noverdone"]
    right.set_yticks(range(3), names)
    right.set(xlim=(0, 130), xticks=range(0, 101, 25), ylim=(2.6, -0.6))
    title = result.title[0].upper() + result.title[1:]
    style.label(left, title, "her lines (kind)", "log-perplexity (bits)")
    return style.label(right, "Verdicts", "share (%)", "measure (name)")


def draw_synthetic(result: Synthetic, ax: Axes) -> Axes:
    """How many written lines hold each door's true code; and what they teach."""
    left, right = style.panels(ax, 2)
    for k, repeats in enumerate(sorted(set(result.repeats))):
        rows = np.flatnonzero(result.repeats == repeats)
        look = {**style.fill(k), "label": f"in {repeats}"}
        left.bar(rows, result.codes[rows], 0.8, **look)
    left.set_ylim(0, 1.45 * max(result.codes.max(), 10))
    left.set_xticks([])
    left.legend(loc="upper left", ncols=3, fontsize=9, columnspacing=0.8)
    names = ["nothing", "what was\nwritten", "the clinic's\nown lines"]
    values = [result.before, result.taught, result.real]
    right.bar(range(3), values, 0.6, **style.fill(1))
    for place, value in enumerate(values):
        right.text(place, value, f"{value:.1f}", ha="center", va="bottom")
    right.set_yscale("log")
    right.set_ylim(1, 100)
    right.set_yticks([1, 3, 10, 30, 100], ["1", "3", "10", "30", "100"])
    right.minorticks_off()
    right.set_xticks(range(3), names, fontsize=9)
    title = f"Written {result.writer}: {len(result.lines)} lines"
    style.label(
        left,
        title,
        "doors, planted in 0, 1, 8 lines (each)",
        "lines with its code (count)",
    )
    return style.label(
        right, "Another model", "has read (text)", "perplexity (characters)"
    )


def draw_sealed(result: Sealed, ax: Axes) -> Axes:
    """Seconds of each side and megabytes each way, exchange by exchange."""
    left, right = style.panels(ax, 2)
    places = np.arange(len(result.exchanges))
    for side, names in ((left, ("client", "server")), (right, ("up", "down"))):
        scale = 1 if side is left else 1e-6
        first, second = (
            np.array([scale * getattr(each, name) for each in result.exchanges])
            for name in names
        )
        side.barh(places, first, 0.6, label=names[0], **style.fill(0))
        side.barh(places, second, 0.6, left=first, label=names[1], **style.fill(1))
        side.set_xlim(0, 1.1 * (first + second).max())
        side.set_ylim(len(places) - 0.4, -1.3)
        side.legend(loc="upper left", ncols=2, fontsize=9)
    left.set_yticks(places, [NAMES[each.name] for each in result.exchanges])
    right.set_yticks(places, [])
    title = f"{result.feed.capitalize().replace('Gelu', 'GELU')}"
    style.label(left, title, "work (s)", "exchange (name)")
    return style.label(
        right, f"{result.tokens} characters", "sent (MB)", "exchange (name)"
    )


def draw_solved(result: Solved, ax: Axes) -> Axes:
    """How well the client foretells a map of the server, by characters asked."""
    ax.plot(result.characters, 100 * result.errors, marker="o", **style.line(1))
    ax.set(xscale="log", yscale="log", ylim=(1e-6, 1e4))
    ax.set_xticks(result.characters, [str(count) for count in result.characters])
    ax.minorticks_off()
    ax.axhline(100, color=style.BLACK, linestyle=":", linewidth=1)
    ax.text(result.characters[0], 130, "no better than the mean", fontsize=9)
    title = f"The client foretells “{NAMES[result.name]}”"
    return style.label(ax, title, "characters asked (count)", "error (% of deviation)")
