"""Drawings of the article's classifier and of two that keep their promise."""

from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from privlab.experiments.margin import AccuracyByAnswers, MarginAudits
from privlab.plots import style


def draw_margin_audits(result: MarginAudits, ax: Axes) -> Axes:
    """The measured epsilon of one answer against the length of the query."""
    series = {"the article's": result.article, "margin bounded": result.bounded}
    for index, (label, audits) in enumerate(series.items()):
        measured = [audit.epsilon_lower for audit in audits]
        look = {**style.line(index), "marker": "os"[index], "markersize": 7}
        ax.semilogx(result.lengths, measured, label=label, **look)
    claimed = f"claimed, ε = {result.claimed:g}"
    ax.axhline(result.claimed, color=style.BLACK, linestyle=":", label=claimed)
    ax.legend(loc="upper left")
    return style.label(
        ax,
        "What the auditor can prove from one answer",
        "length of the query (no unit)",
        "measured ε, at least (no unit)",
    )


def draw_accuracy_by_answers(result: AccuracyByAnswers, ax: Axes) -> Axes:
    """Right answers against how many are promised, for one total epsilon."""
    open_look = {"color": style.BLACK, "linestyle": ":", "label": "no privacy"}
    ax.axhline(result.without_privacy, **open_look)
    ends = result.answers[[0, -1]]
    spread, middle = result.trained_deviation, result.trained
    ax.fill_between(ends, middle - spread, middle + spread, color=style.SKY, alpha=0.3)
    ax.semilogx(ends, [middle] * 2, label="train privately", **style.line(0))
    ax.semilogx(
        result.answers, result.stable, label="pay, stable training", **style.line(1)
    )
    ax.semilogx(
        result.answers, result.clipped, label="pay, clipped margin", **style.line(2)
    )
    ax.set_ylim(0.45, 1)
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.figure.legend(loc="outside lower center", ncols=2)
    ax.figure.set_size_inches(style.WIDE[0], 4.4)
    return style.label(
        ax,
        f"ε = {result.epsilon:g} for all answers together",
        "answers promised (count)",
        "right answers (percent)",
    )
