"""What it costs to train many times and publish only the best run.

Choosing leaks: which run was best depends on the data. It stays cheap if the number of
runs is drawn at random, before anything is seen, and nothing but the best comes out.
The score that decides must be part of each run's release. All take the keywords of an
accountant and ``runs``, the expected number, so that ``calibration`` can invert them.
"""

import math

import numpy as np

from privlab.core import checks
from privlab.dp.rdp import ORDERS, rdp, renyi_epsilon

A = np.array(ORDERS)  # as an array: the a of the formulas


def all_runs_epsilon(*, steps: int, runs: int, **setting) -> float:
    """An upper bound on epsilon if every one of ``runs`` runs is published."""
    checks.whole("runs", runs)
    return _epsilon(_run(steps=steps * runs, **setting), setting["delta"])


def geometric_search_epsilon(*, runs: float, **setting) -> float:
    """An upper bound on epsilon of the best of a geometric number of runs.

    After each run a coin says "stop" with probability 1 / runs. Papernot and Steinke
    2022, Theorem 2 with eta = 1: ``e(a) + 2 min_b ((1 - 1/b) e(b) + ln(runs) / b) +
    ln(runs) / (a - 1)``, for e the Renyi divergence of one run, over all orders a, b.
    """
    log_runs = math.log(checks.at_least("runs", runs, 1))
    curve = _run(**setting)
    constant = ((1 - 1 / A) * curve + log_runs / A).min()
    return _epsilon(curve + 2 * constant + log_runs / (A - 1), setting["delta"])


def _run(*, delta: float, **setting) -> np.ndarray:
    """The Renyi divergence of one run at every order."""
    return rdp(orders=ORDERS, **setting)


def _epsilon(curve: np.ndarray, delta: float) -> float:
    checks.probability("delta", delta)
    return float(renyi_epsilon(curve, order=A, delta=delta).min())
