"""Accuracy against epsilon: several ways to train, several seeds each."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from privlab.core import progress
from privlab.experiments.private_training import (
    CAREFUL,
    OPEN,
    USUAL,
    Recipe,
    task,
    trained,
)

EPSILONS = (1.0, 3.0, 8.0)
LADDER = {
    "network, small batches": ("digits, pixels", USUAL),
    "linear, everybody in each step": ("digits, pixels", CAREFUL),
    "linear on edges": ("digits, edges", CAREFUL),
}
TUMOURS = {"linear, everybody in each step": ("breast cancer", CAREFUL)}


@dataclass(frozen=True, kw_only=True, eq=False)
class Frontier:
    """Accuracy on unseen data: ``accuracy[way]`` is (epsilons, seeds).

    ``without_privacy`` (seeds,) is that of the last way's model in the open.
    """

    data: str
    epsilons: tuple[float, ...]
    accuracy: dict[str, np.ndarray]
    without_privacy: np.ndarray

    def mean(self, way: str, epsilon: float) -> float:
        """The accuracy of one way at one of ``epsilons``."""
        return float(self.accuracy[way][self.epsilons.index(epsilon)].mean())

    @property
    def best(self) -> str:
        """The last way, to which the others lead up."""
        return list(self.accuracy)[-1]

    @property
    def summary(self) -> str:
        each = (f"{self.mean(self.best, e):.0%} at ε = {e:g}" for e in self.epsilons)
        return (
            f"{self.data.capitalize()}, {self.best}: {', '.join(each)}; "
            f"{self.without_privacy.mean():.0%} without privacy."
        )


def frontier(ways: dict, *, seeds: range, epsilons=EPSILONS) -> Frontier:
    """Train each way, (task, recipe), at each epsilon; each seed is another split."""
    runs = [(way, e, seed) for way in ways.values() for e in epsilons for seed in seeds]
    bar = progress.bar(runs, "training", unit="run")
    right = [right_share(*way, epsilon=e, seed=seed) for way, e, seed in bar]
    table = np.reshape(right, (len(ways), len(epsilons), len(seeds)))
    last, _ = list(ways.values())[-1]
    without = [right_share(last, OPEN, epsilon=None, seed=seed) for seed in seeds]
    return Frontier(
        data=last.split(",")[0],
        epsilons=tuple(epsilons),
        accuracy=dict(zip(ways, table, strict=True)),
        without_privacy=np.array(without),
    )


@cache
def right_share(name: str, recipe: Recipe, *, epsilon, seed: int) -> float:
    """The accuracy of one run."""
    run = trained(task(name, seed), recipe, epsilon=epsilon, seed=seed)
    return run.accuracy


# what may be varied: the field of Recipe, its unit, the values
KNOBS = {
    "batch (share of the people)": ("sampling_rate", (0.05, 0.2, 0.5, 1.0)),
    "clipping norm (length of a gradient)": (
        "max_grad_norm",
        (0.02, 0.1, 0.25, 1.0, 4.0),
    ),
    "steps (count)": ("steps", (5, 20, 100, 400)),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Sweep:
    """Accuracy (values, seeds) as one thing is varied and epsilon is held."""

    knob: str
    epsilon: float
    values: tuple[float, ...]
    accuracy: np.ndarray

    def at(self, value: float) -> float:
        """The mean accuracy at one of ``values``."""
        return float(self.accuracy[self.values.index(value)].mean())

    @property
    def summary(self) -> str:
        first, last, best = (
            self.values[0],
            self.values[-1],
            max(self.values, key=self.at),
        )
        return (
            f"Digits at ε = {self.epsilon:g}, {self.knob}: {self.at(first):.0%} right "
            f"at {first:g}, {self.at(last):.0%} at {last:g}, most at {best:g}."
        )


@cache
def sweep(*, knob: str, epsilon: float, seeds: range) -> Sweep:
    """Vary one knob of ``CAREFUL``; the noise is calibrated anew for each value."""
    field, values = KNOBS[knob]
    recipes = [replace(CAREFUL, **{field: value}) for value in values]
    runs = [(recipe, seed) for recipe in recipes for seed in seeds]
    right = [
        right_share("digits, edges", recipe, epsilon=epsilon, seed=seed)
        for recipe, seed in progress.bar(runs, "training", unit="run")
    ]
    return Sweep(
        knob=knob,
        epsilon=epsilon,
        values=values,
        accuracy=np.reshape(right, (len(values), len(seeds))),
    )
