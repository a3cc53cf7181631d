"""A GPT in a hundred lines: attention, blocks, and a cache of keys and values."""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu

from privlab.core import checks

Cache = list[tuple[Tensor, Tensor]]  # keys, values of each block: (n, heads, T, d)


def attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """``softmax(Q K^T / sqrt(d) + mask) V``: Vaswani et al. 2017, equation 1, causal.

    ``query`` is (..., T, d), ``key`` and ``value`` are (..., S, d); the queries are the
    last T of S positions, and each sees itself and what came before.
    """
    T, S = query.shape[-2], key.shape[-2]
    later = torch.ones(T, S, dtype=torch.bool).triu(S - T + 1)
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    return scores.masked_fill(later, -math.inf).softmax(dim=-1) @ value


class Block(nn.Module):
    """``h + attend(norm(h))``, then ``h + feed(norm(h))``: Xiong et al. 2020.

    The norm comes first, so the sum of all blocks' outputs is never rescaled.
    """

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.norm_attend, self.norm_feed = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.project = nn.Linear(width, width)
        self.expand = nn.Linear(width, 4 * width)
        self.contract = nn.Linear(4 * width, width)

    def forward(self, h: Tensor, past: tuple | None) -> tuple[Tensor, tuple]:
        """(n, T, width) to the same shape, and all keys and values, past ones first."""
        thirds = self.query_key_value(self.norm_attend(h)).chunk(3, dim=2)
        query, key, value = (
            third.unflatten(2, (self.heads, -1)).transpose(1, 2) for third in thirds
        )
        if past is not None:
            key = torch.cat([past[0], key], dim=2)
            value = torch.cat([past[1], value], dim=2)
        heads = attention(query, key, value).transpose(1, 2).flatten(2)
        h = h + self.project(heads)
        h = h + self.contract(gelu(self.expand(self.norm_feed(h))))
        return h, (key, value)


class GPT(nn.Module):
    """Next-token logits: Radford et al. 2019, learned positions, no dropout.

    ``vocabulary`` tokens, at most ``context`` of them at a time; ``width`` must be a
    multiple of ``heads``. About ``12 layers width^2 + 2 vocabulary width`` weights,
    drawn from ``rng``. Built of layers for which ``dp.layers`` has rules.
    """

    def __init__(
        self,
        vocabulary: int,
        *,
        context: int = 64,
        layers: int = 2,
        heads: int = 4,
        width: int = 64,
        rng: torch.Generator,
    ):
        super().__init__()
        checks.whole("layers", layers)
        if checks.whole("width", width) % checks.whole("heads", heads):
            raise ValueError(f"width={width} must be a multiple of heads={heads}")
        self.context = checks.whole("context", context, low=2)
        self.size = {
            "context": context,
            "layers": layers,
            "heads": heads,
            "width": width,
        }
        self.tokens = nn.Embedding(checks.whole("vocabulary", vocabulary, 2), width)
        self.positions = nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary)
        self._draw(rng, layers)

    @torch.no_grad()
    def _draw(self, rng: torch.Generator, layers: int) -> None:
        """N(0, 0.02^2) weights, 0 biases; what enters the sum is 1/sqrt(2 layers)."""
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                into_sum = "project" in name or "contract" in name
                scale = 0.02 / math.sqrt(2 * layers) if into_sum else 0.02
                parameter.normal_(0, scale, generator=rng)
            elif name.endswith("bias"):
                parameter.zero_()

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits (n, T, vocabulary) of the token after each of ``tokens`` (n, T)."""
        return self.continued(tokens, None)[0]

    def continued(self, tokens: Tensor, cache: Cache | None) -> tuple[Tensor, Cache]:
        """The same for ``tokens`` that follow those in ``cache``, and the longer cache.

        What is cached need not be read again: a token costs one row instead of T.
        """
        start = 0 if cache is None else cache[0][0].shape[2]
        stop = start + tokens.shape[1]
        if stop > self.context:
            raise ValueError(f"{stop} tokens do not fit context={self.context}")
        # one row per example, for the per-example gradients of dp.bookkeeping
        positions = torch.arange(start, stop).expand(len(tokens), -1)
        h = self.tokens(tokens) + self.positions(positions)
        longer = []
        pasts = cache or [None] * len(self.blocks)
        for block, past in zip(self.blocks, pasts, strict=True):
            h, kept = block(h, past)
            longer.append(kept)
        return self.head(self.norm(h)), longer
