"""Copying a model through its prediction interface, one paid query after another."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from privlab.core import checks

Predict = Callable[
    [np.ndarray], np.ndarray
]  # rows (n, d) to probabilities (n, classes)


class OutOfQueries(ValueError):
    """The interface has answered as often as it will."""


class Interface:
    """``predict`` behind a counter: at most ``budget`` rows are answered, then no more.

    Calling it with rows (n, d) gives probabilities (n, classes).
    """

    def __init__(self, predict: Predict, *, budget: int):
        self.budget = checks.whole("budget", budget)
        self.spent = 0
        self._predict = predict

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        rows = checks.finite("rows", rows)
        if rows.ndim != 2 or not len(rows):
            raise ValueError(f"rows of shape {rows.shape}: ask about at least one row")
        if self.spent + len(rows) > self.budget:
            raise OutOfQueries(
                f"{len(rows)} more queries after {self.spent} exceed the "
                f"budget={self.budget}"
            )
        self.spent += len(rows)
        return self._predict(rows)


def rounded(predict: Predict, *, decimals: int) -> Predict:
    """Probabilities rounded to ``decimals`` digits: they need not add up to 1."""
    checks.whole("decimals", decimals, low=0)
    return lambda rows: predict(rows).round(decimals)


def label_only(predict: Predict) -> Predict:
    """1 for the likeliest class and 0 for all others."""

    def answer(rows: np.ndarray) -> np.ndarray:
        probabilities = predict(rows)
        return np.eye(probabilities.shape[1])[probabilities.argmax(axis=1)]

    return answer


@dataclass(frozen=True, kw_only=True, eq=False)
class LinearCopy:
    """A stolen softmax regression: ``weights`` (d, classes), ``bias`` (classes,).

    Class 0 has weights and bias 0: a softmax does not change if the same is added to
    the scores of all classes, so nobody can know more.
    """

    weights: np.ndarray
    bias: np.ndarray

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        scores = rows @ self.weights + self.bias
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)


def solve_softmax(
    ask: Predict, queries: np.ndarray, *, least: float = 1e-12
) -> LinearCopy:
    """Solve ``ln p_k(x) - ln p_0(x) = w_k x + b_k`` for every class k.

    Each answer about a row x of d entries is one linear equation per class, so d + 1
    answers in general position are enough (Tramèr et al. 2016, section 4.1, for the
    logistic regression; logarithms of ratios make the softmax as easy). With more, or
    with rounded answers, least squares. Probabilities below ``least`` (what rounds to
    0) count as that.
    """
    queries = checks.finite("queries", queries)
    checks.positive("least", least)
    n, d = queries.shape
    if n < d + 1:
        raise ValueError(
            f"{n} queries for {d} weights and a bias: at least {d + 1} are needed"
        )
    logs = np.log(np.maximum(ask(queries), least))
    rows = np.column_stack([queries, np.ones(n)])
    solution = np.linalg.lstsq(rows, logs - logs[:, :1], rcond=None)[0]
    return LinearCopy(weights=solution[:-1], bias=solution[-1])


def learn(
    ask: Predict, queries: np.ndarray, fit: Callable[[np.ndarray, np.ndarray], Predict]
) -> Predict:
    """Let ``fit(queries, answers)`` train a model of any kind on the answers.

    Retraining (Tramèr et al. 2016, section 6): the answers are the labels, and a
    probability says more than a class. The copy is no better than where one asked.
    """
    return fit(queries, ask(queries))


def agreement(model: Predict, copy: Predict, rows: np.ndarray) -> float:
    """The share of ``rows`` (n, d) to which both give the same class."""
    rows = checks.finite("rows", rows)
    if not len(rows):
        raise ValueError("rows is empty: there is nothing to agree on")
    return float((model(rows).argmax(axis=1) == copy(rows).argmax(axis=1)).mean())


def distance(model: Predict, copy: Predict, rows: np.ndarray) -> float:
    """The mean total variation between both answers: half the sum of |p - q|."""
    return float(abs(model(rows) - copy(rows)).sum(axis=1).mean() / 2)
