"""Who was in the training set? The attack on patients with a wrong diagnosis."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from privlab.attacks.membership import MembershipResult, loss_threshold
from privlab.core.models import softmax_regression
from privlab.dp.accounting import rdp_epsilon
from privlab.dp.calibration import noise_multiplier
from privlab.dp.one_run import OneRunAudit, audit_one_run
from privlab.dp.sgd import DPSGD, train
from privlab.experiments.listing import BATCH, READINGS, article_listing, seeded
from privlab.experiments.patients import Patients, patients

ORDINARY, WRONG = 250, 150
GUESSES = 60
DELTA = 1e-5


@dataclass(frozen=True, kw_only=True, eq=False)
class Misdiagnosed:
    """Training patients, some misdiagnosed, and all who might be among these.

    ``x``, ``y`` (150, ...) are the misdiagnosed, ``included`` (150,) who of them went
    into ``people``, each by a fair coin.
    """

    people: Patients
    x: Tensor
    y: Tensor
    included: np.ndarray


def with_products(x: Tensor) -> Tensor:
    """The d measurements and all products of two, d + d (d + 1) / 2 columns."""
    i, j = torch.triu_indices(x.shape[1], x.shape[1])
    return torch.cat([x, x[:, i] * x[:, j]], dim=1)


def misdiagnosed(*, seed: int) -> Misdiagnosed:
    """250 ordinary patients and about half of 150 misdiagnosed ones, shuffled.

    495 columns let a linear layer remember single patients, as a network would. They
    are in standard deviations of the 169 patients who are left to test on.
    """
    people, rng = patients(ORDINARY + WRONG, seed=seed), np.random.default_rng(seed)
    x, test_x = with_products(people.x), with_products(people.test_x)
    mean, deviation = test_x.mean(dim=0), test_x.std(dim=0)
    x, test_x = (x - mean) / deviation, (test_x - mean) / deviation
    y = torch.cat([people.y[:ORDINARY], 1 - people.y[ORDINARY:]])
    included = rng.random(WRONG) < 0.5
    rows = np.concatenate([np.arange(ORDINARY), ORDINARY + np.flatnonzero(included)])
    rows = rng.permutation(rows)
    return Misdiagnosed(
        people=replace(people, x=x[rows], y=y[rows], test_x=test_x),
        x=x[ORDINARY:],
        y=y[ORDINARY:],
        included=included,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Attacked:
    """A trained model: how often it is right, and what it tells of its patients."""

    name: str
    claimed: float
    accuracy: float
    attack: MembershipResult
    audit: OneRunAudit

    @property
    def summary(self) -> str:
        return (
            f"{self.name}: {self.accuracy:.0%} right; a misdiagnosed patient who was "
            f"in scores above one who was not in {self.attack.auc:.0%} of pairs."
        )


def attacked(
    name: str,
    logits: Callable[[Tensor], Tensor],
    data: Misdiagnosed,
    *,
    claimed: float = np.inf,
) -> Attacked:
    """Attack a model by the losses of the misdiagnosed: who was in has a small one."""
    with torch.no_grad():
        losses = F.cross_entropy(logits(data.x), data.y, reduction="none").numpy()
        right = logits(data.people.test_x).argmax(dim=1) == data.people.test_y
    return Attacked(
        name=name,
        claimed=claimed,
        accuracy=float(right.float().mean()),
        attack=loss_threshold(losses[data.included], losses[~data.included]),
        audit=audit_one_run(-losses, data.included, guesses=GUESSES, delta=DELTA),
    )


def listing_attacked(
    data: Misdiagnosed,
    *,
    epochs: int,
    stddev: float,
    seed: int,
    reading: str = "as Keras runs it",
) -> Attacked:
    """Train with the article's listing and attack the result."""
    run = article_listing(
        data.people.batches(BATCH),
        rng=seeded(seed),
        noise_rng=seeded(seed + 1),
        stddev=stddev,
        epochs=epochs,
        loss_fn=READINGS[reading],
    )
    name = f"Listing {reading}, {epochs} epochs, noise {stddev:g}"
    return attacked(name, run.layer, data)


def private_attacked(data: Misdiagnosed, *, epsilon: float, seed: int) -> Attacked:
    """Train the same linear layer, with two outputs, by DP-SGD; attack it."""
    x, y = data.people.x, data.people.y
    model, steps, sampling_rate = softmax_regression(x.shape[1], 2), 100, 0.3
    noise = noise_multiplier(
        epsilon=epsilon,
        delta=DELTA,
        sampling_rate=sampling_rate,
        steps=steps,
        accountant=rdp_epsilon,
    )
    run = train(
        DPSGD(noise_multiplier=noise, max_grad_norm=1, sampling_rate=sampling_rate),
        model,
        torch.nn.CrossEntropyLoss(reduction="none"),
        x,
        y,
        torch.optim.SGD(model.parameters(), lr=0.1),
        steps=steps,
        delta=DELTA,
        accountant=rdp_epsilon,
        rng=seeded(seed),
    )
    return attacked(
        f"DP-SGD, ε = {epsilon:g}", model, data, claimed=run.privacy.epsilon
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class BeforeAfter:
    """Several ways to train, each on the same data sets, one row for each seed."""

    names: tuple[str, ...]
    claimed: tuple[float, ...]
    accuracy: np.ndarray
    auc: np.ndarray
    measured: np.ndarray

    @property
    def summary(self) -> str:
        accuracy, auc = self.accuracy.mean(axis=0), self.auc.mean(axis=0)
        rows = zip(self.names, accuracy, auc, strict=True)
        return (
            "; ".join(f"{n}: {a:.0%} right, attack AUC {u:.2f}" for n, a, u in rows)
            + "."
        )


def before_after(*, epsilon: float, seeds: range) -> BeforeAfter:
    """The listing, briefly and for long, and DP-SGD; attacked on several data sets."""

    def row(seed: int) -> list[Attacked]:
        data = misdiagnosed(seed=seed)
        return [
            *(
                listing_attacked(data, epochs=epochs, stddev=1, seed=seed)
                for epochs in (10, 100)
            ),
            private_attacked(data, epsilon=epsilon, seed=seed),
        ]

    rows = [row(seed) for seed in seeds]
    return BeforeAfter(
        names=tuple(one.name for one in rows[0]),
        claimed=tuple(one.claimed for one in rows[0]),
        accuracy=np.array([[one.accuracy for one in row] for row in rows]),
        auc=np.array([[one.attack.auc for one in row] for row in rows]),
        measured=np.array([[one.audit.epsilon_lower for one in row] for row in rows]),
    )
