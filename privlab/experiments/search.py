"""Training many times and publishing the best run: what it leaks, and its price."""

import math
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from privlab.core import progress
from privlab.dp.calibration import noise_multiplier
from privlab.dp.mechanisms import RandomizedResponse
from privlab.dp.search import all_runs_epsilon, geometric_search_epsilon
from privlab.experiments.private_training import (
    CAREFUL,
    DELTA,
    Recipe,
    Task,
    task,
    with_noise,
)

RUNS = np.unique(np.geomspace(1, 1000, 31).round()).astype(int)
STEPS = 100
REACHES, NORMS = (0.25, 1.0, 2.5, 10.0), (0.05, 0.25, 1.0)


def best_coin(bit: int, *, epsilon: float, runs: int, rng) -> int:
    """The best of ``runs`` coins about a bit: 1 if any of them says 1."""
    coin = RandomizedResponse(epsilon=epsilon)
    return int(coin.release(np.full(runs, bit), rng=rng).max())


@dataclass(frozen=True, kw_only=True, eq=False)
class BestCoin:
    """The exact epsilon of the best of ``RUNS`` coins, by how many there are."""

    epsilon: float
    fixed: np.ndarray
    geometric: np.ndarray

    @property
    def summary(self) -> str:
        return (
            f"The best of 1,000 coins with ε = {self.epsilon:g} each has ε = "
            f"{self.fixed[-1]:.0f}; of a random number, 1,000 on average, ε = "
            f"{self.geometric[-1]:.2f}."
        )


def best_coins(*, epsilon: float) -> BestCoin:
    """All k coins say 0 with probability a^k; on average, over a geometric number with
    stopping chance s, with ``s a / (1 - (1 - s) a)``."""
    truthful = RandomizedResponse(epsilon=epsilon).truth_probability
    stop = 1 / RUNS

    def none(a: float) -> np.ndarray:
        return stop * a / (1 - (1 - stop) * a)

    def some(a: float) -> np.ndarray:
        return (1 - a) / (1 - (1 - stop) * a)

    worlds = truthful, 1 - truthful  # the chance of 0 where the bit is 0, and is 1
    ratios = [np.log(f(worlds[0]) / f(worlds[1])) for f in (none, some)]
    return BestCoin(
        epsilon=epsilon,
        fixed=epsilon * RUNS.astype(float),
        geometric=np.maximum(ratios[0], -ratios[1]),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class SearchCost:
    """Epsilon of a search over ``RUNS`` runs: all published, or the best only.

    For the best only their number is random, and ``RUNS`` its expectation.
    """

    epsilon: float
    delta: float
    all_published: np.ndarray
    best_only: np.ndarray

    @property
    def summary(self) -> str:
        return (
            f"{RUNS[-1]} runs of ε = {self.epsilon:g} cost ε = "
            f"{self.all_published[-1]:.0f} if all come out, {self.best_only[-1]:.1f} "
            "if only the best does and their number is random."
        )


def search_costs(*, epsilon: float, delta: float) -> SearchCost:
    """What searches cost whose single run, all people in 100 steps, has ``epsilon``."""
    setting = {"sampling_rate": 1, "steps": STEPS, "delta": delta}
    one_run = partial(all_runs_epsilon, runs=1)
    noise = noise_multiplier(epsilon=epsilon, accountant=one_run, **setting)

    def costs(search) -> np.ndarray:
        return np.array(
            [search(noise_multiplier=noise, runs=r, **setting) for r in RUNS]
        )

    return SearchCost(
        epsilon=epsilon,
        delta=delta,
        all_published=costs(all_runs_epsilon),
        best_only=costs(geometric_search_epsilon),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class PrivateSearch:
    """The runs of one search, in order: their noisy scores and true accuracies (k,).

    Only the model of the best score, and its recipe, may be published.
    """

    epsilon: float
    epsilon_of_one: float
    scores: np.ndarray
    accuracy: np.ndarray
    recipes: tuple[Recipe, ...]

    @property
    def best(self) -> int:
        return int(self.scores.argmax())

    @property
    def summary(self) -> str:
        return (
            f"{len(self.scores)} runs of ε = {self.epsilon_of_one:.2f} each, "
            f"ε = {self.epsilon:g} in all: the chosen one is "
            f"{self.accuracy[self.best]:.0%} right, the middle one "
            f"{np.median(self.accuracy):.0%}."
        )


def private_search(*, epsilon: float, runs: float, seed: int) -> PrivateSearch:
    """Try random recipes a geometric number of times and keep the best noisy score.

    A third of the people who train are set aside, by a public draw, to count how many
    of them the model gets right. Nobody is in both parts, so one run costs the larger
    of the two releases; the count's noise is such that they cost the same.
    """
    setting = {"sampling_rate": 1.0, "steps": STEPS, "delta": DELTA}
    price = partial(geometric_search_epsilon, runs=runs)
    noise = noise_multiplier(epsilon=epsilon, accountant=price, **setting)
    one = all_runs_epsilon(noise_multiplier=noise, runs=1, **setting)
    rng = np.random.default_rng(seed)
    people = task("digits, edges", seed)
    learners, judges = _set_aside(people)
    tries = []
    for run in progress.bar(range(rng.geometric(1 / runs)), "searching", unit="run"):
        recipe = replace(
            CAREFUL,
            steps=STEPS,
            reach=float(rng.choice(REACHES)),
            max_grad_norm=float(rng.choice(NORMS)),
        )
        model = with_noise(
            learners, recipe, noise_multiplier=noise, pace=1, seed=1000 * seed + run
        ).model
        count = judges.accuracy(model) * len(judges.y_test)
        score = count + rng.normal(0, noise / math.sqrt(STEPS))
        tries.append((score, people.accuracy(model), recipe))
    scores, accuracy, recipes = zip(*tries, strict=True)
    return PrivateSearch(
        epsilon=epsilon,
        epsilon_of_one=one,
        scores=np.array(scores),
        accuracy=np.array(accuracy),
        recipes=recipes,
    )


def _set_aside(people: Task) -> tuple[Task, Task]:
    """Two thirds to learn from, and one third, as ``x_test``, to judge by."""
    cut = 2 * len(people.x) // 3
    learners = replace(people, x=people.x[:cut], y=people.y[:cut])
    return learners, replace(people, x_test=people.x[cut:], y_test=people.y[cut:])
