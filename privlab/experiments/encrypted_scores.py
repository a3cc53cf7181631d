"""A viewer's ratings scored under the viewer's key: what it gives and costs."""

import time
from dataclasses import dataclass
from functools import cache

import numpy as np

from privlab.experiments.guessed_age import MIDDLE, audience
from privlab.experiments.private_factors import TOP, learned
from privlab.he.context import SCORE
from privlab.he.keyholder import SecretKeys, new_keys_with_rotations
from privlab.he.vectors import Encrypted, decrypt, encrypt
from privlab.he.wire import packed, public_bytes

GRID = 64  # factors are kept to whole 64ths
RIDGE = 1.0  # pull of a folded-in taste towards 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Scorer:
    """The server's model: ``scores = bias + W r`` for centred ratings r (m,).

    ``W = C (CᵀC + λ)⁻¹ Cᵀ`` (m, m) folds a new viewer in, films without a rating
    counting as average: the linear form of PureSVD (Cremonesi, Koren and Turrin 2010).
    """

    characters: np.ndarray
    bias: np.ndarray

    @property
    def operator(self) -> np.ndarray:
        c = self.characters
        return c @ np.linalg.solve(c.T @ c + RIDGE * np.eye(c.shape[1]), c.T)

    def scores(self, centred: np.ndarray) -> np.ndarray:
        """In the open: what the ciphertexts must decrypt to."""
        return self.bias + self.operator @ centred

    def sealed(self, centred: Encrypted) -> list[Encrypted]:
        """The same on a ciphertext: m of them, one score each; depth 1."""
        pairs = zip(self.operator, self.bias, strict=True)
        return [(centred * row).sum() + float(bias) for row, bias in pairs]


@cache
def scorer(seed: int) -> Scorer:
    """Trained on the platform's viewers without noise, its factors rounded."""
    films = learned(audience(seed).ratings, epsilon=float("inf"), seed=seed)
    rounded = np.rint(films.factors * GRID) / GRID
    return Scorer(characters=rounded[:, 1:], bias=MIDDLE + rounded[:, 0])


@cache
def newcomer(seed: int) -> np.ndarray:
    """Centred ratings (m,) of a viewer who is not on the platform; 0 is unwatched."""
    table = audience(seed + 1_000, users=2).ratings
    return np.where(table.watched[0], table.table[0] - MIDDLE, 0.0)


@cache
def key_pair() -> SecretKeys:
    """The viewer's keys, from the operating system's randomness."""
    return new_keys_with_rotations(SCORE)


def ask_sealed(model: Scorer, centred: np.ndarray, keys: SecretKeys) -> tuple:
    """Encrypt, let the server score, decrypt: (question, answers, scores (m,))."""
    question = encrypt(keys.public, centred)
    answers = model.sealed(question)
    return question, answers, np.array([decrypt(keys, a)[0] for a in answers])


@dataclass(frozen=True, kw_only=True, eq=False)
class SealedScores:
    """``open`` and ``sealed`` scores (m,); ``watched`` (m,) films are not suggested.

    Bytes and seconds: of the ``question``, of the ``answer``, of the keys sent once.
    """

    open: np.ndarray
    sealed: np.ndarray
    watched: np.ndarray
    seconds: float
    open_seconds: float
    question_bytes: int
    answer_bytes: int
    key_bytes: int

    @property
    def error(self) -> float:
        """The largest difference that encryption made, in stars."""
        return float(np.abs(self.sealed - self.open).max())

    def best(self, scores: np.ndarray) -> np.ndarray:
        """The ``TOP`` films not watched yet, best first."""
        return np.argsort(-np.where(self.watched, -np.inf, scores))[:TOP]

    @property
    def margin(self) -> float:
        """The least gap between neighbours among the best ``TOP`` + 1 open scores."""
        ranked = np.sort(self.open[~self.watched])[::-1][: TOP + 1]
        return float(-np.diff(ranked).max())

    @property
    def summary(self) -> str:
        same = (self.best(self.open) == self.best(self.sealed)).mean()
        return (
            f"The encrypted scores put {same:.0%} of the ten best films in the same "
            f"place as the open ones; their smallest gap is {self.margin:.4f} stars."
        )


def sealed_scores(*, seed: int) -> SealedScores:
    """One viewer's question, in the open and under the viewer's key."""
    model, centred, keys = scorer(seed), newcomer(seed), key_pair()
    start = time.perf_counter()
    plain = model.scores(centred)
    between = time.perf_counter()
    question, answers, values = ask_sealed(model, centred, keys)
    return SealedScores(
        open=plain,
        sealed=values,
        watched=centred != 0,
        seconds=time.perf_counter() - between,
        open_seconds=between - start,
        question_bytes=len(packed([question])),
        answer_bytes=len(packed(answers)),
        key_bytes=len(public_bytes(keys.public)),
    )
