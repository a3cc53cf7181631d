"""Too many answers, too accurate: the secret column from noisy subset counts.

A secret bit for each of n people, x (n,); ``queries`` A (m, n) of 0 and 1, each row the
people of one question; ``answers`` y (m,), about ``A x``.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack, vstack

from privlab.core import checks


@dataclass(frozen=True, kw_only=True, eq=False)
class Reconstruction:
    """The linear program's solution ``fractions`` (n,) in [0, 1], and its rounding."""

    fractions: np.ndarray

    @property
    def bits(self) -> np.ndarray:
        """The nearer of 0 and 1 for each person."""
        return (self.fractions > 0.5).astype(int)

    def right(self, secret: np.ndarray) -> float:
        """The share of people whose bit is right; guessing alone may reach half."""
        if np.shape(secret) != self.fractions.shape:
            raise ValueError(
                f"secret of shape {np.shape(secret)} does not fit "
                f"{len(self.fractions)} people"
            )
        return float((self.bits == secret).mean())


def least_absolute(queries: np.ndarray, answers: np.ndarray) -> Reconstruction:
    """``min sum |y - A x|`` over ``0 <= x <= 1``, as a linear program.

    LP decoding, Dwork, McSherry and Talwar 2007: a share of the answers may
    be arbitrarily wrong, and x is still found if the others are nearly right.
    """
    a, y = _checked(queries, answers)
    (m, n), one = a.shape, eye_array(a.shape[0])
    cost = np.repeat([0, 1, 1], [n, m, m])  # y - A x = above - below, both >= 0
    bounds = [(0, 1)] * n + [(0, None)] * (2 * m)
    equal = hstack([csr_array(a), one, -one])
    return _solved(linprog(cost, A_eq=equal, b_eq=y, bounds=bounds), n)


def within(queries: np.ndarray, answers: np.ndarray, error: float) -> Reconstruction:
    """Any ``0 <= x <= 1`` with ``|y - A x| <= error`` in every answer.

    Dinur and Nissim 2003: with error o(sqrt n), about ``n log^2 n`` random questions
    leave no x that is wrong in more than o(n) places. ``ValueError`` if none exists,
    as when a single answer is further off.
    """
    a, y = _checked(queries, answers)
    error = checks.at_least("error", error, 0)
    n = a.shape[1]
    both, limits = (
        vstack([csr_array(a), csr_array(-a)]),
        np.concatenate([y, -y]) + error,
    )
    found = linprog(np.zeros(n), A_ub=both, b_ub=limits, bounds=(0, 1))
    if found.status == 2:
        raise ValueError(f"error={error:g} is too small: no secret fits every answer")
    return _solved(found, n)


def random_questions(
    people: int, count: int, *, rng: np.random.Generator
) -> np.ndarray:
    """``count`` subsets of ``people``, everybody in each with probability 1/2."""
    people, count = checks.whole("people", people), checks.whole("count", count)
    return rng.integers(0, 2, size=(count, people))


def _checked(queries: np.ndarray, answers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    a, y = checks.finite("queries", queries), checks.finite("answers", answers)
    if a.ndim != 2 or y.shape != a.shape[:1] or not a.size:
        raise ValueError(
            f"queries of shape {a.shape} do not fit answers of shape {y.shape}: "
            "one row of people for each answer, at least one of both"
        )
    if not np.isin(a, (0, 1)).all():
        raise ValueError("queries must hold 0 and 1 only: who is counted")
    return a, y


def _solved(found, n: int) -> Reconstruction:
    if found.status != 0:
        raise RuntimeError(f"the linear program was not solved: {found.message}")
    return Reconstruction(fractions=np.clip(found.x[:n], 0, 1))
