"""Real patients for training runs: a private group, and the others as the public."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from privlab.core.datasets import breast_cancer


@dataclass(frozen=True, kw_only=True, eq=False)
class Patients:
    """``x`` (n, d) and ``y`` (n,) to train on, ``test_x`` and ``test_y`` to test on."""

    x: Tensor
    y: Tensor
    test_x: Tensor
    test_y: Tensor

    def batches(self, size: int) -> list[tuple[Tensor, Tensor]]:
        """The training patients in their order, ``size`` at a time."""
        return list(zip(self.x.split(size), self.y.split(size), strict=True))


def patients(count: int, *, seed: int) -> Patients:
    """``count`` of the 569 tumour patients at random; the others are the test set.

    Measurements are in standard deviations from the mean of the *others*: a scale
    read off the training patients would be an unprotected release about them.
    """
    data = breast_cancer()
    order = np.random.default_rng(seed).permutation(len(data))
    private, public = order[:count], order[count:]
    reference = data.features[public]
    scaled = (data.features - reference.mean(axis=0)) / reference.std(axis=0)
    x, y = torch.tensor(scaled, dtype=torch.float32), torch.tensor(data.target)
    return Patients(x=x[private], y=y[private], test_x=x[public], test_y=y[public])
