"""Many models trained at once as one batched model, each on its own people."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from privlab.core import checks, progress

Batch = tuple[Tensor, Tensor]  # rows (models, b) of the data, and their weights
Optimizer = Callable[[Iterable[Tensor]], torch.optim.Optimizer]


@dataclass(frozen=True, kw_only=True, eq=False)
class ShadowModels:
    """Models of one architecture: ``state`` holds each parameter (models, ...).

    ``inside`` (models, n) says which of the n people each of them has learned from.
    """

    model: nn.Module
    state: dict[str, Tensor]
    inside: Tensor

    def __len__(self) -> int:
        return len(self.inside)

    def logits(self, x: Tensor) -> Tensor:
        """What every model says of every row: (n, d) to (models, n, classes)."""
        with torch.no_grad():
            return vmap(_call(self.model), in_dims=(0, None))(self.state, x)

    def one(self, index: int) -> Callable[[Tensor], Tensor]:
        """The model ``index`` alone: (n, d) to (n, classes)."""
        state = {name: value[index] for name, value in self.state.items()}
        return lambda x: functional_call(self.model, state, (x,))


def halves(models: int, people: int, *, rng: torch.Generator) -> Tensor:
    """Who is in which training set, (models, people): a random half of all, each time.

    Models come in pairs: whoever is not in the first is in the second. So everybody is
    in exactly half of them, as Carlini et al. 2022 want it. ``models`` is even.
    """
    if checks.whole("models", models, low=2) % 2:
        raise ValueError(f"models={models} must be even: they come in pairs")
    shuffled = torch.rand(
        models // 2, checks.whole("people", people, low=2), generator=rng
    )
    first = shuffled.argsort(dim=1) < people // 2
    return torch.stack([first, ~first], dim=1).flatten(0, 1)


def batches(
    inside: Tensor, *, size: int, epochs: int, rng: torch.Generator
) -> Iterator[Batch]:
    """Every model's members, shuffled for each epoch, ``size`` of them at a time.

    Where models have unequally many members, the rows of the smaller are filled up
    with others, who get the weight 0.
    """
    longest = int(inside.sum(dim=1).max())
    for _ in range(epochs):
        keys = torch.rand(inside.shape, generator=rng) + 2 * ~inside  # others come last
        order = keys.argsort(dim=1)[:, :longest]
        for rows in order.split(size, dim=1):
            yield rows, inside.gather(1, rows).float()


def train_shadows(
    build: Callable[..., nn.Module],
    x: Tensor,
    y: Tensor,
    inside: Tensor,
    *,
    optimizer: Optimizer,
    epochs: int,
    rng: torch.Generator,
    size: int = 32,
) -> ShadowModels:
    """Train one model ``build(rng=rng)`` per row of ``inside`` (models, n), together.

    The weights of a layer become one tensor (models, ...), so one matrix product serves
    all models. Their losses are added: no model's gradient feels another's, and an
    optimizer that works entry by entry (SGD, Adam) moves each as if it were alone,
    where all have equally many members (one that has run out takes steps of gradient
    0). Each learns from its members in x (n, d), y (n,) only. No BatchNorm or dropout.
    """
    _checked(x, y, inside)
    models = [build(rng=rng) for _ in range(len(inside))]
    state = {
        name: value.detach() for name, value in stack_module_state(models)[0].items()
    }
    for value in state.values():
        value.requires_grad_()
    steps, forward = optimizer(state.values()), vmap(_call(models[0]))
    total = epochs * -(-int(inside.sum(dim=1).max()) // size)
    work = batches(inside, size=size, epochs=epochs, rng=rng)
    for rows, weights in progress.bar(work, f"{len(models)} models", total=total):
        steps.zero_grad()
        losses = F.cross_entropy(
            forward(state, x[rows]).movedim(-1, 1), y[rows], reduction="none"
        )
        (
            (losses * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)
        ).sum().backward()
        steps.step()
    return ShadowModels(
        model=models[0],
        state={name: value.detach() for name, value in state.items()},
        inside=inside,
    )


def _call(model: nn.Module) -> Callable[[dict, Tensor], Tensor]:
    return lambda state, x: functional_call(model, state, (x,))


def _checked(x: Tensor, y: Tensor, inside: Tensor) -> None:
    if inside.dtype != torch.bool or inside.ndim != 2:
        raise TypeError(
            f"inside is {inside.dtype}, {tuple(inside.shape)}: (models, n) bool"
        )
    if not len(x) == len(y) == inside.shape[1]:
        raise ValueError(
            f"x has {len(x)} rows, y {len(y)}, inside {inside.shape[1]} columns: "
            "one each per person"
        )
    if len(y.unique()) < 2:
        raise ValueError("y holds a single class: there is nothing to learn")
    if not inside.any(dim=1).all():
        empty = int((~inside.any(dim=1)).nonzero()[0])
        raise ValueError(f"model {empty} has no members: give it someone to learn from")
