"""Auditing a training run that can be made only once, by many canaries at a time."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from privlab.core import checks
from privlab.core.privacy import Privacy


@dataclass(frozen=True, kw_only=True)
class OneRunAudit:
    """What one run proves: ``correct`` of ``guesses`` right, among ``canaries``.

    With probability ``confidence`` the run's epsilon at ``delta`` is at least
    ``epsilon_lower``.
    """

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
    lowest out, and abstains on the rest. How many it calls must be fixed before
    ``included`` is looked at. Neighbours: one canary added or removed.
    """
    scores, included = checks.finite("scores", scores), np.asarray(included)
    if scores.ndim != 1 or included.shape != scores.shape or included.dtype != bool:
        raise ValueError(
            f"scores of shape {scores.shape} and included of shape {included.shape} "
            f"and type {included.dtype}: each canary has one score and one true or "
            "false"
        )
    if checks.whole("guesses", guesses, 2) % 2 or guesses > len(scores):
        raise ValueError(
            f"guesses={guesses} must be even and at most one for each of "
            f"{len(scores)} canaries"
        )
    order, half = np.argsort(scores, kind="stable"), guesses // 2
    correct = int(included[order[-half:]].sum() + (~included[order[:half]]).sum())
    return OneRunAudit(
        canaries=len(scores),
        guesses=guesses,
        correct=correct,
        epsilon_lower=epsilon_lower(
            len(scores), guesses, correct, delta=delta, confidence=confidence
        ),
        delta=delta,
        confidence=confidence,
    )


def p_value(m: int, guesses: int, correct: int, *, epsilon: float, delta: float):
    """How likely so many correct guesses can be after an (epsilon, delta)-DP run.

    At most ``Pr[B >= v] + 2 m delta max_i Pr[v - i <= B < v] / i`` where B counts
    heads in ``guesses`` tosses of a coin with ``q = e^eps / (1 + e^eps)``: no guess
    against pure DP is better than that, and delta may spoil a few (Theorem 5.2; the
    listing in Appendix D of the arXiv version).
    """
    _check_counts(m, guesses, correct)
    promise = Privacy(epsilon=epsilon, delta=delta)
    q = 1 / (1 + math.exp(-epsilon))
    tail = binom.sf(correct - 1, guesses, q)
    if promise.delta == 0 or correct == 0:
        return float(min(tail, 1))
    below = np.cumsum(binom.pmf(np.arange(correct)[::-1], guesses, q))
    spoilt = (below / np.arange(1, correct + 1)).max()
    return float(min(tail + 2 * m * delta * spoilt, 1))


def epsilon_lower(
    m: int, guesses: int, correct: int, *, delta: float, confidence: float
) -> float:
    """The largest epsilon that ``p_value`` still refutes, to 1e-6 downwards.

    0 where it does not even refute 0: then the guesses may have been luck.
    """
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


def _check_counts(m: int, guesses: int, correct: int):
    counts = [
        checks.whole("correct", correct, 0),
        checks.whole("guesses", guesses, 0),
        checks.whole("m", m),
    ]
    if counts != sorted(counts):
        raise ValueError(
            f"correct={correct} of guesses={guesses} among m={m} canaries: each must "
            "be at most the next"
        )
