"""Forgetting lines that a model has learned: ways to do it, and a score for each line.

The yardstick is a model *retrained* without the lines. Training is random, so there is
no one such model but a law of them, and "forgotten" means: like one drawn from it.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import log_softmax

from privlab.core import checks
from privlab.lm.language_model import LanguageModel, line_losses
from privlab.lm.transformer import Cache


def without(texts: Sequence[str], forgotten: Sequence[str]) -> list[str]:
    """The texts less every copy of those to be forgotten, for the retraining.

    Copies that differ by a word stay, and with them what they say.
    """
    gone = set(forgotten)
    return [text for text in texts if text not in gone]


def ascend(
    model: LanguageModel,
    forgotten: Sequence[str],
    *,
    steps: int,
    rate: float,
    after_step: Callable[[int], None] = lambda step: None,
) -> LanguageModel:
    """Gradient *ascent* on the mean ``line_losses`` of the forgotten, in place.

    ``w <- w + rate grad L(forgotten)``: Jang et al. 2023, equation 1, all lines at
    once. No law says where to stop: too early leaves the lines, too late breaks the
    model. ``after_step`` is called with 1, 2, ..., ``steps``.
    """
    x, y = model.characters.examples(forgotten, model.network.context)
    sgd = torch.optim.SGD(
        model.network.parameters(), lr=checks.positive("rate", rate), maximize=True
    )
    for step in range(1, checks.whole("steps", steps) + 1):
        sgd.zero_grad()
        line_losses(model.network(x), y).mean().backward()
        sgd.step()
        after_step(step)
    return model


class Mixture(nn.Module):
    """The mean of several networks' probabilities, as logits: SISA's aggregation.

    ``log(sum_s softmax(z_s))``, up to the constant ln S, which no softmax sees. Each
    network has read its own shard of the lines, so that whoever leaves is forgotten by
    retraining one of them (Bourtoule et al. 2021, Section IV). Calls like a ``GPT``,
    with one cache of all networks' blocks.
    """

    def __init__(self, networks: Sequence[nn.Module]):
        super().__init__()
        self.networks = nn.ModuleList(networks)
        self.context = networks[0].context

    def forward(self, tokens: Tensor) -> Tensor:
        return self.continued(tokens, None)[0]

    def continued(self, tokens: Tensor, cache: Cache | None) -> tuple[Tensor, Cache]:
        logits, longer, start = [], [], 0
        for network in self.networks:
            stop = start + len(network.blocks)
            past = None if cache is None else cache[start:stop]
            own, kept = network.continued(tokens, past)
            logits.append(log_softmax(own, dim=-1))
            longer.extend(kept)
            start = stop
        return torch.stack(logits).logsumexp(dim=0), longer


def mixture(models: Sequence[LanguageModel]) -> LanguageModel:
    """One model of several over the same characters."""
    if len({model.characters.known for model in models}) != 1:
        raise ValueError(f"models={len(models)} must be of the same characters")
    network = Mixture([model.network for model in models])
    return LanguageModel(characters=models[0].characters, network=network)


def shards(owners: Sequence[int], count: int) -> np.ndarray:
    """The shard (n,) of each line by its owner: all lines of one in the same shard.

    Owner o's is ``o mod count``. A line in the wrong shard would be forgotten by
    nobody.
    """
    return np.asarray(owners) % checks.whole("count", count)


def departures(own: np.ndarray, retrained: np.ndarray) -> np.ndarray:
    """How far each line (n,) is from the law of the retrained models, (R, n) of them.

    ``(own - mean) / (s sqrt(1 + 1/R))``, with s the standard deviation over the R. For
    one more retrained model and normal losses it follows Student's t with R - 1
    degrees: large means not forgotten (below 0) or overdone (above 0). One line at a
    time, as Hayes et al. 2024 ask: an average over lines hides the ones that stay.
    """
    retrained = checks.finite("retrained", retrained)
    count = len(retrained)
    if retrained.ndim != 2 or count < 3:
        raise ValueError(
            f"retrained {retrained.shape} must be (models, lines), with 3 models or "
            "more to have a law"
        )
    spread = retrained.std(axis=0, ddof=1) * np.sqrt(1 + 1 / count)
    return (np.asarray(own) - retrained.mean(axis=0)) / spread
