"""Per-example gradients in factors: their norms and sums without forming them.

What a layer's weight receives from one example is a sum of products: what went into
the layer times the gradient that came back. Each class holds these factors for n
examples and answers the same three questions: ``squared_norms()`` (n,),
``weighted_sum(weights)`` (*shape), and ``formed()`` (n, *shape), the gradients
themselves, where ``shape`` is that of the weight, as a matrix if it is a filter.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Formed:
    """The gradients themselves: ``gradients`` (n, *shape)."""

    gradients: Tensor

    def squared_norms(self) -> Tensor:
        return torch.linalg.vector_norm(self.gradients.flatten(1), dim=1).square()

    def weighted_sum(self, weights: Tensor) -> Tensor:
        return torch.tensordot(weights, self.gradients, dims=1)

    def formed(self) -> Tensor:
        return self.gradients


@dataclass(frozen=True, eq=False)
class OuterProducts:
    """``G_i = sum_t b_it a_it^T`` of ``inputs`` a (n, T, d), ``backward`` b (n, T, p).

    ``||G_i||^2 = sum_ts (a_it . a_is) (b_it . b_is)``: Goodfellow 2015 for T = 1, Li,
    Tramer, Liang and Hashimoto 2022, Section 4, for any T. Rounding is relative to
    ``(sum_t ||a_it|| ||b_it||)^2``: where the terms cancel almost wholly, float32 may
    take a norm for smaller than it is.
    """

    inputs: Tensor
    backward: Tensor

    def squared_norms(self) -> Tensor:
        a, b = self.inputs, self.backward
        if a.shape[1] == 1:
            lengths = [torch.linalg.vector_norm(t, dim=(1, 2)) for t in (a, b)]
            return (lengths[0] * lengths[1]).square()
        return ((a @ a.mT) * (b @ b.mT)).sum(dim=(1, 2)).clamp(min=0)

    def weighted_sum(self, weights: Tensor) -> Tensor:
        weighted = self.backward * weights[:, None, None]
        return weighted.flatten(0, 1).mT @ self.inputs.flatten(0, 1)

    def formed(self) -> Tensor:
        return self.backward.mT @ self.inputs


@dataclass(frozen=True, eq=False)
class Lookups:
    """``G_i = sum_t e_(k_it) b_it^T`` of ``keys`` k (n, T), ``backward`` b (n, T, d).

    Outer products whose inputs are one-hot: ``keys`` number the rows of a table of
    ``rows`` rows. ``||G_i||^2 = sum_ts [k_it = k_is] (b_it . b_is)``.
    """

    keys: Tensor
    backward: Tensor
    rows: int

    def squared_norms(self) -> Tensor:
        same = self.keys[:, :, None] == self.keys[:, None, :]
        products = self.backward @ self.backward.mT
        return (products * same).sum(dim=(1, 2)).clamp(min=0)

    def weighted_sum(self, weights: Tensor) -> Tensor:
        weighted = (self.backward * weights[:, None, None]).flatten(0, 1)
        table = weighted.new_zeros(self.rows, weighted.shape[-1])
        return table.index_add_(0, self.keys.flatten(), weighted)

    def formed(self) -> Tensor:
        n, _, width = self.backward.shape
        table = self.backward.new_zeros(n, self.rows, width)
        keys = self.keys[:, :, None].expand_as(self.backward)
        return table.scatter_add_(1, keys, self.backward)


Factors = Formed | OuterProducts | Lookups


def outer_products(inputs: Tensor, backward: Tensor) -> Formed | OuterProducts:
    """``sum_t b_it a_it^T`` in the form whose norm is cheaper (Bu et al. 2022).

    The ghost norm makes ``2 T^2`` numbers per example, the gradient itself ``p d``.
    """
    factors = OuterProducts(inputs, backward)
    length, size = inputs.shape[1], inputs.shape[2] * backward.shape[2]
    return factors if 2 * length**2 <= size else Formed(factors.formed())
