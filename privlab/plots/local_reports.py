"""Drawings of local reports: many values, many days, many words."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import ScalarFormatter

from privlab.experiments.daily_reports import HABITS, Repetition
from privlab.experiments.emoji import EMOJI, EmojiSurvey, ErrorBySize
from privlab.experiments.typed_words import COMMON, TypedWords
from privlab.plots import style


def draw_emoji_survey(result: EmojiSurvey, ax: Axes) -> Axes:
    """True shares as bars, estimates with two standard errors as dots."""
    places = np.arange(len(EMOJI))
    ax.bar(places, 100 * result.shares, label="true share", **style.fill(5))
    shares, errors = result.estimated.shares, result.estimated.standard_errors
    look = {"fmt": "o", "color": style.BLACK, "capsize": 3, "linestyle": "none"}
    label = "estimate (± 2 s.e.)"
    ax.errorbar(places, 100 * shares, 200 * errors, label=label, **look)
    ax.axhline(0, color=style.BLACK, linewidth=1)
    ax.set_xticks(places, EMOJI, rotation=60, ha="right")
    ax.grid(visible=False, axis="x")
    ax.legend(loc="upper right")
    title = f"{result.protocol.capitalize()}, ε = {result.epsilon:g}"
    return style.label(ax, title, "favourite emoji (name)", "share (% of people)")


def draw_error_by_size(result: ErrorBySize, ax: Axes) -> Axes:
    """Standard error against the number of values, for the three protocols."""
    for index, (label, errors) in enumerate(result.errors.items()):
        ax.loglog(result.sizes, 100 * errors, label=label, **style.line(index))
    if result.crossing <= result.sizes[-1]:
        ax.axvline(result.crossing, color=style.BLACK, linewidth=1)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(ScalarFormatter())
    ax.legend(loc="upper left")
    return style.label(
        ax,
        f"ε = {result.epsilon:g}, {result.people:,} people",
        "values to choose from (count)",
        "standard error (% of people)",
    )


def draw_repetition(result: Repetition, ax: Axes) -> Axes:
    """Right guesses day by day, for each habit, and what one report allows."""
    days = np.arange(1, result.days + 1)
    for index, habit in enumerate(HABITS):
        right = 100 * result.right[habit]
        marks = {"marker": "os^"[index], "markevery": max(1, result.days // 8)}
        ax.plot(days, right, label=habit, **style.line(index), **marks)
    allowed = f"allowed by ε = {result.epsilon:g}"
    ax.axhline(100 * result.allowed, color=style.BLACK, linewidth=1, label=allowed)
    ax.set_ylim(0, 105)
    ax.legend(loc="center right", bbox_to_anchor=(1, 0.62))
    return style.label(
        ax,
        f"One of {result.size} values, asked every day",
        "reports seen (days)",
        "values named right (% of people)",
    )


def draw_typed_words(result: TypedWords, ax: Axes) -> Axes:
    """True shares of the common words, and the estimate of each one found."""
    places = np.arange(len(COMMON))
    ax.bar(places, 100 * result.shares, label="true share", **style.fill(5))
    found = [i for i, word in enumerate(COMMON) if word in result.hits]
    if found:
        shares, errors = zip(*map(result.estimate, result.hits), strict=True)
        look = {"fmt": "o", "color": style.BLACK, "capsize": 3, "linestyle": "none"}
        bars = 100 * np.array(shares), 200 * np.array(errors)
        ax.errorbar(found, *bars, label="found, estimate (± 2 s.e.)", **look)
    lost = [i for i in places if i not in found]
    if lost:
        look = {"marker": "x", "markersize": 10, "linestyle": "none"}
        heights = 100 * result.shares[lost] + 1.5
        ax.plot(lost, heights, color=style.VERMILION, label="not found", **look)
    ax.set_xticks(places, COMMON)
    ax.grid(visible=False, axis="x")
    ax.legend(loc="upper right")
    title = f"{result.people:,} people, ε = {result.epsilon:g}"
    return style.label(ax, title, "word typed (letters)", "share (% of people)")
