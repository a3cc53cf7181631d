"""Whom does the promise cover, a patient or a hospital? And what does it cost?"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from privlab.dp.accounting import rdp_epsilon
from privlab.dp.calibration import noise_multiplier
from privlab.experiments.hospital_network import (
    HOSPITALS,
    Network,
    gradients,
    hospital_network,
    learned,
)
from privlab.experiments.misdiagnosed import Attacked, attacked, misdiagnosed
from privlab.experiments.uneven_splits import rising_sizes
from privlab.fl.private import ClientLevel, clipped

NOTHING, SHARED = "no promise", "each patient, masked sum"
OWN, WHOLE = "each patient, no masks", "each hospital"
UNITS = (NOTHING, SHARED, OWN, WHOLE)
DELTA, ROUNDS, RATE, STEPS = 1e-5, 20, 1.0, 5
CLIPPING_NORM = 1.0


@cache
def multiplier(epsilon: float, rounds: int = ROUNDS) -> float:
    """The noise of ``rounds`` Gaussian releases, everybody in each, at ``DELTA``."""
    return noise_multiplier(
        epsilon=epsilon,
        delta=DELTA,
        sampling_rate=1.0,
        steps=rounds,
        accountant=rdp_epsilon,
    )


def per_patient(
    network: Network,
    *,
    epsilon: float,
    noises: int,
    rng: np.random.Generator,
    rounds: int = ROUNDS,
) -> np.ndarray:
    """DP-SGD across hospitals: θ ← θ - η (Σ_k Σ_i clip(g_i) + noise) / n.

    Abadi et al. 2016, Algorithm 1, with every patient in every step. ``noises`` is how
    often the noise is in the sum: once where masks hide all but the sum and each
    hospital adds a share, else once for each hospital. Neighbours: one patient added or
    removed; n is public. The noise is that of ``ROUNDS`` rounds at ``epsilon``.
    """
    n, theta = network.sizes.sum(), np.zeros(network.test_x.shape[1])
    sigma = 0.0
    if math.isfinite(epsilon):
        sigma = multiplier(epsilon) * CLIPPING_NORM * math.sqrt(noises)
    for _ in range(rounds):
        each = zip(network.x, network.y, strict=True)
        sums = [clipped(gradients(theta, x, y), CLIPPING_NORM).sum(0) for x, y in each]
        noise = sigma * rng.standard_normal(len(theta))
        theta = theta - RATE * (np.sum(sums, axis=0) + noise) / n
    return theta


def per_hospital(
    network: Network, *, epsilon: float, rng: np.random.Generator
) -> np.ndarray:
    """DP-FedAvg (McMahan et al. 2018): neighbours are networks with one hospital less.

    Every hospital takes part in each round and weighs the same.
    """
    one_round = ClientLevel(
        clipping_norm=CLIPPING_NORM,
        noise_multiplier=multiplier(epsilon),
        sampling_rate=1.0,
        clients=len(network.x),
    )

    def combine(updates: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        return one_round.release(updates, rng=rng)

    return learned(network, combine, rounds=ROUNDS, steps=STEPS, rate=RATE)


def ways(
    network: Network, *, epsilon: float, rng: np.random.Generator
) -> dict[str, Callable[[], np.ndarray]]:
    """How to train the network with each promise of ``UNITS``."""
    k, setting = len(network.x), {"epsilon": epsilon, "rng": rng}
    return {
        NOTHING: lambda: learned(network, rounds=ROUNDS, steps=STEPS, rate=RATE),
        SHARED: lambda: per_patient(network, noises=1, **setting),
        OWN: lambda: per_patient(network, noises=k, **setting),
        WHOLE: lambda: per_hospital(network, **setting),
    }


@dataclass(frozen=True, kw_only=True, eq=False)
class UnitPrices:
    """The share labelled rightly, for each unit over ``draws`` of noise (draws,)."""

    illness: str
    hospitals: int
    epsilon: float
    right: dict[str, np.ndarray]

    def mean(self, unit: str) -> float:
        return float(self.right[unit].mean())

    @property
    def summary(self) -> str:
        each = ", ".join(f"{unit} {self.mean(unit):.0%}" for unit in UNITS)
        return f"{self.hospitals} hospitals, ε = {self.epsilon:g}. Right: {each}."


def unit_prices(
    *, illness: str, hospitals: int, epsilon: float, seed: int, draws: int = 5
) -> UnitPrices:
    """The same patients and ε; the promise differs, and the way to train with it."""
    network = hospital_network(
        illness=illness, skew=0.3, ratio=5, hospitals=hospitals, seed=seed
    )
    train = ways(network, epsilon=epsilon, rng=np.random.default_rng(seed))
    right = {
        unit: np.array([network.right(train[unit]()) for _ in range(draws)])
        for unit in UNITS
    }
    return UnitPrices(
        illness=illness, hospitals=hospitals, epsilon=epsilon, right=right
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Remembered:
    """``right`` and ``auc`` (seeds,) of each unit: accuracy, membership attack."""

    epsilon: float
    right: dict[str, np.ndarray]
    auc: dict[str, np.ndarray]

    @property
    def summary(self) -> str:
        each = "; ".join(
            f"{unit}: {self.right[unit].mean():.0%} right, AUC {auc.mean():.2f}"
            for unit, auc in self.auc.items()
        )
        return f"ε = {self.epsilon:g}, means of {len(self.auc[NOTHING])} runs. {each}."


def remembered(*, epsilon: float, seeds: range) -> Remembered:
    """Ten hospitals with misdiagnosed patients: who of these was in the training?"""
    runs = [_attacked_units(epsilon, seed) for seed in seeds]
    return Remembered(
        epsilon=epsilon,
        right={u: np.array([run[u].accuracy for run in runs]) for u in runs[0]},
        auc={u: np.array([run[u].attack.auc for run in runs]) for u in runs[0]},
    )


def _attacked_units(epsilon: float, seed: int) -> dict[str, Attacked]:
    """The model may use products of measurements, 495 columns, and so can remember."""
    data = misdiagnosed(seed=seed)
    people = data.people
    cuts = np.cumsum(rising_sizes(len(people.y), HOSPITALS, 5))[:-1]
    network = Network(
        illness="misdiagnosed",
        x=tuple(np.split(with_ones(people.x), cuts)),
        y=tuple(np.split(people.y.numpy(), cuts)),
        test_x=with_ones(people.test_x),
        test_y=people.test_y.numpy(),
    )
    train = ways(network, epsilon=epsilon, rng=np.random.default_rng(seed))
    return {
        unit: attacked(unit, logits(train[unit]()), data)
        for unit in (NOTHING, SHARED, WHOLE)
    }


def with_ones(x: torch.Tensor) -> np.ndarray:
    return np.column_stack([x.double().numpy(), np.ones(len(x))])


def logits(theta: np.ndarray) -> Callable[[torch.Tensor], torch.Tensor]:
    """The model as scores (n, 2) of both labels: 0 and x θ."""

    def scores(x: torch.Tensor) -> torch.Tensor:
        score = torch.from_numpy(with_ones(x) @ theta)
        return torch.stack([torch.zeros_like(score), score], dim=1)

    return scores
