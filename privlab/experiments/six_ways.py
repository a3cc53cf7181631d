"""Ways to train and serve one model: the same four attacks on each, and the bill."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from privlab.attacks.membership import loss_threshold
from privlab.experiments import way_costs, way_views
from privlab.experiments.hospital_network import Network, learned
from privlab.experiments.hospital_privacy import (
    ROUNDS,
    STEPS,
    logits,
    multiplier,
    per_hospital,
    per_patient,
)
from privlab.experiments.medicine_plan import spent
from privlab.experiments.shared_task import CLIENTS, Shared, shared_task
from privlab.experiments.trained_digits import losses
from privlab.experiments.ways_to_serve import (
    HOME,
    NONE,
    SEALED,
    SERVER,
    SHARES,
    SIX,
    UNIT,
    WAYS,
)

SEEDS = range(5)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One way's row. Attacks are advantages: 0 is guessing, 1 is always right.

    ``membership``: how much more often the model's loss of a wrongly labelled person
    who was in is below that of one who was not, than above. ``record`` and
    ``two_sums``: shares of 40 people whose record a server reads that keeps the rules,
    or that asks for two sums. ``query``: shares of queries that the server reads.
    ``epsilon_world`` and ``epsilon_server`` bind readers of the model, and the server;
    ``model_out`` tells whether clients hold the model. Bytes and seconds of training
    are for all together, of a query for one.
    """

    way: str
    accuracy: float
    epsilon_world: float
    epsilon_server: float
    membership: float
    record: float
    two_sums: float
    query: float
    model_out: bool
    training_bytes: int
    query_bytes: int
    training_seconds: float
    query_seconds: float


@dataclass(frozen=True, kw_only=True)
class Table:
    """All ``WAYS`` on one task; DP ways spend ``epsilon`` at δ = 1e-5."""

    task: str
    epsilon: float
    rows: tuple[Measured, ...]

    def of(self, way: str) -> Measured:
        return next(row for row in self.rows if row.way == way)

    @property
    def summary(self) -> str:
        each = "; ".join(
            f"{way} {self.of(way).accuracy:.0%}, membership "
            f"{self.of(way).membership:.2f}, record {self.of(way).record:.0%}, query "
            f"{self.of(way).query:.0%}"
            for way in SIX
        )
        return f"{self.task.capitalize()}, ε = {self.epsilon:g}. Right, read: {each}."


@cache
def six_ways(*, task: str, epsilon: float, seed: int) -> Table:
    """Measure every way; models are means over five draws of people and noise."""
    rows = tuple(_measured(name, task, epsilon, seed) for name in WAYS)
    return Table(task=task, epsilon=epsilon, rows=rows)


def _measured(name: str, task: str, epsilon: float, seed: int) -> Measured:
    way, data = WAYS[name], shared_task(task, seed)
    views = way_views.server_reads(data, way, epsilon, seed)
    costs = way_costs.costs(data, way, seed)
    accuracy, membership = _model(way.federated, way.noise, task, epsilon, seed)
    if way.served == SEALED:
        accuracy = accuracy - costs.undecided
    return Measured(
        way=name,
        accuracy=accuracy,
        membership=membership,
        epsilon_world=math.inf if way.noise == NONE else epsilon,
        epsilon_server=epsilon if way.noise in (SHARES, UNIT) else math.inf,
        record=views.record,
        two_sums=views.two_sums,
        query=views.query,
        model_out=way.served == HOME,
        training_bytes=costs.training_bytes,
        query_bytes=costs.query_bytes,
        training_seconds=_seconds(name, task, seed) + costs.mask_seconds,
        query_seconds=costs.query_seconds,
    )


def trainer(
    federated: bool, noise: str, epsilon: float, rng: np.random.Generator
) -> Callable[[Network], np.ndarray]:
    """Network to weights. Masks change nothing here: the sum is the same.

    Shares keep the promise while ``LEAST`` of the clients are honest; with all of them
    the sum is noisier than promised, as if ε were a little smaller.
    """
    if noise in (SHARES, UNIT):
        enough = multiplier(epsilon) * math.sqrt(CLIENTS / way_views.LEAST)
        epsilon = spent(enough, ROUNDS)
    if noise == UNIT:
        return lambda network: per_hospital(network, epsilon=epsilon, rng=rng)
    if noise != NONE:
        private = {"epsilon": epsilon, "noises": 1, "rng": rng}
        return lambda network: per_patient(network, **private)
    plan = {"rounds": ROUNDS, "steps": STEPS, "rate": 1.0}
    if federated:
        return lambda network: learned(network, **plan)
    return lambda network: learned(network.pooled, **plan)


@cache
def _model(
    federated: bool, noise: str, task: str, epsilon: float, seed: int
) -> tuple[float, float]:
    """Mean accuracy and membership advantage; a server's noise is one, wherever."""
    if noise == NONE and math.isfinite(epsilon):
        return _model(federated, noise, task, math.inf, seed)
    if noise == SERVER and federated:
        return _model(False, noise, task, epsilon, seed)
    runs = [_run(federated, noise, task, epsilon, seed + 1000 * k) for k in SEEDS]
    accuracy, membership = np.mean(runs, axis=0)
    return float(accuracy), float(membership)


def _run(federated, noise, task, epsilon, seed) -> tuple[float, float]:
    data = shared_task(task, seed)
    train = trainer(federated, noise, epsilon, np.random.default_rng(seed))
    return data.clean.right(train(data.clean)), membership(train(data.planted), data)


def membership(theta: np.ndarray, data: Shared) -> float:
    """``2 AUC - 1`` of the loss attack (Yeom et al. 2018) on the planted people."""
    x = torch.from_numpy(data.x[:, :-1])
    each = losses(logits(theta), x, torch.from_numpy(data.y))
    result = loss_threshold(each[data.included], each[~data.included])
    return 2 * result.auc - 1


@cache
def _seconds(name: str, task: str, seed: int) -> float:
    """What one training takes here, masks aside."""
    way, data = WAYS[name], shared_task(task, seed)
    train = trainer(way.federated, way.noise, 1.0, np.random.default_rng(seed))
    train(data.clean)  # once before, so that nothing is loaded or calibrated below
    return way_costs.seconds(lambda: train(data.clean))
