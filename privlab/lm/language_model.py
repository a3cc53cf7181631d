"""A network and its characters: train on lines of text, weigh text, write text."""

import math
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from privlab.core import checks, progress
from privlab.lm.characters import NO_TARGET, Characters
from privlab.lm.transformer import GPT

AT_ONCE = 512  # lines weighed together: bounds the memory


@dataclass(frozen=True, kw_only=True, eq=False)
class LanguageModel:
    """A ``network`` (``GPT``, or one that calls like it) over ``characters``.

    It foretells the next character of a line, given those before. Two models are
    comparable text by text only if they share their ``characters``.
    """

    characters: Characters
    network: nn.Module

    def token_bits(self, texts: Sequence[str]) -> list[np.ndarray]:
        """``-log2 Pr(c_t | c_1 ... c_(t-1))`` of each character of each text, and END.

        An array (m + 1,) for a text of m characters.
        """
        parts = [
            _bits(self.network, *self.characters.examples(part, self.network.context))
            for part in _parts(texts)
        ]
        rows = [row for part in parts for row in part]
        return [row[: len(t) + 1] for row, t in zip(rows, texts, strict=True)]

    def bits(self, texts: Sequence[str]) -> np.ndarray:
        """The log-perplexity of each text (n,): Carlini et al. 2019, Definition 1.

        ``-log2 Pr(text)``, the sum over its characters and END.
        """
        return np.array([row.sum() for row in self.token_bits(texts)])

    def perplexity(self, texts: Sequence[str]) -> float:
        """2 to the mean bits of a character, END included: 1 is perfect foresight."""
        return float(2 ** np.concatenate(self.token_bits(texts)).mean())

    @property
    def weights(self) -> int:
        """How many numbers the network has learned or will."""
        return sum(parameter.numel() for parameter in self.network.parameters())

    def copy(self) -> "LanguageModel":
        """The same model with a network of its own, which further training changes."""
        return LanguageModel(characters=self.characters, network=deepcopy(self.network))


def _parts(texts: Sequence[str]) -> Iterable[Sequence[str]]:
    return [texts[i : i + AT_ONCE] for i in range(0, len(texts), AT_ONCE)] or [texts]


@torch.no_grad()
def _bits(network: nn.Module, x: Tensor, y: Tensor) -> np.ndarray:
    return (token_losses(network(x), y) / math.log(2)).double().numpy()


def token_losses(logits: Tensor, y: Tensor) -> Tensor:
    """Cross-entropy (n, T) in nats of the tokens y (n, T); 0 where there is none."""
    return cross_entropy(logits.mT, y, reduction="none", ignore_index=NO_TARGET)


def line_losses(logits: Tensor, y: Tensor) -> Tensor:
    """The mean loss of each line (n,), in nats a character: one number per example.

    A line weighs as much as any other, however long: with DP it is one person's.
    """
    return token_losses(logits, y).sum(dim=1) / (y != NO_TARGET).sum(dim=1)


def new_model(
    texts: Iterable[str], *, rng: torch.Generator, **size: int
) -> LanguageModel:
    """An untrained ``GPT`` of this ``size`` over the characters of ``texts``."""
    characters = Characters.of(texts)
    return LanguageModel(
        characters=characters, network=GPT(len(characters), rng=rng, **size)
    )


@torch.no_grad()
def extended(
    model: LanguageModel, texts: Iterable[str], *, rng: torch.Generator
) -> LanguageModel:
    """A copy of ``model``, a ``GPT``, that also knows the characters of ``texts``.

    New ones get new rows in the embedding and the head, as at the start; for the old
    ones only the normalisation of the probabilities changes.
    """
    known = model.characters.known
    new = "".join(sorted(set().union(*texts) - set(known)))
    copy, old = deepcopy(model.network), len(known)
    fresh = GPT(old + len(new), **copy.size, rng=rng)
    for ours, theirs in ((fresh.tokens, copy.tokens), (fresh.head, copy.head)):
        for name, parameter in ours.named_parameters():
            parameter[:old] = getattr(theirs, name)
    copy.tokens, copy.head = fresh.tokens, fresh.head
    return LanguageModel(characters=Characters(known=known + new), network=copy)


