"""Ten hospitals, unequal in size and in kind, and one model of their patients."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import expit

from privlab.core.datasets import breast_cancer, diabetes
from privlab.experiments.uneven_splits import partly_sorted, rising_sizes
from privlab.fl.robust import mean

TUMOURS, DIABETES = "tumours", "diabetes"
ILLNESSES = (TUMOURS, DIABETES)
HOSPITALS, ROUNDS, STEPS, RATE = 10, 10, 5, 0.6
Combine = Callable[[np.ndarray, np.ndarray], np.ndarray]  # (k, d), (k,) -> (d,)


@dataclass(frozen=True, kw_only=True, eq=False)
class Network:
    """Hospital k holds ``x[k]`` (n_k, d), whose last column is 1, and ``y[k]`` of 0, 1.

    ``test_x``, ``test_y`` are patients of nobody, who also gave the scale of all.
    """

    illness: str
    x: tuple[np.ndarray, ...]
    y: tuple[np.ndarray, ...]
    test_x: np.ndarray
    test_y: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        return np.array([len(y) for y in self.y])

    @cached_property
    def pooled(self) -> "Network":
        """All patients in one hospital, which the law may forbid: to compare with."""
        x, y = (np.concatenate(part) for part in (self.x, self.y))
        return replace(self, x=(x,), y=(y,))

    def only(self, hospital: int) -> "Network":
        """One of the hospitals by itself, the same others to test on."""
        return replace(self, x=(self.x[hospital],), y=(self.y[hospital],))

    def updates(self, theta: np.ndarray, *, steps: int, rate: float) -> np.ndarray:
        """``theta_k - theta`` (k, d) after ``steps`` on all rows of each hospital."""
        local = [
            descended(theta, x, y, steps, rate)
            for x, y in zip(self.x, self.y, strict=True)
        ]
        return np.array(local) - theta

    def right(self, theta: np.ndarray) -> float:
        """The share of test patients whose label the model gives."""
        return float(((self.test_x @ theta > 0) == self.test_y).mean())


def gradients(theta: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Each patient's gradient (n, d) of the logistic loss: ``(sigmoid(x θ) - y) x``."""
    return (expit(x @ theta) - y)[:, None] * x


def descended(
    theta: np.ndarray, x: np.ndarray, y: np.ndarray, steps: int, rate: float
) -> np.ndarray:
    for _ in range(steps):
        theta = theta - rate * (expit(x @ theta) - y) @ x / len(y)
    return theta


def learned(
    network: Network,
    combine: Combine = mean,
    *,
    rounds: int = ROUNDS,
    steps: int = STEPS,
    rate: float = RATE,
) -> np.ndarray:
    """``rounds`` of ``theta <- theta + combine(updates, sizes)`` from 0.

    With ``combine=mean`` it is FedAvg (McMahan et al. 2017, Algorithm 1), all
    hospitals in every round, all rows in every step.
    """
    theta = np.zeros(network.test_x.shape[1])
    for _ in range(rounds):
        updates = network.updates(theta, steps=steps, rate=rate)
        theta = theta + combine(updates, network.sizes)
    return theta


def plain_mean(updates: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The article's ``(1/N) Σ θ_i``: a hospital of 5 counts as much as one of 100."""
    return updates.mean(axis=0)


def hospital_network(
    *,
    illness: str = TUMOURS,
    skew: float = 0,
    ratio: float = 20,
    hospitals: int = HOSPITALS,
    seed: int,
) -> Network:
    """Three quarters of the patients; the last hospital ``ratio`` times the first.

    A share ``skew`` of the patients is sorted by label over the hospitals.
    """
    people = round(0.75 * len(_table(illness)[1]))
    sizes = rising_sizes(people, hospitals, ratio)
    return network_of(illness=illness, sizes=sizes, skew=skew, seed=seed)


def network_of(
    *, illness: str, sizes: Sequence[int], skew: float = 0, seed: int
) -> Network:
    """``sizes[k]`` random patients in hospital k, everybody else to test on."""
    features, target = _table(illness)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(target))
    inside, outside = np.split(order, [sum(sizes)])
    others = features[outside]
    x = (features - others.mean(axis=0)) / others.std(axis=0)
    x, y = np.column_stack([x, np.ones(len(x))]), target > np.median(target[outside])
    if illness == TUMOURS:
        y = target == 0  # malignant
    placed = inside[partly_sorted(y[inside], skew, splits=1, rng=rng)[0]]
    parts = np.split(placed, np.cumsum(sizes)[:-1])
    return Network(
        illness=illness,
        x=tuple(x[rows] for rows in parts),
        y=tuple(y[rows].astype(int) for rows in parts),
        test_x=x[outside],
        test_y=y[outside].astype(int),
    )


def _table(illness: str) -> tuple[np.ndarray, np.ndarray]:
    if illness not in ILLNESSES:
        raise ValueError(f"illness={illness!r} must be one of {ILLNESSES}")
    data = breast_cancer() if illness == TUMOURS else diabetes()
    return data.features, data.target


@dataclass(frozen=True, kw_only=True, eq=False)
class Together:
    """Test patients labelled rightly: each hospital ``alone`` (k,), and in company."""

    illness: str
    sizes: np.ndarray
    ill: np.ndarray
    alone: np.ndarray
    pooled: float
    weighted: float
    plain: float

    @property
    def summary(self) -> str:
        return (
            f"{self.illness.capitalize()}, {self.sizes.min()} to {self.sizes.max()} "
            f"patients a hospital: right alone {np.median(self.alone):.0%} (median), "
            f"pooled {self.pooled:.0%}, weighted mean {self.weighted:.0%}, plain mean "
            f"{self.plain:.0%}."
        )


def together(*, illness: str, skew: float, ratio: float, seed: int) -> Together:
    """Train alone, pooled, and federated with either mean, for as many steps."""
    network = hospital_network(illness=illness, skew=skew, ratio=ratio, seed=seed)
    each = [network.only(hospital) for hospital in range(HOSPITALS)]
    return Together(
        illness=illness,
        sizes=network.sizes,
        ill=np.array([y.mean() for y in network.y]),
        alone=np.array([network.right(learned(one)) for one in each]),
        pooled=network.right(learned(network.pooled)),
        weighted=network.right(learned(network)),
        plain=network.right(learned(network, plain_mean)),
    )
