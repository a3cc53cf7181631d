"""What a client does with its own rows: train the model it received, and test it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from flwr.app import Context
from torch import Tensor, nn
from torch.nn.functional import cross_entropy


@dataclass(frozen=True, eq=False)
class LocalData:
    """One client's rows: x (n, d), y (n,) to train on and others to test on."""

    x: Tensor
    y: Tensor
    x_test: Tensor
    y_test: Tensor


def local_sgd(
    model: nn.Module,
    data: LocalData,
    config: Mapping[str, float],
    *,
    rng: torch.Generator,
) -> float:
    """``epochs`` of SGD in place: w <- w - rate (∇F(w; batch) + mu (w - w_0)).

    ClientUpdate of McMahan et al. 2017, algorithm 1; w_0 is the received model and mu
    (``proximal-mu``, else 0) FedProx's pull back to it (Li et al. 2020, eq. 2). A
    ``batch`` of 0 is all rows. Returns the mean loss of the examples, each before its
    step; 0 if the client has none.
    """
    weights, mu = list(model.parameters()), config.get("proximal-mu", 0.0)
    start = [weight.detach().clone() for weight in weights]
    total = 0.0
    for rows in batches(len(data.y), config, rng=rng):
        loss = cross_entropy(model(data.x[rows]), data.y[rows])
        slopes = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            for weight, slope, origin in zip(weights, slopes, start, strict=True):
                weight -= config["rate"] * (slope + mu * (weight - origin))
        total += len(rows) * loss.item()
    return total / max(config["epochs"] * len(data.y), 1)


def batches(n: int, config: Mapping[str, float], *, rng: torch.Generator):
    """Row numbers, shuffled anew for each epoch; nothing if there are no rows."""
    for _ in range(config["epochs"] if n else 0):
        yield from torch.randperm(n, generator=rng).split(config["batch"] or n)


def scores(model: nn.Module, x: Tensor, y: Tensor) -> dict[str, float]:
    """Mean cross-entropy and share of right answers, as ``loss`` and ``accuracy``."""
    with torch.no_grad():
        out = model(x)
    right = (out.argmax(1) == y).double().mean()
    return {"loss": cross_entropy(out, y).item(), "accuracy": right.item()}


def client_rng(context: Context, config: Mapping[str, float]) -> torch.Generator:
    """Randomness of this client in this round, the same wherever the app runs.

    Seeded by the run's ``seed``, the ``partition-id`` and the ``server-round``.
    """
    place = (
        context.run_config.get("seed", 0),
        context.node_config["partition-id"],
        config.get("server-round", 0),
    )
    source = np.random.SeedSequence([int(each) for each in place])
    return torch.Generator().manual_seed(int(source.generate_state(1, np.uint64)[0]))
