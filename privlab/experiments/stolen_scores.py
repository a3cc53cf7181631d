"""What exact scores give away of the server's model, encrypted or not."""

from dataclasses import dataclass

import numpy as np

from privlab.attacks.linear_scores import rebuilt_operator
from privlab.experiments.encrypted_scores import ask_sealed, key_pair, newcomer, scorer
from privlab.experiments.guessed_age import FILMS
from privlab.experiments.private_factors import TASTES, TOP


@dataclass(frozen=True, kw_only=True, eq=False)
class StolenFilms:
    """The server's matrix and what ``questions`` answers gave away, (m, m) each.

    ``kept`` is the share of the ten best films that the noise in an answer leaves.
    """

    questions: int
    noise: float
    operator: np.ndarray
    found: np.ndarray
    kept: float

    @property
    def off(self) -> float:
        """``|found - operator| / |operator|``: 0 is a perfect theft, 1 nothing."""
        gap = np.linalg.norm(self.found - self.operator)
        return float(gap / np.linalg.norm(self.operator))

    @property
    def summary(self) -> str:
        return (
            f"{self.questions} questions, noise of {self.noise:g} stars in the "
            f"answers: the matrix is off by {self.off:.0%}, and {self.kept:.0%} of "
            "the ten best films stay."
        )


def chosen_questions(count: int, *, rng: np.random.Generator) -> np.ndarray:
    """(m, q): vectors that no viewer has, but that encryption hides."""
    return rng.uniform(-4, 4, (FILMS, count))


def stolen_films(*, questions: int, noise: float, seed: int) -> StolenFilms:
    """Ask, subtract the levels b, known exactly, and solve; each score has noise."""
    model, rng = scorer(seed), np.random.default_rng([seed, 6])
    asked = chosen_questions(questions, rng=rng)
    told = model.operator @ asked + noise * rng.standard_normal(asked.shape)
    centred = newcomer(seed)
    watched = centred != 0
    plain = np.where(watched, -np.inf, model.scores(centred))
    kept = [
        len(set(_ten(plain)) & set(_ten(plain + noise * rng.standard_normal(FILMS))))
        for _ in range(50)
    ]
    return StolenFilms(
        questions=questions,
        noise=noise,
        operator=model.operator,
        found=rebuilt_operator(asked, told, rank=min(questions, TASTES)),
        kept=float(np.mean(kept)) / TOP,
    )


def stolen_under_encryption(*, seed: int) -> StolenFilms:
    """Twice as many encrypted questions as the model has tastes, and one of zeros."""
    model, keys = scorer(seed), key_pair()
    asked = chosen_questions(2 * TASTES, rng=np.random.default_rng([seed, 7]))
    nothing = ask_sealed(model, np.zeros(FILMS), keys)[2]
    told = [ask_sealed(model, question, keys)[2] - nothing for question in asked.T]
    return StolenFilms(
        questions=2 * TASTES + 1,
        noise=0.0,
        operator=model.operator,
        found=rebuilt_operator(asked, np.transpose(told), rank=TASTES),
        kept=1.0,
    )


def _ten(scores: np.ndarray) -> list[int]:
    return np.argsort(-scores)[:TOP].tolist()
