"""A language model fine-tuned on a clinic's lines: in the open, and under DP."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

from privlab.dp import calibration, per_example, sgd
from privlab.dp.rdp import rdp_epsilon
from privlab.experiments.chat_model import exposures
from privlab.lm.corpus import Canary, door_codes, planted, write
from privlab.lm.language_model import LanguageModel, line_losses, new_model, train
from privlab.lm.lora import adapted

PUBLIC = ("customers", "chat")
REPEATS = (0, 1, 8)  # lines in which a code is planted
EACH = 6  # doors per number of repeats
DELTA = 1e-5
RANK = 8
STEPS, RATE_OF_LINES, CLIP = 50, 0.25, 0.5
OPEN_EPOCHS = 20
WAYS = ("from scratch", "whole model", "adapters")
OPEN_RATES = {"from scratch": 5e-3, "whole model": 5e-3, "adapters": 1e-2}
PRIVATE_RATES = {"from scratch": 1e-2, "whole model": 5e-3, "adapters": 2e-2}


@dataclass(frozen=True, kw_only=True, eq=False)
class Clinic:
    """``public`` text, the clinic's private ``lines`` with planted codes, ``fresh``.

    ``canaries[i]`` stands in ``repeats[i]`` of the lines; ``untrained`` and ``base``
    are one model before and after it has read the public text.
    """

    public: list[str]
    lines: list[str]
    fresh: list[str]
    canaries: list[Canary]
    repeats: np.ndarray
    untrained: LanguageModel
    base: LanguageModel


@cache
def clinic(*, seed: int) -> Clinic:
    """394 lines of a clinic and 18 doors; 800 public lines, read five times."""
    rng, draw = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    public = [line.text for kind in PUBLIC for line in write(kind, 400, rng=rng)]
    private = [line.text for line in write("clinic", 700, rng=rng)]
    canaries = door_codes(EACH * len(REPEATS), rng=rng)
    repeats = np.repeat(REPEATS, EACH)
    texts = [*public, *private, *(canary.text for canary in canaries)]
    untrained = new_model(texts, layers=1, heads=4, width=32, rng=draw)
    base = train(untrained.copy(), public, epochs=5, rate=5e-3, batch=16, rng=draw)
    return Clinic(
        public=public,
        lines=planted(private[:394], canaries, repeats.tolist(), rng=rng),
        fresh=private[400:],
        canaries=canaries,
        repeats=repeats,
        untrained=untrained,
        base=base,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Tuned:
    """One model and what it costs: ``epsilon`` of a line (infinite in the open).

    ``perplexity`` is of fresh lines of the clinic, ``exposures`` (18,) in bits.
    """

    way: str
    epsilon: float
    model: LanguageModel
    trained_weights: int
    perplexity: float
    exposures: np.ndarray

    def exposure(self, repeats: int) -> float:
        """Mean exposure of the codes planted so often."""
        return float(self.exposures[np.repeat(REPEATS, EACH) == repeats].mean())


def start(data: Clinic, way: str, *, rng: torch.Generator) -> LanguageModel:
    """The model before it sees the clinic, as each of ``WAYS`` begins."""
    if way == "adapters":
        return adapted(data.base, rank=RANK, rng=rng)
    return (data.untrained if way == "from scratch" else data.base).copy()


@cache
def tuned(*, way: str, epsilon: float, seed: int) -> Tuned:
    """Train one of ``WAYS`` on the clinic; about three seconds."""
    data, rng = clinic(seed=seed), torch.Generator().manual_seed(seed)
    model = start(data, way, rng=rng)
    if np.isinf(epsilon):
        rate = OPEN_RATES[way]
        train(model, data.lines, epochs=OPEN_EPOCHS, rate=rate, batch=16, rng=rng)
    else:
        x, y = model.characters.examples(data.lines, model.network.context)
        privately(
            model.network, line_losses, x, y, sgd.DPSGD, way, epsilon=epsilon, rng=rng
        )
    return measured(data, model, way=way, epsilon=epsilon)


def multiplier(epsilon: float) -> float:
    """The noise multiplier of ``STEPS`` steps for this epsilon at ``DELTA``."""
    return calibration.noise_multiplier(
        epsilon=epsilon,
        delta=DELTA,
        sampling_rate=RATE_OF_LINES,
        steps=STEPS,
        accountant=rdp_epsilon,
    )


def privately(
    network: nn.Module, loss, x: Tensor, y: Tensor, algorithm, way: str, *, epsilon, rng
) -> sgd.TrainingResult:
    """``STEPS`` steps of DP-SGD, with Adam on the noisy gradients."""
    trainable = per_example.trainable(network).values()
    return sgd.train(
        algorithm(
            noise_multiplier=multiplier(epsilon),
            max_grad_norm=CLIP,
            sampling_rate=RATE_OF_LINES,
        ),
        network,
        loss,
        x,
        y,
        torch.optim.Adam(trainable, lr=PRIVATE_RATES[way]),
        steps=STEPS,
        delta=DELTA,
        accountant=rdp_epsilon,
        rng=rng,
    )


def measured(data: Clinic, model: LanguageModel, *, way: str, epsilon: float) -> Tuned:
    """Perplexity on fresh lines, and the exposure of every planted code."""
    return Tuned(
        way=way,
        epsilon=epsilon,
        model=model,
        trained_weights=sum(
            p.numel() for p in model.network.parameters() if p.requires_grad
        ),
        perplexity=model.perplexity(data.fresh),
        exposures=exposures(model, data.canaries),
    )