def train(
    model: LanguageModel,
    texts: Sequence[str],
    *,
    epochs: int,
    rng: torch.Generator,
    rate: float = 3e-3,
    batch: int = 32,
    after_epoch: Callable[[int], None] = lambda epoch: None,
) -> LanguageModel:
    """Train the network in place and return the model: Adam on ``line_losses``.

    Every epoch goes once through all ``texts``, in an order drawn from ``rng``; the
    learning ``rate`` rises over the first 50 steps. ``after_epoch`` is called with
    1, 2, ..., ``epochs``. Frozen parameters stay.
    """
    x, y = model.characters.examples(texts, model.network.context)
    adam = _warmed_adam(model.network, checks.positive("rate", rate))
    checks.whole("batch", batch)
    numbers = range(1, checks.whole("epochs", epochs) + 1)
    for epoch in progress.bar(numbers, "training", unit="epoch"):
        for rows in torch.randperm(len(x), generator=rng).split(batch):
            _step(model.network, adam, x[rows], y[rows])
        after_epoch(epoch)
    return model


def _warmed_adam(network: nn.Module, rate: float) -> tuple:
    trainable = [p for p in network.parameters() if p.requires_grad]
    adam = torch.optim.Adam(trainable, lr=rate, betas=(0.9, 0.98), fused=True)
    rise = torch.optim.lr_scheduler.LambdaLR(adam, lambda i: min(1, (i + 1) / 50))
    return adam, rise


def _step(network: nn.Module, adam: tuple, x: Tensor, y: Tensor) -> None:
    optimizer, rise = adam
    longest = int((y != NO_TARGET).sum(dim=1).max())
    loss = line_losses(network(x[:, :longest]), y[:, :longest]).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    rise.step()


def greedy(model: LanguageModel, prompts: Sequence[str], *, length: int) -> list[str]:
    """The likeliest next character again and again, ``length`` times or to END.

    What is written after each prompt. The likeliest *text* may be another: ``beam``.
    """
    return _written(model, prompts, length, lambda logits: logits.argmax(dim=1))


def sample(
    model: LanguageModel,
    prompts: Sequence[str],
    *,
    length: int,
    rng: torch.Generator,
    temperature: float = 1.0,
    top_k: int | None = None,
) -> list[str]:
    """Draw each next character with probability ``softmax(logits / temperature)``.

    Below 1 the likely ones gain, above 1 the unlikely ones. With ``top_k`` only so
    many of the likeliest may be drawn. What is written after each prompt, up to END.
    """
    checks.positive("temperature", temperature)
    most = len(model.characters)
    kept = most if top_k is None else min(most, checks.whole("top_k", top_k))

    def drawn(logits: Tensor) -> Tensor:
        likeliest, numbers = (logits / temperature).topk(kept, dim=1)
        choice = torch.multinomial(likeliest.softmax(dim=1), 1, generator=rng)
        return numbers.gather(1, choice)[:, 0]

    return _written(model, prompts, length, drawn)


def _written(model: LanguageModel, prompts, length: int, choose) -> list[str]:
    """Continue prompts of equal length together."""
    checks.whole("length", length)
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    written = [""] * len(prompts)
    for _, group in groupby(order, key=lambda i: len(prompts[i])):
        rows = list(group)
        texts = _together(model, [prompts[i] for i in rows], length, choose)
        for i, text in zip(rows, texts, strict=True):
            written[i] = text
    return written


@torch.no_grad()
def _together(model: LanguageModel, prompts, length: int, choose) -> list[str]:
    logits, cache = model.network.continued(prompt_rows(model, prompts), None)
    columns = [choose(logits[:, -1])]
    for _ in range(length - 1):
        logits, cache = model.network.continued(columns[-1][:, None], cache)
        columns.append(choose(logits[:, -1]))
    return [model.characters.decode(row) for row in torch.stack(columns, 1).tolist()]


def prompt_rows(model: LanguageModel, prompts: Sequence[str]) -> Tensor:
    """END and the numbers of prompts of equal length, (n, length + 1)."""
    return torch.tensor([[0, *model.characters.encode(prompt)] for prompt in prompts])
