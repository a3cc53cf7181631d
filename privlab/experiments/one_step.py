"""One step of DP-SGD in two dimensions, where it can be drawn."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from privlab.core.datasets import breast_cancer
from privlab.dp import per_example
from privlab.dp.sgd import DPSGD
from privlab.experiments.features import TUMOUR_LIMITS, TYPICAL

MEASUREMENTS = ("worst radius", "worst concave points")
PEOPLE, DRAWS = 120, 200
malignant_or_not = nn.BCEWithLogitsLoss(reduction="none")


@dataclass(frozen=True, kw_only=True, eq=False)
class OneStep:
    """Gradients of ``PEOPLE`` (n, 2), who was drawn (n,), and what came of it.

    ``clipped`` (B, 2) are those of the batch after clipping, ``exact`` (2,) their sum
    over the expected batch size, ``noisy`` (``DRAWS``, 2) what may be published.
    """

    max_grad_norm: float
    noise_multiplier: float
    gradients: np.ndarray
    drawn: np.ndarray
    clipped: np.ndarray
    exact: np.ndarray
    noisy: np.ndarray

    @property
    def shortened(self) -> float:
        """The share of the batch that clipping shortened."""
        lengths = np.linalg.norm(self.gradients[self.drawn], axis=1)
        return float((lengths > self.max_grad_norm).mean()) if len(lengths) else 0.0

    @property
    def summary(self) -> str:
        spread = np.linalg.norm(self.noisy - self.exact, axis=1).mean()
        return (
            f"{self.drawn.sum()} of {len(self.drawn)} people drawn, "
            f"{self.shortened:.0%} of them shortened; the step is "
            f"{np.linalg.norm(self.exact):.3f} long, its noise {spread:.3f}."
        )


def one_step(
    *, max_grad_norm: float, noise_multiplier: float, sampling_rate: float, seed: int
) -> OneStep:
    """The first step of a logistic regression on two measurements, from weights 0."""
    x, y = patients()
    model = nn.Sequential(nn.Linear(2, 1, bias=False), nn.Flatten(0))
    nn.init.zeros_(model[0].weight)
    dpsgd = DPSGD(
        max_grad_norm=max_grad_norm,
        noise_multiplier=noise_multiplier,
        sampling_rate=sampling_rate,
    )
    rng = torch.Generator().manual_seed(seed)
    drawn = dpsgd.draw(PEOPLE, rng=rng)
    total = dpsgd.clipped(model, malignant_or_not, x[drawn], y[drawn]).gradient
    noisy = [dpsgd.noisy_mean(total, PEOPLE, rng=rng)["0.weight"] for _ in range(DRAWS)]
    rows, _ = per_example.gradients(model, malignant_or_not, x, y)
    gradients = rows["0.weight"][:, 0]
    factors = per_example.clip_factors(gradients.norm(dim=1), max_grad_norm)
    return OneStep(
        max_grad_norm=max_grad_norm,
        noise_multiplier=noise_multiplier,
        gradients=gradients.numpy(),
        drawn=np.isin(np.arange(PEOPLE), drawn.numpy()),
        clipped=(gradients * factors[:, None])[drawn].numpy(),
        exact=(total["0.weight"][0] / (sampling_rate * PEOPLE)).numpy(),
        noisy=torch.cat(noisy).numpy(),
    )


def patients() -> tuple[Tensor, Tensor]:
    """Two measurements, centred, of the first ``PEOPLE``, and whether malignant."""
    data = breast_cancer()
    columns = [data.feature_names.index(name) for name in MEASUREMENTS]
    shares = data.features[:PEOPLE, columns] / TUMOUR_LIMITS[columns] - TYPICAL
    x = torch.tensor(shares, dtype=torch.float32)
    return x, torch.tensor(data.target[:PEOPLE] == 0, dtype=torch.float32)
