"""The clipped sum from one forward and one backward pass: the fast twin."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.graph import GradientEdge, get_gradient_edge
from torch.overrides import TorchFunctionMode

from privlab.dp import per_example
from privlab.dp.ghost import Factors, Formed
from privlab.dp.layers import RULES, attention
from privlab.dp.per_example import ClippedSum, Loss, clip_factors, example_losses

TYPES = "Linear, Conv2d, Embedding, LayerNorm, GroupNorm or MultiheadAttention"


def clipped_sum(
    model: nn.Module, loss: Loss, x: Tensor, y: Tensor, max_grad_norm: float
) -> ClippedSum:
    """``per_example.clipped_sum`` by book-keeping (Bu, Wang, Zha, Karypis 2023).

    The forward pass notes what went into every layer, one backward pass what came
    back to it; norms and clipped sum follow from these factors (``ghost``). Layers:
    Linear, Conv2d, Embedding, LayerNorm, GroupNorm, MultiheadAttention, shared weights
    too. ``ValueError`` names what it cannot do. Operations without weights are taken
    at their word: one that mixes people, as ``x - x.mean(0)``, is not noticed.
    """
    if len(x) == 0:
        return per_example.clipped_sum(model, loss, x, y, max_grad_norm)
    parameters = per_example.trainable(model)
    with Tape(parameters, rows=1):
        model(x[:1])  # a layer without a batch dimension may by chance have len(x) rows
    with Tape(parameters, rows=len(x)) as tape:
        losses = example_losses(model, loss, x, y)
    with torch.no_grad():
        factors = tape.factors(losses)
        squares = [part.squared_norms() for part in factors.values()]
        norms = torch.stack(squares).sum(dim=0).sqrt()
        weights = clip_factors(norms, max_grad_norm)
        total = {
            name: factors[name].weighted_sum(weights).view_as(parameter)
            for name, parameter in parameters.items()
        }
    return ClippedSum(gradient=total, norms=norms, losses=losses.detach())


@dataclass(frozen=True, kw_only=True, eq=False)
class Use:
    """One call of a function in ``RULES`` on trainable parameters."""

    function: Callable
    args: tuple
    kwargs: dict[str, Any]
    edge: GradientEdge
    shape: torch.Size
    versions: list[int]

    def received(self, g: Tensor) -> dict[Tensor | None, Factors]:
        """What the parameters received, given the gradient ``g`` by the output."""
        if self.versions != _versions(self.args, self.kwargs):
            raise ValueError(
                f"the input of {self.function.__name__} was changed in place after its "
                "use: write h = h + ... instead of h += ..."
            )
        g = g.reshape(self.shape)
        return RULES[self.function](g, *self.args, **self.kwargs)


def _use(func: Callable, args: tuple, kwargs: dict[str, Any], output: Tensor) -> Use:
    # An edge, not the tensor: should ReLU(inplace=True) follow, the tensor will no
    # longer be the layer's output. A view would lose its edge too; its base does not.
    fresh = output if output._base is None else output._base
    return Use(
        function=func,
        args=args,
        kwargs=kwargs,
        edge=get_gradient_edge(fresh),
        shape=output.shape,
        versions=_versions(args, kwargs),
    )


class Tape(TorchFunctionMode):
    """Notes every use of the parameters, and refuses those it has no rule for.

    Each used layer must give ``rows`` rows, one for each example.
    """

    def __init__(self, parameters: dict[str, nn.Parameter], *, rows: int):
        super().__init__()
        self.names = {id(p): name for name, p in parameters.items()}
        self.rows = rows
        self.uses: list[Use] = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        """torch calls this for each of its functions while the tape is entered."""
        kwargs = kwargs or {}
        tensors = list(_tensors((args, kwargs)))
        used = [self.names[id(t)] for t in tensors if id(t) in self.names]
        if used and func is F.multi_head_attention_forward:
            return attention(self._linear, *args, **kwargs)
        output = func(*args, **kwargs)
        # What carries no gradient to a parameter, such as its shape, is of no concern.
        if used and any(t.requires_grad for t in _tensors(output)):
            self._refuse_unknown(func, args[0] if args else kwargs.get("input"), used)
            self._refuse_rows(output, used)
            self.uses.append(_use(func, args, kwargs, output))
        return output

    def _linear(self, *args: Tensor) -> Tensor:
        return self.__torch_function__(F.linear, (), args)

    def _refuse_unknown(self, func, first, used: list[str]) -> None:
        if func not in RULES or id(first) in self.names:
            raise ValueError(
                f"{used[0]} is used by {getattr(func, '__name__', func)}, for which "
                f"there is no rule: build the layer from {TYPES}, or take "
                "per_example.clipped_sum"
            )

    def _refuse_rows(self, output: Tensor, used: list[str]) -> None:
        if len(output) != self.rows:
            raise ValueError(
                f"the layer of {used[0]} gives {len(output)} rows for {self.rows} "
                "examples: keep the batch as the first dimension of every layer, for "
                "positions too: positions.expand(len(x), -1)"
            )

    def factors(self, losses: Tensor) -> dict[str, Factors]:
        """The factors of every parameter's gradients, from one backward pass."""
        edges = [use.edge for use in self.uses]
        ones = torch.ones_like(losses)
        back = torch.autograd.grad(losses, edges, ones, allow_unused=True)
        parts: dict[str, list[Factors]] = {name: [] for name in self.names.values()}
        for use, g in zip(self.uses, back, strict=True):
            if g is not None:
                for parameter, part in use.received(g).items():
                    if id(parameter) in self.names:
                        parts[self.names[id(parameter)]].append(part)
        return {name: _together(name, several) for name, several in parts.items()}


def _together(name: str, parts: list[Factors]) -> Factors:
    """One parameter's factors; those of a shared one add up before the norm."""
    if not parts:
        raise ValueError(f"{name} took no part in the loss: freeze it")
    if len(parts) == 1:
        return parts[0]
    return Formed(sum(part.formed() for part in parts))


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _tensors(item)
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))


def _versions(args: tuple, kwargs: dict[str, Any]) -> list[int]:
    return [tensor._version for tensor in _tensors((args, kwargs))]
