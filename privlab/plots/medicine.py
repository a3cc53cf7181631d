"""The drawings of lesson 6.2: hospitals that learn together, and what leaks."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.dropped_hospital import ServerSees
from privlab.experiments.hospital_network import HOSPITALS, Together
from privlab.experiments.hospital_privacy import NOTHING, Remembered, UnitPrices
from privlab.experiments.poisoned_hospital import Hidden, Poisoned
from privlab.experiments.small_counts import BANDS, HiddenTable, NoisyTable
from privlab.plots import style

REACH, MARKERS = 4, "osD^"


def draw_together(result: Together, ax: Axes) -> Axes:
    """Left each hospital's patients by label, right what each model gets right."""
    left, right = style.panels(ax, 2)
    number, ill = np.arange(1, HOSPITALS + 1), result.sizes * result.ill
    left.bar(number, ill, label="label 1", **style.fill(1))
    left.bar(number, result.sizes - ill, bottom=ill, label="label 0", **style.fill(0))
    right.plot(number, 100 * result.alone, "ko", label="alone")
    lines = {"pooled": result.pooled, "weighted mean": result.weighted}
    for index, (name, share) in enumerate(
        (lines | {"plain mean": result.plain}).items()
    ):
        right.axhline(100 * share, label=name, **style.line(index))
    right.set_ylim(30, 135)
    right.set_yticks(range(40, 101, 20))
    right.legend(loc="upper center", ncols=2, fontsize=9)
    left.legend(loc="upper left")
    left.set_ylim(0, 1.2 * result.sizes.max())
    for cell in (left, right):
        cell.set_xticks(number)
    style.label(left, "Who has how many", "hospital (number)", "patients (count)")
    title, unit = result.illness.capitalize(), "test patients right (%)"
    return style.label(right, title, "hospital (number)", unit)


def draw_server_sees(result: ServerSees, ax: Axes) -> Axes:
    """The patient's measurements, and those that the server worked out."""
    number = np.arange(1, len(result.patient) + 1)
    look = style.fill(5) | {"hatch": ""}
    ax.bar(number, result.patient, label="the patient", **look)
    found = result.found.clip(-REACH, REACH)
    ax.plot(number, found, "o", color=style.BLACK, markersize=5, label="worked out")
    ax.set_ylim(-REACH - 0.5, REACH + 2)
    ax.legend(loc="upper right", ncols=2)
    title = f"{result.view.capitalize()}, {result.lost} lost"
    return style.label(ax, title, "measurement (number)", "value (standard deviations)")


def draw_unit_prices(result: UnitPrices, ax: Axes) -> Axes:
    """A bar for each unit: the mean over draws of noise, and their range."""
    mean = np.array([result.mean(unit) for unit in result.right])
    ends = np.array([(each.min(), each.max()) for each in result.right.values()]).T
    reach = 100 * np.abs(ends - mean)
    look = style.fill(0) | {"hatch": "", "ecolor": style.BLACK, "capsize": 4}
    names = list(result.right)
    ax.barh(names, 100 * mean, xerr=reach, **look)
    ax.invert_yaxis()
    ax.set_xlim(40, 102)
    title = f"{result.illness.capitalize()}, {result.hospitals} hospitals, "
    title += f"ε = {result.epsilon:.2g}"
    return style.label(
        ax, title, "test patients right (%)", "promise to (noise draws: line)"
    )


def draw_remembered(result: Remembered, ax: Axes) -> Axes:
    """Accuracy against the attack's AUC: a dot a run, a large mark for the mean."""
    for index, (unit, auc) in enumerate(result.auc.items()):
        color, right = style.COLORS[index], 100 * result.right[unit]
        ax.plot(auc, right, MARKERS[index], color=color, alpha=0.35, markersize=5)
        mean = {"marker": MARKERS[index], "markersize": 12, "linestyle": "none"}
        name = unit if unit == NOTHING else f"{unit}, ε = {result.epsilon:g}"
        ax.plot(auc.mean(), right.mean(), color=color, label=name, **mean)
    ax.axvline(0.5, color=style.BLACK, linestyle=":", label="guessing")
    ax.set_ylim(30, 100)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)
    title, y = "Who was in? The attack on three models", "test patients right (%)"
    return style.label(ax, title, "membership attack AUC (no unit)", y)


