"""Per-example gradients by their definition: one person, one backward pass."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import torch
from torch import Tensor, nn

from privlab.core import checks

Loss = Callable[[Tensor, Tensor], Tensor]  # (outputs, targets) to one loss per example


@dataclass(frozen=True, kw_only=True, eq=False)
class ClippedSum:
    """The sum of clipped per-example gradients, before any noise: all of it secret.

    ``gradient`` has a tensor of the parameter's shape for each trainable parameter;
    ``norms`` (n,) are the lengths before clipping, ``losses`` (n,) the losses.
    """

    gradient: dict[str, Tensor]
    norms: Tensor
    losses: Tensor


def clipped_sum(
    model: nn.Module, loss: Loss, x: Tensor, y: Tensor, max_grad_norm: float
) -> ClippedSum:
    """``sum_i g_i min(1, max_grad_norm / ||g_i||)`` over the examples (x_i, y_i).

    Abadi et al. 2016, Algorithm 1. ``x`` (n, ...) and ``y`` (n, ...) have one row per
    example, ``loss(model(x), y)`` is (n,), and ``||g_i||`` is the L2 norm over all
    trainable parameters together. Neighbours: one example added or removed, which
    moves the sum by at most ``max_grad_norm``. For reading and for tests;
    ``bookkeeping.clipped_sum`` is the fast twin.
    """
    per_example, losses = gradients(model, loss, x, y)
    squares = [g.flatten(1).square().sum(dim=1) for g in per_example.values()]
    norms = torch.stack(squares).sum(dim=0).sqrt()
    factors = clip_factors(norms, max_grad_norm)
    total = {k: torch.tensordot(factors, g, dims=1) for k, g in per_example.items()}
    return ClippedSum(gradient=total, norms=norms, losses=losses)


def added(parts: list[ClippedSum]) -> ClippedSum:
    """The clipped sum over several batches together."""
    return ClippedSum(
        gradient={
            name: reduce(torch.add, [part.gradient[name] for part in parts])
            for name in parts[0].gradient
        },
        norms=torch.cat([part.norms for part in parts]),
        losses=torch.cat([part.losses for part in parts]),
    )


def gradients(
    model: nn.Module, loss: Loss, x: Tensor, y: Tensor
) -> tuple[dict[str, Tensor], Tensor]:
    """The gradients of every example, name to (n, *shape), and its losses (n,).

    Each comes from a batch of one, so nothing of another person can enter. Memory is
    n times that of the model.
    """
    parameters = trainable(model)
    rows = {k: p.new_zeros(len(x), *p.shape) for k, p in parameters.items()}
    losses = next(iter(parameters.values())).new_zeros(len(x))
    for i in range(len(x)):
        value = example_losses(model, loss, x[i : i + 1], y[i : i + 1])[0]
        own = torch.autograd.grad(
            value, list(parameters.values()), materialize_grads=True
        )
        for row, gradient in zip(rows.values(), own, strict=True):
            row[i] = gradient
        losses[i] = value.detach()
    return rows, losses


def trainable(model: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters that training may change, by name.

    Frozen ones (``requires_grad=False``) are left out; one shared by two layers is
    there once. ``ValueError`` if none is left, or if a layer mixes people.
    """
    for name, module in model.named_modules():
        if fault := _fault(module):
            raise ValueError(f"{name or 'model'} ({type(module).__name__}) {fault}")
    parameters = {k: p for k, p in model.named_parameters() if p.requires_grad}
    if not parameters:
        raise ValueError("model has no trainable parameter: unfreeze at least one")
    return parameters


def _fault(module: nn.Module) -> str | None:
    """Why a layer keeps no promise to one person, and the remedy."""
    batch_norm = isinstance(module, nn.modules.batchnorm._BatchNorm)
    if batch_norm and (module.training or module.running_mean is None):
        return "mixes the people of a batch: use GroupNorm or LayerNorm"
    if module.training and getattr(module, "track_running_stats", False):
        return "averages the data without noise: use track_running_stats=False"
    if isinstance(module, nn.Embedding | nn.EmbeddingBag):
        if module.max_norm is not None:
            return "shortens the rows that are looked up: use max_norm=None"
        if module.scale_grad_by_freq:
            return "divides by what others look up: use scale_grad_by_freq=False"
    return None


def example_losses(model: nn.Module, loss: Loss, x: Tensor, y: Tensor) -> Tensor:
    """``loss(model(x), y)``: one number per example, (n,), or a ``ValueError``."""
    losses = loss(model(x), y)
    if losses.shape != (len(x),):
        raise ValueError(
            f"loss gives shape {tuple(losses.shape)} for {len(x)} examples, not "
            f"({len(x)},): use reduction='none', and average within each example"
        )
    if not losses.requires_grad:
        raise ValueError(
            "loss carries no gradient: it must depend on a trainable parameter, "
            "outside torch.no_grad()"
        )
    return losses


def clip_factors(norms: Tensor, max_grad_norm: float) -> Tensor:
    """``min(1, max_grad_norm / norm)`` for norms (n,); ``ValueError`` for NaN or inf.

    A single example of infinite norm would otherwise turn the whole sum into NaN,
    and so be seen through any noise.
    """
    checks.positive("max_grad_norm", max_grad_norm)
    finite = norms.isfinite()
    if not finite.all():
        raise ValueError(
            f"the gradient of {int((~finite).sum())} examples is not finite: look for "
            "NaN or infinity in the data, or lower the learning rate"
        )
    return (max_grad_norm / norms).clamp(max=1)
