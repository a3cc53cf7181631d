"""A small network on encrypted images: squares in place of ReLU, a batch in the slots.

Gilad-Bachrach, Dowlin and others 2016 (CryptoNets): additions and multiplications are
all there is, so the activation is z^2; and pixel j of every image of a batch shares
one ciphertext, so the work is the same for one image and for thousands.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn

from privlab.core import checks
from privlab.core.training import fit
from privlab.he.levels import Circuit
from privlab.he.regression import Column, score

CIRCUIT = Circuit(
    name="a network with one hidden layer",
    steps=(("first layer", 1), ("square", 1), ("second layer", 1)),
    largest=100.0,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class SquareNetwork:
    """scores = (x W1 + b1)^2 W2 + b2, with W1 (d, h), b1 (h,), W2 (h, k), b2 (k,)."""

    first: np.ndarray = field(repr=False)
    first_bias: np.ndarray = field(repr=False)
    second: np.ndarray = field(repr=False)
    second_bias: np.ndarray = field(repr=False)

    def __post_init__(self):
        for name in ("first", "first_bias", "second", "second_bias"):
            checks.finite(name, getattr(self, name))
        if self.first.shape[1] != len(self.second):
            raise ValueError(
                f"first gives {self.first.shape[1]} numbers, second takes "
                f"{len(self.second)}"
            )

    def scores(self, pixels: Sequence[Column]) -> list[Column]:
        """From d columns, pixel j of every image, to k columns; depth 3.

        The columns are plain arrays (n,), or encrypted: it is the same computation.
        """
        hidden = _layer(pixels, self.first, self.first_bias)
        squares = [each * each for each in hidden]
        return _layer(squares, self.second, self.second_bias)


def _layer(inputs: Sequence[Column], weights: np.ndarray, bias: np.ndarray) -> list:
    return [
        score(inputs, column.tolist(), float(b))
        for column, b in zip(weights.T, bias, strict=True)
    ]


class _Square(nn.Module):
    def forward(self, x):
        return x * x


def fit_square_network(
    features: np.ndarray,
    target: np.ndarray,
    *,
    hidden: int = 12,
    steps: int = 600,
    rng: torch.Generator,
) -> SquareNetwork:
    """Train in the open, by Adam on the cross-entropy; features (n, d) near [0, 1]."""
    classes = int(np.max(target)) + 1
    layers = nn.Linear(features.shape[1], hidden), nn.Linear(hidden, classes)
    for layer in layers:
        nn.init.normal_(layer.weight, std=0.2, generator=rng)
        nn.init.zeros_(layer.bias)
    x = torch.tensor(features, dtype=torch.float32)
    y = torch.tensor(target, dtype=torch.int64)
    fit(nn.Sequential(layers[0], _Square(), layers[1]), x, y, steps=steps, rng=rng)
    numbers = [
        part.detach().numpy().astype(float)
        for layer in layers
        for part in (layer.weight.T, layer.bias)
    ]
    names = ("first", "first_bias", "second", "second_bias")
    return SquareNetwork(**dict(zip(names, numbers, strict=True)))
