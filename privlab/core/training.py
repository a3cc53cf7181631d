"""Plain training in the open: what the attacks and their defences start from."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from privlab.core import checks

Inputs = Callable[[nn.Module, Tensor, Tensor], Tensor]


def as_they_are(model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """The inputs that ordinary training sees: the batch itself."""
    return x


def fit(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    *,
    steps: int,
    rng: torch.Generator,
    rate: float = 0.01,
    batch: int = 64,
    inputs: Inputs = as_they_are,
) -> nn.Module:
    """Train ``model`` in place and return it: Adam on the cross-entropy.

    Each of ``steps`` batches is drawn from the rows of x (n, d) and y (n,) with
    replacement. The model learns from ``inputs(model, x, y)`` of a batch.
    """
    checks.whole("steps", steps)
    checks.whole("batch", batch)
    if not len(x) == len(y) > 0:
        raise ValueError(f"x has {len(x)} rows and y {len(y)}: one each per example")
    optimizer = torch.optim.Adam(model.parameters(), lr=checks.positive("rate", rate))
    for _ in range(steps):
        rows = torch.randint(len(x), (batch,), generator=rng)
        loss = cross_entropy(model(inputs(model, x[rows], y[rows])), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def accuracy(model: nn.Module, x: Tensor, y: Tensor) -> float:
    """The share of rows of x (n, d) to which the model gives the label in y (n,)."""
    with torch.no_grad():
        return float((model(x).argmax(1) == y).double().mean())
