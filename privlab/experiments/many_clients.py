"""From ten clients to ten thousand: what a round costs, and what a promise does."""

import time
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import nnls

from privlab.core import progress
from privlab.dp.accounting import rdp_epsilon
from privlab.dp.calibration import noise_multiplier
from privlab.experiments.federation import task
from privlab.fl.apps import client_app
from privlab.fl.local import run
from privlab.fl.partition import iid
from privlab.fl.private import ClientLevel, DPFedAvg
from privlab.fl.tasks import Task

ROWS = 5  # of each client, the same 1,438 digits dealt out again and again
CLIPPING_NORM, DELTA, ROUNDS = 1.0, 1e-6, 8
CONFIG = {"rate": 0.5, "epochs": 3, "batch": 0}
A_TENTH, A_HUNDRED = "a tenth of all", "a hundred, or all"
POLICIES = (A_TENTH, A_HUNDRED)
MEASURED, BEYOND = (10, 100, 1_000, 10_000), (100_000, 1_000_000)


@cache
def crowd(clients: int) -> Task:
    """Digits for so many clients: rows are repeated, since there are not enough."""
    digits = task()
    x, y = digits.train
    rows = np.resize(np.arange(len(y)), ROWS * clients)
    return Task("crowd", digits.model, (x[rows], y[rows]), digits.test)


def sampling_rate(policy: str, clients: int) -> float:
    """The chance of each client to be asked in a round."""
    if policy not in POLICIES:
        raise ValueError(f"policy={policy!r} must be one of {POLICIES}")
    return 0.1 if policy == A_TENTH else min(1.0, 100 / clients)


@cache
def mechanism(*, policy: str, clients: int, epsilon: float) -> ClientLevel:
    """The round of which ``ROUNDS`` spend ``epsilon`` at ``DELTA`` for each client."""
    rate = sampling_rate(policy, clients)
    noise = noise_multiplier(
        epsilon=epsilon,
        delta=DELTA,
        sampling_rate=rate,
        steps=ROUNDS,
        accountant=rdp_epsilon,
    )
    return ClientLevel(
        clipping_norm=CLIPPING_NORM,
        noise_multiplier=noise,
        sampling_rate=rate,
        clients=clients,
    )


@dataclass(frozen=True, kw_only=True)
class Round:
    """One federation on this machine: a round's seconds and bytes, and what it learned.

    ``noise`` is the deviation of the noise on each weight of the mean, ``asked`` the
    clients asked in a round, on average over the rounds.
    """

    clients: int
    asked: float
    seconds: float
    bytes: float
    noise: float
    accuracy: float


@cache
def measured_round(*, policy: str, clients: int, epsilon: float, seed: int) -> Round:
    """``ROUNDS`` rounds of DP-FedAvg on the in-process engine, timed together."""
    own = mechanism(policy=policy, clients=clients, epsilon=epsilon)
    rng, many = np.random.default_rng(seed), crowd(clients)
    app = client_app(many, iid(len(many.labels), clients, rng=rng))
    setting = {"clients": clients, "rounds": ROUNDS, "config": CONFIG, "seed": seed}
    start = time.perf_counter()
    history = run(DPFedAvg(own, rng=rng), app, many, **setting)
    seconds = time.perf_counter() - start
    moved = history.bytes_down.sum() + history.bytes_up.sum()
    return Round(
        clients=clients,
        asked=len(history.exchanges) / ROUNDS,
        seconds=seconds / ROUNDS,
        bytes=float(moved) / ROUNDS,
        noise=own.sigma,
        accuracy=float(history.accuracies[-1]),
    )


@dataclass(frozen=True, kw_only=True)
class Scale:
    """What was measured on this machine, and the law fitted to it.

    ``seconds`` of a round are ``asking * asked + keeping * clients``: a client that is
    asked trains, and one that is not has to be kept in the list all the same.
    """

    policy: str
    epsilon: float
    measured: tuple[Round, ...]
    asking: float
    keeping: float

    def seconds(self, clients: int) -> float:
        """The law's seconds of a round, with the clients one after the other."""
        return self.asking * self.asked(clients) + self.keeping * clients

    def asked(self, clients: int) -> float:
        return sampling_rate(self.policy, clients) * clients

    def bytes(self, clients: int) -> float:
        """The law's bytes of a round: both ways, the same for each client asked."""
        moved = sum(own.bytes for own in self.measured)
        return moved / sum(own.asked for own in self.measured) * self.asked(clients)

    def noise(self, clients: int) -> float:
        """``z S / (q K)``, z from the accountant: a formula, measured or not."""
        return mechanism(
            policy=self.policy, clients=clients, epsilon=self.epsilon
        ).sigma

    @property
    def summary(self) -> str:
        small, large = self.measured[0], self.measured[-1]
        return (
            f"{self.policy.capitalize()}, ε = {self.epsilon:g}: from {small.clients} "
            f"to {large.clients} clients the noise falls from {small.noise:.2g} to "
            f"{large.noise:.2g} and accuracy goes from {small.accuracy:.0%} to "
            f"{large.accuracy:.0%}; a round moves {large.bytes / 1e6:.2g} MB."
        )


def scale(*, policy: str, epsilon: float, largest: int, seed: int) -> Scale:
    """Federations of 10, 100, ... up to ``largest`` clients, and the law they fit."""
    counts = [count for count in MEASURED if count <= largest]
    if len(counts) < 2:
        raise ValueError(f"largest={largest} must be >= {MEASURED[1]} for a law")
    setting = {"policy": policy, "epsilon": epsilon, "seed": seed}
    measured = tuple(
        measured_round(clients=count, **setting)
        for count in progress.bar(counts, "federations")
    )
    asking, keeping = _law(measured)
    return Scale(
        policy=policy,
        epsilon=epsilon,
        measured=measured,
        asking=asking,
        keeping=keeping,
    )


def _law(rounds: tuple[Round, ...]) -> tuple[float, float]:
    """Seconds for each client asked and each client kept, neither below 0.

    Least squares of the *relative* errors: else the largest federation alone counts.
    """
    seconds = np.array([own.seconds for own in rounds])
    columns = np.array([[own.asked, own.clients] for own in rounds])
    found, _ = nnls(columns / seconds[:, None], np.ones(len(rounds)))
    return float(found[0]), float(found[1])
