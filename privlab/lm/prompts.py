"""Words disguised before they leave the device, and guessed behind the disguise."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from privlab.core import checks


def words_of(text: str) -> list[str]:
    """The words of a text, without signs; every number is "#"."""
    return [
        "#" if w[0].isdigit() else w for w in re.findall(r"[^\W\d]+|\d[\d-]*", text)
    ]


@dataclass(frozen=True, kw_only=True, eq=False)
class Language:
    """What public text tells about ``words`` (k,): which follows which.

    ``follows`` (k + 1, k): the chance of a word after another, row k at the beginning;
    ``frequencies`` (k,) of each. Anyone may know it: an adversary too.
    """

    words: tuple[str, ...]
    frequencies: np.ndarray
    follows: np.ndarray

    @classmethod
    def of(cls, texts: Sequence[str], *, unseen: float = 0.01) -> "Language":
        """Counted in ``texts``; each pair counts ``unseen`` before it was ever seen."""
        lines = [words_of(text) for text in texts]
        words = tuple(sorted({word for line in lines for word in line}))
        if len(words) < 2:
            raise ValueError(f"texts hold {len(words)} words: give texts with two")
        places = {word: i for i, word in enumerate(words)}
        checks.positive("unseen", unseen)
        pairs = np.full((len(words) + 1, len(words)), unseen)
        for line in lines:
            numbers = [len(words), *(places[word] for word in line)]
            np.add.at(pairs, (numbers[:-1], numbers[1:]), 1)
        counts = pairs.sum(axis=0)
        return cls(
            words=words,
            frequencies=counts / counts.sum(),
            follows=pairs / pairs.sum(axis=1, keepdims=True),
        )

    def numbers(self, text: str) -> np.ndarray:
        """The places of the text's words; ``ValueError`` names one that is unknown."""
        words = words_of(text)
        strange = [word for word in words if word not in self.words]
        if strange or not words:
            raise ValueError(f"text={text!r} must be of known words; {strange} are not")
        return np.array([self.words.index(word) for word in words])

    def distances(self) -> np.ndarray:
        """How differently two words are used (k, k), from 0 to 1 for the farthest pair.

        Euclidean, between the square roots of what stands before and after each word:
        words that may replace each other, as two illnesses, are near.
        """
        after = np.sqrt(self.follows[:-1])
        before = np.sqrt(self.follows / self.follows.sum(axis=0)).T
        places = np.hstack([after, before])
        squares = ((places[:, None, :] - places[None, :, :]) ** 2).sum(axis=2)
        return np.sqrt(squares / squares.max())


@dataclass(frozen=True, kw_only=True, eq=False)
class Channel:
    """``chances`` (k, k): row w holds the chance that each word is sent for w.

    ``epsilon`` is the largest log of the ratio of two entries of a column: the channel
    is epsilon-locally DP for one word, and m words of a prompt cost m epsilon.
    """

    chances: np.ndarray

    def __post_init__(self):
        chances = checks.finite("chances", self.chances)
        if chances.ndim != 2 or not np.allclose(chances.sum(axis=1), 1):
            raise ValueError(
                f"chances of shape {chances.shape}: each row must add to 1"
            )

    @property
    def epsilon(self) -> float:
        logs = np.log(self.chances)
        return float((logs.max(axis=0) - logs.min(axis=0)).max())

    def release(self, numbers: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
        """What is sent for each word, by number."""
        steps = self.chances[numbers].cumsum(axis=1)
        # rounding may leave the last step a little under 1
        drawn = rng.random(len(numbers))[:, None] * steps[:, -1:]
        return (steps < drawn).sum(axis=1)


def any_word(size: int, *, epsilon: float) -> Channel:
    """k-ary randomised response: the word itself, or any other with equal chance.

    ``e^eps / (e^eps + k - 1)`` for itself: Kairouz, Oh & Viswanath 2014.
    """
    logits = checks.positive("epsilon", epsilon) * np.eye(checks.whole("size", size, 2))
    return Channel(chances=softmax(logits, axis=1))


def near_word(distances: np.ndarray, *, epsilon: float) -> Channel:
    """``Pr[v | w] ∝ exp(-epsilon d(w, v) / 2)``: near words rather than far ones.

    SanText of Yue et al. 2021. The ratio for two inputs is at most
    ``exp(epsilon d(w, w'))``: metric privacy (Chatzikokolakis et al. 2013), weak for
    words that are near, and surely epsilon-local DP where no distance is above 1.
    """
    logits = -checks.positive("epsilon", epsilon) / 2 * checks.finite("d", distances)
    return Channel(chances=softmax(logits, axis=1))


def guess_words(
    channel: Channel, frequencies: np.ndarray, sent: np.ndarray
) -> np.ndarray:
    """The likeliest words meant (m,), each by itself: ``argmax_w Pr[w] Pr[sent | w]``.

    ``sent`` (t, m): the same m words, disguised anew in each of t messages.
    """
    return (np.log(frequencies) + _evidence(channel, sent)).argmax(axis=1)


def guess_sentence(
    channel: Channel, follows: np.ndarray, sent: np.ndarray
) -> np.ndarray:
    """The likeliest sentence meant (m,), given all that was sent: Viterbi 1967.

    ``argmax prod_i Pr[w_i | w_(i-1)] Pr[sent_i | w_i]``, w_0 the beginning: a hidden
    Markov model, with ``follows`` of ``Language``. ``sent`` (t, m) as above.
    """
    logs, seen = np.log(follows), _evidence(channel, sent)
    best, back = logs[-1] + seen[0], []
    for row in seen[1:]:
        steps = best[:, None] + logs[:-1]
        back.append(steps.argmax(axis=0))
        best = steps.max(axis=0) + row
    path = [int(best.argmax())]
    for pointers in reversed(back):
        path.append(int(pointers[path[-1]]))
    return np.array(path[::-1])


def _evidence(channel: Channel, sent: np.ndarray) -> np.ndarray:
    """``log Pr[all that was sent for word i | w]`` (m, k)."""
    if sent.ndim != 2 or not sent.size:
        raise ValueError(f"sent of shape {sent.shape} must be (messages, words)")
    return np.log(channel.chances)[:, sent].sum(axis=1).T
