"""What ε costs in right answers, by the number of people who train."""

from dataclasses import dataclass

import numpy as np

from privlab.experiments.hospital_network import Network, learned
from privlab.experiments.hospital_privacy import ROUNDS, STEPS, per_patient
from privlab.experiments.shared_task import DIGITS, records, table

PEOPLE = {DIGITS: (50, 100, 200, 400, 800)}
FEWER = (50, 100, 200, 400)
DRAWS = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class PriceByPeople:
    """Accuracies (k,) without a promise and at ``epsilon``, for ``people`` (k,)."""

    task: str
    epsilon: float
    people: tuple[int, ...]
    plain: np.ndarray
    private: np.ndarray

    @property
    def price(self) -> np.ndarray:
        """What the promise costs, as a share of the tests."""
        return self.plain - self.private

    @property
    def falls(self) -> bool:
        """Whether the most people pay half as much as the fewest, or less."""
        return bool(self.price[-1] <= self.price[0] / 2)

    @property
    def summary(self) -> str:
        first, last = 100 * self.price[[0, -1]]
        return (
            f"{self.task.capitalize()}, ε = {self.epsilon:g}: the promise costs "
            f"{first:.0f} points with {self.people[0]} people and {last:.0f} with "
            f"{self.people[-1]:,}."
        )


def price_by_people(*, task: str, epsilon: float, seed: int) -> PriceByPeople:
    """Train on the first 50, 100 and more people with and without a promise to each.

    The same others test every model; the mean of ``DRAWS`` draws of people and noise.
    """
    people = PEOPLE.get(task, FEWER)
    runs = np.array([_run(task, epsilon, seed + k, people) for k in range(DRAWS)])
    plain, private = runs.mean(axis=0)
    return PriceByPeople(
        task=task, epsilon=epsilon, people=people, plain=plain, private=private
    )


def _run(task: str, epsilon: float, seed: int, people: tuple[int, ...]) -> list:
    data, rng = table(task), np.random.default_rng(seed)
    order = rng.permutation(len(data))
    inside, outside = order[: people[-1]], order[people[-1] :]
    x, y = records(task, data, outside), data.target % 2

    def group(count: int) -> Network:
        rows = inside[:count]
        test = {"test_x": x[outside], "test_y": y[outside]}
        return Network(illness=task, x=(x[rows],), y=(y[rows],), **test)

    plan = {"rounds": ROUNDS, "steps": STEPS, "rate": 1.0}
    groups = [group(count) for count in people]
    private = {"epsilon": epsilon, "noises": 1, "rng": rng}
    return [
        [each.right(learned(each, **plan)) for each in groups],
        [each.right(per_patient(each, **private)) for each in groups],
    ]
