"""Drawings of a federation: who holds what, what it learns, what the server sees."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.federated_privacy import CrowdPrivacy
from privlab.experiments.federation import SkewedFederation
from privlab.experiments.seen_by_server import Crowds, SeenImages
from privlab.plots import style
from privlab.plots.digit_images import draw_pairs


def draw_skewed_federation(result: SkewedFederation, ax: Axes) -> Axes:
    """Left the labels of each client, dark for many; right accuracy by round."""
    left, right = style.panels(ax, 2)
    clients, classes = result.counts.shape
    left.imshow(result.counts, cmap="gray_r", vmin=0, vmax=result.counts.max())
    for client, label in np.ndindex(clients, classes):
        count = result.counts[client, label]
        ink = "white" if count > result.counts.max() / 2 else style.BLACK
        left.text(label, client, count, ha="center", va="center", fontsize=7, color=ink)
    left.grid(visible=False)
    left.set_xticks(range(classes))
    left.set_yticks(range(clients), range(1, clients + 1))
    title = f"Images held, α = {result.alpha:g}"
    style.label(left, title, "digit (class)", "client (number)")
    rounds = np.arange(len(result.accuracies))
    right.plot(rounds, result.accuracies, marker="o", label="together", **style.line(0))
    right.axhline(result.pooled, label="all in one place", **style.line(1))
    alone = np.full(clients, rounds[-1] + 0.6)
    right.plot(alone, result.alone, "x", color=style.BLACK, label="each alone")
    right.set_ylim(0, 1.4)  # room for the legend
    right.set_yticks(np.linspace(0, 1, 6))
    right.set_xticks(rounds)
    right.legend(loc="upper left", ncols=2, fontsize=9)
    return style.label(right, "Test images right", "round (number)", "share (no unit)")


def draw_seen_images(result: SeenImages, ax: Axes) -> Axes:
    """Above the clients' first images, below what the server made of them."""
    quality = [f"{min(decibels, 99):.0f} dB" for decibels in result.decibels]
    shown = draw_pairs(ax, result.truth, result.found, quality)
    ax.set_title(f"{result.title}; {shown} of {len(result.truth)} images shown")
    return ax


def draw_crowds(result: Crowds, ax: Axes) -> Axes:
    """The share of images rebuilt from the sum, against the number of clients."""
    mean = result.rebuilt.mean(0)
    ax.plot(result.clients, mean, marker="o", label="mean", **style.line(0))
    low, high = result.rebuilt.min(0), result.rebuilt.max(0)
    look = {"color": style.SKY, "alpha": 0.4, "label": "least to most"}
    ax.fill_between(result.clients, low, high, **look)
    ax.set_xscale("log", base=2)
    ax.set_xticks(result.clients, result.clients)
    ax.set_ylim(-0.03, 1.03)
    ax.legend()
    return style.label(
        ax,
        "Attack on the opened sum",
        "clients in the sum (number)",
        "images rebuilt (share)",
    )


def draw_crowd_privacy(result: CrowdPrivacy, ax: Axes) -> Axes:
    """Test accuracy for each size of the federation and each promise."""
    places = np.arange(len(result.clients))
    width = 0.8 / len(result.epsilons)
    for index, epsilon in enumerate(result.epsilons):
        at = places + width * (index - (len(result.epsilons) - 1) / 2)
        name = "no noise (ε = ∞)" if np.isinf(epsilon) else f"ε = {epsilon:g}"
        shares = result.accuracies[:, index]
        bars = ax.bar(at, shares, 0.9 * width, label=name, **style.fill(index))
        ax.bar_label(bars, [f"{share:.1f}" for share in shares], padding=2)
    ax.set_xticks(places, result.clients)
    ax.set_ylim(0, 1.25)
    ax.set_yticks(np.linspace(0, 1, 6))
    ax.legend(loc="upper center", ncols=len(result.epsilons))
    return style.label(
        ax,
        "What a promise to each client costs",
        "clients (number)",
        "test digits right (share)",
    )