def draw_poisoned(result: Poisoned, ax: Axes) -> Axes:
    """A bar for each rule."""
    names, right = list(result.right), 100 * np.array(list(result.right.values()))
    ax.barh(names, right, **style.fill(0) | {"hatch": ""})
    for row, share in enumerate(right):
        ax.text(share + 1, row, f"{share:.0f}", va="center")
    ax.invert_yaxis()
    ax.set_xlim(0, 108)
    title = f"{result.hostile} of {HOSPITALS} hostile: {result.attack}"
    return style.label(ax, title, "test patients right (%)", "rule (server)")


def draw_hidden(result: Hidden, ax: Axes) -> Axes:
    """A line for each number of hostile hospitals, by the size of a masked group."""
    place = np.arange(len(result.sizes))
    for index, (count, right) in enumerate(
        zip(result.counts, result.right, strict=True)
    ):
        look = style.line(index) | {"marker": MARKERS[index], "label": f"{count}"}
        ax.plot(place, 100 * right, **look)
    ax.set_xticks(place, [str(size) for size in result.sizes])
    ax.set_ylim(0, 105)
    ax.legend(title="hostile", loc="center left", bbox_to_anchor=(1, 0.5))
    title = f"Median of masked groups: {result.attack}"
    return style.label(
        ax, title, "hospitals in a group (count)", "test patients right (%)"
    )


def draw_hidden_table(result: HiddenTable, ax: Axes) -> Axes:
    """What the totals leave of each hidden cell: one value on dark, a range on pale."""
    shown = np.where(result.hidden, "", result.counts.astype(str))
    for i, j in np.argwhere(result.hidden):
        low, high = result.low[i, j], result.high[i, j]
        shown[i, j] = f"= {low}" if low == high else f"{low} to {high}"
    shade = np.where(result.rebuilt, 1.0, np.where(result.hidden, 0.45, 0.0))
    title = f"Hidden below {result.least}: {result.hidden.sum()} cells, "
    title += f"{result.rebuilt.sum()} rebuilt"
    return _table(ax, shade, _with_totals(result.counts).astype(str), shown, title)


def draw_noisy_table(result: NoisyTable, ax: Axes) -> Axes:
    """What is published, and in parentheses the truth, which is not."""
    off = np.abs(result.published - result.counts)
    both = zip(
        _with_totals(result.published).ravel(),
        _with_totals(result.counts).ravel(),
        strict=True,
    )
    told = np.array([f"{noisy} ({true})" for noisy, true in both])
    told = told.reshape(np.array(off.shape) + 1)
    title = f"ε = {result.epsilon:.2g}: noisy counts (the truth)"
    return _table(ax, np.minimum(off / 20, 1), told, told[:-1, :-1], title)


def _with_totals(counts: np.ndarray) -> np.ndarray:
    """(r + 1, c + 1): a last column and a last row of sums."""
    rows = np.column_stack([counts, counts.sum(axis=1)])
    return np.vstack([rows, rows.sum(axis=0)])


def _table(
    ax: Axes, shade: np.ndarray, told: np.ndarray, cells: np.ndarray, title: str
) -> Axes:
    """``told`` (r + 1, c + 1) with totals, its inner part replaced by ``cells``.

    Dark cells, near 1 in ``shade`` (r, c), are written in white.
    """
    shade = np.pad(shade, (0, 1))
    told = told.astype(object)
    told[:-1, :-1] = cells
    ax.imshow(shade, cmap="Blues", vmin=0, vmax=1.2, aspect="auto")
    for i, j in np.ndindex(shade.shape):
        dark = shade[i, j] > 0.7
        look = {"color": "white", "weight": "bold"} if dark else {}
        ax.text(j, i, told[i, j], ha="center", va="center", fontsize=10, **look)
    for line in (ax.axhline, ax.axvline):
        line(len(shade) - 1.5, color=style.BLACK, linewidth=1)
    ax.set_xticks(range(len(BANDS) + 1), [*BANDS, "total"])
    ax.set_yticks(range(len(shade)), [*map(str, range(1, len(shade))), "total"])
    ax.grid(False)
    return style.label(ax, title, "age (years)", "hospital (number)")
