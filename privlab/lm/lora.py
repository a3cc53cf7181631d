"""Low-rank adapters: a frozen model that learns through a few narrow matrices."""

import math
from copy import deepcopy

import torch
from torch import Tensor, nn

from privlab.core import checks
from privlab.lm.language_model import LanguageModel


class LowRank(nn.Module):
    """``W x + b + (alpha / rank) B A x``: Hu et al. 2022, equation 3 and Section 4.1.

    ``base`` is the frozen layer with W (d, k) and b; A (rank, k) is drawn from
    ``rng`` as N(0, 1/k), B (d, rank) begins at zero, so the start is the base exactly.
    A and B are layers without bias, for which ``dp.bookkeeping`` has a rule.
    """

    def __init__(
        self, base: nn.Linear, *, rank: int, alpha: float, rng: torch.Generator
    ):
        super().__init__()
        wide, high = base.in_features, base.out_features
        if checks.whole("rank", rank) > min(wide, high):
            raise ValueError(f"rank={rank} must be <= {min(wide, high)}, that of W")
        self.scale = checks.positive("alpha", alpha) / rank
        self.base = base.requires_grad_(False)
        self.A = nn.Linear(wide, rank, bias=False)
        self.B = nn.Linear(rank, high, bias=False)
        nn.init.normal_(self.A.weight, std=1 / math.sqrt(wide), generator=rng)
        nn.init.zeros_(self.B.weight)

    def forward(self, x: Tensor) -> Tensor:
        """(n, ..., k) to (n, ..., d)."""
        return self.base(x) + self.scale * self.B(self.A(x))

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        """One layer that does the same: ``W + (alpha / rank) B A``, and b."""
        layer = deepcopy(self.base)
        layer.weight += self.scale * self.B.weight @ self.A.weight
        return layer.requires_grad_(True)


def adapted(
    model: LanguageModel, *, rank: int, rng: torch.Generator, alpha: float | None = None
) -> LanguageModel:
    """A frozen copy of ``model`` with a ``LowRank`` at each linear layer of a block.

    ``alpha`` is ``rank`` unless given: a scale of 1. Embeddings, norms and head stay as
    they are. Adapters weigh ``rank (in + out)`` a layer: with ``GPT``'s blocks
    ``16 rank width`` a block. ``ValueError`` if the model has adapters already.
    """
    copy = model.copy()
    network = copy.network.requires_grad_(False)
    if _places(network, LowRank):
        raise ValueError("model has adapters already: merge them first")
    for place in _places(network.blocks, nn.Linear):
        layer = network.blocks.get_submodule(place)
        scale = rank if alpha is None else alpha
        low = LowRank(layer, rank=rank, alpha=scale, rng=rng)
        network.blocks.set_submodule(place, low)
    return copy


def adapters(model: LanguageModel) -> dict[str, Tensor]:
    """A and B of every adapter, name to a copy: all that fine-tuning changed."""
    state = model.network.state_dict()
    names = (f"{p}.{m}.weight" for p in _places(model.network, LowRank) for m in "AB")
    return {name: state[name].clone() for name in names}


def with_adapters(model: LanguageModel, state: dict[str, Tensor]) -> LanguageModel:
    """A copy of the adapted ``model`` with the ``adapters`` of another.

    ``ValueError`` unless the names are the same; torch's error for other shapes.
    """
    if state.keys() != adapters(model).keys():
        raise ValueError(f"state={sorted(state)} must name the adapters of model")
    copy = model.copy()
    copy.network.load_state_dict(state, strict=False)
    return copy


def merged(model: LanguageModel) -> LanguageModel:
    """The same model as a plain ``GPT`` that trains again: equal logits to rounding.

    Only the numbers are merged: the privacy of the adapters is that of the result.
    """
    copy = model.copy()
    for place in _places(copy.network, LowRank):
        low = copy.network.get_submodule(place)
        copy.network.set_submodule(place, low.merged())
    copy.network.requires_grad_(True)
    return copy


def _places(module: nn.Module, kind: type) -> list[str]:
    """The names of all submodules of one kind."""
    return [name for name, part in module.named_modules() if isinstance(part, kind)]
