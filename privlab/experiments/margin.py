"""The article's private classifier (4.3.1), audited, and two that keep their promise.

Neighbours: one patient's record replaced. Data: two measurements of tumours, brought
to length 1 at most by limits that were chosen without the data.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from privlab.core.datasets import Dataset
from privlab.core.progress import bar
from privlab.dp.audit import AuditResult, audit
from privlab.dp.erm import ObjectivePerturbation, OutputPerturbation, minimum

LIMITS = {"worst radius": (5, 40), "worst concave points": (0, 0.3)}
WEIGHT_DECAY, LEAST_DECAY = 0.01, 0.001


def patients(data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Rows (n, 3) of length at most 1, the last entry constant; labels -1 (ill), +1."""
    columns = [np.ones(len(data))]
    for name, (low, high) in LIMITS.items():
        measured = data.features[:, data.feature_names.index(name)]
        columns.insert(0, 2 * (np.clip(measured, low, high) - low) / (high - low) - 1)
    rows = np.column_stack(columns) / np.sqrt(len(columns))
    return rows, np.where(data.target == 0, -1.0, 1.0)


def article_answer(margin: float, *, rng) -> float:
    """``clamp(sign(margin + Laplace(1)), [-1, 1])``: the article, 4.3.1."""
    return float(np.clip(np.sign(margin + rng.laplace(scale=1)), -1, 1))


def bounded_answer(margin: float, *, epsilon: float, rng) -> float:
    """``sign(clip(margin, -1, 1) + Laplace(2 / epsilon))``: epsilon-DP, once.

    Whatever the model and the query, nobody moves the clipped margin by more than 2.
    """
    return float(np.sign(np.clip(margin, -1, 1) + rng.laplace(scale=2 / epsilon)))


def stability(n: int, *, weight_decay=WEIGHT_DECAY) -> float:
    """``2 / (n weight_decay)``: how far one of n patients moves a margin at most.

    For queries of length 1 at most: Chaudhuri, Monteleoni and Sarwate 2011, Corollary
    8, and the inequality of Cauchy and Schwarz.
    """
    return OutputPerturbation(epsilon=1, weight_decay=weight_decay).sensitivity(n)


@dataclass(frozen=True, kw_only=True)
class MarginAudits:
    """Measured epsilon of one answer against the length of the query."""

    claimed: float
    lengths: np.ndarray
    gaps: np.ndarray
    article: tuple[AuditResult, ...]
    bounded: tuple[AuditResult, ...]

    @property
    def summary(self) -> str:
        last = self.article[-1].epsilon_lower
        most = max(result.epsilon_lower for result in self.bounded)
        return (
            f"Claimed: ε = {self.claimed:g}. Measured for a query of length "
            f"{self.lengths[-1]:g}: {last:.1f} as the article has it; with a bounded "
            f"margin {most:.1f} at most, whatever the length."
        )


def margin_audits(data: Dataset, *, lengths: tuple, trials: int, seed: int):
    """Ask the article's classifier ever longer queries, and the bounded one as well.

    100 patients; in the other world the first one has the other label. The query is
    the direction in which the two models differ most, with opposite margins.
    """
    rows, labels = patients(data)
    rows, labels, other = rows[:100], labels[:100], labels[:100].copy()
    other[0] = -other[0]
    first, second = (
        minimum(rows, y, weight_decay=WEIGHT_DECAY) for y in (labels, other)
    )
    query = telling_query(first, second)
    rng = np.random.default_rng(seed)
    bounded = partial(bounded_answer, epsilon=1)

    def measured(answer, length: float) -> AuditResult:
        margins = length * query @ first, length * query @ second
        return audit(answer, *margins, trials=trials, rng=rng)

    return MarginAudits(
        claimed=1,
        lengths=np.array(lengths),
        gaps=np.array([length * query @ (first - second) for length in lengths]),
        article=tuple(measured(article_answer, length) for length in lengths),
        bounded=tuple(measured(bounded, length) for length in lengths),
    )


