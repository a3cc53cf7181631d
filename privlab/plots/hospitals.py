"""Drawings of hospitals that vote."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.answer_bill import Bill
from privlab.experiments.hospitals import StudentByTeachers
from privlab.experiments.refusals import Confidence
from privlab.experiments.student_leaks import ModelLeaks
from privlab.plots import style


def draw_student_by_teachers(result: StudentByTeachers, ax: Axes) -> Axes:
    """The majority without noise falls with more teachers, the student rises."""
    label = "hospitals' majority, no noise"
    ax.plot(
        result.teachers, 100 * result.majority, label=label, marker="s", **style.line(1)
    )
    look = {**style.line(0), "marker": "o", "capsize": 3}
    label = "student, noisy votes (± 1 s.d.)"
    bars = 100 * result.accuracy, 100 * result.deviation
    ax.errorbar(result.teachers, *bars, label=label, **look)
    ax.axhline(10, label="guessing", **style.line(3))
    ax.set(xscale="log", ylim=(0, 105))
    ax.set_xticks(result.teachers, result.teachers)
    ax.minorticks_off()
    ax.legend(loc="lower right", bbox_to_anchor=(1, 0.12))
    title = f"ε = {result.epsilon:g}, {result.queries} labels, "
    return style.label(
        ax,
        title + f"noise σ = {result.sigma:.0f} votes",
        "hospitals that the same patients are divided into (count)",
        "right (%)",
    )


def draw_confidence(result: Confidence, ax: Axes) -> Axes:
    """Where the majority errs, and what the threshold makes of labels and students."""
    left, other = style.panels(ax, 2)
    bins = np.linspace(0, result.teachers, 21)
    groups = [result.top[result.majority_right], result.top[~result.majority_right]]
    hatches = [style.fill(i) for i in (5, 1)]
    _, _, bars = left.hist(
        groups, bins=bins, stacked=True, label=["majority right", "majority wrong"]
    )
    for patches, look in zip(bars, hatches, strict=True):
        for patch in patches:
            patch.set(facecolor=look["color"], hatch=look["hatch"], edgecolor="white")
    high = left.get_ylim()[1]
    left.vlines(result.threshold, 0, high, colors=style.BLACK, label="threshold")
    left.set_ylim(0, 1.5 * high)
    left.legend(loc="upper left")
    style.label(left, "The votes", "largest count (votes)", "public images (count)")
    pairs = (result.right_labels, result.copier, result.averager)
    for index, (label, look) in enumerate((("confident", 0), ("plain", 2))):
        heights = [100 * pair[index] for pair in pairs]
        places = np.arange(3) + 0.4 * index - 0.2
        drawn = other.bar(places, heights, width=0.38, label=label, **style.fill(look))
        other.bar_label(drawn, fmt="%.0f", fontsize=9)
    other.set_xticks(range(3), ["labels", "copier", "averager"])
    other.set_ylim(0, 140)
    other.set_yticks(range(0, 101, 20))
    other.legend(loc="upper right", ncols=2)
    title = f"Both at ε = {result.privacy.epsilon:.1f}"
    style.label(other, title, "labels and students (kind)", "right (%)")
    return ax


def draw_model_leaks(result: ModelLeaks, ax: Axes) -> Axes:
    """The ROC curve of the membership attack on each model."""
    attacks = {
        "model of all images": result.shared,
        f"student, ε = {result.epsilon:g}": result.student,
        "never saw a vote": result.control,
    }
    for index, (name, attack) in enumerate(attacks.items()):
        label = f"{name} (area {attack.auc:.2f})"
        ax.plot(attack.false_alarms, attack.hits, label=label, **style.line(index))
    ax.plot([0, 1], [0, 1], color=style.BLACK, linewidth=1, label="guessing")
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.05))
    ax.legend(loc="lower right")
    return style.label(
        ax,
        "Was this patient's image in it?",
        "false alarms (share of others)",
        "hits (share of members)",
    )


def draw_bill(result: Bill, ax: Axes) -> Axes:
    """Epsilon against the number of questions, for three ways to answer."""
    label = "a vote each, budgets summed"
    ax.loglog(result.questions, result.summed, label=label, **style.line(1))
    label = "a vote each, exact"
    ax.loglog(result.questions, result.voted, label=label, **style.line(0))
    label = f"a student, {result.labels} labels once"
    ax.axhline(result.student, label=label, **style.line(2))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter("{x:g}")
    ax.legend(loc="upper left")
    return style.label(
        ax,
        f"Noise σ = {result.sigma:g} votes, δ = {result.delta:g}",
        "questions answered (count)",
        "ε spent (no unit)",
    )
