"""Drawings of the article's listing: its ten outputs, its noise, its double softmax."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.listing import NoiseEffect, TenOutputs
from privlab.experiments.noisy_answers import NoisyAnswers
from privlab.experiments.softmax_twice import SoftmaxTwice
from privlab.plots import style


def draw_ten_outputs(result: TenOutputs, ax: Axes) -> Axes:
    """The mean prediction of each output for the patients of each class."""
    outputs = np.arange(result.means.shape[1])
    for index, label in enumerate(("malignant (0)", "benign (1)")):
        x = outputs + 0.4 * (index - 0.5)
        ax.bar(x, result.means[index].numpy(), 0.4, label=label, **style.fill(index))
    ax.set(xticks=outputs, ylim=(0, 1))
    ax.legend(loc="upper right", title="true class")
    title = f"{result.reading[0].upper()}{result.reading[1:]}, epochs: {result.epochs}"
    return style.label(ax, title, "output (index)", "mean prediction (probability)")


def draw_noisy_predictions(result: NoiseEffect, ax: Axes) -> Axes:
    """One patient's predictions and noisy copies; all weights, with noise and not."""
    left, right = style.panels(ax, 2)
    outputs = np.arange(result.noisy.predictions.shape[1])
    look = {"linestyle": "none", "markersize": 7}
    left.plot(
        outputs, result.noisy.predictions[0], marker="o", label="prediction", **look
    )
    left.plot(
        outputs,
        result.noisy.predictions_noisy[0],
        marker="s",
        label="noisy, clipped",
        **look,
    )
    left.set(xticks=outputs, ylim=(-1.15, 1.75), yticks=np.arange(-1, 1.5, 0.5))
    left.legend(loc="upper left")
    style.label(left, "One patient", "output (index)", "value (no unit)")
    _draw_weights(result, right)
    return ax


def _draw_weights(result: NoiseEffect, ax: Axes) -> None:
    quiet, noisy = result.quiet.weights, result.noisy.weights
    ends = [float(quiet.min()), float(quiet.max())]
    ax.plot(ends, ends, color=style.BLACK, linewidth=1, label="equal")
    ax.plot(quiet, noisy, "x", markersize=5, color=style.BLUE, label="a weight")
    ax.legend(loc="upper left")
    title = f"Weights that differ: {result.different} of {len(quiet)}"
    style.label(ax, title, "without noise (no unit)", "with noise (no unit)")


def draw_noise_effect(result: NoiseEffect, ax: Axes) -> Axes:
    """The loss step by step, and all weights, with and without noise."""
    left, right = style.panels(ax, 2)
    for index, (label, run) in enumerate(
        {"with noise": result.noisy, "without": result.quiet}.items()
    ):
        width = 1 + index
        left.plot(run.losses, label=label, **style.line(index) | {"linewidth": width})
    left.set_ylim(top=left.get_ylim()[1] + 0.3 * np.ptp(left.get_ylim()))
    left.legend(loc="upper right", ncols=2, columnspacing=1)
    title = f"{result.place.capitalize()}, {result.stddev:g}"
    style.label(left, title, "step (count)", "loss (nats)")
    _draw_weights(result, right)
    return ax


def draw_softmax_twice(result: SoftmaxTwice, ax: Axes) -> Axes:
    """Loss and length of its gradient against the lead of the right output."""
    left, right = style.panels(ax, 2)
    for index, label in enumerate(("softmax once", "softmax twice")):
        left.plot(result.lead, result.losses[index], label=label, **style.line(index))
        right.plot(result.lead, result.pulls[index], label=label, **style.line(index))
    left.axhline(result.floor, color=style.BLACK, linestyle=":", linewidth=1.5)
    left.annotate(
        f"floor {result.floor:.3f}",
        (-12, result.floor),
        xytext=(0, -14),
        textcoords="offset points",
    )
    left.set(ylim=(-0.3, max(4.5, result.floor + 2)))
    right.set(ylim=(-0.08, 1.9))
    for panel in (left, right):
        panel.legend(loc="upper right")
    lead = "lead of the right output (logit)"
    style.label(left, f"Loss, {result.outputs} outputs", lead, "loss (nats)")
    style.label(right, "Pull on the logits", lead, "gradient length (nats/logit)")
    return ax


def draw_noisy_answers(result: NoisyAnswers, ax: Axes) -> Axes:
    """The medians of the noisy answers against the predictions that they hide."""
    predictions, medians = result.predictions.flatten(), result.medians.flatten()
    ax.plot([0, 1], [0, 1], color=style.BLACK, linewidth=1, label="found exactly")
    ax.plot(
        predictions,
        medians,
        "o",
        markersize=4,
        markerfacecolor="none",
        color=style.BLUE,
        label="one output, one patient",
    )
    ax.set(xlim=(-0.03, 1.03), ylim=(-1.05, 1.05))
    ax.legend(loc="lower right")
    title = f"Answers per patient: {result.answers}, ε = {result.epsilon:.1f}"
    return style.label(
        ax,
        title,
        "true prediction (probability)",
        "median answer (probability)",
    )
