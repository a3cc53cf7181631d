"""Small torch models for tables and images: features (n, d) in, scores (n, k) out."""

from collections.abc import Callable

import torch
from torch import nn

from privlab.core import checks


def softmax_regression(features: int, classes: int) -> nn.Sequential:
    """One linear layer, all weights 0: ``d k + k`` parameters.

    Its loss is convex, so that where training starts does not matter and needs no
    random numbers.
    """
    checks.whole("features", features)
    checks.whole("classes", classes, low=2)
    layer = nn.Linear(features, classes)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return nn.Sequential(layer)


def mlp(
    features: int, hidden: int, classes: int, *, rng: torch.Generator
) -> nn.Sequential:
    """Linear, ReLU, linear: ``mlp(784, 256, 10)`` has 203,530 parameters."""
    checks.whole("features", features)
    checks.whole("hidden", hidden)
    checks.whole("classes", classes, low=2)
    return _seeded(
        lambda: nn.Sequential(
            nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, classes)
        ),
        rng,
    )


def cnn(side: int, classes: int, *, rng: torch.Generator) -> nn.Sequential:
    """Two 3x3 convolutions, each halved by a max-pool, and two linear layers.

    Takes images as rows of ``side * side`` pixels, (n, side²), as ``Dataset`` holds
    them. No BatchNorm, which has no place in private training: it mixes people.
    ``cnn(8, 10)`` has 25,938 parameters.
    """
    quarter = checks.whole("side", side, low=4) // 4
    checks.whole("classes", classes, low=2)
    return _seeded(
        lambda: nn.Sequential(
            nn.Unflatten(1, (1, side, side)),
            *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            nn.Flatten(),
            *(nn.Linear(32 * quarter**2, 152), nn.ReLU(), nn.Linear(152, classes)),
        ),
        rng,
    )


def _seeded(build: Callable[[], nn.Sequential], rng: torch.Generator) -> nn.Sequential:
    """``build()`` with weights drawn from ``rng``; torch's global state is restored."""
    seed = int(torch.randint(2**62, (), generator=rng))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return build()
