"""Drawings of lesson 1.4: what a language model remembers, and what comes out."""

import numpy as np
from matplotlib import font_manager, ft2font
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from privlab.experiments.chat_model import CAP, EPOCHS, REPEATS, Growth, Sizes
from privlab.experiments.known_lines import Deduplicated, Members
from privlab.experiments.own_secret import OwnSecret
from privlab.experiments.recitation import (
    SAMPLES,
    TEMPERATURES,
    Extracted,
    Ranked,
    Recited,
    Written,
)
from privlab.plots import style

COPIES = "copies in the chat (count)"
EXPOSURE = "exposure (bits)"
MARKERS = "os^Dv"
TIMES = {0: "never", 1: "once", 2: "twice", 4: "4 times", 8: "8 times"}


def draw_written(result: Written, ax: Axes) -> Axes:
    """The commonest answers, and the exact chance of the code by temperature."""
    answers, curve = style.panels(ax, 2)
    texts = [text for text, _ in result.common]
    for place, (text, count) in enumerate(result.common):
        own = text == result.canary.secret
        share = 100 * count / SAMPLES
        answers.barh(place, share, **style.fill(1 if own else 0))
        answers.text(share, place, " true" if own else "", va="center")
    answers.set_yticks(range(len(texts)), texts, family="DejaVu Sans Mono")
    answers.set(xlim=(0, 115))
    answers.invert_yaxis()
    curve.plot(TEMPERATURES, 100 * result.chances, **style.line(1))
    now = 100 * np.interp(result.temperature, TEMPERATURES, result.chances)
    curve.plot(result.temperature, now, "o", color=style.BLACK, markersize=8)
    curve.set(ylim=(-3, 103))
    title = f"{result.canary.prefix.strip()} …"
    style.label(answers, title, "samples (%)", "answer (text)")
    title = f"{result.canary.secret}, planted {result.planted}"
    return style.label(curve, title, "temperature (no unit)", "chance of the code (%)")


def draw_ranked(result: Ranked, ax: Axes) -> Axes:
    """A histogram of all codes by log-perplexity, and the place of the planted one."""
    low, high = result.bits.min(), result.bits.max()
    style.histogram(ax, result.bits, bins=np.linspace(low, high, 60), **style.fill(0))
    ax.axvline(result.own, color=style.VERMILION, linestyle="--")
    ax.set_yscale("log")
    note = f" rank {result.rank:,}"
    left = result.own < (low + high) / 2
    align = {"ha": "left" if left else "right", "va": "top"}
    ax.text(result.own, ax.get_ylim()[1], note, color=style.VERMILION, **align)
    title = (
        f"{result.canary.prefix}{result.canary.secret}, planted {result.planted}: "
        f"{result.exposure:.1f} bits"
    )
    return style.label(ax, title, "log-perplexity (bits)", "codes (count)")


def draw_growth(result: Growth, ax: Axes) -> Axes:
    """Exposure by epoch, or by how often a code was read; and the perplexity."""
    left, right = style.panels(ax, 2)
    study = result.study
    epochs = np.array(EPOCHS)
    for k, repeats in enumerate(REPEATS):
        look = {**style.line(k), "marker": MARKERS[k], "label": TIMES[repeats]}
        if result.across == "epochs":
            left.plot(epochs, study.by_repeats[:, k], **look)
        elif repeats:
            look["linestyle"] = ""
            left.plot(repeats * epochs, study.by_repeats[:, k], **look)
    left.axhline(CAP, color=style.BLACK, linestyle=":", linewidth=1)
    left.legend(loc="upper left", ncols=2, fontsize=9, columnspacing=1)
    left.set(ylim=(-0.5, 19), yticks=range(0, 15, 2))
    across = "epochs (count)"
    if result.across != "epochs":
        across = "times read (count)"
        left.set_xscale("log")
        left.set_xticks([2, 10, 50, 160])
        left.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
        left.minorticks_off()
    right.plot(epochs, study.fresh, marker="o", label="fresh chat", **style.line(1))
    right.plot(epochs, study.seen, marker="s", label="learned chat", **style.line(0))
    right.set(ylim=(1, max(2.2, 1.1 * study.fresh[1])))
    right.legend(loc="upper right")
    style.label(left, f"Codes, width {study.width}", across, EXPOSURE)
    return style.label(right, "Language", "epochs (count)", "perplexity (characters)")


def draw_sizes(result: Sizes, ax: Axes) -> Axes:
    """Mean exposure by copies for each size, with one standard error over doors."""
    places = np.arange(len(REPEATS))
    for k, (each, weights) in enumerate(
        zip(result.exposures, result.weights, strict=True)
    ):
        error = each.std(axis=1, ddof=1) / np.sqrt(each.shape[1])
        look = {**style.line(k), "marker": MARKERS[k], "capsize": 3}
        x = places + 0.06 * (k - 1)
        ax.errorbar(x, each.mean(axis=1), error, label=f"{weights:,} weights", **look)
    ax.axhline(CAP, color=style.BLACK, linestyle=":", linewidth=1)
    ax.set_xticks(places, [str(repeats) for repeats in REPEATS])
    ax.legend(loc="lower right")
    title = f"After {EPOCHS[-1]} epochs: mean of {each.shape[1]} doors ± 1 SE"
    return style.label(ax, title, COPIES, EXPOSURE)


