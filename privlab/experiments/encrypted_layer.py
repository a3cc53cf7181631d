"""One transformer layer with its matrices under CKKS: what it costs, who sees what."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from privlab.experiments.sealed_maps import (
    Exchange,
    ServerMap,
    linear_map,
    sealing,
    square_map,
)
from privlab.he.context import NETWORK, SCORE, Parameters
from privlab.he.keyholder import SecretKeys, new_keys
from privlab.lm import private_inference as split
from privlab.lm.corpus import write
from privlab.lm.language_model import LanguageModel, new_model, train

WIDTH = 8
LINEAR = ("query_key_value", "project", "expand", "contract")
LINES = 16  # sealed together: their characters share the slots
FEEDS = {"GELU by the client": split.fed, "square by the server": split.fed_by_squares}


@dataclass(frozen=True, kw_only=True, eq=False)
class Private:
    """A small model of public chat, its block in two parts, and lines to keep secret.

    ``maps`` are the server's; the client holds embedding, norms and head, and makes
    the ``keys``.
    """

    model: LanguageModel
    maps: dict[str, ServerMap]
    lines: list[str]
    fresh: list[str]
    keys: dict[Parameters, SecretKeys] = field(repr=False)


@cache
def private(*, seed: int) -> Private:
    """Train one block of width 8 on 300 lines in the open, and make two key pairs."""
    rng, draw = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    texts = [line.text for line in write("chat", 500, rng=rng)]
    model = new_model(texts, layers=1, heads=2, width=WIDTH, rng=draw)
    train(model, texts[:300], epochs=8, rate=1e-2, batch=16, rng=draw)
    block = model.network.blocks[0]
    h = embedded(model, texts[:100])
    with torch.no_grad():
        h = split.attended(block, h, lambda name, x: getattr(block, name)(x))
        square = square_map(block, block.norm_feed(h))
    maps = {name: linear_map(getattr(block, name)) for name in LINEAR}
    return Private(
        model=model,
        maps=maps | {"square_feed": square},
        lines=texts[300 : 300 + LINES],
        fresh=texts[300:],
        keys={own: new_keys(own) for own in (SCORE, NETWORK)},
    )


@torch.no_grad()
def embedded(model: LanguageModel, texts: Sequence[str]) -> Tensor:
    """What enters the first block: (n, T, width)."""
    x, _ = model.characters.examples(texts, model.network.context)
    return model.network.tokens(x) + model.network.positions(torch.arange(x.shape[1]))


@torch.no_grad()
def logits(data: Private, texts: Sequence[str], feed: str, ask: split.Ask) -> Tensor:
    """The model's output for ``texts``, its one block computed by parts."""
    network = data.model.network
    (block,) = network.blocks
    h = split.attended(block, embedded(data.model, texts), ask)
    return network.head(network.norm(FEEDS[feed](block, h, ask)))


def openly(data: Private) -> split.Ask:
    """The same maps on numbers: the twin to compare with."""

    def ask(name: str, x: Tensor) -> Tensor:
        columns = list(x.flatten(0, -2).double().numpy().T)
        mapped = np.stack(data.maps[name].apply(columns), axis=1)
        return torch.tensor(mapped, dtype=x.dtype).unflatten(0, x.shape[:-1])

    return ask


@dataclass(frozen=True, kw_only=True, eq=False)
class Sealed:
    """The layer under encryption: its ``exchanges``, and whether it is still right.

    ``error`` is the largest difference of a logit from the same maps on numbers,
    ``same`` the share of characters whose likeliest successor is that of the model in
    the open; ``open_seconds`` what the block takes there. ``tokens`` are characters,
    padding not counted.
    """

    feed: str
    tokens: int
    exchanges: tuple[Exchange, ...]
    error: float
    same: float
    open_seconds: float

    @property
    def seconds(self) -> float:
        return sum(each.client + each.server for each in self.exchanges)

    @property
    def bytes(self) -> int:
        return sum(each.up + each.down for each in self.exchanges)

    @property
    def open_bytes(self) -> int:
        """The same numbers as floats of 4 bytes."""
        pairs = ((each.inputs, each.outputs) for each in self.exchanges)
        return 4 * sum(x.size + y.size for x, y in pairs)

    @property
    def summary(self) -> str:
        return (
            f"{self.feed}: {len(self.exchanges)} exchanges, {self.bytes / 1e6:.0f} MB "
            f"for {self.tokens} characters, {self.bytes / self.open_bytes:.0f} times "
            f"the open numbers; the same next character in {self.same:.0%}."
        )


@cache
def sealed(*, feed: str, seed: int) -> Sealed:
    """Run ``LINES`` lines through the layer, its matrices on ciphertexts; a second."""
    data, exchanges = private(seed=seed), []
    block, h = data.model.network.blocks[0], embedded(data.model, data.lines)
    ask = sealing(data.keys, data.maps, exchanges.append)
    found = logits(data, data.lines, feed, ask)
    twin = logits(data, data.lines, feed, openly(data))
    with torch.no_grad():
        start = time.perf_counter()
        for _ in range(20):
            block(h, None)
        seconds = (time.perf_counter() - start) / 20
        x, y = data.model.characters.examples(data.lines, data.model.network.context)
        own = data.model.network(x)
    real = y >= 0
    same = (found.argmax(dim=2) == own.argmax(dim=2))[real].double().mean()
    return Sealed(
        feed=feed,
        tokens=int(real.sum()),
        exchanges=tuple(exchanges),
        error=float((found - twin).abs().max()),
        same=float(same),
        open_seconds=seconds,
    )


def perplexity(data: Private, feed: str) -> float:
    """2 to the mean bits of a fresh character, the block computed by parts."""
    _, y = data.model.characters.examples(data.fresh, data.model.network.context)
    found = logits(data, data.fresh, feed, openly(data))
    return float(cross_entropy(found[y >= 0], y[y >= 0]).exp())


@dataclass(frozen=True, kw_only=True, eq=False)
class Solved:
    """What a client who keeps its numbers knows of a server's map.

    ``errors`` (k,) are of outputs it foretells without asking, as shares of their
    deviation, after it has asked for ``characters`` (k,) positions of lines.
    """

    feed: str
    name: str
    characters: np.ndarray
    errors: np.ndarray

    @property
    def summary(self) -> str:
        return (
            f"{self.name}: after {self.characters[-1]} positions the client foretells "
            f"the server's answer with an error of {100 * self.errors[-1]:.1g} %."
        )


def solved(*, name: str, seed: int) -> Solved:
    """Solve for one map from more and more characters, and foretell the last 200."""
    feed = list(FEEDS)[name == "square_feed"]
    runs = sealed(feed=feed, seed=seed).exchanges
    (own,) = (each for each in runs if each.name == name)
    asked = np.array([own.inputs.shape[1] + extra for extra in (1, 4, 16, 64, 256)])
    errors = []
    for count in asked:
        weights, bias = split.map_from(own.inputs[:count], own.outputs[:count])
        off = own.inputs[-200:] @ weights.T + bias - own.outputs[-200:]
        errors.append(off.std() / own.outputs[-200:].std())
    return Solved(feed=feed, name=name, characters=asked, errors=np.array(errors))
