"""One training run, audited by many canaries at a time."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.optim import SGD

from privlab.dp import bookkeeping
from privlab.dp.one_run import OneRunAudit, audit_one_run
from privlab.dp.per_example import ClippedSum
from privlab.dp.sgd import DPSGD, train
from privlab.experiments.private_training import (
    CAREFUL,
    DELTA,
    Task,
    linear,
    loss,
    noise_of,
    spent,
    task,
)

AUDITED = replace(CAREFUL, steps=50)


@dataclass(frozen=True, kw_only=True, eq=False)
class AuditedRun:
    """What the canaries' scores (m,) prove about a run that claimed ``claimed``.

    ``included`` (m,) says which canaries were in the training set.
    """

    loop: str
    claimed: float
    scores: np.ndarray
    included: np.ndarray
    audit: OneRunAudit

    @property
    def summary(self) -> str:
        audit = self.audit
        return (
            f"{self.loop.capitalize()}: {audit.correct} of {audit.guesses} guesses "
            f"right, so ε ≥ {audit.epsilon_lower:.2f} with {audit.confidence:.0%} "
            f"confidence; claimed was {self.claimed:g}."
        )


def unclipped(model, loss, x: Tensor, y: Tensor, max_grad_norm: float) -> ClippedSum:
    """A fault: the bound is taken for granted, and nobody is clipped."""
    return bookkeeping.clipped_sum(model, loss, x, y, 1e6)


LOOPS = {"as published": bookkeeping.clipped_sum, "clipping forgotten": unclipped}


def audited_run(
    *, loop: str, epsilon: float, canaries: int, seed: int, share=0.25
) -> AuditedRun:
    """Train on digits and canaries, and guess from the weights who was in.

    A canary is a person with a feature of their own, which nobody else has (the "Dirac
    canary" of Nasr et al. 2023): what their class's weight for it became is the score.
    Guesses are made about a ``share`` of the canaries.
    """
    rng = torch.Generator().manual_seed(seed)
    included = torch.rand(canaries, generator=rng) < 0.5
    people = with_canaries(task("digits, edges", seed), included)
    model = linear(people, rng=rng)
    _train(people, model, loop, epsilon, rng)
    own = model[0].weight.detach()[0, -canaries:].numpy()
    guesses = 2 * round(share * canaries / 2)
    scores = own.astype(float)
    return AuditedRun(
        loop=loop,
        claimed=epsilon,
        scores=scores,
        included=included.numpy(),
        audit=audit_one_run(scores, included.numpy(), guesses=guesses, delta=DELTA),
    )


def with_canaries(of: Task, included: Tensor) -> Task:
    """The digits, none with any canary's feature, and the included canaries, all 0s."""
    own = torch.eye(len(included))[included]
    y = torch.cat([of.y, of.y.new_zeros(len(own))])
    return replace(of, x=torch.block_diag(of.x, own), y=y)


def _train(people: Task, model, loop: str, epsilon: float, rng) -> None:
    dpsgd = DPSGD(
        noise_multiplier=noise_of(AUDITED, epsilon),
        max_grad_norm=AUDITED.max_grad_norm,
        sampling_rate=AUDITED.sampling_rate,
        clipped_sum=LOOPS[loop],
        chunk=4096,
    )
    optimizer = SGD(model.parameters(), lr=1.0)
    run = {"steps": AUDITED.steps, "delta": DELTA, "accountant": spent, "rng": rng}
    train(dpsgd, model, loss, people.x, people.y, optimizer, **run)
