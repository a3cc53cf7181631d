"""A credit score computed on ciphertexts: what it costs, and what it still tells."""

import time
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from privlab.core.bank import applicants
from privlab.core.datasets import Dataset
from privlab.he import vectors, wire
from privlab.he.context import SCORE
from privlab.he.keyholder import SecretKeys, new_keys
from privlab.he.levels import Circuit, LevelBudget
from privlab.he.regression import score
from privlab.lm.private_inference import map_from

APPLICANTS = 3_000
# where the bank's form puts 0 and 1: public, and not computed from anybody
CENTRE = np.array([45, np.log(8_000), 0.4, 0.5, 7])
UNIT = np.array([15, 0.5, 0.2, 1, 7])
INCOME = 1  # the place of the feature that the bank would like to know
DIGITS = {"full score": 9, "two decimals": 2, "one decimal": 1, "yes or no": None}


def standard(features: np.ndarray) -> np.ndarray:
    """Applicants (n, d) in public units; income by its logarithm."""
    table = np.array(features, dtype=float)
    table[:, INCOME] = np.log(table[:, INCOME])
    return (table - CENTRE) / UNIT


@dataclass(frozen=True, kw_only=True, eq=False)
class Scorecard:
    """The bank's secret: ``weights`` (d,) and ``intercept`` of the log-odds."""

    weights: np.ndarray = field(repr=False)
    intercept: float = field(repr=False)

    def score(self, columns) -> object:
        """x · w + b by column, plain or encrypted: depth 1."""
        return score(columns, self.weights.tolist(), self.intercept)

    def auc(self, data: Dataset) -> float:
        """How well the score orders who defaults (0.5 is guessing)."""
        return float(roc_auc_score(data.target, self.score(standard(data.features).T)))


def fit_scorecard(features: np.ndarray, target: np.ndarray) -> Scorecard:
    """Logistic regression on ``standard`` features (n, d), target 1 a default."""
    model = LogisticRegression().fit(features, target)
    return Scorecard(weights=model.coef_[0], intercept=float(model.intercept_[0]))


@cache
def halves(*, seed: int) -> tuple[Dataset, Dataset]:
    """Applicants of the past, whom the bank learnt from, and new ones."""
    rng = np.random.default_rng(seed)
    return applicants(2 * APPLICANTS, rng=rng).split(0.5, rng=rng)


@cache
def scorecard(*, seed: int) -> Scorecard:
    past, _ = halves(seed=seed)
    return fit_scorecard(standard(past.features), past.target)


@cache
def client_keys() -> SecretKeys:
    """The client's keys: the bank only ever gets their public half."""
    return new_keys(SCORE)


@dataclass(frozen=True, kw_only=True, eq=False)
class SealedScores:
    """Scores of ``applicants``, computed on ciphertexts, against the open ones.

    ``up`` and ``down`` are bytes, ``client`` and ``bank`` seconds; ``key_bytes`` is
    what the bank gets once. ``scores`` (n,) are what the client decrypts.
    """

    applicants: int
    scores: np.ndarray = field(repr=False)
    error: float
    bound: float
    up: int
    down: int
    key_bytes: int
    client: float
    bank: float

    @property
    def summary(self) -> str:
        return (
            f"{self.applicants} applicants in one batch: {self.up / 1e3:.0f} kB up, "
            f"{self.down / 1e3:.0f} kB down, the same for one and for {SCORE.slots:,}; "
            f"the scores are right to {self.bound:.0e}."
        )


