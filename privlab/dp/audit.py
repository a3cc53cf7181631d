"""Attack a mechanism: a lower bound on its epsilon from its outputs alone."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np
from scipy.special import betainccinv, betaincinv

from privlab.core import checks
from privlab.core.progress import bar

BINS = 64  # cells of the output line, besides the values that repeat
REPEATS = 20  # how often a value must repeat to get a cell of its own
PRIOR = 10  # added to both counts of a cell, so that chance does not rank rare cells


@dataclass(frozen=True, kw_only=True)
class Event:
    """A set of numbers: the half-open cells between ``edges`` where ``chosen`` is true.

    Cell i is ``edges[i-1] < y <= edges[i]``; the last edge is infinity, and the cell
    after it holds NaN, which is an output like any other.
    """

    edges: tuple[float, ...]
    chosen: tuple[bool, ...]

    def contains(self, scores: np.ndarray) -> np.ndarray:
        """Whether each score lies in the event: (n,) floats to (n,) booleans."""
        return np.array(self.chosen)[np.searchsorted(self.edges, scores)]

    def __str__(self) -> str:
        runs = groupby(range(len(self.edges)), key=self.chosen.__getitem__)
        pieces = [self._interval(list(run)) for chosen, run in runs if chosen]
        if len(pieces) > 3:
            pieces[3:] = [f"in {len(pieces) - 3} more intervals"]
        if self.chosen[-1]:
            pieces.append("is NaN")
        return "output " + " or ".join(pieces or ["never"])

    def _interval(self, cells: list[int]) -> str:
        low = f"{self.edges[cells[0] - 1]:.6g}" if cells[0] > 0 else ""
        high = f"{self.edges[cells[-1]]:.6g}" if cells[-1] < len(self.edges) - 1 else ""
        if low and high:
            return f"= {high}" if low == high else f"in ({low}, {high}]"
        return f"> {low}" if low else f"<= {high}" if high else "is a number"


@dataclass(frozen=True, kw_only=True)
class AuditResult:
    """What an audit found: with probability ``confidence``, epsilon >= epsilon_lower.

    ``first_rate`` and ``second_rate`` are the fractions of the held-out outputs on
    either input that fell in ``event``; ``trials`` counts all outputs on each input.
    """

    epsilon_lower: float
    delta: float
    confidence: float
    event: Event
    first_rate: float
    second_rate: float
    trials: int

    def __str__(self) -> str:
        rounded_down = math.floor(100 * self.epsilon_lower) / 100
        return (
            f"epsilon >= {rounded_down:.2f} for delta = {self.delta:g}, with "
            f"{100 * self.confidence:.6g} % confidence after {self.trials:,} trials: "
            f"{self.event} in {100 * self.first_rate:.2f} % of runs on the first "
            f"input, {100 * self.second_rate:.2f} % on the second"
        )


def audit(
    mechanism: Callable[..., Any],
    first: Any,
    second: Any,
    *,
    trials: int,
    rng: np.random.Generator,
    delta: float = 0.0,
    confidence: float = 0.9999,
    score: Callable[[Any], float] | None = None,
) -> AuditResult:
    """A lower bound on the epsilon of ``mechanism(value, rng=rng)``, from samples.

    ``first`` and ``second`` are neighbours under the relation that the mechanism
    claims. Each is answered ``trials`` times, independently; ``score`` turns an answer
    that is no number (``TypeError`` without it) into one. The first half of the
    answers picks an event S that tells the inputs apart; the other half, which S does
    not depend on, tests it:

    ``epsilon_lower = ln((p_low - delta) / q_high)``, at least 0, with Clopper-Pearson
    bounds on ``p = Pr[M(first) in S]`` and ``q = Pr[M(second) in S]``, or with the
    inputs exchanged. Each bound fails with probability at most (1 - confidence)/2. If
    neither fails, (epsilon, delta)-DP gives ``p_low <= p <= e^epsilon q + delta <=
    e^epsilon q_high + delta``: so ``Pr[epsilon_lower > epsilon] <= 1 - confidence``.
    The method is that of Jagielski, Ullman and Oprea 2020.

    A small bound proves nothing: another event, or another pair, may leak more. The
    confidence is that of one audit; the largest of many audits has less.
    """
    trials = checks.whole("trials", trials, low=4)
    bound = partial(epsilon_bound, delta=delta, confidence=confidence)
    bound(0, 0, trials=trials)  # refuses a bad delta or confidence before the sampling
    outputs = [
        _outputs(mechanism, x, trials, score or _number, rng) for x in (first, second)
    ]
    quarter, half = trials // 4, trials // 2
    edges = _edges(np.concatenate([scores[:half] for scores in outputs]))
    rank = [_counts(scores[:quarter], edges) for scores in outputs]
    choose = [_counts(scores[quarter:half], edges) for scores in outputs]
    chosen, likelier = _best_event(rank, choose, partial(bound, trials=half - quarter))
    event = Event(edges=tuple(edges.tolist()), chosen=tuple(chosen.tolist()))
    tests = trials - half
    hits = [int(event.contains(scores[half:]).sum()) for scores in outputs]
    return AuditResult(
        epsilon_lower=float(bound(hits[likelier], hits[1 - likelier], trials=tests)),
        delta=delta,
        confidence=confidence,
        event=event,
        first_rate=hits[0] / tests,
        second_rate=hits[1] / tests,
        trials=trials,
    )


def epsilon_bound(likelier, rarer, *, trials: int, delta: float, confidence: float):
    """``ln((p_low - delta) / q_high)``, at least 0, from counts of one fixed event.

    The event was seen ``likelier`` times in ``trials`` runs on one input and ``rarer``
    times in as many on the other (numbers or arrays). ``p_low`` and ``q_high`` are
    one-sided bounds of Clopper and Pearson 1934, each at (1 + confidence) / 2.
    """
    if checks.at_least("delta", delta, 0) >= 1:
        raise ValueError(f"delta={delta} must be < 1")
    error = (1 - checks.probability("confidence", confidence)) / 2
    likelier, rarer = np.asarray(likelier), np.asarray(rarer)
    low = betaincinv(np.maximum(likelier, 1), trials - likelier + 1, error)
    high = betainccinv(rarer + 1, np.maximum(trials - rarer, 1), error)
    low, high = np.where(likelier > 0, low, 0.0), np.where(rarer < trials, high, 1.0)
    return np.log(np.maximum((low - delta) / high, 1.0))


def _outputs(mechanism, value, trials, score, rng) -> np.ndarray:
    runs = bar(range(trials), "audit")
    return np.array([score(mechanism(value, rng=rng)) for _ in runs], dtype=float)


def _edges(pool: np.ndarray) -> np.ndarray:
    """Cut the line at about ``BINS`` quantiles, and around every value that repeats."""
    values, counts = np.unique(pool[~np.isnan(pool)], return_counts=True)
    alone = (counts >= REPEATS) | np.isinf(values)
    quantile = np.cumsum(counts) // max(len(pool) // BINS, REPEATS)
    ends = alone[:-1] | alone[1:] | (quantile[:-1] != quantile[1:])
    return np.append(values[:-1][ends], np.inf)


def _counts(scores: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.bincount(np.searchsorted(edges, scores), minlength=len(edges) + 1)


def _best_event(rank, choose, bound) -> tuple[np.ndarray, int]:
    """The cells with the largest bound, and the input (0 or 1) that they favour.

    Candidates are half-lines, and the cells whose likelihood ratio is largest: the
    best event of its size by Neyman and Pearson. ``rank`` orders the cells, ``choose``
    judges the candidates; on the same counts, lucky cells would be ranked and praised.
    """
    line = np.arange(len(rank[0]) - 1)
    seen = np.flatnonzero(rank[0] + rank[1])
    best, found = -1.0, None
    for likelier in (0, 1):
        ratio = (rank[likelier] + PRIOR) / (rank[1 - likelier] + PRIOR)
        for order in (line, line[::-1], seen[np.argsort(-ratio[seen], kind="stable")]):
            hits = [counts[order].cumsum() for counts in choose]
            bounds = bound(hits[likelier], hits[1 - likelier])
            if bounds.max() > best:
                best, found = bounds.max(), (order[: bounds.argmax() + 1], likelier)
    cells, likelier = found
    return np.isin(np.arange(len(rank[0])), cells), likelier


def _number(output) -> float:
    try:
        return float(output)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"an output of type {type(output).__name__} is not a number: "
            "pass score=, a function from an output to one number"
        ) from error
