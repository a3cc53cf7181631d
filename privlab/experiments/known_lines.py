"""What a chat model writes unasked, whose lines it knows, and what copies add."""

from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from privlab.attacks.membership import membership
from privlab.experiments.chat_model import (
    EPOCHS,
    RECIPE,
    Chat,
    chat,
    exposures,
    study,
    untrained,
)
from privlab.experiments.recitation import KINDS
from privlab.lm import extract
from privlab.lm.identifiers import is_card
from privlab.lm.language_model import sample, train
from privlab.lm.words import ENGLISH

SCORES = ("loss", "Min-K%, 20 %", "ratio to a small model")


@dataclass(frozen=True, kw_only=True, eq=False)
class Unprompted:
    """1,000 lines written from nothing: what in them is true, and what invented.

    ``codes`` are the door codes among them and ``true_codes`` the distinct ones that
    are right; ``eidetic[k]`` of these stood in k lines of training. ``cards`` have
    sixteen digits, ``valid_cards`` pass Luhn, ``true_cards`` stood in training.
    """

    codes: int
    true_codes: frozenset[str]
    eidetic: dict[int, int]
    cards: int
    valid_cards: int
    true_cards: int


@cache
def unprompted(*, seed: int) -> Unprompted:
    """Let the model write, and compare with what it read."""
    trained = study(width=64, seed=seed)
    lines, rng = trained.chat.lines, torch.Generator().manual_seed(seed)
    texts = sample(trained.model, [""] * 1000, length=60, rng=rng)
    codes = [text for text in texts if "opens with" in text]
    true = frozenset(codes) & frozenset(lines)
    words = [word.strip(",") for text in texts for word in text.split()]
    cards = [word for word in words if word.isdigit() and len(word) == 16]
    return Unprompted(
        codes=len(codes),
        true_codes=true,
        eidetic=dict(Counter(extract.appearances(text, lines) for text in true)),
        cards=len(cards),
        valid_cards=sum(map(is_card, cards)),
        true_cards=sum(extract.appearances(card, lines) > 0 for card in cards),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Members:
    """AUC of telling learned from unseen lines of one kind, by score, by epoch (5,)."""

    kind: str
    auc: dict[str, np.ndarray]
    learned: int
    unseen: int

    @property
    def summary(self) -> str:
        each = (f"{score} {auc[-1]:.2f}" for score, auc in self.auc.items())
        return (
            f"Lines with {self.kind}, {self.learned} learned and {self.unseen} unseen: "
            f"AUC after {EPOCHS[-1]} epochs {', '.join(each)}; guessing 0.50."
        )


def members(*, kind: str, seed: int) -> Members:
    """Membership of lines of one kind; the small reference has read the same chat."""
    begins, _ = KINDS[kind]
    data = chat(seed=seed)
    both = data.ordinary, data.unseen
    places = [[i for i, t in enumerate(texts) if begins in t] for texts in both]

    def bits_of(width: int, epoch: int) -> list:
        weights = weighed(width=width, seed=seed)[epoch]
        return [[w[i] for i in p] for w, p in zip(weights, places, strict=True)]

    reference = bits_of(16, -1)
    scored = []
    for own in (bits_of(64, k) for k in range(len(EPOCHS))):
        ratios = [
            extract.ratio_score(o, r) for o, r in zip(own, reference, strict=True)
        ]
        losses, worst = map(extract.loss_score, own), map(extract.min_k_score, own)
        scored.append([membership(*pair).auc for pair in (losses, worst, ratios)])
    return Members(
        kind=kind,
        auc=dict(zip(SCORES, np.transpose(scored), strict=True)),
        learned=len(places[0]),
        unseen=len(places[1]),
    )


@cache
def weighed(*, width: int, seed: int) -> tuple:
    """After each epoch the bits of every character, of learned and of unseen lines."""
    trained = study(width=width, seed=seed)
    data = trained.chat
    return tuple(
        (model.token_bits(data.ordinary), model.token_bits(data.unseen))
        for model in trained.models
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Deduplicated:
    """Exposure after 10 epochs (ways, doors with 8 copies) of each way to clean."""

    exposures: dict[str, np.ndarray]
    lines: dict[str, int]

    @property
    def summary(self) -> str:
        each = (f"{way} {e.mean():.1f}" for way, e in self.exposures.items())
        return f"Mean exposure of codes with 8 copies, in bits: {', '.join(each)}."


def without_copies(texts: list[str]) -> list[str]:
    """Each text once, where it came first: exact deduplication."""
    return list(dict.fromkeys(texts))


def signed(texts: list[str], data: Chat, *, rng: np.random.Generator) -> list[str]:
    """Every copy of a code with a name behind it, as people forward a message."""
    codes = {canary.text for canary in data.canaries}
    names = rng.choice(ENGLISH["given"], size=len(texts))
    pairs = zip(texts, names, strict=True)
    return [f"{text}, {name}" if text in codes else text for text, name in pairs]


@cache
def deduplicated(*, seed: int) -> Deduplicated:
    """Train on the chat as it is, and cleaned of copies, verbatim and forwarded."""
    data, rng = chat(seed=seed), np.random.default_rng(seed)
    forwarded = without_copies(signed(data.lines, data, rng=rng))
    ways = {"copies removed": without_copies(data.lines), "forwarded": forwarded}
    eight = [c for c, r in zip(data.canaries, data.repeats, strict=True) if r == 8]
    found = {"as it is": exposures(study(width=64, seed=seed).after(10), eight)}
    for way, lines in ways.items():
        draw = torch.Generator().manual_seed(seed)
        model = untrained(data, width=64, rng=draw)
        train(model, lines, epochs=10, rng=draw, **RECIPE)
        found[way] = exposures(model, eight)
    counts = {"as it is": len(data.lines)} | {k: len(v) for k, v in ways.items()}
    return Deduplicated(exposures=found, lines=counts)
