"""What a federation learns: a model and data to train and test it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from privlab.core import checks, datasets
from privlab.core.models import mlp, softmax_regression

Rows = tuple[Tensor, Tensor]  # x (n, d) and y (n,)


@dataclass(frozen=True, eq=False)
class Task:
    """``model()`` is the model before training, the same at every call.

    ``train`` and ``test`` are x (n, d) and y (n,). Partitions number the rows of
    ``train``; nobody trains on ``test``.
    """

    name: str
    model: Callable[[], nn.Module]
    train: Rows
    test: Rows

    @property
    def classes(self) -> int:
        return int(self.train[1].max()) + 1

    @property
    def labels(self) -> np.ndarray:
        """The labels of the training rows, to partition by."""
        return self.train[1].numpy()

    def double(self) -> "Task":
        """The same task in float64, where sums in another order agree to 1e-12."""
        build, (x, y), (x_test, y_test) = self.model, self.train, self.test
        return Task(
            self.name,
            lambda: build().double(),
            (x.double(), y),
            (x_test.double(), y_test),
        )


def digits_task(*, hidden: int = 0, seed: int = 0) -> Task:
    """8x8 digits, pixels in 0..1: 1,438 to train on and every fifth, 359, to test.

    The model is a softmax regression or, with ``hidden`` units, an mlp that starts
    from weights drawn with ``seed``.
    """
    data = datasets.digits()
    return _task("digits", data.features / 16, data.target, hidden, seed)


def tumours_task(*, hidden: int = 0, seed: int = 0) -> Task:
    """Breast cancer: 456 tumours to train on, every fifth to test; 30 measurements.

    Standardised with the mean and deviation of all training rows. In a real federation
    these are two more sums that the clients have to share.
    """
    data = datasets.breast_cancer()
    train = data.features[_trained_on(len(data))]
    features = (data.features - train.mean(axis=0)) / train.std(axis=0)
    return _task("breast cancer", features, data.target, hidden, seed)


def _task(
    name: str, features: np.ndarray, target: np.ndarray, hidden: int, seed: int
) -> Task:
    checks.whole("hidden", hidden, low=0)
    x, y = torch.tensor(features, dtype=torch.float32), torch.tensor(target)
    columns, classes = x.shape[1], int(y.max()) + 1

    def model() -> nn.Module:
        if hidden == 0:
            return softmax_regression(columns, classes)
        rng = torch.Generator().manual_seed(seed)
        return mlp(columns, hidden, classes, rng=rng)

    kept = torch.tensor(_trained_on(len(x)))
    return Task(name, model, (x[kept], y[kept]), (x[~kept], y[~kept]))


def _trained_on(n: int) -> np.ndarray:
    return np.arange(n) % 5 != 4
