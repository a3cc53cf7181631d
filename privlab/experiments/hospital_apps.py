"""The same network of hospitals on Flower, where a deployment would run it."""

import numpy as np
import torch

from privlab.core.models import softmax_regression
from privlab.experiments.federation import averaging
from privlab.experiments.hospital_network import RATE, ROUNDS, STEPS, Network
from privlab.fl.apps import client_app
from privlab.fl.local import run
from privlab.fl.partition import Partition
from privlab.fl.tasks import Task
from privlab.fl.vectors import flat


def on_flower(network: Network) -> np.ndarray:
    """θ (d,) that Flower's FedAvg learns in ``ROUNDS`` rounds, in float64.

    A softmax of two classes moves both rows of weights, by opposite steps: θ is their
    difference, and half the learning rate gives the same steps.
    """
    k, d = len(network.x), network.test_x.shape[1] - 1
    app = client_app(_task(network), Partition(_blocks(network)))
    config = {"rate": RATE / 2, "epochs": STEPS, "batch": 0}
    setting = {"clients": k, "rounds": ROUNDS, "config": config, "evaluate": False}
    history = run(averaging(k), app, _task(network), **setting)
    weights = flat(history.arrays)
    rows = weights[: 2 * d].reshape(2, d)
    return np.append(rows[1] - rows[0], weights[-1] - weights[-2])


def _task(network: Network) -> Task:
    pooled = network.pooled
    tables = ((pooled.x[0], pooled.y[0]), (network.test_x, network.test_y))
    rows = [(torch.tensor(x[:, :-1]), torch.tensor(y).long()) for x, y in tables]
    columns = network.test_x.shape[1] - 1
    start = softmax_regression
    return Task(network.illness, lambda: start(columns, 2), *rows).double()


def _blocks(network: Network) -> tuple[np.ndarray, ...]:
    """Row numbers in the pooled table."""
    ends = network.sizes.cumsum()
    return tuple(
        np.arange(end - size, end)
        for end, size in zip(ends, network.sizes, strict=True)
    )
