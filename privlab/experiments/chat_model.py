"""A small language model trained on chat with planted door codes, epoch by epoch."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from privlab.lm.corpus import Canary, door_codes, planted, write
from privlab.lm.extract import canary_exposure
from privlab.lm.language_model import LanguageModel, new_model, train

REPEATS = (0, 1, 2, 4, 8)
EACH = 4  # doors per number of repeats
EPOCHS = (2, 5, 10, 15, 20)  # when the model is measured and kept
WIDTHS = (16, 32, 64)
RECIPE = {"rate": 5e-3, "batch": 16}
CAP = np.log2(10_000)  # bits in a code of four digits


@dataclass(frozen=True, kw_only=True, eq=False)
class Chat:
    """The training ``lines``: 300 messages, ``ordinary``, and the planted codes.

    ``canaries[i]`` is planted ``repeats[i]`` times. ``fresh`` are 300 messages of the
    same law, some of which chance has written twice; ``unseen`` are those of 700 that
    are surely not in training, and so the less common ones.
    """

    ordinary: list[str]
    fresh: list[str]
    unseen: list[str]
    canaries: list[Canary]
    repeats: np.ndarray
    lines: list[str]

    def first(self, repeats: int) -> Canary:
        """The first door of those planted so often."""
        return self.canaries[int(np.argmax(self.repeats == repeats))]


@cache
def chat(*, seed: int) -> Chat:
    """Write 1,000 messages and 20 doors, and plant the codes among the first 300."""
    rng = np.random.default_rng(seed)
    written = [line.text for line in write("chat", 1000, rng=rng)]
    ordinary = written[:300]
    canaries = door_codes(EACH * len(REPEATS), rng=rng)
    repeats = np.repeat(REPEATS, EACH)
    return Chat(
        ordinary=ordinary,
        fresh=written[300:600],
        unseen=[text for text in written[300:] if text not in set(ordinary)],
        canaries=canaries,
        repeats=repeats,
        lines=planted(ordinary, canaries, repeats.tolist(), rng=rng),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Study:
    """One training run on a ``Chat``, measured after each of ``EPOCHS``.

    ``seen`` and ``fresh`` (5,) are perplexities of messages, ``exposures`` (5, 20) in
    bits of each door's code; ``models[k]`` is the model after ``EPOCHS[k]``.
    """

    width: int
    chat: Chat
    models: tuple[LanguageModel, ...]
    seen: np.ndarray
    fresh: np.ndarray
    exposures: np.ndarray

    @property
    def model(self) -> LanguageModel:
        """The model after the last epoch."""
        return self.models[-1]

    @property
    def by_repeats(self) -> np.ndarray:
        """Mean exposure (5 epochs, 5 numbers of repeats)."""
        return self.exposures.reshape(len(EPOCHS), len(REPEATS), EACH).mean(axis=2)

    def after(self, epoch: int) -> LanguageModel:
        """The model as it was after one of ``EPOCHS``."""
        return self.models[EPOCHS.index(epoch)]


@cache
def study(*, width: int, seed: int) -> Study:
    """Train one block of the given width for 20 epochs; a few seconds."""
    data, rng = chat(seed=seed), torch.Generator().manual_seed(seed)
    model = untrained(data, width=width, rng=rng)
    kept: list[LanguageModel] = []

    def keep(epoch: int) -> None:
        if epoch in EPOCHS:
            kept.append(model.copy())

    train(model, data.lines, epochs=20, rng=rng, **RECIPE, after_epoch=keep)
    return Study(
        width=width,
        chat=data,
        models=tuple(kept),
        seen=np.array([m.perplexity(data.ordinary) for m in kept]),
        fresh=np.array([m.perplexity(data.fresh) for m in kept]),
        exposures=np.array([exposures(m, data.canaries) for m in kept]),
    )


def untrained(data: Chat, *, width: int, rng: torch.Generator) -> LanguageModel:
    """A model of one block that knows every character of the chat."""
    texts = [*data.lines, *data.unseen, *(c.text for c in data.canaries)]
    return new_model(texts, layers=1, heads=4, width=width, rng=rng)


def exposures(model: LanguageModel, canaries: list[Canary]) -> np.ndarray:
    """The exact exposure of each code, in bits."""
    return np.array([canary_exposure(model, canary) for canary in canaries])


@dataclass(frozen=True, kw_only=True, eq=False)
class Growth:
    """One ``study`` to be drawn over epochs, or over how often a code was read."""

    study: Study
    across: str

    @property
    def summary(self) -> str:
        last = self.study.by_repeats[-1]
        each = (f"{e:.1f} bits at {r}" for e, r in zip(last, REPEATS, strict=True))
        return (
            f"Width {self.study.width}, after {EPOCHS[-1]} epochs, exposure by number "
            f"of copies: {', '.join(each)}; of {CAP:.1f} at most."
        )


ACROSS = ("epochs", "times read")


def growth(*, width: str, across: str, seed: int) -> Growth:
    """Exposure as training goes on, for a model of the given width."""
    return Growth(study=study(width=int(width), seed=seed), across=across)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sizes:
    """Final ``exposures`` (3 widths, 5 numbers of repeats, 4 doors), and perplexities.

    ``fresh`` (3,) is the perplexity of fresh messages, ``weights`` (3,) a count.
    """

    exposures: np.ndarray
    fresh: np.ndarray
    weights: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """Mean exposure (3 widths, 5 numbers of repeats)."""
        return self.exposures.mean(axis=2)

    @property
    def summary(self) -> str:
        each = (
            f"{once:.1f} bits with {weights:,} weights"
            for once, weights in zip(self.mean[:, 1], self.weights, strict=True)
        )
        return f"Exposure of a code that was there once: {', '.join(each)}."


def sizes(*, seed: int) -> Sizes:
    """The same chat learned by models of three widths."""
    studies = [study(width=width, seed=seed) for width in WIDTHS]
    shape = (len(WIDTHS), len(REPEATS), EACH)
    return Sizes(
        exposures=np.array([s.exposures[-1] for s in studies]).reshape(shape),
        fresh=np.array([s.fresh[-1] for s in studies]),
        weights=np.array([s.model.weights for s in studies]),
    )
