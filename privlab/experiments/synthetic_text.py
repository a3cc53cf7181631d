"""Text written by a clinic's model in place of the clinic's own: open, and under DP."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from privlab.dp import sgd
from privlab.experiments.clinic_model import REPEATS, clinic, privately
from privlab.lm.corpus import Canary
from privlab.lm.extract import appearances
from privlab.lm.language_model import LanguageModel, line_losses, sample, train

WRITERS = ("in the open", "ε = 8")
LINES = 600
EPOCHS = 3  # of the model that reads what was written
OPEN_EPOCHS = 12


@cache
def writer_model(*, writer: str, seed: int) -> LanguageModel:
    """The public model of lesson 5.3, tuned on the clinic's lines by one of WRITERS."""
    data, rng = clinic(seed=seed), torch.Generator().manual_seed(seed)
    model = data.base.copy()
    if writer == "in the open":
        epochs = OPEN_EPOCHS
        return train(model, data.lines, epochs=epochs, rate=5e-3, batch=16, rng=rng)
    x, y = model.characters.examples(data.lines, model.network.context)
    way, network = "whole model", model.network
    privately(network, line_losses, x, y, sgd.DPSGD, way, epsilon=8.0, rng=rng)
    return model


@dataclass(frozen=True, kw_only=True, eq=False)
class Synthetic:
    """``lines`` that a model has written, and what they give away and teach.

    ``codes`` (18,) counts the lines with each door's true code, planted ``repeats``
    times; ``copied`` is the share of lines that stand in the clinic's own, too.
    ``taught`` is the perplexity, on the clinic's fresh lines, of the public model
    after it has read these; ``before`` without, ``real`` after the clinic's own,
    ``own`` that of the writer.
    """

    writer: str
    lines: list[str]
    canaries: list[Canary]
    repeats: np.ndarray
    codes: np.ndarray
    copied: float
    before: float
    taught: float
    real: float
    own: float

    @property
    def doors(self) -> np.ndarray:
        """Doors (3,) whose code appears, by number of lines it was planted in."""
        found = self.codes > 0
        return np.array([found[self.repeats == k].sum() for k in REPEATS])

    @property
    def summary(self) -> str:
        each = len(self.codes) // len(REPEATS)
        return (
            f"Written {self.writer}: {self.copied:.0%} of the lines are the clinic's "
            f"own, with the codes of {self.doors[2]} of {each} doors planted 8 times; "
            f"who reads them has perplexity {self.taught:.1f}, not {self.before:.0f}."
        )


@cache
def synthetic(*, writer: str, seed: int) -> Synthetic:
    """Let one of ``WRITERS`` write, and teach the public model by what it wrote."""
    data, rng = clinic(seed=seed), torch.Generator().manual_seed(seed)
    model = writer_model(writer=writer, seed=seed)
    written = sample(model, [""] * LINES, length=model.network.context - 1, rng=rng)
    lines, real = [text for text in written if text], set(data.lines)
    return Synthetic(
        writer=writer,
        lines=lines,
        canaries=data.canaries,
        repeats=data.repeats,
        codes=np.array([appearances(c.text, lines) for c in data.canaries]),
        copied=float(np.mean([text in real for text in lines])),
        before=data.base.perplexity(data.fresh),
        taught=taught(tuple(lines[: len(data.lines)]), seed=seed),
        real=taught(tuple(data.lines), seed=seed),
        own=model.perplexity(data.fresh),
    )


@cache
def taught(lines: tuple[str, ...], *, seed: int) -> float:
    """Perplexity on fresh lines of the clinic after reading ``lines`` three times."""
    data, rng = clinic(seed=seed), torch.Generator().manual_seed(seed)
    model = data.base.copy()
    train(model, lines, epochs=EPOCHS, rate=5e-3, batch=16, rng=rng)
    return model.perplexity(data.fresh)
