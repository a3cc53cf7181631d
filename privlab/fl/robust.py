"""Means that a few hostile clients cannot move at will.

Every rule maps ``updates`` (n, d), one row per client, to one update (d,). Its
*breakdown point* is the number of hostile rows from which on they can carry the result
as far as they like.
"""

from collections.abc import Callable, Iterable

import numpy as np
from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord, RecordDict
from flwr.serverapp import Grid
from flwr.serverapp.strategy import FedAvg

from privlab.core import checks
from privlab.fl.vectors import flat, shaped, update

Rule = Callable[[np.ndarray, np.ndarray], np.ndarray]


def mean(updates: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Σ n_k u_k / Σ n_k, ``weights`` (n,): FedAvg (McMahan et al. 2017, Algorithm 1).

    Breakdown point 1: the row u_1 = -(n_2 u_2 + … - Σ n_k v) / n_1 makes it any v.
    """
    return np.average(_rows(updates), axis=0, weights=weights)


def median(updates: np.ndarray) -> np.ndarray:
    """The middle of each coordinate (Yin et al. 2018, Definition 1).

    Breakdown point ⌈n/2⌉: with fewer hostile rows each coordinate stays between the
    least and the greatest honest one. For even n it is the mean of the two middles.
    It pulls skewed clients' mean towards the majority even where all are honest.
    """
    return np.median(_rows(updates), axis=0)


def trimmed_mean(updates: np.ndarray, *, trim: int) -> np.ndarray:
    """The mean of each coordinate without its ``trim`` least and greatest entries.

    Yin et al. 2018, Definition 2, with β = trim / n. Breakdown point trim + 1.
    ``ValueError`` where nothing is left: 2 trim < n is needed.
    """
    rows = np.sort(_rows(updates), axis=0)
    n = len(rows)
    if 2 * checks.whole("trim", trim, low=0) >= n:
        raise ValueError(f"trim={trim} must be below half of the {n} clients")
    return rows[trim : n - trim].mean(axis=0)


def krum_scores(updates: np.ndarray, *, hostile: int) -> np.ndarray:
    """s(i) = Σ ‖u_i - u_j‖² over the n - f - 2 rows j nearest to i, (n,).

    Blanchard et al. 2017, section 4, f = ``hostile``. ``ValueError`` unless
    n ≥ 2 f + 3, which their Proposition 1 needs.
    """
    rows = _rows(updates)
    n = len(rows)
    if n < 2 * checks.whole("hostile", hostile, low=0) + 3:
        raise ValueError(f"hostile={hostile} needs {2 * hostile + 3} clients, not {n}")
    # Differences, not ‖a‖² + ‖b‖² - 2ab: large equal parts would swamp the distance.
    distances = np.array([((rows - row) ** 2).sum(axis=1) for row in rows])
    np.fill_diagonal(distances, np.inf)
    return np.sort(distances, axis=1)[:, : n - hostile - 2].sum(axis=1)


def krum(updates: np.ndarray, *, hostile: int) -> np.ndarray:
    """The row with the lowest Krum score: one client's update, no mean at all.

    Withstands ``hostile`` ≤ (n - 3) / 2 rows. Hostile rows that agree with each other
    are the nearest of all once there are n - f - 1 of them, and one of them is taken.
    """
    return _rows(updates)[np.argmin(krum_scores(updates, hostile=hostile))]


def norm_bound(norms: np.ndarray, *, factor: float) -> float:
    """``factor`` times the (lower) median of the updates' lengths ``norms`` (n,).

    At least one honest length is not below the lower median while half of the rows or
    fewer are hostile, so hostile clients cannot raise the bound past honest lengths.
    """
    checks.positive("factor", factor)
    return float(factor * np.sort(norms)[(len(norms) - 1) // 2])


def clipped(updates: np.ndarray, *, factor: float) -> np.ndarray:
    """Every row shortened to at most ``norm_bound``: u min(1, bound / ‖u‖), (n, d).

    Norm bounding (Sun et al. 2019). No breakdown up to half, but no defence
    either: a hostile row still moves the mean by its share of the bound, every round.
    """
    rows = _rows(updates)
    norms = np.array([length(row) for row in rows])
    bound = norm_bound(norms, factor=factor)
    return rows * shortening(norms, bound)[:, None]


def shortening(norms: np.ndarray, bound: float) -> np.ndarray:
    """min(1, bound / ‖u‖) for each length in ``norms`` (n,); a length of 0 stays."""
    return bound / np.maximum(norms, bound) if bound else (norms == 0).astype(float)


def length(vector: np.ndarray) -> float:
    """‖u‖ without overflow: entries of 1e300 have a length too."""
    largest = float(np.abs(vector).max(initial=0))
    return largest * float(np.linalg.norm(vector / (largest or 1)))


class ByRule(FedAvg):
    """w ← w + rule(updates (n, d), weights (n,)): any rule as a Flower strategy.

    Every reply's update is w_k - w, its weight the number of examples it reports.
    ``ByRule(lambda u, n: median(u))`` gives the same model as Flower's FedMedian.
    """

    def __init__(self, rule: Rule, **fedavg):
        super().__init__(**fedavg)
        self.rule = rule

    def configure_train(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        self.sent = arrays
        return super().configure_train(server_round, arrays, config, grid)

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        replies, _ = self._check_and_log_replies(replies, is_train=True)
        if not replies:
            return None, None
        contents = [reply.content for reply in replies]
        received = [content[self.arrayrecord_key] for content in contents]
        updates = np.array([update(arrays, since=self.sent) for arrays in received])
        weights = np.array([_weight(each, self.weighted_by_key) for each in contents])
        after = flat(self.sent) + self.rule(updates, weights)
        metrics = self.train_metrics_aggr_fn(contents, self.weighted_by_key)
        return shaped(after, like=self.sent), metrics


def _weight(content: RecordDict, key: str) -> float:
    (metrics,) = content.metric_records.values()
    return float(metrics[key])


def _rows(updates: np.ndarray) -> np.ndarray:
    rows = checks.finite("updates", updates)
    if rows.ndim != 2 or not len(rows):
        raise ValueError(f"updates has shape {rows.shape}, must be (clients, d)")
    return rows