@cache
def sealed_scores(*, applicants: int, seed: int) -> SealedScores:
    """The client encrypts, the bank scores without seeing, the client decrypts."""
    bank, (_, fresh), keys = scorecard(seed=seed), halves(seed=seed), client_keys()
    rows = standard(fresh.features[:applicants])
    reach = 1 + np.abs(rows).max() * np.abs(bank.weights).sum()
    plan = Circuit(name="a scorecard", steps=(("weights", 1),), largest=reach)
    LevelBudget(parameters=SCORE).check(plan)
    start = time.perf_counter()
    sent = vectors.columns(keys.public, rows)
    middle = time.perf_counter()
    answer = bank.score(sent)
    end = time.perf_counter()
    scores = vectors.decrypt(keys, answer)
    last = time.perf_counter()
    return SealedScores(
        applicants=applicants,
        scores=scores,
        error=float(np.abs(scores - bank.score(rows.T)).max()),
        bound=SCORE.error(1) * reach,
        up=len(wire.packed(sent)),
        down=len(wire.packed([answer])),
        key_bytes=len(wire.public_bytes(keys.public)),
        client=middle - start + last - end,
        bank=end - middle,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class IncomeLeft:
    """What a reported score leaves of the income, to a bank that knows the rest.

    ``low`` and ``high`` (n,) bound each applicant's income in yuan a month.
    """

    told: str
    income: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def width(self) -> float:
        """The median of high / low: 1 is known exactly."""
        return float(np.median(self.high / self.low))

    @property
    def summary(self) -> str:
        return (
            f"The client reports: {self.told}. The bank's range for an income ends at "
            f"{self.width:.4g} times its beginning (the median applicant)."
        )


POSSIBLE = (1_000, 100_000)  # yuan a month: what anybody would believe anyway
LIMIT = -1.5  # a loan is given where the log-odds of a default are below


def income_left(*, told: str, seed: int, people: int = 12) -> IncomeLeft:
    """The bank solves ``z = w x + b`` for the one feature it does not know."""
    bank, (_, fresh) = scorecard(seed=seed), halves(seed=seed)
    rows = standard(fresh.features[:people])
    z, weight = bank.score(rows.T), bank.weights[INCOME]
    rest = z - weight * rows[:, INCOME]
    ends = np.stack(reported(z, DIGITS[told]))
    logs = CENTRE[INCOME] + UNIT[INCOME] * (ends - rest) / weight
    yuan = np.exp(np.clip(logs, *np.log(POSSIBLE)))
    income = fresh.features[:people, INCOME]
    return IncomeLeft(
        told=told, income=income, low=yuan.min(axis=0), high=yuan.max(axis=0)
    )


def reported(z: np.ndarray, digits: int | None) -> tuple[np.ndarray, np.ndarray]:
    """The least and the greatest score that give the same report as ``z`` (n,)."""
    if digits is None:
        yes = z < LIMIT
        return np.where(yes, -np.inf, LIMIT), np.where(yes, LIMIT, np.inf)
    half = 0.5 * 10.0**-digits
    return z.round(digits) - half, z.round(digits) + half


@dataclass(frozen=True, kw_only=True, eq=False)
class StolenScorecard:
    """How far a copy is off (in log-odds, ``error``) after ``queries`` scores."""

    queries: int
    noise: float
    truth: np.ndarray
    found: np.ndarray
    auc: float
    copy_auc: float

    @property
    def error(self) -> float:
        """The largest error of a weight."""
        return float(np.abs(self.found - self.truth).max())

    @property
    def summary(self) -> str:
        known = "0.001 or better" if self.error < 1e-3 else f"{self.error:.1g}"
        return (
            f"{self.queries} scores, noise {self.noise:g}: each of the bank's "
            f"{len(self.truth)} numbers is known to {known}; the copy has AUC "
            f"{self.copy_auc:.3f}, the scorecard {self.auc:.3f}."
        )


@cache
def stolen_scorecard(*, queries: int, noise: float, seed: int) -> StolenScorecard:
    """Ask for encrypted scores, decrypt, and solve d + 1 equations.

    The first d + 1 questions are invented people, average but for one feature.

    Under CKKS the bank cannot round what it cannot see; it can add ``noise``, normal of
    this standard deviation, to the log-odds of each answer.
    """
    bank, (_, fresh), keys = scorecard(seed=seed), halves(seed=seed), client_keys()
    d = len(bank.weights)
    chosen = np.vstack([np.zeros(d), np.eye(d)])  # nobody checks that they exist
    rows = np.vstack([chosen, standard(fresh.features)])[:queries]
    drawn = np.random.default_rng(seed).normal(0, noise, queries)
    answer = bank.score(vectors.columns(keys.public, rows)) + drawn
    weights, bias = map_from(rows, vectors.decrypt(keys, answer)[:, None])
    copy = Scorecard(weights=weights[0], intercept=float(bias[0]))
    return StolenScorecard(
        queries=queries,
        noise=noise,
        truth=np.append(bank.weights, bank.intercept),
        found=np.append(copy.weights, copy.intercept),
        auc=bank.auc(fresh),
        copy_auc=copy.auc(fresh),
    )
