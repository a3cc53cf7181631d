"""Drawings of lesson 5.4: scrubbed lines, near copies, a store, disguised prompts."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.answering_store import ILLNESSES, Asked, Voted
from privlab.experiments.chat_model import CAP
from privlab.experiments.cleaned_chat import COPIES, FORMS, WAYS, Cleaned, NearCopies
from privlab.experiments.disguised_prompts import (
    ADVERSARIES,
    EPSILONS,
    MESSAGES,
    Disguised,
)
from privlab.experiments.scrubbed_lines import KINDS, Linked, Scrubbed
from privlab.lm.words import ENGLISH
from privlab.plots import style

MARKERS = "os^"


def draw_scrubbed(result: Scrubbed, ax: Axes) -> Axes:
    """The share of each kind that is caught, and what else was taken."""
    left, right = style.panels(ax, 2)
    shares = [100 * result.scores[kind].recall for kind in result.kinds]
    _bars(left, [KINDS[kind] for kind in result.kinds], shares, fill=0)
    parts = [100 * result.precision, 100 * (1 - result.precision)]
    _bars(right, ["private", "harmless"], parts, fill=1)
    style.label(left, "Private values caught", "caught (%)", "values (kind)")
    return style.label(right, "What was taken away", "finds (%)", "find (truth)")


def _bars(ax: Axes, names: list[str], shares: list[float], *, fill: int) -> None:
    ax.barh(range(len(names)), shares, 0.6, **style.fill(fill))
    for place, share in enumerate(shares):
        ax.text(share, place, f" {share:.0f} %", va="center", fontsize=10)
    ax.set_yticks(range(len(names)), names)
    ax.set(xlim=(0, 130), xticks=range(0, 101, 25), ylim=(-0.6, len(names) - 0.4))
    ax.invert_yaxis()


def draw_linked(result: Linked, ax: Axes) -> Axes:
    """The scrubbed lines by how many people each may be about."""
    sizes = np.arange(1, max(result.crowd.max(), 6) + 1)
    lines = [int((result.crowd == size).sum()) for size in sizes]
    bars = ax.bar(sizes, lines, 0.7, **style.fill(0))
    bars[0].set(**style.fill(1))
    ax.text(1, lines[0], f"{lines[0]}", ha="center", va="bottom")
    ax.set_ylim(0, 1.15 * max(lines))
    title = f"{len(result.crowd)} people, of whom one knows {result.known}"
    return style.label(ax, title, "people who fit a line (count)", "lines (count)")


def draw_near_copies(result: NearCopies, ax: Axes) -> Axes:
    """Each line's similarity to its nearest, the threshold, and what is left."""
    left, right = style.panels(ax, 2)
    bins = np.linspace(0, 1, 26)
    style.histogram(left, result.others, bins, label="ordinary", **style.fill(0))
    style.histogram(
        left, result.forwarded, bins, label="secrets", alpha=0.8, **style.fill(1)
    )
    left.axvline(result.threshold, color=style.BLACK, linestyle="--")
    left.legend(loc="upper left")
    parts = [100 * result.copies.mean() / COPIES, 100 * result.ordinary]
    _bars(right, ["copies of\nsecrets", "ordinary\nlines"], parts, fill=2)
    style.label(left, "Nearest other line", "similarity (Jaccard)", "lines (count)")
    title = f"Kept at {result.threshold:g}"
    return style.label(right, title, "kept (%)", "lines (kind)")


def draw_cleaned(result: Cleaned, ax: Axes) -> Axes:
    """Mean exposure by form of the secret, for each way to clean."""
    places, width = np.arange(len(FORMS)), 0.26
    for k, (way, row) in enumerate(zip(WAYS, result.by_form, strict=True)):
        label = f"{way}: {result.lines[k]} lines"
        ax.bar(places + width * (k - 1), row, width, label=label, **style.fill(k))
    ax.axhline(CAP, color=style.BLACK, linestyle=":", linewidth=1)
    ax.set_xticks(places, FORMS)
    ax.set(ylim=(0, 18.5), yticks=range(0, 15, 2))
    ax.legend(loc="upper left", ncols=3, fontsize=9, columnspacing=1)
    title = "What the model knows (dotted: all of it)"
    return style.label(ax, title, "secret (form)", "exposure (bits)")


def draw_asked(result: Asked, ax: Axes) -> Axes:
    """Others' records that came out, by question; and what a probe is told."""
    left, right = style.panels(ax, 2)
    asked = np.arange(1, len(result.shares) + 1)
    left.plot(asked, 100 * result.shares, **style.line(1))
    left.set_ylim(-3, 103)
    _bars(right, ["is there", "is not"], list(100 * result.told), fill=2)
    style.label(
        left,
        f"{result.access.capitalize()}, k = {result.k}",
        "questions (count)",
        "others' records (%)",
    )
    return style.label(right, "Probe says “there”", "probes (%)", "record (truth)")


def draw_voted(result: Voted, ax: Axes) -> Axes:
    """The chance of each answer with one patient, and without."""
    places, width = np.arange(len(ILLNESSES)), 0.38
    for k, name in enumerate(("with her", "without")):
        x = places + width * (k - 0.5)
        ax.bar(x, 100 * result.chances[k], width, label=name, **style.fill(k))
    names = [
        f"{d}\n{v} votes" for d, v in zip(ENGLISH["drug"], result.votes[0], strict=True)
    ]
    ax.set_xticks(places, names, fontsize=9)
    ax.set_ylim(0, 119)
    ax.set_yticks(range(0, 101, 25))
    ax.legend(loc="upper right", ncols=2)
    title = f"What helps for {result.illness}? ε = {result.epsilon:g}"
    return style.label(ax, title, "answer (drug)", "chance (%)")


def draw_disguised(result: Disguised, ax: Axes) -> Axes:
    """What is sent unchanged by ε, and what is guessed by number of messages."""
    left, right = style.panels(ax, 2)
    for k, name in enumerate(("same word", "same kind")):
        look = {**style.line(k), "marker": MARKERS[k], "label": name}
        left.plot(EPSILONS, 100 * result.kept[k], **look)
    left.axvline(result.epsilon, color=style.BLACK, linestyle=":", linewidth=1)
    for k, name in enumerate(ADVERSARIES):
        look = {**style.line(k), "marker": MARKERS[k], "label": name}
        right.plot(MESSAGES, 100 * result.guessed.right[k], **look)
    for side in (left, right):
        side.set(ylim=(-3, 150), yticks=range(0, 101, 25), xscale="log")
        side.legend(loc="upper left", fontsize=9)
        side.minorticks_off()
    left.set_xticks(EPSILONS[::2], [str(e) for e in EPSILONS[::2]])
    right.set_xticks(MESSAGES, [str(m) for m in MESSAGES])
    title = f"Sent by “{result.mechanism}”"
    style.label(left, title, "ε of a word (no unit)", "private words (%)")
    title = f"Guessed, ε = {result.epsilon:g} a word"
    return style.label(right, title, "messages (count)", "private words right (%)")
