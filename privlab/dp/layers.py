"""What the weights of each layer receive from each example, in factors.

A rule takes ``g``, the gradient of the summed loss by the layer's output (n, ...), and
the arguments of the layer's function in ``torch.nn.functional``; it gives the factors
of the per-example gradients by parameter (the key None, for no bias, means nothing).
"""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from privlab.dp.ghost import Factors, Formed, Lookups, outer_products

Received = dict[Tensor | None, Factors]


def linear(g, input, weight, bias=None) -> Received:
    """``y_t = W a_t + b``, for input (n, ..., d): W gets ``sum_t g_t a_t^T``."""
    a = input.reshape(len(input), -1, input.shape[-1])
    b = g.reshape(len(g), -1, g.shape[-1])
    return {weight: outer_products(a, b), bias: Formed(b.sum(dim=1))}


def conv2d(
    g, input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
) -> Received:
    """A linear layer on patches: t runs over the positions of the filter."""
    size, stride, dilation = weight.shape[2:], _pair(stride), _pair(dilation)
    a = _patches(F.pad(input, _zeros(size, padding, dilation)), size, stride, dilation)
    b = g.flatten(2).mT
    return {weight: _grouped(a, b, groups), bias: Formed(b.sum(dim=1))}


def _patches(input: Tensor, size, stride, dilation) -> Tensor:
    """What the filter sees at each position: (n, channels, h, w) to (n, T, d)."""
    for dim, (k, step, gap) in enumerate(zip(size, stride, dilation, strict=True), 2):
        input = input.unfold(dim, gap * (k - 1) + 1, step)[..., ::gap]
    return input.permute(0, 2, 3, 1, 4, 5).flatten(3).flatten(1, 2)


def _zeros(size, padding, dilation) -> tuple[int, ...]:
    """The rows and columns of zeros around an image: left, right, top, bottom."""
    if padding == "same":
        high, wide = (gap * (k - 1) for k, gap in zip(size, dilation, strict=True))
        return wide // 2, wide - wide // 2, high // 2, high - high // 2
    high, wide = (0, 0) if padding == "valid" else _pair(padding)
    return wide, wide, high, high


def _pair(value) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else tuple(value)


def _grouped(a: Tensor, b: Tensor, groups: int) -> Factors:
    if groups == 1:
        return outer_products(a, b)
    a, b = a.unflatten(2, (groups, -1)), b.unflatten(2, (groups, -1))
    return Formed(torch.einsum("ntgp,ntgd->ngpd", b, a).flatten(1, 2))


def embedding(g, input, weight, padding_idx=None, *_, **__) -> Received:
    """Row k of the table gets the sum of ``g_t`` over the positions that hold k."""
    keys = input.flatten(1) if input.ndim > 1 else input[:, None]
    b = g.reshape(*keys.shape, g.shape[-1])
    if padding_idx is not None:
        b = b * (keys != padding_idx % len(weight))[:, :, None]
    return {weight: Lookups(keys, b, rows=len(weight))}


def layer_norm(
    g, input, normalized_shape, weight=None, bias=None, eps=1e-5
) -> Received:
    """``y = w * x̂ + b``: w gets ``sum_t g_t * x̂_t``, with x̂ the normalised input."""
    normal = F.layer_norm(input, normalized_shape, eps=eps)
    positions = tuple(range(1, g.ndim - len(normalized_shape)))
    return {weight: _summed(g * normal, positions), bias: _summed(g, positions)}


def group_norm(g, input, num_groups, weight=None, bias=None, eps=1e-5) -> Received:
    """As ``layer_norm``, with one w and b for each channel (dimension 1)."""
    normal = F.group_norm(input, num_groups, eps=eps)
    positions = tuple(range(2, g.ndim))
    return {weight: _summed(g * normal, positions), bias: _summed(g, positions)}


def _summed(products: Tensor, positions: tuple[int, ...]) -> Formed:
    # torch takes an empty tuple of dimensions for all of them
    return Formed(products.sum(dim=positions) if positions else products)


RULES: dict[Callable, Callable[..., Received]] = {
    F.linear: linear,
    F.conv2d: conv2d,
    F.embedding: embedding,
    F.layer_norm: layer_norm,
    F.group_norm: group_norm,
}


def attention(
    linear: Callable[..., Tensor],
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    *,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    average_attn_weights: bool = True,
    **unused,
) -> tuple[Tensor, Tensor | None]:
    """``F.multi_head_attention_forward`` spelled out, its weights used by ``linear``.

    ``softmax(Q K^T / sqrt(d) + mask) V`` for each head (Vaswani et al. 2017, equation
    1). ``query`` is (T, n, width), as torch passes it, ``key`` and ``value`` are
    (S, n, width); ``linear`` sees (n, T, width). Gives what torch's function gives:
    the output (T, n, width) and, if asked for, the weights.
    """
    if in_proj_weight is None or bias_k is not None or add_zero_attn or query.ndim < 3:
        raise ValueError(
            "MultiheadAttention has no rule for kdim, vdim, add_bias_kv, add_zero_attn "
            "or input without a batch: use the plain form on (batch, length, width)"
        )
    q, k, v = _projected(linear, query, key, value, in_proj_weight, in_proj_bias)
    q, k, v = (t.unflatten(2, (num_heads, -1)).transpose(1, 2) for t in (q, k, v))
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if attn_mask is not None:
        each = attn_mask.ndim == 3
        attn_mask = attn_mask.unflatten(0, (-1, num_heads)) if each else attn_mask
        scores = scores + _additive(attn_mask, scores.dtype)
    if key_padding_mask is not None:
        scores = scores + _additive(key_padding_mask, scores.dtype)[:, None, None, :]
    weights = F.dropout(scores.softmax(dim=-1), dropout_p, training)
    heads = (weights @ v).transpose(1, 2).flatten(2)
    output = linear(heads, out_proj_weight, out_proj_bias).transpose(0, 1)
    if not need_weights:
        return output, None
    return output, weights.mean(dim=1) if average_attn_weights else weights


def _projected(linear, query, key, value, weight, bias) -> tuple[Tensor, ...]:
    """Queries, keys, values, each (n, T, width), by one use of the packed weight."""
    if query is key and key is value:
        return linear(query.transpose(0, 1), weight, bias).chunk(3, dim=2)
    lengths = [len(query), len(key), len(value)]
    together = linear(torch.cat([query, key, value]).transpose(0, 1), weight, bias)
    thirds = zip(together.split(lengths, dim=1), range(3), strict=True)
    return tuple(part.chunk(3, dim=2)[third] for part, third in thirds)


def _additive(mask: Tensor, dtype: torch.dtype) -> Tensor:
    """0 where attention may look and -inf where a boolean mask says it may not."""
    if mask.dtype != torch.bool:
        return mask
    return torch.zeros_like(mask, dtype=dtype).masked_fill(mask, -math.inf)
