"""Networks that learn digits, shadow models beside them, and who was in which."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, partial

import numpy as np
import torch
from scipy.special import log_softmax

from privlab.attacks.attack_model import attack_model_scores
from privlab.attacks.lira import (
    Evidence,
    calibrated,
    lira_offline,
    lira_online,
    scaled_confidence,
    shared_variance,
)
from privlab.attacks.membership import MembershipResult, judged
from privlab.attacks.rmia import average_online, rmia
from privlab.attacks.shadow import halves, train_shadows
from privlab.core.datasets import digits
from privlab.core.models import mlp

SHADOWS, TARGETS, HIDDEN = 64, 8, 32
PEOPLE = 1796  # an even number, so that halves are halves
EPOCHS = {"to the end": 30, "weight decay": 30, "stopped early": 4}
DECAY = {"weight decay": 0.01}
network = partial(mlp, 64, HIDDEN, 10)


@dataclass(frozen=True, kw_only=True, eq=False)
class Study:
    """``logits`` (models, n, 10) of all models, the targets last; ``inside`` beside it.

    Each model has learned from a random half of the n people. The adversary trained
    the shadow models itself, so it knows their halves; those of the targets are the
    secret.
    """

    training: str
    logits: np.ndarray
    labels: np.ndarray
    inside: np.ndarray
    targets: int

    @property
    def accuracy(self) -> tuple[float, float]:
        """The share of right answers on members and on others."""
        right = self.logits.argmax(axis=-1) == self.labels
        return float(right[self.inside].mean()), float(right[~self.inside].mean())

    @cached_property
    def confidence(self) -> np.ndarray:
        """The logarithm of the probability of each person's label, (models, n)."""
        return self.outputs[:, np.arange(len(self.labels)), self.labels]

    @cached_property
    def outputs(self) -> np.ndarray:
        """Logarithms of all probabilities, (models, n, 10)."""
        return log_softmax(self.logits, axis=-1)

    @cached_property
    def phi(self) -> np.ndarray:
        return scaled_confidence(self.logits, self.labels)

    def evidence(self, numbers: np.ndarray, shadows: int) -> Evidence:
        """``numbers`` (models, n) of the targets and the first ``shadows`` models."""
        return Evidence(
            target=numbers[-self.targets :],
            shadow=numbers[:shadows],
            inside=self.inside[:shadows],
        )

    def judged(self, scores: np.ndarray) -> MembershipResult:
        """Judge scores (targets, n): one case for each target and person."""
        inside = self.inside[-self.targets :].ravel()
        return judged(
            scores.ravel(),
            members=np.flatnonzero(inside),
            others=np.flatnonzero(~inside),
        )


@cache
def people(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """1,796 digits (n, 64) of 0..1 and their labels, in an order drawn by ``seed``."""
    data = digits()
    order = np.random.default_rng(seed).permutation(len(data))[:PEOPLE]
    x = torch.tensor(data.features[order] / 16, dtype=torch.float32)
    return x, torch.tensor(data.target[order])


@cache
def study(training: str, *, seed: int) -> Study:
    """Train 64 shadow models and 8 targets alike, by one of the ways in ``EPOCHS``."""
    x, y = people(seed)
    rng = torch.Generator().manual_seed(seed)
    inside = halves(SHADOWS + TARGETS, len(x), rng=rng)
    adam = partial(torch.optim.Adam, lr=0.01, weight_decay=DECAY.get(training, 0))
    models = train_shadows(
        network, x, y, inside, optimizer=adam, epochs=EPOCHS[training], rng=rng
    )
    return Study(
        training=training,
        logits=models.logits(x).double().numpy(),
        labels=y.numpy(),
        inside=inside.numpy(),
        targets=TARGETS,
    )


def by_loss(of: Study, shadows: int) -> np.ndarray:
    """Minus the loss of each target: no shadow model is needed."""
    return of.confidence[-of.targets :]


def by_attack_model(of: Study, shadows: int) -> np.ndarray:
    few = min(shadows, 16)  # more teach it nothing new
    known = of.outputs[:few], of.inside[:few], of.labels
    return attack_model_scores(of.outputs[-of.targets :], *known)


def by_calibrated_loss(of: Study, shadows: int) -> np.ndarray:
    return calibrated(of.evidence(-of.confidence, shadows))


def by_lira_online(of: Study, shadows: int) -> np.ndarray:
    return lira_online(of.evidence(of.phi, shadows), shared_variance)


def by_lira_offline(of: Study, shadows: int) -> np.ndarray:
    return lira_offline(of.evidence(of.phi, shadows), shared_variance)


def by_rmia(of: Study, shadows: int) -> np.ndarray:
    seen = of.evidence(np.exp(of.confidence), shadows)
    average = average_online(seen)  # everybody is the population: who was in is unknown
    return np.stack([rmia(target, average, target, average) for target in seen.target])


ATTACKS: dict[str, Callable[[Study, int], np.ndarray]] = {
    "loss threshold": by_loss,
    "attack model": by_attack_model,
    "calibrated loss": by_calibrated_loss,
    "LiRA offline": by_lira_offline,
    "LiRA online": by_lira_online,
    "RMIA": by_rmia,
}
