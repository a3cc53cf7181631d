"""Drawings of hidden entries: one patient's, and those of a training set."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.hidden_attribute import HiddenInput
from privlab.experiments.remembered_attribute import HiddenSexes
from privlab.plots import style

UNITS = {"age": "years", "body mass index": "kg/m²", "blood pressure": "mmHg"}


def draw_hidden_input(result: HiddenInput, ax: Axes) -> Axes:
    """What the adversary believes of one patient, without the score and with it."""
    person = result.result
    sides = {
        "without the score": person.prior[result.patient],
        "with the score": person.posterior[result.patient],
    }
    width = result.candidates[1] - result.candidates[0]
    for index, (name, belief) in enumerate(sides.items()):
        look = {**style.fill(index), "alpha": 0.7, "width": 0.95 * width}
        ax.bar(result.candidates, 100 * belief, label=name, **look)
    truth = result.candidates[person.truth[result.patient]]
    ax.axvline(truth, color=style.BLACK, linestyle=":", label="the truth")
    ax.legend(loc="upper right")
    title = f"Patient {result.patient}, score with {result.decimals} decimals"
    unit = UNITS[result.name]
    return style.label(ax, title, f"{result.name} ({unit})", "belief (%)")


def draw_hidden_sexes(result: HiddenSexes, ax: Axes) -> Axes:
    """Right guesses for members and for others, with the model and without."""
    results = result.results
    places = np.arange(len(results))
    series = {
        "members, with the model": [one.members.right for one in results],
        "others, with the model": [one.others.right for one in results],
        "without the model": [one.members.right_without for one in results],
    }
    for index, (name, right) in enumerate(series.items()):
        where = places + 0.27 * (index - 1)
        ax.bar(where, 100 * np.array(right), 0.25, label=name, **style.fill(index))
    ax.set_xticks(places, [one.training for one in results])
    ax.set_ylim(50, 100)
    ax.legend(loc="upper right")
    return style.label(
        ax, "Guessing a patient's sex", "training (name)", "right guesses (%)"
    )
