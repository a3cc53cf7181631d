"""Drawings of encrypted computation on TenSEAL."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from privlab.experiments.packing import Packing
from privlab.experiments.parameter_sets import Precision
from privlab.experiments.sealed_records import Sigmoids
from privlab.he.levels import Plan
from privlab.plots import style


def draw_plan(result: Plan, ax: Axes) -> Axes:
    """Levels left after each step; hatched bars below zero are overdrawn."""
    names = ["fresh", *(what for what, _ in result.circuit.steps)]
    left = [result.parameters.levels, *result.left]
    at = np.arange(len(names))
    for index, label in enumerate(("left", "overdrawn")):
        chosen = [i for i in at if (left[i] < 0) == bool(index)]
        if chosen:
            heights = [left[i] for i in chosen]
            ax.barh(chosen, heights, 0.6, label=label, **style.fill(index))
    for i in at:
        ax.annotate(
            str(left[i]),
            (max(left[i], 0), i),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
        )
    ax.axvline(0, color=style.BLACK, linewidth=1.5)
    ax.set_yticks(at, names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlim(min(-1, min(left)) - 0.3, result.parameters.levels + 1)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    own = result.parameters
    verdict = "fits" if result.fits else "does not fit"
    title = f"{result.circuit.name} on “{own.name}”: {verdict}"
    return style.label(ax, title, "levels left (multiplications)", "after (step)")


def draw_precision(result: Precision, ax: Axes) -> Axes:
    """Drift and noise after each multiplication, on a logarithmic axis."""
    depths = np.arange(len(result.drift))
    ax.semilogy(
        depths[1:], result.drift[1:], marker="o", label="scale drift", **style.line(0)
    )
    ax.semilogy(
        depths, result.noise, marker="s", label="noise (deviation)", **style.line(1)
    )
    ax.axhline(1, color=style.BLACK, linewidth=1)
    ax.annotate(
        "as large as the number", (0, 1), xytext=(0, 4), textcoords="offset points"
    )
    ax.set_ylim(1e-14, 100)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(loc="lower right")
    own = result.parameters
    size = own.ciphertext_bytes / 1e6
    title = f"{own.name} a prime: N = {own.degree}, {size:.2f} MB a ciphertext"
    return style.label(ax, title, "multiplications (count)", "error of 1.0 (no unit)")


def draw_packing(result: Packing, ax: Axes) -> Axes:
    """Operations of one gradient against the number of patients, log-log."""
    series = {"a row a ciphertext": "by_row", "a column a ciphertext": "by_column"}
    for index, (label, name) in enumerate(series.items()):
        ax.loglog(result.rows, getattr(result, name), label=label, **style.line(index))
    ax.axvline(result.patients, color=style.BLACK, linewidth=1)
    ax.set_ylim(5, 2e6)
    ax.legend(loc="upper left")
    title = f"One gradient, {result.features} features, {result.patients} patients"
    return style.label(ax, title, "patients (count)", "operations (count)")


def draw_sigmoids(result: Sigmoids, ax: Axes) -> Axes:
    """Sigmoid and polynomial; the grey band is where training put the patients."""
    ax.plot(result.z, result.true, label="sigmoid", **style.line(0))
    ax.plot(result.z, result.polynomial, label="polynomial", **style.line(1))
    reach = min(result.largest, 9) if np.isfinite(result.largest) else 9
    ax.axvspan(-reach, reach, color=style.GREY, alpha=0.2, label="z of the patients")
    ax.set(xlim=(-9, 9), ylim=(-0.9, 1.9))
    ax.legend(loc="upper center", ncols=3)
    title = f"Rate {result.rate:g}, {result.steps} steps"
    return style.label(ax, title, "z (no unit)", "probability (no unit)")
