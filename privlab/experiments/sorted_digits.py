"""Digits sorted by their label over ten Flower clients, trained by three strategies."""

from dataclasses import dataclass

import numpy as np
from flwr.serverapp.strategy import FedAvg, FedProx

from privlab.core import progress
from privlab.experiments.uneven_splits import partly_sorted
from privlab.fl.apps import client_app, digits_task
from privlab.fl.local import run
from privlab.fl.partition import Partition, dirichlet
from privlab.fl.scaffold import Scaffold, scaffold_app
from privlab.fl.vectors import flat

CLIENTS = 10
MU, RATE, BATCH = 1.0, 0.2, 72
# method: (how the server averages, how the clients train)
METHODS = {
    "FedAvg": (FedAvg, client_app),
    "FedProx": (lambda **each: FedProx(proximal_mu=MU, **each), client_app),
    "SCAFFOLD": (Scaffold, scaffold_app),
}


@dataclass(frozen=True, kw_only=True)
class SortedDigits:
    """By method, right answers on unseen digits (share) before and after each round."""

    skew: float
    epochs: int
    accuracies: dict[str, np.ndarray]

    def mean(self, method: str) -> float:
        """The mean accuracy over all rounds: early and late progress together."""
        return float(self.accuracies[method][1:].mean())

    @property
    def summary(self) -> str:
        last = (f"{name} {a[-1]:.0%}" for name, a in self.accuracies.items())
        rounds = len(next(iter(self.accuracies.values()))) - 1
        return (
            f"{self.skew:.0%} sorted by digit, {self.epochs} local epochs: after "
            f"{rounds} rounds {', '.join(last)} right on unseen digits."
        )


def sorted_partition(labels: np.ndarray, skew: float, *, seed: int) -> Partition:
    """Ten equal shares; ``skew`` of the rows sorted by label, the others by chance."""
    rng = np.random.default_rng(seed)
    order = partly_sorted(labels, skew, splits=1, rng=rng)[0]
    return Partition(tuple(np.array_split(order, CLIENTS)))


def sorted_digits(*, skew: float, epochs: int, rounds: int, seed: int) -> SortedDigits:
    """Train softmax regression by each method, from zero weights, in batches of 72."""
    task = digits_task()
    partition = sorted_partition(task.labels, skew, seed=seed)
    accuracies = {}
    for name, (strategy, app) in progress.bar(METHODS.items(), "federations"):
        history = run(
            strategy(min_available_nodes=CLIENTS),
            app(task, partition),
            task,
            clients=CLIENTS,
            rounds=rounds,
            config={"epochs": epochs, "batch": BATCH, "rate": RATE},
            seed=seed,
        )
        accuracies[name] = history.accuracies
    return SortedDigits(skew=skew, epochs=epochs, accuracies=accuracies)


def fedsgd_gap(*, epochs: int, seed: int) -> float:
    """The largest difference of a weight: ten Flower clients, or one with all rows.

    One round of FedAvg in float64, ``epochs`` steps on all of a client's rows. Label
    skew by Dirichlet shares (0.3), so the clients differ in size too.
    """
    task, rng = digits_task().double(), np.random.default_rng(seed)
    apart = dirichlet(task.labels, CLIENTS, alpha=0.3, rng=rng)
    together = Partition((np.arange(len(task.labels)),))
    models = []
    for partition in (apart, together):
        history = run(
            FedAvg(min_train_nodes=1, min_evaluate_nodes=1, min_available_nodes=1),
            client_app(task, partition),
            task,
            clients=len(partition),
            rounds=1,
            config={"epochs": epochs, "batch": 0, "rate": RATE},
            seed=seed,
        )
        models.append(flat(history.arrays))
    return float(np.abs(models[0] - models[1]).max())
