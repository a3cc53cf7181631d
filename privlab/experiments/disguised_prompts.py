"""Prompts whose words are disguised on the device, and three who guess them."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from privlab.lm import prompts
from privlab.lm.corpus import write
from privlab.lm.words import ENGLISH

MECHANISMS = ("any word", "near word")
EPSILONS = (1, 2, 4, 6, 8, 12, 16, 24)
MESSAGES = (1, 2, 4, 8, 16)
ADVERSARIES = ("takes the commonest", "knows the words", "knows the language")
PROMPTS = 40
KINDS = tuple(ENGLISH)


@cache
def language(*, seed: int) -> prompts.Language:
    """What 1,500 public lines of a clinic tell about its words."""
    lines = write("clinic", 1500, rng=np.random.default_rng([seed, 0]))
    return prompts.Language.of([line.text for line in lines])


@cache
def distances(*, seed: int) -> np.ndarray:
    """How differently two words are used (k, k)."""
    return language(seed=seed).distances()


def channel(*, mechanism: str, epsilon: float, seed: int) -> prompts.Channel:
    """One of ``MECHANISMS``."""
    if mechanism == "any word":
        return prompts.any_word(len(language(seed=seed).words), epsilon=epsilon)
    return prompts.near_word(distances(seed=seed), epsilon=epsilon)


def kinds(words: tuple[str, ...]) -> np.ndarray:
    """The kind of each word (k,), a number: a word of none is a kind by itself."""
    found = [
        next((i for i, k in enumerate(KINDS) if w in ENGLISH[k]), -1) for w in words
    ]
    return np.array([k if k >= 0 else len(KINDS) + i for i, k in enumerate(found)])


def private_kinds(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The kind of each word (k,), and which words are private (k,)."""
    found = kinds(language(seed=seed).words)
    wanted = [KINDS.index(kind) for kind in ("given", "family", "illness", "drug")]
    return found, np.isin(found, wanted)


@cache
def kept(*, mechanism: str, seed: int) -> np.ndarray:
    """The exact shares (2, 8) of private words sent as they are, or as their kind.

    At each of ``EPSILONS``, words weighed as often as they occur.
    """
    tongue, (kind, private) = language(seed=seed), private_kinds(seed)
    weights = tongue.frequencies * private / tongue.frequencies[private].sum()
    alike = kind[:, None] == kind[None, :]
    rows = []
    for epsilon in EPSILONS:
        chances = channel(mechanism=mechanism, epsilon=epsilon, seed=seed).chances
        rows.append((weights @ chances.diagonal(), weights @ (chances * alike).sum(1)))
    return np.transpose(rows)


@dataclass(frozen=True, kw_only=True, eq=False)
class Guessed:
    """The share of private words right (3 adversaries, 5) after ``MESSAGES``.

    ``example`` is a prompt: as meant, as sent, as guessed by who knows the language
    and saw it sixteen times.
    """

    right: np.ndarray
    example: tuple[str, str, str]


@cache
def guessed(*, mechanism: str, epsilon: float, seed: int) -> Guessed:
    """Disguise 40 prompts anew in each message, and let each adversary guess."""
    tongue, rng = language(seed=seed), np.random.default_rng([seed, 1])
    own = channel(mechanism=mechanism, epsilon=epsilon, seed=seed)
    texts = [line.text for line in write("clinic", PROMPTS, rng=rng)]
    meant = [tongue.numbers(text) for text in texts]
    sent = [
        np.array([own.release(each, rng=rng) for _ in range(max(MESSAGES))])
        for each in meant
    ]
    truth = np.concatenate(meant)
    private = private_kinds(seed)[1][truth]
    shares = np.empty((len(ADVERSARIES), len(MESSAGES)))
    for place, count in enumerate(MESSAGES):
        seen = [each[:count] for each in sent]
        guesses = (
            [commonest(each, len(tongue.words)) for each in seen],
            [prompts.guess_words(own, tongue.frequencies, each) for each in seen],
            [prompts.guess_sentence(own, tongue.follows, each) for each in seen],
        )
        for i, each in enumerate(guesses):
            shares[i, place] = (np.concatenate(each) == truth)[private].mean()
    shown = (meant[0], sent[0][0], guesses[-1][0])
    return Guessed(
        right=shares,
        example=tuple(" ".join(tongue.words[i] for i in each) for each in shown),
    )


def commonest(sent: np.ndarray, words: int) -> np.ndarray:
    """The word sent most often at each place of a prompt, of ``sent`` (times, places).

    Of words as often as each other, the first in the list.
    """
    return np.eye(words, dtype=int)[sent].sum(axis=0).argmax(axis=-1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Disguised:
    """One ``mechanism`` at one ``epsilon`` a word: words ``kept`` and ``guessed``."""

    mechanism: str
    epsilon: float
    kept: np.ndarray
    guessed: Guessed

    @property
    def own(self) -> float:
        """The share of private words that are sent as they are."""
        return float(self.kept[0, EPSILONS.index(self.epsilon)])

    @property
    def kind(self) -> float:
        """The share of private words that are sent as one of their kind."""
        return float(self.kept[1, EPSILONS.index(self.epsilon)])

    @property
    def summary(self) -> str:
        once, often = self.guessed.right[2, [0, -1]]
        return (
            f"“{self.mechanism.capitalize()}” at ε = {self.epsilon:g} a word: of "
            f"the private words {self.own:.0%} are sent as they are, "
            f"{self.kind:.0%} as one of their kind; who knows the language is right "
            f"about {once:.0%} after one message and {often:.0%} after {MESSAGES[-1]}."
        )


def disguised(*, mechanism: str, epsilon: str, seed: int) -> Disguised:
    """Disguise prompts by one of ``MECHANISMS``, at one of ``EPSILONS``."""
    return Disguised(
        mechanism=mechanism,
        epsilon=float(epsilon),
        kept=kept(mechanism=mechanism, seed=seed),
        guessed=guessed(mechanism=mechanism, epsilon=float(epsilon), seed=seed),
    )
