"""From a model's answers back to what goes in: a class's image, a hidden attribute."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import softmax
from torch import Tensor

from privlab.core import checks

LEAST = 1e-300  # a confidence that rounds to 0 counts as this
Predict = Callable[
    [np.ndarray], np.ndarray
]  # rows (n, d) to probabilities (n, classes)
Slope = Callable[[np.ndarray], np.ndarray]  # a row (d,) to the slope of ln p, (d,)


def slope_of_model(model: Callable[[Tensor], Tensor], label: int) -> Slope:
    """The exact slope of ln p(label | x) in x, for who holds the model (white box)."""

    def slope(x: np.ndarray) -> np.ndarray:
        row = torch.tensor(x, dtype=torch.float32, requires_grad=True)
        model(row[None]).log_softmax(dim=1)[0, label].backward()
        return row.grad.double().numpy()

    return slope


def slope_by_queries(predict: Predict, label: int, *, step: float) -> Slope:
    """The same from 2 d answers of an interface, by differences over 2 ``step``."""
    checks.positive("step", step)

    def slope(x: np.ndarray) -> np.ndarray:
        moves = step * np.eye(len(x))
        answers = predict(np.concatenate([x + moves, x - moves]))[:, label]
        up, down = np.log(np.maximum(answers, 1e-12)).reshape(2, -1)
        return (up - down) / (2 * step)

    return slope


@dataclass(frozen=True, kw_only=True, eq=False)
class Inversion:
    """The input found for a class, and the way there: ``path`` (steps + 1, d)."""

    path: np.ndarray

    @property
    def image(self) -> np.ndarray:
        return self.path[-1]


def invert(
    slope: Slope,
    start: np.ndarray,
    *,
    steps: int,
    rate: float,
    low: float = 0.0,
    high: float = 1.0,
) -> Inversion:
    """Walk uphill on ln p(label | x): ``x <- clip(x + rate slope / |slope|)``.

    Model inversion (Fredrikson, Jha and Ristenpart 2015, Algorithm 1, with ln p in
    place of p and steps of one length), within ``low`` and ``high`` for each entry. It
    finds what the model takes for typical of a *class*. That is a person's secret only
    where the class is the person. A slope of 0 ends the walk where it is.
    """
    checks.whole("steps", steps)
    checks.positive("rate", rate)
    x = checks.finite("start", start)
    if not low < high:
        raise ValueError(f"low={low} must be < high={high}")
    path = [x]
    for _ in range(steps):
        uphill = slope(x)
        length = np.linalg.norm(uphill)
        x = np.clip(x + rate * uphill / length, low, high) if length else x
        path.append(x)
    return Inversion(path=np.array(path))


@dataclass(frozen=True, kw_only=True, eq=False)
class AttributeResult:
    """``posterior`` (n, c): how likely each candidate is, for each of n records.

    ``prior`` (n, c) is what could be said without the model; ``truth`` (n,) the index
    of the true candidate. Only what the first gains over the second is a leak of the
    model (Jayaraman and Evans 2022).
    """

    posterior: np.ndarray
    prior: np.ndarray
    truth: np.ndarray

    @property
    def right(self) -> float:
        """The share of records for which the likeliest candidate is the true one."""
        return float((self.posterior.argmax(axis=1) == self.truth).mean())

    @property
    def right_without(self) -> float:
        """The same for the best guess without the model."""
        return float((self.prior.argmax(axis=1) == self.truth).mean())

    @property
    def gain(self) -> float:
        return self.right - self.right_without


def infer_attribute(
    fit: Callable[[np.ndarray], np.ndarray],
    records: np.ndarray,
    *,
    column: int,
    candidates: np.ndarray,
    prior: np.ndarray,
    truth: np.ndarray,
) -> AttributeResult:
    """``Pr[v | seen] ~ prior(v) e^fit(record with v)`` for each candidate v.

    The adversary knows ``records`` (n, d) except for ``column``, which may hold one of
    the ``candidates`` (c,). ``fit`` is the log-likelihood (n,) of what was seen of each
    record, given completed rows (n, d): see ``fits_label`` and ``fits_output``.
    ``prior`` (n, c) is the guess without the model (Fredrikson et al. 2014, their
    Figure 2).
    """
    records, candidates = checks.finite("records", records), np.asarray(candidates)
    prior = checks.finite("prior", prior)
    if prior.shape != (len(records), len(candidates)) or len(candidates) < 2:
        raise ValueError(
            f"prior {prior.shape} must be {len(records)} records by "
            f"{len(candidates)} candidates, at least 2"
        )

    def completed(value: float) -> np.ndarray:
        rows = records.copy()
        rows[:, column] = value
        return rows

    fits = np.stack([fit(completed(value)) for value in candidates], axis=1)
    with np.errstate(divide="ignore"):  # what the prior excludes stays excluded
        posterior = softmax(np.log(prior) + fits, axis=1)
    return AttributeResult(posterior=posterior, prior=prior, truth=np.asarray(truth))


def fits_label(predict: Predict, labels: np.ndarray) -> Callable:
    """Records whose label is known: the log of ``predict(rows)``'s confidence in it."""

    def fit(rows: np.ndarray) -> np.ndarray:
        confidence = predict(rows)[np.arange(len(rows)), labels]
        return np.log(np.maximum(confidence, LEAST))

    return fit


def fits_output(predict: Predict, shown: np.ndarray, *, width: float) -> Callable:
    """Records whose answer was ``shown`` (n, classes): does ``predict`` agree with it?

    ``-|difference|^2 / (2 width^2)``; ``width`` is about how coarse the answer is.
    """
    checks.positive("width", width)

    def fit(rows: np.ndarray) -> np.ndarray:
        return -((predict(rows) - shown) ** 2).sum(axis=1) / (2 * width**2)

    return fit
