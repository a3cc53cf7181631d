"""The article's training loop, repaired one fault at a time, and audited each time."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch

from privlab.dp.accounting import pld_epsilon
from privlab.dp.audit import AuditResult, audit
from privlab.experiments.listing import seeded
from privlab.experiments.patients import Patients
from privlab.experiments.training_loops import EPOCHS, Loop, trained, with_one

CLIPS = {"nobody": math.inf, "each patient": 0.5}
TWO_OUTPUTS = {"outputs": 2, "scores": "logits", "first_weights": "zero"}
DELTA = 1e-3


@dataclass(frozen=True, kw_only=True, eq=False)
class Repair:
    """One loop audited: its runs with the last patient and without.

    ``claimed`` is what the accountant says of this noise, batch size and number of
    steps, were everything else right; infinite where no gradient gets noise.
    """

    name: str
    loop: Loop
    claimed: float
    accuracy: float
    scores: tuple[np.ndarray, np.ndarray]
    audit: AuditResult

    @property
    def measured(self) -> float:
        return self.audit.epsilon_lower

    @property
    def summary(self) -> str:
        said = f"ε = {self.claimed:.2f}" if math.isfinite(self.claimed) else "nothing"
        return (
            f"{self.name}: the accountant claims {said}, the auditor proves "
            f"ε ≥ {self.measured:.2f}; {self.accuracy:.0%} of test patients right."
        )


def claimed_epsilon(loop: Loop, people: Patients) -> float:
    """The accountant's upper bound, whether or not its conditions hold."""
    if loop.noise_on != "on the gradient":
        return math.inf
    n = len(people.x)
    return pld_epsilon(
        noise_multiplier=loop.noise,
        sampling_rate=loop.batch_size / n,
        steps=EPOCHS * -(-n // loop.batch_size),
        delta=DELTA,
    ).high


def audited(
    loop: Loop, people: Patients, *, seed: int, runs: int, name="This loop"
) -> Repair:
    """Train with and without the last patient, ``runs`` times each, and audit."""
    rng = seeded(seed)
    first = trained(loop, people, True, runs=runs, rng=rng)
    second = trained(loop, people, False, runs=runs, rng=rng)
    found = audit(
        next_score,
        iter(first.scores),
        iter(second.scores),
        trials=runs,
        rng=np.random.default_rng(seed),
        delta=DELTA,
    )
    logits = torch.einsum("nd,rdk->rnk", with_one(people.test_x), first.weights[:100])
    return Repair(
        name=name,
        loop=loop,
        claimed=claimed_epsilon(loop, people),
        accuracy=float((logits.argmax(dim=2) == people.test_y).float().mean()),
        scores=(first.scores, second.scores),
        audit=found,
    )


def next_score(scores: Iterator[float], *, rng) -> float:
    """The mechanism for ``audit``: its runs were made side by side, in advance."""
    return next(scores)


def repaired(
    people: Patients,
    *,
    clip: str,
    noise_on: str,
    noise: float,
    batches: str,
    divisor: str,
    seed: int,
    runs: int,
) -> Repair:
    """The loop with two outputs and their logits, and these four parts as chosen."""
    loop = Loop(
        **TWO_OUTPUTS,
        max_grad_norm=CLIPS[clip],
        noise_on=noise_on,
        noise=noise,
        batches=batches,
        divisor=divisor,
    )
    name = f"Noise {noise:g} {noise_on}; clipped: {clip}; {divisor}; {batches}"
    return audited(loop, people, seed=seed, runs=runs, name=name)


@dataclass(frozen=True, kw_only=True, eq=False)
class Ladder:
    """The loop from the article's to DP-SGD, one repair after the other."""

    steps: tuple[Repair, ...]

    @property
    def summary(self) -> str:
        first, last = self.steps[0], self.steps[-1]
        return (
            f"{first.name.capitalize()}: nothing claimed, ε ≥ {first.measured:.2f} "
            f"proved; with the last repair: ε = {last.claimed:.2f} claimed, "
            f"ε ≥ {last.measured:.2f} proved."
        )


def ladder(people: Patients, *, noise: float, seed: int, runs: int) -> Ladder:
    """Audit the article's loop and each of five repairs added to those before."""
    loop, steps = Loop(), []
    for name, repair in repairs(noise).items():
        loop = replace(loop, **repair)
        steps.append(audited(loop, people, seed=seed, runs=runs, name=name))
    return Ladder(steps=tuple(steps))


def repairs(noise: float) -> dict[str, dict]:
    """What each repair changes in the loop before it."""
    return {
        "the article's loop": {},
        "two outputs, one softmax": TWO_OUTPUTS,
        "noise on the gradient": {"noise_on": "on the gradient", "noise": noise},
        "each patient clipped": {"max_grad_norm": CLIPS["each patient"]},
        "expected batch size": {"divisor": "expected size"},
        "Poisson sampling": {"batches": "Poisson"},
    }
