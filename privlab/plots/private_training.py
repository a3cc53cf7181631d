"""Drawings of a private training: one step, the clipping norm, the attacks."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from privlab.experiments.audited_run import AuditedRun
from privlab.experiments.batch_noise import RATES, BatchNoise
from privlab.experiments.clipping_norm import NormPath
from privlab.experiments.membership import BeforeAndAfter
from privlab.experiments.one_step import OneStep
from privlab.experiments.private_training import EVERY, Trained
from privlab.plots import style

REACH = 0.32  # the longest gradient of the picture, in units of the loss


def draw_one_step(result: OneStep, ax: Axes) -> Axes:
    """Who is drawn, what clipping leaves, and where the noise puts the step."""
    ax.figure.set_size_inches(9.6, 3.5)
    drawn, clipped, noisy = style.panels(ax, 3)
    _dots(drawn, result.gradients[~result.drawn], "stay out", 2, "x")
    _dots(drawn, result.gradients[result.drawn], "drawn", 0, "o")
    _dots(clipped, result.clipped, "clipped", 0, "o")
    _dots(noisy, result.noisy, "may be published", 1, "^")
    noisy.plot(*result.exact, "*", markersize=10, color=style.BLACK, label="no noise")
    titles = ("1 sample", "2 clip", "3 noise, 4 divide")
    for panel, title in zip((drawn, clipped, noisy), titles, strict=True):
        panel.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal")
        panel.legend(loc="upper right", fontsize=8, handletextpad=0, markerscale=0.7)
        y = "by concave points (loss)" if panel is drawn else "as left (loss)"
        style.label(panel, title, "slope by radius (loss)", y)
    for panel in (drawn, clipped):
        panel.add_patch(Circle((0, 0), result.max_grad_norm, fill=False, linewidth=1.5))
    return ax


def _dots(ax: Axes, points: np.ndarray, label: str, index: int, marker: str) -> None:
    look = {"color": style.COLORS[index], "marker": marker, "alpha": 0.5}
    ax.scatter(points[:, 0], points[:, 1], s=16, label=label, **look)


def draw_trained(result: Trained, ax: Axes) -> Axes:
    """Accuracy along the run, and that of the average of all but the first quarter."""
    steps = EVERY * np.arange(1, len(result.curve) + 1)
    percent = 100 * np.array(result.curve)
    ax.plot(steps, percent, marker="o", markersize=4, label="model", **style.line(0))
    average = 100 * result.accuracy_averaged
    span = np.array([0.25, 1.0]) * len(result.training.losses)
    look = {**style.line(1), "linewidth": 4, "label": "average over the bar"}
    ax.plot(span, [average, average], **look)
    ax.set(xlim=(0, None), ylim=(None, 100))
    ax.legend(loc="lower right")
    title = f"{result.task.capitalize()}, ε = {result.training.epsilons[-1]:.2f}"
    return style.label(ax, title, "step (count)", "right on unseen data (%)")


def draw_norm_path(result: NormPath, ax: Axes) -> Axes:
    """The clipping norm over the steps, and the quantile it is after."""
    ax.semilogy(result.path, label="clipping norm", **style.line(0))
    wanted = np.quantile(result.last_norms, result.target_quantile)
    label = f"{result.target_quantile:.0%} quantile of the lengths, at the end"
    ax.axhline(wanted, label=label, **style.line(1))
    ax.set_ylim(0.02, 40)
    ax.legend(loc="upper right")
    title = f"Adaptive clipping from {result.first:g}"
    return style.label(ax, title, "step (count)", "length of a gradient (loss)")


def draw_before_and_after(result: BeforeAndAfter, ax: Axes) -> Axes:
    """The attack's ROC curve on each model."""
    for index, (name, attack) in enumerate(result.attacks.items()):
        label = f"{name}: area {attack.auc:.2f}"
        ax.plot(
            100 * attack.false_alarms,
            100 * attack.hits,
            label=label,
            **style.line(index),
        )
    ax.plot([0, 100], [0, 100], color=style.GREY, linewidth=1, label="guessing")
    ax.set(xlim=(0, 100), ylim=(0, 100))
    ax.legend(loc="lower right")
    title = "Who was in? The attack by the loss"
    return style.label(ax, title, "false alarms (% of others)", "hits (% of members)")


def draw_audited_run(result: AuditedRun, ax: Axes) -> Axes:
    """The canaries' scores, and the scores beyond which the auditor guesses."""
    bins = np.linspace(result.scores.min(), result.scores.max(), 60)
    groups = {"was not in": ~result.included, "was in": result.included}
    for index, (label, group) in enumerate(groups.items()):
        look = {"alpha": 0.7, "label": label, **style.fill(index)}
        style.histogram(ax, result.scores[group], bins=bins, **look)
    half = result.audit.guesses // 2
    ordered = np.sort(result.scores)
    for limit in (ordered[half], ordered[-half - 1]):
        ax.axvline(limit, color=style.BLACK, linestyle=":")
    ax.legend(loc="upper right")
    proved = result.audit.epsilon_lower
    title = f"{result.loop.capitalize()}: claimed ε = {result.claimed:g}, "
    return style.label(
        ax,
        f"{title}proved ε ≥ {proved:.2f} ({result.audit.confidence:.0%})",
        "weight of the canary's own feature (no unit)",
        "canaries (count)",
    )


def draw_batch_noise(result: BatchNoise, ax: Axes) -> Axes:
    """The noise on the mean gradient against the sampling rate."""
    ax.semilogx(RATES, result.on_the_mean, marker="o", **style.line(0))
    ax.set_ylim(0, 1.1 * max(result.on_the_mean))
    ax.xaxis.set_major_formatter("{x:g}")
    title = f"ε = {result.epsilon:g} in {result.steps} steps, n = {result.people}"
    y = "noise on the mean (units of C)"
    return style.label(ax, title, "sampling rate q (share of the people)", y)
