"""Robust membership inference: is this person likelier here than people at large?"""

import numpy as np

from privlab.attacks.lira import Evidence, mean_of
from privlab.core import checks


def average_online(seen: Evidence) -> np.ndarray:
    """``Pr(x) = (mean with x + mean without x) / 2`` of confidences, (n,)."""
    with_x, without_x = (mean_of(seen.shadow, i) for i in (seen.inside, ~seen.inside))
    return (with_x + without_x) / 2


def average_offline(seen: Evidence, *, a: float = 0.3) -> np.ndarray:
    """``Pr(x) = ((1 + a) Pr_out(x) + (1 - a)) / 2``, from models without x only.

    Zarifzadeh, Liu and Shokri 2024: confidence in a member is taken to lie a share
    ``1 - a`` of the way from Pr_out(x) to 1, 0 <= a <= 1.
    """
    if checks.at_least("a", a, 0) > 1:
        raise ValueError(f"a={a} must be <= 1")
    return ((1 + a) * mean_of(seen.shadow, ~seen.inside) + (1 - a)) / 2


def rmia(
    target: np.ndarray,
    average: np.ndarray,
    population_target: np.ndarray,
    population_average: np.ndarray,
    *,
    gamma: float = 2.0,
) -> np.ndarray:
    """``Pr over z [ LR(x, z) >= gamma ]``, the score of each person, (n,) in 0..1.

    ``LR(x, z) = (Pr(x|target) / Pr(x)) / (Pr(z|target) / Pr(z))`` (Zarifzadeh, Liu and
    Shokri 2024). Confidences in the own label: ``target`` and
    ``average`` (n,) for the people asked about, the other two (z,) for a population
    sample, best one that the target did not learn from. With one sample for all the
    score only ranks ``Pr(x|target) / Pr(x)``: gamma decides which ratios the z still
    tell apart.
    """
    checks.positive("gamma", gamma)
    ratio = _ratio(target, average)
    others = np.sort(_ratio(population_target, population_average))
    if not len(others):
        raise ValueError("population_target is empty: there is nobody to compare with")
    return np.searchsorted(gamma * others, ratio, side="right") / len(others)


def _ratio(confidence: np.ndarray, average: np.ndarray) -> np.ndarray:
    confidence = checks.finite("confidence", confidence)
    average = checks.finite("average", average)
    if (confidence < 0).any() or (average <= 0).any():
        raise ValueError("confidences must be >= 0, and every average > 0")
    return confidence / average
