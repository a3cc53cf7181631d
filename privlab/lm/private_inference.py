"""A transformer layer split in two: matrices by a server, all else by the client.

Encryption adds and multiplies. So the linear maps of a layer can run on ciphertexts,
and a square in place of GELU; softmax and layer norm divide, and stay with the client.
Nothing here encrypts: ``ask`` may.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import gelu

from privlab.core import checks
from privlab.lm.transformer import Block, attention

Ask = Callable[[str, Tensor], Tensor]  # (which map, its inputs) to its outputs


def attended(block: Block, h: Tensor, ask: Ask) -> Tensor:
    """``h + attend(norm(h))`` of a ``Block``: the server maps twice, the client splits.

    ``h`` is (n, T, width). The client sees queries, keys and values in the open, and
    does the softmax.
    """
    thirds = ask("query_key_value", block.norm_attend(h)).chunk(3, dim=2)
    query, key, value = (
        third.unflatten(2, (block.heads, -1)).transpose(1, 2) for third in thirds
    )
    heads = attention(query, key, value).transpose(1, 2).flatten(2)
    return h + ask("project", heads)


def fed(block: Block, h: Tensor, ask: Ask) -> Tensor:
    """``h + feed(norm(h))`` with GELU by the client, between two linear maps."""
    hidden = ask("expand", block.norm_feed(h))
    return h + ask("contract", gelu(hidden))


def fed_by_squares(block: Block, h: Tensor, ask: Ask) -> Tensor:
    """``h + feed(norm(h))`` in one map by the server: ``square_feed``, depth 3."""
    return h + ask("square_feed", block.norm_feed(h))


@torch.no_grad()
def square_feed(block: Block, inputs: Tensor) -> dict[str, np.ndarray]:
    """Matrices with ``(x W1 + b1)^2 W2 + b2`` near the block's feed-forward part.

    ``gelu(z) ~ c z^2 + b z + a = c (z + s)^2 + k``, s = b / 2c, k = a - b^2 / 4c, by
    least squares over the z that ``inputs`` (..., width) give; sqrt(c) and s go into
    W1, b1 and k into b2. Far from those z a parabola is nothing like GELU.
    """
    z = block.expand(inputs).flatten()
    c, b, a = np.polyfit(z.double(), gelu(z).double(), 2)
    if c <= 0:
        raise ValueError(f"c={c:g} must be > 0: these inputs show no bend of GELU")
    expand, contract = block.expand, block.contract
    parts = {
        "first": np.sqrt(c) * expand.weight.T,
        "first_bias": np.sqrt(c) * (expand.bias + b / (2 * c)),
        "second": contract.weight.T,
        "second_bias": contract.bias
        + (a - b**2 / (4 * c)) * contract.weight.sum(dim=1),
    }
    return {name: part.double().numpy() for name, part in parts.items()}


def map_from(inputs: np.ndarray, outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The server's W (k, d) and b (k,), from what one linear map gave to its client.

    Least squares of ``outputs = inputs W^T + b``, inputs (n, d), outputs (n, k); d + 1
    rows that span the inputs determine the map on them. Where all inputs lie in a
    plane, as behind a layer norm, W itself is free across it, and the smallest is
    given. Encryption hides data from the server, not the server's map from the client.
    """
    inputs, outputs = checks.finite("inputs", inputs), checks.finite("outputs", outputs)
    rows, width = inputs.shape
    if rows < width + 1:
        raise ValueError(f"inputs has {rows} rows, needs {width + 1} to solve for")
    with_one = np.column_stack([inputs, np.ones(rows)])
    solved, *_ = np.linalg.lstsq(with_one, outputs, rcond=None)
    return solved[:-1].T, solved[-1]
