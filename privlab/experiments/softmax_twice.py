"""A loss that expects scores and is given probabilities: softmax applied twice."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

FAR_BELOW = -40.0  # a logit that no probability is left for


@dataclass(frozen=True, kw_only=True, eq=False)
class SoftmaxTwice:
    """Loss and gradient against the ``lead`` of the right output over one rival.

    ``losses`` and ``pulls`` (2, leads): with the logits, and with their softmax.
    """

    outputs: int
    lead: Tensor
    losses: Tensor
    pulls: Tensor

    @property
    def floor(self) -> float:
        """What no prediction gets below: all probability on the right output."""
        return math.log(math.e + self.outputs - 1) - 1

    @property
    def summary(self) -> str:
        return (
            f"{self.outputs} outputs: softmax twice keeps the loss between "
            f"{self.floor:.3f} and {self.floor + 1:.3f}, and hardly pulls where the "
            "model is surely wrong."
        )


def softmax_twice(*, outputs: int) -> SoftmaxTwice:
    """One patient: the right output leads a rival by -12 to 12, the others are out."""
    lead = torch.linspace(-12, 12, 241, dtype=torch.float64)
    logits = torch.full((len(lead), outputs), FAR_BELOW, dtype=torch.float64)
    logits[:, 0], logits[:, 1] = lead / 2, -lead / 2
    logits.requires_grad_()
    right = torch.zeros(len(lead), dtype=torch.int64)
    losses, pulls = [], []
    for scores in (logits, logits.softmax(dim=1)):
        loss = F.cross_entropy(scores, right, reduction="none")
        pulls.append(torch.autograd.grad(loss.sum(), logits)[0].norm(dim=1))
        losses.append(loss.detach())
    return SoftmaxTwice(
        outputs=outputs,
        lead=lead,
        losses=torch.stack(losses),
        pulls=torch.stack(pulls),
    )
