"""One entry of a question is hidden; does the model's answer give it away?"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from sklearn.linear_model import LinearRegression
from torch import Tensor, nn
from torch.optim import Adam

from privlab.attacks.inversion import AttributeResult, fits_output, infer_attribute
from privlab.attacks.stealing import rounded
from privlab.core.datasets import diabetes
from privlab.core.models import softmax_regression
from privlab.dp.accounting import rdp_epsilon
from privlab.dp.calibration import noise_multiplier
from privlab.dp.sgd import DPSGD, train

NAMES = ("age", "sex", "body mass index", "blood pressure")  # the first four columns
DELTA = 1e-3  # below one over the 221 patients in a training set
SAMPLING, STEPS = 0.3, 30


@dataclass(frozen=True, kw_only=True, eq=False)
class Records:
    """442 patients: ``x`` (n, 10) in standard deviations, ``y`` 1 if fast progress.

    ``mean`` and ``scale`` (10,) lead back to the units of the table.
    """

    x: np.ndarray
    y: np.ndarray
    mean: np.ndarray
    scale: np.ndarray

    @property
    def tensors(self) -> tuple[Tensor, Tensor]:
        return torch.tensor(self.x, dtype=torch.float32), torch.tensor(self.y)


@cache
def records(seed: int) -> Records:
    """The diabetes patients, in an order drawn by ``seed``."""
    data = diabetes()
    order = np.random.default_rng(seed).permutation(len(data))
    mean, scale = data.features.mean(axis=0), data.features.std(axis=0)
    return Records(
        x=((data.features - mean) / scale)[order],
        y=(data.target > np.median(data.target)).astype(int)[order],
        mean=mean,
        scale=scale,
    )


def probabilities(model):
    """A torch model as an interface: rows (n, d) to probabilities (n, classes)."""

    def predict(rows: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            logits = model(torch.tensor(rows, dtype=torch.float32))
        return logits.double().softmax(dim=1).numpy()

    return predict


def private(model: nn.Module, x: Tensor, y: Tensor, *, epsilon: float, rng):
    """Train ``model`` by DP-SGD at (epsilon, ``DELTA``)."""
    run = {"steps": STEPS, "delta": DELTA, "accountant": rdp_epsilon}
    algorithm = DPSGD(
        noise_multiplier=_noise(epsilon), max_grad_norm=1.0, sampling_rate=SAMPLING
    )
    loss, adam = (
        nn.CrossEntropyLoss(reduction="none"),
        Adam(model.parameters(), lr=0.03),
    )
    train(algorithm, model, loss, x, y, adam, rng=rng, **run)
    return model


@cache
def _noise(epsilon: float) -> float:
    return noise_multiplier(
        epsilon=epsilon,
        delta=DELTA,
        sampling_rate=SAMPLING,
        steps=STEPS,
        accountant=rdp_epsilon,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class HiddenInput:
    """Candidates (c,) for a hidden measurement, and beliefs before and after.

    ``result`` is over many patients; ``patient`` is the one that is drawn.
    """

    name: str
    decimals: int
    training: str
    candidates: np.ndarray
    result: AttributeResult
    patient: int

    @property
    def summary(self) -> str:
        return (
            f"{self.name.capitalize()} from a score with {self.decimals} decimals "
            f"(model {self.training}): right for {self.result.right:.0%} of "
            f"{len(self.result.truth)} patients, without the score for "
            f"{self.result.right_without:.0%}."
        )


@cache
def risk_score(training: str, seed: int):
    """A softmax regression on the first half: ``"in the open"`` or ``"at ε = 1"``."""
    x, y = (part[: len(part) // 2] for part in records(seed).tensors)
    rng = torch.Generator().manual_seed(seed)
    model = softmax_regression(10, 2)
    if training == "in the open":
        adam = Adam(model.parameters(), lr=0.03)
        for _ in range(200):
            adam.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            adam.step()
        return probabilities(model)
    return probabilities(private(model, x, y, epsilon=1, rng=rng))


def hidden_input(
    *, name: str, decimals: int, patient: int, seed: int, training="in the open"
) -> HiddenInput:
    """Someone asks for a risk score; who sees it, and nine entries, wants the tenth.

    The patients are those of the second half: the model has never met them. Candidates
    are 40 values from the lowest to the highest of the first half.
    """
    data, column = records(seed), NAMES.index(name)
    half = len(data.x) // 2
    known, asked = data.x[:half], data.x[half:]
    grid = np.linspace(known[:, column].min(), known[:, column].max(), 40)
    truth = abs(asked[:, column, None] - grid).argmin(axis=1)
    score = rounded(risk_score(training, seed), decimals=decimals)
    completed = asked.copy()
    completed[:, column] = grid[truth]
    result = infer_attribute(
        fits_output(
            risk_score(training, seed), score(completed), width=0.3 * 10.0**-decimals
        ),
        completed,
        column=column,
        candidates=grid,
        prior=_guess(known, asked, column, grid),
        truth=truth,
    )
    return HiddenInput(
        name=name,
        decimals=decimals,
        training=training,
        candidates=grid * data.scale[column] + data.mean[column],
        result=result,
        patient=patient,
    )


def _guess(known: np.ndarray, asked: np.ndarray, column: int, grid: np.ndarray):
    """The honest baseline: a regression on the other nine entries, normal around it."""
    others = np.delete(known, column, axis=1)
    fit = LinearRegression().fit(others, known[:, column])
    spread = (known[:, column] - fit.predict(others)).std()
    middle = fit.predict(np.delete(asked, column, axis=1))
    density = np.exp(-(((grid - middle[:, None]) / spread) ** 2) / 2)
    return density / density.sum(axis=1, keepdims=True)
