"""Auditing a training run that can be made only once, by many canaries at a time."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from privlab.core import checks


@dataclass(frozen=True, kw_only=True)
class OneRunAudit:
    """What one run proves: ``correct`` of ``guesses`` right, among ``canaries``."""

    canaries: int
    guesses: int
    correct: int
    epsilon_lower: float
    delta: float
    confidence: float


def audit_one_run(
    scores: np.ndarray,
    included: np.ndarray,
    *,
    guesses: int,
    delta: float = 0.0,
    confidence: float = 0.95,
) -> OneRunAudit:
    """A lower bound on epsilon from one run (Steinke, Nasr & Jagielski 2023, Alg. 1).

    Each of m canaries was put into the training set by its own fair coin
    (``included`` (m,), true or false) and scored afterwards (``scores`` (m,), higher
    means "was in"). The adversary calls the ``guesses``/2 highest in and as many
    lowest out, and abstains on the rest. How many it calls must not depend on
    ``included``. Neighbours: one canary added or removed.
    """
    scores, included = checks.finite("scores", scores), np.asarray(included, bool)
    half = checks.whole("guesses", guesses, 2) // 2
    if scores.shape != included.shape or 2 * half > len(scores):
        raise ValueError(
            f"{len(scores)} scores, {len(included)} coins and {guesses} guesses: "
            "there must be one coin for each score, and no more guesses than scores"
        )
    order = np.argsort(scores, kind="stable")
    correct = int(included[order[-half:]].sum() + (~included[order[:half]]).sum())
    return OneRunAudit(
        canaries=len(scores),
        guesses=2 * half,
        correct=correct,
        epsilon_lower=epsilon_lower(
            len(scores), 2 * half, correct, delta=delta, confidence=confidence
        ),
        delta=delta,
        confidence=confidence,
    )


def p_value(m: int, guesses: int, correct: int, *, epsilon: float, delta: float):
    """The chance that an (epsilon, delta)-DP run allows so many correct guesses.

    At most ``Pr[B >= v] + 2 m delta max_i Pr[v - i <= B < v] / i`` where B counts
    heads in ``guesses`` tosses of a coin with ``q = e^eps / (1 + e^eps)``: no guess
    against pure DP is better than that, and delta may spoil a few (Theorem 5.2).
    """
    q = 1 / (1 + math.exp(-epsilon))
    tail = binom.sf(correct - 1, guesses, q)
    if delta == 0 or correct == 0:
        return float(min(tail, 1))
    below = np.cumsum(binom.pmf(np.arange(correct)[::-1], guesses, q))
    spoilt = (below / np.arange(1, correct + 1)).max()
    return float(min(tail + 2 * m * delta * spoilt, 1))


def epsilon_lower(
    m: int, guesses: int, correct: int, *, delta: float, confidence: float
) -> float:
    """The largest epsilon that ``p_value`` still refutes at this confidence."""
    error = 1 - checks.probability("confidence", confidence)

    def refuted(epsilon: float) -> bool:
        p = p_value(m, guesses, correct, epsilon=epsilon, delta=delta)
        return p < error

    if not refuted(0):
        return 0.0
    low, high = 0.0, 1.0
    while refuted(high):
        low, high = high, 2 * high
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (middle, high) if refuted(middle) else (low, middle)
    return low
