"""Membership with shadow models: how would the model talk of this person if not in?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

from privlab.core import checks

FEWEST = 2  # shadow models with a person, and without: a deviation needs two


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """One number per person from the target (n,), and from m shadow models (m, n).

    ``inside`` (m, n) says which shadow models learned from whom. Several targets are
    (t, n), and so are then their scores. ``ValueError`` unless everybody is in at least
    two shadow models and out of at least two.
    """

    target: np.ndarray
    shadow: np.ndarray
    inside: np.ndarray

    def __post_init__(self):
        target = checks.finite("target", self.target)
        shadow = checks.finite("shadow", self.shadow)
        inside = np.asarray(self.inside)
        if inside.dtype != bool:
            raise TypeError(f"inside is {inside.dtype}; it must be true or false")
        if not (shadow.ndim == 2 and shadow.shape == inside.shape) or (
            target.shape[-1:] != shadow.shape[1:]
        ):
            raise ValueError(
                f"target {target.shape}, shadow {shadow.shape}, inside {inside.shape} "
                "must be (n,) or (t, n), (m, n), (m, n)"
            )
        fewest = min(inside.sum(axis=0).min(), (~inside).sum(axis=0).min())
        if fewest < FEWEST:
            raise ValueError(
                f"someone is in, or out of, only {fewest} shadow models; {FEWEST} each "
                "are needed"
            )
        for name, array in {
            "target": target,
            "shadow": shadow,
            "inside": inside,
        }.items():
            object.__setattr__(self, name, array)


def scaled_confidence(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """``phi = ln(p / (1 - p))`` for the confidence p in the own label.

    Logits (..., n, classes) and labels (n,) to (..., n). The logit scaling of Carlini
    et al. 2022, computed as ``z_y - ln(sum over k != y of e^(z_k))``, which no p of 1
    in floating point can spoil. Over models it is close to normal; the loss is not.
    """
    logits, labels = checks.finite("logits", logits), checks.integers("labels", labels)
    own = np.arange(logits.shape[-1]) == labels[:, None]
    if not own.any(axis=1).all():
        raise ValueError(f"labels must lie in 0 .. {logits.shape[-1] - 1}")
    others = logsumexp(np.where(own, -np.inf, logits), axis=-1)
    return np.where(own, logits, 0).sum(axis=-1) - others


def mean_of(values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """The mean of each column of ``values`` (m, n) over the rows that are chosen."""
    return np.where(chosen, values, 0).sum(axis=0) / chosen.sum(axis=0)


def own_variance(values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Each person's own variance over the chosen models, (m, n) to (n,)."""
    return mean_of((values - mean_of(values, chosen)) ** 2, chosen)


def shared_variance(values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """The average of the own variances, for everyone: steadier with few models.

    Carlini et al. 2022 share it where there are few shadow models.
    """
    own = own_variance(values, chosen)
    return np.full_like(own, own.mean())


Variance = Callable[[np.ndarray, np.ndarray], np.ndarray]


def lira_online(seen: Evidence, variance: Variance = own_variance) -> np.ndarray:
    """``ln N(phi; mu_in, s_in^2) - ln N(phi; mu_out, s_out^2)`` for each person.

    The likelihood ratio attack of Carlini et al. 2022, Algorithm 1: two normal laws are
    fitted to the ``scaled_confidence`` of the shadow models with and without a person.
    Needs shadow models trained on the very people that are asked about.
    """
    return _log_density(seen, seen.inside, variance) - _log_density(
        seen, ~seen.inside, variance
    )


def lira_offline(seen: Evidence, variance: Variance = own_variance) -> np.ndarray:
    """``-ln Pr[Z > phi]`` for Z ~ N(mu_out, s_out^2), for each person.

    The offline attack of Carlini et al. 2022 scores ``1 - Pr[Z > phi]``; the logarithm
    keeps its order and tells apart what would round to 1. It uses models without the
    person only, which can be trained before one knows whom to ask about.
    """
    mean = mean_of(seen.shadow, ~seen.inside)
    deviation = np.sqrt(variance(seen.shadow, ~seen.inside))
    return -norm.logsf((seen.target - mean) / deviation)


def calibrated(seen: Evidence) -> np.ndarray:
    """Loss without the person, on average, minus the target's loss: (n,).

    ``Evidence`` of losses. A threshold for each person instead of one for all: an odd
    record has a large loss in every model that lacks it (Watson, Guo, Cormode and
    Sablayrolles 2022).
    """
    return mean_of(seen.shadow, ~seen.inside) - seen.target


def _log_density(seen: Evidence, chosen: np.ndarray, variance: Variance) -> np.ndarray:
    mean = mean_of(seen.shadow, chosen)
    return norm.logpdf(seen.target, mean, np.sqrt(variance(seen.shadow, chosen)))
