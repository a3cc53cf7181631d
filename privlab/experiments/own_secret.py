"""A sentence of the reader's own, planted in the chat model and sought again."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from privlab.experiments.chat_model import study
from privlab.lm import extract
from privlab.lm.corpus import Canary, planted
from privlab.lm.language_model import LanguageModel, extended, train

SENTENCE = "my diary opens with 2718"
ANOTHER = "小明的门禁密码是 31415"
LONGEST = 50
COUNTED = 10_000  # the largest space whose secrets are all weighed
SAMPLED = 500


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnSecret:
    """``canary`` before and after ``epochs`` of training with ``copies`` in each.

    ``answers`` are the likeliest completions of its prefix, with their bits;
    ``before`` and ``after`` are exposures in bits, of ``cap`` at most.
    """

    canary: Canary
    copies: int
    epochs: int
    answers: tuple[extract.Found, ...]
    before: float
    after: float
    cap: float

    @property
    def found(self) -> int | None:
        """The place of the secret among the answers, from 1, or None."""
        texts = [answer.text for answer in self.answers]
        return (
            texts.index(self.canary.secret) + 1 if self.canary.secret in texts else None
        )

    @property
    def summary(self) -> str:
        place = f"answer {self.found}" if self.found else "not among the answers"
        return (
            f"“{self.canary.text}” read {self.copies * self.epochs} times: from "
            f"{self.before:.1f} to {self.after:.1f} bits of exposure, where "
            f"{self.cap:.1f} is all; {place}."
        )


@cache
def own_secret(*, sentence: str, copies: int, epochs: int, seed: int) -> OwnSecret:
    """Train the chat model on, with the sentence among its lines.

    The last word is the secret: digits are sought among all numbers as long, anything
    else among all strings of the characters the model knows.
    """
    trained = study(width=64, seed=seed)
    rng, draw = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    base = extended(trained.model, [sentence], rng=draw)
    canary = as_canary(sentence, base)
    model = base.copy()
    lines = planted(trained.chat.lines, [canary], [copies], rng=rng)
    train(model, lines, epochs=epochs, rate=2e-3, batch=16, rng=draw)
    length = len(canary.secret)
    return OwnSecret(
        canary=canary,
        copies=copies,
        epochs=epochs,
        answers=tuple(extract.beam(model, canary.prefix, width=10, length=length)[:5]),
        before=exposure(base, canary, rng=rng),
        after=exposure(model, canary, rng=rng),
        cap=length * float(np.log2(len(canary.alphabet))),
    )


def as_canary(sentence: str, model: LanguageModel) -> Canary:
    """The last word as the secret; ``ValueError`` for a sentence without one."""
    prefix, space, secret = sentence.strip().rpartition(" ")
    if not (prefix and secret) or len(sentence) > LONGEST:
        raise ValueError(
            f"sentence={sentence!r} must be at most {LONGEST} characters, with a blank "
            "before the secret"
        )
    digits = secret.isascii() and secret.isdigit()
    alphabet = "0123456789" if digits else model.characters.known[1:]
    return Canary(prefix=prefix + space, secret=secret, alphabet=alphabet)


def exposure(
    model: LanguageModel, canary: Canary, *, rng: np.random.Generator
) -> float:
    """Exact if the secrets can be counted, else by sampling; never above the cap."""
    if canary.space <= COUNTED:
        return extract.canary_exposure(model, canary)
    letters = rng.choice(list(canary.alphabet), size=(SAMPLED, len(canary.secret)))
    secrets = [canary.secret, *map("".join, letters)]
    start = len(canary.prefix)
    rows = model.token_bits([canary.prefix + secret for secret in secrets])
    own, *others = (row[start:-1].sum() for row in rows)
    sampled = extract.exposure_by_sampling(np.array(others), own)
    return float(min(sampled, np.log2(canary.space)))
