"""FedAvg, FedProx and SCAFFOLD on ten clinics: excess loss after every round."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from privlab.experiments.tumour_clinics import Clinics, least_loss, tumour_clinics

RATE, MU = 0.1, 1.0
ROUNDS = 40
ENOUGH = 1e-4  # of excess loss, in nats


@dataclass(frozen=True, kw_only=True)
class State:
    """The server's model (d,) and, for SCAFFOLD, the clients' controls (k, d)."""

    theta: np.ndarray
    controls: np.ndarray = field(default_factory=lambda: np.zeros(1))


Method = Callable[..., State]  # (state, clinics, steps=...) -> state


def fedavg(state: State, clinics: Clinics, *, steps: int) -> State:
    """``theta_k <- theta_k - rate g_k(theta_k)``, then the weighted mean.

    McMahan et al. 2017, Algorithm 1, every client in every round, all rows a batch.
    """
    local = clinics.local(state.theta, steps=steps, rate=RATE)
    return State(theta=clinics.weights @ local)


def fedprox(state: State, clinics: Clinics, *, steps: int) -> State:
    """The same with ``g_k(theta_k) + mu (theta_k - theta)`` (Li et al. 2020, eq. 2)."""
    local = np.tile(state.theta, (len(clinics.sizes), 1))
    for _ in range(steps):
        pull = MU * (local - state.theta)
        local = local - RATE * (clinics.gradients(local) + pull)
    return State(theta=clinics.weights @ local)


def scaffold(state: State, clinics: Clinics, *, steps: int) -> State:
    """The same with ``g_k(theta_k) - c_k + c`` (Karimireddy et al. 2020, option II).

    Their means are plain, over clients; these are weighted, to aim at the pooled loss.
    """
    local = np.tile(state.theta, (len(clinics.sizes), 1))
    controls = state.controls + np.zeros_like(local)
    correction = clinics.weights @ controls - controls
    for _ in range(steps):
        local = local - RATE * (clinics.gradients(local) + correction)
    controls = (state.theta - local) / (steps * RATE) - correction
    return State(theta=clinics.weights @ local, controls=controls)


METHODS: dict[str, Method] = {
    "FedAvg": fedavg,
    "FedProx": fedprox,
    "SCAFFOLD": scaffold,
}


def excess_losses(method: Method, clinics: Clinics, *, steps: int) -> Iterator[float]:
    """The loss above the least possible: before the first round, after it, and on."""
    state = State(theta=np.zeros(clinics.signed.shape[2]))
    while True:
        yield clinics.loss(state.theta) - least_loss()
        state = method(state, clinics, steps=steps)


@dataclass(frozen=True, kw_only=True)
class Convergence:
    """Excess loss over the rounds for each method: {name: (rounds + 1,)}."""

    skew: float
    steps: int
    excess: dict[str, np.ndarray]

    @property
    def summary(self) -> str:
        last = (f"{name} {e[-1]:.1e}" for name, e in self.excess.items())
        return (
            f"Skew {self.skew:.0%}, {self.steps} local step{'s' * (self.steps > 1)}: "
            f"excess loss after {ROUNDS} rounds {', '.join(last)} nats."
        )


def convergence(*, skew: float, steps: int, seed: int) -> Convergence:
    """Forty rounds of each method from the zero model, rate 0.1, mu 1."""
    clinics = tumour_clinics(skew=skew, seed=seed)
    excess = {
        name: np.array(
            list(islice(excess_losses(method, clinics, steps=steps), ROUNDS + 1))
        )
        for name, method in METHODS.items()
    }
    return Convergence(skew=skew, steps=steps, excess=excess)


@dataclass(frozen=True, kw_only=True)
class RoundsNeeded:
    """Rounds to an excess of ``ENOUGH``, by local steps (s,); NaN: not in ``limit``."""

    skew: float
    steps: np.ndarray
    limit: int
    rounds: dict[str, np.ndarray]

    def total(self, name: str, *, message: float) -> np.ndarray:
        """Time in local steps if one exchange of models takes ``message`` of them.

        SCAFFOLD exchanges two, the model and its correction.
        """
        models = 2 if name == "SCAFFOLD" else 1
        return self.rounds[name] * (models * message + self.steps)

    @property
    def summary(self) -> str:
        def told(counts) -> str:
            first, last = (
                f"{count:.0f}" if np.isfinite(count) else f"not in {self.limit}"
                for count in (counts[0], counts[-1])
            )
            return f"{first} at one step, {last} at {self.steps[-1]}"

        each = (f"{name} {told(counts)}" for name, counts in self.rounds.items())
        return f"Rounds to an excess of {ENOUGH:g} nats: {'; '.join(each)}."


def rounds_needed(
    *, skew: float, seed: int, steps=(1, 2, 3, 5, 8, 12, 20), limit: int = 150
) -> RoundsNeeded:
    """By method and number of local steps, the first round that is good enough."""
    clinics = tumour_clinics(skew=skew, seed=seed)

    def first(method: Method, count: int) -> float:
        excess = islice(excess_losses(method, clinics, steps=count), limit + 1)
        return next((r for r, e in enumerate(excess) if e <= ENOUGH), float("nan"))

    rounds = {
        name: np.array([first(method, count) for count in steps])
        for name, method in METHODS.items()
    }
    return RoundsNeeded(skew=skew, steps=np.array(steps), limit=limit, rounds=rounds)
