"""A classifier trained with DP-SGD on real data, and what it gets right."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, partial

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import SGD
from torch.optim.swa_utils import AveragedModel

from privlab.core import models
from privlab.core.datasets import Dataset, breast_cancer, digits
from privlab.dp.calibration import certified_epsilon, noise_multiplier
from privlab.dp.sgd import DPSGD, TrainingResult, train
from privlab.experiments import features

DELTA = 1e-5  # below one over the 1,198 people who train
EVERY = 10  # steps between two looks at the accuracy
loss = nn.CrossEntropyLoss(reduction="none")
noise_for = cache(partial(noise_multiplier, delta=DELTA))
spent = cache(certified_epsilon)


@dataclass(frozen=True, kw_only=True, eq=False)
class Task:
    """People to train on, x (n, d) and y (n,), and others to be judged on."""

    name: str
    x: Tensor
    y: Tensor
    x_test: Tensor
    y_test: Tensor
    classes: int

    def accuracy(self, model: nn.Module) -> float:
        """The share of ``x_test`` that the model gets right."""
        with torch.no_grad():
            return float((model(self.x_test).argmax(1) == self.y_test).double().mean())


@cache
def task(name: str, seed: int) -> Task:
    """One of ``TASKS`` with a third of its people, drawn by ``seed``, held out.

    The same seed draws the same people whatever the features.
    """
    load, features_of = TASKS[name]
    data: Dataset = load()
    train_on, test_on = data.split(1 / 3, rng=np.random.default_rng(seed))

    def tensors(part: Dataset) -> tuple[Tensor, Tensor]:
        x = torch.tensor(features_of(part.features), dtype=torch.float32)
        return x, torch.tensor(part.target)

    (x, y), (x_test, y_test) = tensors(train_on), tensors(test_on)
    classes = len(data.target_names)
    return Task(name=name, x=x, y=y, x_test=x_test, y_test=y_test, classes=classes)


TASKS: dict[str, tuple[Callable[[], Dataset], Callable]] = {
    "digits, pixels": (digits, features.pixels),
    "digits, edges": (digits, features.oriented_edges),
    "breast cancer": (breast_cancer, features.tumours),
}


def linear(of: Task, *, rng: torch.Generator) -> nn.Module:
    """A softmax regression that starts at 0, whatever the ``rng``.

    Without intercepts: their gradients would take up length that clipping leaves.
    """
    layer = nn.Linear(of.x.shape[1], of.classes, bias=False)
    nn.init.zeros_(layer.weight)
    return nn.Sequential(layer)


def network(of: Task, *, rng: torch.Generator) -> nn.Module:
    """One hidden layer of 128."""
    return models.mlp(of.x.shape[1], 128, of.classes, rng=rng)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to train: all that somebody must choose before the data is touched.

    The learning rate is ``reach sqrt(epsilon) / max_grad_norm``: less noise allows
    longer steps. ``reach sqrt(epsilon)`` is about the longest step without noise, if
    all people pull one way.
    The last ``averaged`` of the steps go into the averaged model.
    """

    build: Callable[..., nn.Module] = linear
    steps: int = 200
    sampling_rate: float = 1.0
    max_grad_norm: float = 0.25
    reach: float = 2.5
    averaged: float = 0.75


# What a first attempt looks like: a network, small batches, twelve epochs.
USUAL = Recipe(
    build=network, steps=120, sampling_rate=0.1, max_grad_norm=1.0, reach=0.5
)
CAREFUL = Recipe()
OPEN = Recipe(max_grad_norm=10.0, reach=250.0)  # nothing is clipped


class Watch:
    """Called after each step: averages the late models, and notes what each gets right.

    Averaging released models is post-processing. Noting the accuracy is for us only,
    who hold public data.
    """

    def __init__(self, of: Task, model: nn.Module, recipe: Recipe):
        self.of, self.model, self.recipe = of, model, recipe
        self.average = AveragedModel(model)
        self.steps, self.curve = 0, []

    def __call__(self, *_):
        self.steps += 1
        if self.steps > (1 - self.recipe.averaged) * self.recipe.steps:
            self.average.update_parameters(self.model)
        if self.steps % EVERY == 0:
            self.curve.append(self.of.accuracy(self.model))


@dataclass(frozen=True, kw_only=True, eq=False)
class Trained:
    """A trained model, what it gets right, and the same for the average of its steps.

    ``curve`` has the model's accuracy after every ``EVERY`` steps.
    """

    task: str
    model: nn.Module = field(repr=False)
    training: TrainingResult = field(repr=False)
    curve: tuple[float, ...]
    accuracy: float
    accuracy_averaged: float

    @property
    def summary(self) -> str:
        total = self.training.epsilons[-1]
        return (
            f"{self.task}, {len(self.training.losses)} steps for ε = {total:.2f}: "
            f"{self.accuracy:.0%} right after the last step, "
            f"{self.accuracy_averaged:.0%} by the average."
        )


def trained(of: Task, recipe: Recipe, *, epsilon: float | None, seed: int) -> Trained:
    """Train ``of`` by ``recipe`` at (epsilon, ``DELTA``); None is without privacy."""
    noise = noise_of(recipe, epsilon) if epsilon else 0.0
    pace = math.sqrt(epsilon or 1)
    return with_noise(of, recipe, noise_multiplier=noise, pace=pace, seed=seed)


def noise_of(recipe: Recipe, epsilon: float) -> float:
    """The noise multiplier that ``recipe`` needs for (epsilon, ``DELTA``)."""
    setting = {"sampling_rate": recipe.sampling_rate, "steps": recipe.steps}
    return noise_for(epsilon=epsilon, **setting)


def training_run(
    *, epsilon: float, steps: int, sampling_rate: float, reach: float, seed: int
) -> Trained:
    """The digits by ``CAREFUL`` with other numbers: one run to play with."""
    recipe = replace(CAREFUL, steps=steps, sampling_rate=sampling_rate, reach=reach)
    return trained(task("digits, edges", seed), recipe, epsilon=epsilon, seed=seed)


def with_noise(
    of: Task, recipe: Recipe, *, noise_multiplier: float, pace: float, seed: int
) -> Trained:
    """Train with so much noise, at the learning rate ``pace reach / max_grad_norm``."""
    rng = torch.Generator().manual_seed(seed)
    model = recipe.build(of, rng=rng)
    rate = pace * recipe.reach / recipe.max_grad_norm
    optimizer = SGD(model.parameters(), lr=rate)
    watch = Watch(of, model, recipe)
    optimizer.register_step_post_hook(watch)
    dpsgd = DPSGD(
        noise_multiplier=noise_multiplier,
        max_grad_norm=recipe.max_grad_norm,
        sampling_rate=recipe.sampling_rate,
        chunk=4096,
    )
    run = {"steps": recipe.steps, "delta": DELTA, "accountant": spent, "rng": rng}
    result = train(dpsgd, model, loss, of.x, of.y, optimizer, **run)
    return Trained(
        task=of.name,
        model=model,
        training=result,
        curve=tuple(watch.curve),
        accuracy=of.accuracy(model),
        accuracy_averaged=of.accuracy(watch.average),
    )