def telling_query(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The unit vector with opposite margins under both weights, the widest apart."""
    total, difference = first + second, first - second
    query = difference - total * (difference @ total) / (total @ total)
    return query / np.linalg.norm(query)


@dataclass(frozen=True, kw_only=True)
class AskedAgain:
    """Measured epsilon of many answers to one query, each of which keeps epsilon 1."""

    answers: tuple[int, ...]
    audits: tuple[AuditResult, ...]

    @property
    def summary(self) -> str:
        measured = [f"{result.epsilon_lower:.1f}" for result in self.audits]
        return (
            f"Each answer keeps ε = 1; {self.answers[0]}, {self.answers[-1]} answers "
            f"together have a measured ε of {measured[0]}, {measured[-1]} at least."
        )


def asked_again(*, answers: tuple[int, ...], trials: int, seed: int) -> AskedAgain:
    """Margins of 0.5 and -0.5, so the bound 1 holds: audit the sum of many answers."""
    rng = np.random.default_rng(seed)

    def measured(times: int) -> AuditResult:
        def total(margin: float, *, rng) -> float:
            return float(np.sign(margin + rng.laplace(size=times)).sum())

        return audit(total, 0.5, -0.5, trials=trials, rng=rng)

    return AskedAgain(answers=answers, audits=tuple(measured(k) for k in answers))


@dataclass(frozen=True, kw_only=True)
class AccuracyByAnswers:
    """Share of right answers against how many are promised, at one total epsilon."""

    epsilon: float
    answers: np.ndarray
    clipped: np.ndarray
    stable: np.ndarray
    trained: float
    trained_deviation: float
    without_privacy: float

    @property
    def summary(self) -> str:
        return (
            f"ε = {self.epsilon:g} in all: trained privately {self.trained:.0%} right, "
            f"however many answers; paying for each, {self.stable[0]:.0%} for one and "
            f"{self.stable[-1]:.0%} for {self.answers[-1]:,}. In the open: "
            f"{self.without_privacy:.0%}."
        )


def accuracy_by_answers(
    data: Dataset, *, epsilon: float, seed: int, repeats=8
) -> AccuracyByAnswers:
    """Pay for every answer out of one epsilon, or train privately and answer for free.

    Two bounds for the margin: cut to [-1, 1] (2, for any model), or ``stability``, for
    which the model must pay with more weight decay.
    Two thirds of the patients train, the others ask; the noise of answers is averaged
    exactly, that of training over ``repeats`` models.
    """
    rng = np.random.default_rng(seed)
    train, test = data.split(1 / 3, rng=rng)
    rows, labels = patients(train)
    queries, truth = patients(test)
    exact, stable = (
        truth * (queries @ minimum(rows, labels, weight_decay=decay))
        for decay in (LEAST_DECAY, WEIGHT_DECAY)
    )
    answers = np.unique(np.geomspace(1, 1000, 31).astype(int))

    def paying(margins: np.ndarray, bound: float) -> np.ndarray:
        return np.array([right(margins, bound * k / epsilon) for k in answers])

    private = ObjectivePerturbation(epsilon=epsilon, weight_decay=LEAST_DECAY)
    work = bar(range(repeats), "private training", unit="model")
    models = [private.release(rows, labels, rng=rng) for _ in work]
    shares = [(truth * (queries @ weights) > 0).mean() for weights in models]
    return AccuracyByAnswers(
        epsilon=epsilon,
        answers=answers,
        clipped=paying(np.clip(exact, -1, 1), 2),
        stable=paying(stable, stability(len(rows))),
        trained=float(np.mean(shares)),
        trained_deviation=float(np.std(shares, ddof=1)),
        without_privacy=float((exact > 0).mean()),
    )


def right(margins: np.ndarray, scale: float) -> float:
    """The chance that a margin stays above 0 under Laplace noise, on average."""
    tail = np.exp(-np.abs(margins) / scale) / 2
    return float(np.where(margins > 0, 1 - tail, tail).mean())
