"""What a promise costs a federation: to each client, or to each example of a client."""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from privlab.core import progress
from privlab.dp.accounting import rdp_epsilon
from privlab.dp.calibration import noise_multiplier
from privlab.dp.sgd import DPSGD
from privlab.experiments.federation import averaging, task
from privlab.fl.apps import client_app
from privlab.fl.local import run
from privlab.fl.partition import iid
from privlab.fl.private import ClientLevel, DPFedAvg
from privlab.fl.training import LocalData

DELTA, ROUNDS, ASKED = 1e-5, 8, 60  # clients asked in a round, if there are so many
CLIPPING_NORM, CONFIG = 1.0, {"rate": 0.5, "epochs": 3, "batch": 0}
EXAMPLE_RATE, EXAMPLE_NORM, EXAMPLE_STEPS = 0.2, 1.0, 5  # DP-SGD inside a client


@dataclass(frozen=True, kw_only=True, eq=False)
class CrowdPrivacy:
    """Test accuracy (sizes, epsilons) of digits learned with client-level privacy.

    Infinity stands for clipping without noise.
    """

    clients: tuple[int, ...]
    epsilons: tuple[float, ...]
    accuracies: np.ndarray

    def at(self, clients: int, epsilon: float) -> float:
        row, column = self.clients.index(clients), self.epsilons.index(epsilon)
        return float(self.accuracies[row, column])

    @property
    def summary(self) -> str:
        parts = (
            f"{count} clients "
            + ", ".join(
                f"{share:.0%} at ε = {epsilon:g}"
                for share, epsilon in zip(row, self.epsilons, strict=True)
            )
            for count, row in zip(self.clients, self.accuracies, strict=True)
        )
        return f"Test digits right: {'; '.join(parts)}."


def crowd_privacy(
    *, clients: tuple[int, ...], epsilons: tuple[float, ...], seed: int
) -> CrowdPrivacy:
    """The same images dealt out to few clients or many; each gets the same promise."""
    cells = [(count, epsilon) for count in clients for epsilon in epsilons]
    runs = [
        client_level(clients=count, epsilon=epsilon, seed=seed)
        for count, epsilon in progress.bar(cells, "federations")
    ]
    return CrowdPrivacy(
        clients=clients,
        epsilons=epsilons,
        accuracies=np.array(runs).reshape(len(clients), len(epsilons)),
    )


def client_level(*, clients: int, epsilon: float, seed: int) -> float:
    """The test accuracy after ``ROUNDS`` rounds of DP-FedAvg at this epsilon."""
    digits, rng = task(), np.random.default_rng(seed)
    mechanism = round_for(clients=clients, epsilon=epsilon)
    app = client_app(digits, iid(len(digits.labels), clients, rng=rng))
    server = DPFedAvg(mechanism, rng=rng)
    setting = {"clients": clients, "rounds": ROUNDS, "config": CONFIG, "seed": seed}
    return float(run(server, app, digits, **setting).accuracies[-1])


def round_for(*, clients: int, epsilon: float) -> ClientLevel:
    """The round of which ``ROUNDS`` spend ``epsilon`` at ``DELTA``."""
    rate = min(1.0, ASKED / clients)
    return ClientLevel(
        clipping_norm=CLIPPING_NORM,
        noise_multiplier=_noise(epsilon, rate, ROUNDS),
        sampling_rate=rate,
        clients=clients,
    )


def example_level(*, clients: int, epsilon: float, seed: int) -> float:
    """The same with DP-SGD inside each client: the promise is to each image alone.

    A client's own rows are its data set, and it takes its steps in every round.
    """
    digits, rng = task(), np.random.default_rng(seed)
    algorithm = DPSGD(
        noise_multiplier=_noise(epsilon, EXAMPLE_RATE, ROUNDS * EXAMPLE_STEPS),
        max_grad_norm=EXAMPLE_NORM,
        sampling_rate=EXAMPLE_RATE,
    )
    parts = iid(len(digits.labels), clients, rng=rng)
    app = client_app(digits, parts, train=partial(private_sgd, algorithm))
    config = CONFIG | {"epochs": EXAMPLE_STEPS}
    setting = {"clients": clients, "rounds": ROUNDS, "config": config, "seed": seed}
    return float(run(averaging(clients), app, digits, **setting).accuracies[-1])


def private_sgd(
    algorithm: DPSGD,
    model: nn.Module,
    data: LocalData,
    config: dict,
    *,
    rng: torch.Generator,
) -> float:
    """``epochs`` steps of DP-SGD in place of ``local_sgd``; no loss is reported.

    A loss would be one more release, without noise.
    """
    optimizer = torch.optim.SGD(model.parameters(), lr=config["rate"])
    for _ in range(config["epochs"]):
        algorithm.step(model, _losses, data.x, data.y, optimizer, rng=rng)
    return math.nan


_losses = partial(cross_entropy, reduction="none")


def _noise(epsilon: float, rate: float, steps: int) -> float:
    if math.isinf(epsilon):
        return 0.0
    return noise_multiplier(
        epsilon=epsilon,
        delta=DELTA,
        sampling_rate=rate,
        steps=steps,
        accountant=rdp_epsilon,
    )
