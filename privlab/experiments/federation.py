"""Eight clients who keep their digits, and one model: what federated averaging buys."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from flwr.clientapp.typing import Mod
from flwr.serverapp.strategy import FedAvg
from torch import nn

from privlab.core.training import accuracy
from privlab.fl.apps import client_app, digits_task
from privlab.fl.fixed_point import WeightedMean
from privlab.fl.local import run
from privlab.fl.noise_shares import NoiseShares
from privlab.fl.partition import dirichlet
from privlab.fl.secagg import Setting
from privlab.fl.secagg_client import secagg_mod
from privlab.fl.secagg_strategy import SecAgg
from privlab.fl.session import quiet
from privlab.fl.tasks import Task
from privlab.fl.training import LocalData, local_sgd

CLIENTS, ROUNDS = 8, 5
CONFIG = {"rate": 1.0, "epochs": 3, "batch": 0}  # three full-batch steps a round


@cache
def task() -> Task:
    return digits_task()


def averaging(clients: int, kind: type[FedAvg] = FedAvg) -> FedAvg:
    """A kind of FedAvg in which every client takes part and none is asked to test."""
    with quiet():  # it warns of what is meant here: no evaluation by the clients
        return kind(
            fraction_evaluate=0.0,
            min_train_nodes=clients,
            min_available_nodes=clients,
        )


def masking(
    code: WeightedMean | NoiseShares, *, clients: int, threshold: int
) -> tuple[SecAgg, tuple[Mod]]:
    """The same under masks: the server's strategy, and the mods of the clients."""
    setting = Setting(clients=clients, threshold=threshold, bits=code.bits)
    server = SecAgg(averaging(clients), setting=setting, code=code)
    return server, (secagg_mod(setting, code),)


@dataclass(frozen=True, kw_only=True, eq=False)
class SkewedFederation:
    """Accuracy by round (rounds + 1,) of a federation whose labels are skewed.

    ``counts`` (clients, classes) says who holds what. ``alone`` (clients,) are the
    accuracies of models that each client trained on its own for as many steps, and
    ``pooled`` that of one model trained on all rows in one place.
    """

    alpha: float
    counts: np.ndarray
    accuracies: np.ndarray
    alone: np.ndarray
    pooled: float

    @property
    def together(self) -> float:
        return float(self.accuracies[-1])

    @property
    def summary(self) -> str:
        rounds, alone = len(self.accuracies) - 1, np.median(self.alone)
        return (
            f"Skew α = {self.alpha:g}: right after {rounds} rounds together "
            f"{self.together:.0%}, alone {alone:.0%} (median), all rows in one place "
            f"{self.pooled:.0%}."
        )


def skewed_federation(*, alpha: float, seed: int) -> SkewedFederation:
    """Train together and alone, the classes dealt out by Dirichlet(``alpha``)."""
    digits, rng = task(), np.random.default_rng(seed)
    parts = dirichlet(digits.labels, CLIENTS, alpha=alpha, rng=rng)
    app = client_app(digits, parts)
    setting = {"clients": CLIENTS, "rounds": ROUNDS, "config": CONFIG, "seed": seed}
    history = run(averaging(CLIENTS), app, digits, **setting)
    return SkewedFederation(
        alpha=alpha,
        counts=parts.counts(digits.labels, digits.classes),
        accuracies=history.accuracies,
        alone=np.array([on_its_own(rows) for rows in parts.rows]),
        pooled=pooled(),
    )


def on_its_own(rows: np.ndarray) -> float:
    """The test accuracy of a model that only these rows trained, as long as all."""
    digits = task()
    x, y = digits.train
    rows = torch.tensor(rows)
    return accuracy(_trained(digits, LocalData(x[rows], y[rows], x, y)), *digits.test)


@cache
def pooled() -> float:
    """The same with every row in one place."""
    return on_its_own(np.arange(len(task().labels)))


def _trained(digits: Task, data: LocalData) -> nn.Module:
    model = digits.model()
    config = CONFIG | {"epochs": ROUNDS * CONFIG["epochs"]}
    rng = torch.Generator().manual_seed(0)  # only the order of the rows in a batch
    local_sgd(model, data, config, rng=rng)
    return model