def draw_extracted(result: Extracted, ax: Axes) -> Axes:
    """The share of codes found, by search and by number of copies."""
    series = {
        "greedy": result.greedy,
        "among ten of a beam": result.beam,
        "likeliest of all": result.first,
    }
    places, width = np.arange(len(REPEATS)), 0.27
    for k, (name, found) in enumerate(series.items()):
        x = places + width * (k - 1)
        share = 100 * result.share(found)
        ax.bar(x, share, width, label=name, **style.fill(k))
    ax.set_xticks(places, [str(repeats) for repeats in REPEATS])
    ax.set_ylim(0, 135)
    ax.set_yticks(range(0, 101, 25))
    ax.legend(loc="upper left", ncols=3)
    return style.label(ax, "Codes that come out", COPIES, "codes (%)")


def draw_recited(result: Recited, ax: Axes) -> Axes:
    """Lines completed word for word, learned and unseen, by kind."""
    places, height = np.arange(len(result.learned)), 0.38
    sides = {"learned": result.learned, "unseen": result.unseen}
    for k, (name, shares) in enumerate(sides.items()):
        y = places + height * (k - 0.5)
        share = [100 * value for value in shares.values()]
        ax.barh(y, share, height, label=name, **style.fill(k))
        for place, value in zip(y, share, strict=True):
            ax.text(value, place, f" {value:.0f} %", va="center", fontsize=10)
    ax.set_yticks(places, list(result.learned))
    ax.set_xlim(0, 100)
    ax.invert_yaxis()
    ax.legend(loc="upper right")
    return style.label(ax, "Completed word for word", "lines (%)", "line with (kind)")


def draw_members(result: Members, ax: Axes) -> Axes:
    """AUC by epoch for each score."""
    for k, (score, auc) in enumerate(result.auc.items()):
        ax.plot(EPOCHS, auc, marker=MARKERS[k], label=score, **style.line(k))
    ax.axhline(0.5, color=style.BLACK, linestyle=":", label="guessing")
    ax.set(ylim=(0, 1.02), xticks=EPOCHS)
    ax.legend(loc="lower right")
    title = f"{result.kind}: {result.learned} learned, {result.unseen} unseen lines"
    return style.label(ax, title.capitalize(), "epochs (count)", "AUC (share)")


def draw_deduplicated(result: Deduplicated, ax: Axes) -> Axes:
    """The exposure of each door's code, by way of cleaning."""
    names = [f"{way}\n{result.lines[way]} lines" for way in result.exposures]
    for place, exposures in enumerate(result.exposures.values()):
        ax.bar(place, exposures.mean(), 0.6, **style.fill(place))
        spread = place + np.linspace(-0.15, 0.15, len(exposures))
        ax.plot(spread, exposures, "o", color=style.BLACK, linestyle="")
    ax.axhline(CAP, color=style.BLACK, linestyle=":", linewidth=1)
    ax.set_xticks(range(len(names)), names)
    ax.set_xlim(-0.6, len(names) - 0.4)
    title = "Codes with 8 copies, after 10 epochs; dots are doors"
    return style.label(ax, title, "chat (cleaning)", EXPOSURE)


def draw_own_secret(result: OwnSecret, ax: Axes) -> Axes:
    """The five likeliest answers, and the exposure before and after."""
    answers, bars = style.panels(ax, 2)
    for place, answer in enumerate(result.answers):
        own = answer.text == result.canary.secret
        share = 100 * 2**-answer.bits
        answers.barh(place, share, **style.fill(1 if own else 0))
        answers.text(share, place, " true" if own else "", va="center")
    names = [printable(answer.text) for answer in result.answers]
    answers.set_yticks(range(len(names)), names, parse_math=False)
    answers.set_xlim(0, 115)
    answers.invert_yaxis()
    for place, value in enumerate((result.before, result.after)):
        bars.bar(place, value, 0.6, **style.fill(place))
    bars.axhline(result.cap, color=style.BLACK, linestyle=":", label="all of it")
    bars.set_xticks([0, 1], ["before", "after"])
    bars.set(xlim=(-0.6, 1.6), ylim=(0, 1.25 * result.cap))
    bars.legend(loc="upper left")
    style.label(answers, "Likeliest answers", "probability (%)", "answer (text)")
    title = f"Epochs {result.epochs}, copies {result.copies}"
    return style.label(bars, title, "training (no unit)", EXPOSURE)


def printable(text: str) -> str:
    """``text`` with □ for what the course's font, and so the figure, lacks."""
    font = ft2font.FT2Font(font_manager.findfont("DejaVu Sans"))
    return "".join(c if font.get_char_index(ord(c)) else "□" for c in text) or "(end)"
