"""The listing read kindly: the weights stay secret, noisy predictions are given out."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from privlab.dp.tradeoff import epsilon_of_mu
from privlab.experiments.listing import (
    BATCH,
    article_listing,
    as_keras_runs_it,
    seeded,
)
from privlab.experiments.patients import Patients


@dataclass(frozen=True, kw_only=True, eq=False)
class NoisyAnswers:
    """Predictions for test patients, and their medians over repeated noisy answers.

    ``predictions`` and ``medians`` (n, 10); ``answers`` to each patient's question.
    """

    stddev: float
    answers: int
    delta: float
    predictions: Tensor
    medians: Tensor
    y: Tensor

    @property
    def epsilon(self) -> float:
        """What the answers about *one* test patient cost each training patient.

        Two probability vectors are at most sqrt(2) apart, and k Gaussian answers
        together are mu-GDP with ``mu = sqrt(2 k) / stddev`` (Dong, Roth & Su 2022).
        """
        mu = math.sqrt(2 * self.answers) / self.stddev
        return epsilon_of_mu(mu, delta=self.delta)

    def accuracy(self, predictions: Tensor) -> float:
        return float((predictions.argmax(dim=1) == self.y).float().mean())

    @property
    def summary(self) -> str:
        return (
            f"Noisy answers per test patient: {self.answers}; classified right: "
            f"{self.accuracy(self.medians):.0%}, for ε = {self.epsilon:.1f} at δ = "
            f"{self.delta:g} each."
        )


def noisy_answers(
    data: Patients, *, stddev: float, answers: int, seed: int, delta=1e-5
) -> NoisyAnswers:
    """Ask for each of 100 test patients ``answers`` times; clip after the noise."""
    run = article_listing(
        data.batches(BATCH),
        rng=seeded(seed),
        noise_rng=seeded(seed + 1),
        epochs=50,
        loss_fn=as_keras_runs_it,
    )
    rng = seeded(seed + 2)
    with torch.no_grad():
        predictions = run.layer(data.test_x[:100]).softmax(dim=1)
    noise = stddev * torch.randn(answers, *predictions.shape, generator=rng)
    released = (predictions + noise).clamp(-1, 1)
    return NoisyAnswers(
        stddev=stddev,
        answers=answers,
        delta=delta,
        predictions=predictions,
        medians=released.quantile(0.5, dim=0),
        y=data.test_y[:100],
    )
