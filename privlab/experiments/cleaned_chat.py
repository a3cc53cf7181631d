"""A chat with secrets of three forms: learned as it is, and cleaned in two ways."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from privlab.experiments.chat_model import CAP, RECIPE, exposures
from privlab.experiments.scrubbed_lines import grouped, scrubber
from privlab.lm.corpus import Canary, door_codes, planted, write
from privlab.lm.deduplicate import similarities, without_near_copies
from privlab.lm.language_model import LanguageModel, new_model, train
from privlab.lm.words import ENGLISH

FORMS = ("card as printed", "card in groups", "door code")
EACH = 3  # secrets of each form
COPIES = 8
EPOCHS = 12
WIDTH = 32
THRESHOLD = 0.7
WAYS = ("as it is", "scrubbed", "no near copies")


@dataclass(frozen=True, kw_only=True, eq=False)
class Office:
    """``lines`` of chat; ``canaries`` (9,), three of each of ``FORMS``, 8 lines each.

    Every copy has a name behind it, since people forward messages. ``never`` (3,) are
    door codes in no line: the control. ``fresh`` are 200 other messages.
    """

    ordinary: list[str]
    fresh: list[str]
    canaries: list[Canary]
    never: list[Canary]
    lines: list[str]


@cache
def office(*, seed: int) -> Office:
    """150 messages, and 9 secrets of four digits that are forwarded."""
    rng = np.random.default_rng(seed)
    written = [line.text for line in write("chat", 350, rng=rng)]
    ordinary = written[:150]
    doors = door_codes((len(FORMS) + 1) * EACH, rng=rng)
    canaries = [in_form(FORMS[i // EACH], doors[i]) for i in range(len(FORMS) * EACH)]
    secret = {canary.text for canary in canaries}
    together = planted(ordinary, canaries, [COPIES] * len(canaries), rng=rng)
    names = rng.choice(ENGLISH["given"], size=len(together))
    lines = [
        f"{text}, {name}" if text in secret else text
        for text, name in zip(together, names, strict=True)
    ]
    return Office(
        ordinary=ordinary,
        fresh=written[150:],
        canaries=canaries,
        never=doors[len(canaries) :],
        lines=lines,
    )


def in_form(form: str, door: Canary) -> Canary:
    """The door's secret in one of ``FORMS``: the end of a card number, or a code."""
    if form == "door code":
        return door
    body = "9999" + 8 * "0"
    shown = body if form == "card as printed" else grouped(body, (4, 4, 4)) + " "
    prefix = door.prefix.replace("opens with ", f"pays by {shown}")
    return Canary(prefix=prefix, secret=door.secret)


def cleaned(*, way: str, seed: int) -> list[str]:
    """The chat cleaned in one of ``WAYS``."""
    lines = office(seed=seed).lines
    if way == "scrubbed":
        return hidden(lines, seed=seed)
    if way == "no near copies":
        return without_near_copies(lines, threshold=THRESHOLD)
    return lines


def hidden(lines: list[str], *, seed: int) -> list[str]:
    """The lines after the strict scrubber that knows every name."""
    own = scrubber(style="strict", share=1, seed=seed)
    return [own.scrub(line) for line in lines]


@dataclass(frozen=True, kw_only=True, eq=False)
class Learned:
    """A model of the chat cleaned in one ``way``, and what it knows.

    ``exposures`` (9,) in bits, by ``FORMS``; ``control`` (3,); ``lines`` it read;
    ``fresh`` is its perplexity on other messages, cleaned as those were.
    """

    way: str
    lines: int
    fresh: float
    model: LanguageModel
    exposures: np.ndarray
    control: np.ndarray

    @property
    def by_form(self) -> np.ndarray:
        """Mean exposure (3,) by form."""
        return self.exposures.reshape(len(FORMS), EACH).mean(axis=1)


@cache
def learned(*, way: str, seed: int) -> Learned:
    """Train a small model on the cleaned chat, and weigh every secret."""
    data, draw = office(seed=seed), torch.Generator().manual_seed(seed)
    lines = cleaned(way=way, seed=seed)
    fresh = hidden(data.fresh, seed=seed) if way == "scrubbed" else data.fresh
    known = [*data.lines, *fresh, *lines, *(c.text for c in data.never)]
    model = new_model(known, layers=1, heads=4, width=WIDTH, rng=draw)
    train(model, lines, epochs=EPOCHS, rng=draw, **RECIPE)
    return Learned(
        way=way,
        lines=len(lines),
        fresh=model.perplexity(fresh),
        model=model,
        exposures=exposures(model, data.canaries),
        control=exposures(model, data.never),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Cleaned:
    """``by_form`` (3 ways, 3 forms), mean exposure in bits; ``lines`` (3,) read."""

    by_form: np.ndarray
    lines: np.ndarray

    @property
    def summary(self) -> str:
        each = (
            f"{way}: {', '.join(f'{e:.0f}' for e in row)}"
            for way, row in zip(WAYS, self.by_form, strict=True)
        )
        return (
            f"Mean exposure in bits, of {CAP:.1f}, of a card as printed, a card in "
            f"groups, a door code; {'; '.join(each)}."
        )


def all_ways(*, seed: int) -> Cleaned:
    """The three models side by side."""
    models = [learned(way=way, seed=seed) for way in WAYS]
    return Cleaned(
        by_form=np.array([each.by_form for each in models]),
        lines=np.array([each.lines for each in models]),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class NearCopies:
    """``copies`` (9,) left of each secret, the share of ``ordinary`` lines kept.

    ``forwarded`` and ``others`` are similarities of a line to its nearest: of lines
    with a secret, and of other lines.
    """

    threshold: float
    copies: np.ndarray
    ordinary: float
    forwarded: np.ndarray
    others: np.ndarray

    @property
    def summary(self) -> str:
        return (
            f"Lines as similar as {self.threshold:g} removed: of {COPIES} copies of a "
            f"secret {self.copies.mean():.1f} are left, of ordinary lines "
            f"{self.ordinary:.0%}."
        )


@cache
def near_copies(*, threshold: float, seed: int) -> NearCopies:
    """Remove near copies from the chat and count what is left."""
    data = office(seed=seed)
    kept = without_near_copies(data.lines, threshold=threshold)
    nearest, secret = _nearest(seed)
    ordinary = set(data.ordinary)
    return NearCopies(
        threshold=threshold,
        copies=np.array([sum(c.text in t for t in kept) for c in data.canaries]),
        ordinary=sum(t in ordinary for t in kept) / len(ordinary),
        forwarded=nearest[secret],
        others=nearest[~secret],
    )


@cache
def _nearest(seed: int) -> tuple[np.ndarray, np.ndarray]:
    data = office(seed=seed)
    lines = list(dict.fromkeys(data.lines))
    alike = similarities(lines)
    np.fill_diagonal(alike, 0)
    ordinary = set(data.ordinary)
    return alike.max(axis=1), np.array([text not in ordinary for text in lines])
