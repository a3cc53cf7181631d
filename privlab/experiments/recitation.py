"""What a trained chat model says when asked: codes, and its messages word for word."""

from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from privlab.experiments.chat_model import CAP, REPEATS, Chat, study
from privlab.lm import extract
from privlab.lm.corpus import Canary
from privlab.lm.language_model import sample

DOORS = {
    "8 times": 8,
    "4 times": 4,
    "twice": 2,
    "once": 1,
    "never": 0,
}
TEMPERATURES = np.linspace(0.1, 3, 59)
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


# what each kind of line contains, and how much of it an adversary may know
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
