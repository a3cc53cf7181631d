"""Noise added to a loss, as a number or as a slope: what training notices of it."""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import expit

from privlab.core.datasets import Dataset
from privlab.core.models import softmax_regression
from privlab.dp.audit import AuditResult, audit
from privlab.dp.erm import ObjectivePerturbation

FORMS = ("L(θ) + noise", "L(θ) + noise · θ / n")
HEARTBEATS = np.array([-0.9, -0.6, -0.5, -0.1, 0.2, 0.3, 0.6, 0.8])
ILL = np.array([-1, -1, 1, -1, 1, -1, 1, 1])
WEIGHT_DECAY = 0.1


@dataclass(frozen=True, kw_only=True)
class NoisyObjective:
    """A loss over one weight, and the same loss with one draw of noise in it."""

    form: str
    noise: float
    weights: np.ndarray
    exact: np.ndarray
    noisy: np.ndarray

    @property
    def minima(self) -> tuple[float, float]:
        """The best weight without the noise, and with it."""
        best = (self.exact.argmin(), self.noisy.argmin())
        return tuple(float(self.weights[i]) for i in best)

    @property
    def summary(self) -> str:
        before, after = self.minima
        return (
            f"{self.form}, noise {self.noise:g}: the best weight is {before:.2f} "
            f"without the noise and {after:.2f} with it."
        )


def noisy_objective(*, form: str, noise: float) -> NoisyObjective:
    """The mean logistic loss of eight people at every weight, with noise in it.

    ``mean(ln(1 + e^(-y w x))) + 0.1 w^2 / 2``, plus the noise as a number, or as the
    slope ``noise w / n``.
    """
    weights = np.linspace(-8, 10, 1801)
    margins = np.outer(weights, HEARTBEATS * ILL)
    exact = -np.log(expit(margins)).mean(axis=1) + WEIGHT_DECAY * weights**2 / 2
    added = {FORMS[0]: noise, FORMS[1]: noise * weights / len(ILL)}[form]
    return NoisyObjective(
        form=form, noise=noise, weights=weights, exact=exact, noisy=exact + added
    )


@dataclass(frozen=True, kw_only=True)
class Training:
    """The loss as printed at every step, and the weights at the end."""

    losses: np.ndarray
    weights: np.ndarray


def train(data: Dataset, *, noise_scale: float, seed: int, steps=60) -> Training:
    """Gradient descent on ``L(theta, D) + Laplace(noise_scale)``, drawn at each step.

    The article's formula (4.1.1) as it stands, differentiated by torch. The model is
    logistic regression on standardised features.
    """
    rng = np.random.default_rng(seed)
    scaled = (data.features - data.features.mean(axis=0)) / data.features.std(axis=0)
    rows, target = torch.tensor(scaled).float(), torch.tensor(data.target)
    model = softmax_regression(rows.shape[1], len(data.target_names))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    losses = []
    for _ in range(steps):
        loss = torch.nn.functional.cross_entropy(model(rows), target)
        loss = loss + rng.laplace(scale=noise_scale)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    weights = torch.cat([p.detach().flatten() for p in model.parameters()])
    return Training(losses=np.array(losses), weights=weights.numpy())


def objective_audit(*, epsilon: float, trials: int, seed: int) -> AuditResult:
    """Audit objective perturbation on five people, one of whom gets the other label."""
    mechanism = ObjectivePerturbation(epsilon=epsilon, weight_decay=1)
    rows, labels = np.ones((5, 1)), np.ones(5)

    def weight(labels, *, rng) -> float:
        return mechanism.release(rows, labels, rng=rng)[0]

    other = np.array([-1, 1, 1, 1, 1])
    rng = np.random.default_rng(seed)
    return audit(weight, labels, other, trials=trials, rng=rng)
