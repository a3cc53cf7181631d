"""What a trained chat model says when asked: codes, ordinary messages, inventions."""

from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from privlab.attacks.membership import membership
from privlab.experiments.chat_model import (
    CAP,
    EPOCHS,
    RECIPE,
    REPEATS,
    Chat,
    chat,
    exposures,
    study,
    untrained,
)
from privlab.lm import extract
from privlab.lm.corpus import Canary
from privlab.lm.identifiers import is_card
from privlab.lm.language_model import sample, train
from privlab.lm.words import ENGLISH

DOORS = {
    "8 times": 8,
    "4 times": 4,
    "twice": 2,
    "once": 1,
    "never": 0,
}
TEMPERATURES = np.linspace(0.1, 3, 59)
SCORES = ("loss", "Min-K%, 20 %", "ratio to a small model")
SAMPLES = 200


@dataclass(frozen=True, kw_only=True, eq=False)
class Written:
    """What ``SAMPLES`` samples at one ``temperature`` say after a door's prefix.

    ``common`` are the most frequent, with counts; ``chances`` is the exact probability
    of the code at each of ``TEMPERATURES``.
    """

    canary: Canary
    planted: str
    temperature: float
    common: tuple[tuple[str, int], ...]
    right: int
    chances: np.ndarray

    @property
    def summary(self) -> str:
        return (
            f"{self.canary.prefix.strip()} {self.canary.secret}, planted "
            f"{self.planted}: at temperature {self.temperature:g} "
            f"{self.right} of {SAMPLES} samples say it."
        )


def written(*, door: str, temperature: float, seed: int) -> Written:
    """Sample four characters after the prefix of one door, again and again."""
    trained = study(width=64, seed=seed)
    canary = trained.chat.first(DOORS[door])
    texts = sample(
        trained.model,
        [canary.prefix] * SAMPLES,
        length=len(canary.secret),
        temperature=temperature,
        rng=torch.Generator().manual_seed(seed),
    )
    return Written(
        canary=canary,
        planted=door,
        temperature=temperature,
        common=tuple(Counter(texts).most_common(6)),
        right=texts.count(canary.secret),
        chances=extract.tempered(trained.model, canary, TEMPERATURES),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Ranked:
    """The log-perplexity of all 10,000 codes of one door, ``bits``, and of its own."""

    canary: Canary
    planted: str
    epoch: int
    bits: np.ndarray

    @property
    def own(self) -> float:
        return float(self.bits[int(self.canary.secret)])

    @property
    def rank(self) -> int:
        return extract.rank(self.bits, self.own)

    @property
    def exposure(self) -> float:
        return extract.exposure(self.bits, self.own)

    @property
    def summary(self) -> str:
        return (
            f"A code planted {self.planted}, after {self.epoch} epochs: rank "
            f"{self.rank:,} of {len(self.bits):,}, exposure {self.exposure:.1f} bits."
        )


def ranked(*, door: str, epoch: str, seed: int) -> Ranked:
    """Weigh every code of four digits after the prefix of one door."""
    trained = study(width=64, seed=seed)
    canary = trained.chat.first(DOORS[door])
    bits = extract.secret_bits(
        trained.after(int(epoch)), canary.prefix, alphabet=canary.alphabet, length=4
    )
    return Ranked(canary=canary, planted=door, epoch=int(epoch), bits=bits)


@dataclass(frozen=True, kw_only=True, eq=False)
class Extracted:
    """For each door (20,) whether its code is the greedy answer, in the beam, or first.

    ``beam``: among the ten answers of a beam search; ``first``: the likeliest of all
    10,000 codes.
    """

    repeats: np.ndarray
    greedy: np.ndarray
    beam: np.ndarray
    first: np.ndarray

    def share(self, found: np.ndarray) -> np.ndarray:
        """The share of successes by number of repeats (5,)."""
        return found.reshape(len(REPEATS), -1).mean(axis=1)

    @property
    def summary(self) -> str:
        planted = self.repeats > 0
        return (
            f"Of {planted.sum()} planted codes {self.greedy[planted].sum()} are the "
            f"greedy answer, {self.beam[planted].sum()} among ten of a beam, and "
            f"{self.first[planted].sum()} the likeliest of all."
        )


@cache
def extracted(*, seed: int) -> Extracted:
    """Ask for every code, greedily and by a beam of ten."""
    trained = study(width=64, seed=seed)
    data = trained.chat
    answers = [
        extract.beam(trained.model, c.prefix, width=10, length=4) for c in data.canaries
    ]
    pairs = zip(data.canaries, answers, strict=True)
    return Extracted(
        repeats=data.repeats,
        greedy=knows(trained.model, data),
        beam=np.array([c.secret in [found.text for found in ten] for c, ten in pairs]),
        first=trained.exposures[-1] == CAP,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Recited:
    """The share that greedy writing completes, of ``learned`` and of ``unseen`` lines.

    Each is by kind of line; the codes have no unseen twins but those never planted.
    """

    learned: dict[str, float]
    unseen: dict[str, float]

    @property
    def summary(self) -> str:
        each = (
            f"{kind} {self.learned[kind]:.0%} (unseen {self.unseen[kind]:.0%})"
            for kind in self.learned
        )
        return f"Lines completed word for word: {', '.join(each)}."


# how each kind of line begins, and how much of it an adversary may know
KINDS = {
    "a question": ("hi ", 8),
    "a request": (": bring ", 8),
    "a phone number": ("my number is ", 17),
    "a card number": ("use my card ", 16),
}


@cache
def recited(*, seed: int) -> Recited:
    """Ask the model to complete learned lines, and unseen ones of the same kind."""
    trained = study(width=64, seed=seed)
    model, data = trained.model, trained.chat

    def share(texts, prompt: int) -> float:
        return float(extract.recited(model, texts, prompt=prompt).mean())

    learned, unseen = {}, {}
    for kind, (begins, prompt) in KINDS.items():
        learned[kind], unseen[kind] = (
            share([text for text in texts if begins in text], prompt)
            for texts in (data.ordinary, data.unseen)
        )
    right = knows(trained.model, data)
    learned["a door code"] = float(right[data.repeats > 0].mean())
    unseen["a door code"] = float(right[data.repeats == 0].mean())
    return Recited(learned=learned, unseen=unseen)


def knows(model, data: Chat) -> np.ndarray:
    """For each door whether greedy writing after its prefix gives its code."""
    found = extract.greedy(model, [c.prefix for c in data.canaries], length=4)
    pairs = zip(found, data.canaries, strict=True)
    return np.array([text == canary.secret for text, canary in pairs])


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
