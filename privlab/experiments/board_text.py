"""The recitation row: a clinic's language model, its secrets, and four defences."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import torch
from flwr.serverapp.strategy import FedAvg

from privlab.dp import sgd
from privlab.experiments.board_attacks import DP_1, DP_8, FL, SCRUB
from privlab.experiments.chat_model import CAP, exposures
from privlab.experiments.cleaned_chat import FORMS, hidden, in_form
from privlab.experiments.clinic_model import (
    OPEN_EPOCHS,
    OPEN_RATES,
    Clinic,
    clinic,
    privately,
    start,
)
from privlab.experiments.shared_adapters import (
    CLINICS,
    clinics_app,
    weights_of,
    with_weights,
)
from privlab.fl.apps import train_config
from privlab.fl.grid import LocalGrid
from privlab.lm.corpus import door_codes, planted
from privlab.lm.language_model import LanguageModel, line_losses, new_model, train

WAY = "whole model"
CARD, CODE = FORMS[0], FORMS[2]
EACH, COPIES, ROUNDS = 6, 8, 8


@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """What one fine-tuned model gives away: the share of secrets it ranks first.

    ``first`` maps each of ``CARD`` and ``CODE`` to a share; ``perplexity`` is that of
    fresh lines, cleaned as the training lines were.
    """

    first: dict[str, float]
    perplexity: float


@cache
def ward(seed: int) -> Clinic:
    """298 lines of a clinic, and 12 secrets of four digits in eight lines each.

    Six end a card number as printed, six are door codes. The public model has read
    what that of ``clinic`` has.
    """
    data, rng = clinic(seed=seed), np.random.default_rng(seed)
    doors = door_codes(2 * EACH, rng=rng)
    canaries = [in_form(CARD if i < EACH else CODE, d) for i, d in enumerate(doors)]
    own = [line for line in data.lines if "opens with" not in line][:298]
    lines = planted(own, canaries, [COPIES] * len(canaries), rng=rng)
    draw = torch.Generator().manual_seed(seed)
    texts = [*data.public, *data.lines, *data.fresh, *lines]
    texts += hidden([*lines, *data.fresh], seed=seed)
    untrained = new_model(texts, layers=1, heads=4, width=32, rng=draw)
    base = train(untrained.copy(), data.public, epochs=5, rate=5e-3, batch=16, rng=draw)
    repeats = np.full(len(canaries), COPIES)
    changed = {"lines": lines, "canaries": canaries, "repeats": repeats}
    return replace(data, untrained=untrained, base=base, **changed)


def in_the_open(data: Clinic, lines: list[str], *, seed: int) -> LanguageModel:
    rng = torch.Generator().manual_seed(seed)
    model = start(data, WAY, rng=rng)
    return train(
        model, lines, epochs=OPEN_EPOCHS, rate=OPEN_RATES[WAY], batch=16, rng=rng
    )


def at_epsilon(data: Clinic, epsilon: float, *, seed: int) -> LanguageModel:
    rng = torch.Generator().manual_seed(seed)
    model = start(data, WAY, rng=rng)
    x, y = model.characters.examples(data.lines, model.network.context)
    network, run = model.network, {"epsilon": epsilon, "rng": rng}
    privately(network, line_losses, x, y, sgd.DPSGD, WAY, **run)
    return model


def in_a_federation(data: Clinic, *, seed: int) -> LanguageModel:
    """Eight clinics send the whole model, bare; each reads every eighth line."""
    first = start(data, WAY, rng=torch.Generator().manual_seed(seed))
    app = clinics_app(data, first, WAY)
    with LocalGrid(app, clients=CLINICS, seed=seed) as grid:
        result = FedAvg(fraction_evaluate=0.0).start(
            grid,
            weights_of(first, WAY),
            num_rounds=ROUNDS,
            train_config=train_config(),
        )
    return with_weights(first, WAY, result.arrays)


@cache
def told(name: str, seed: int) -> Told:
    """Fine-tune under one defence, and weigh all 10,000 endings of every secret."""
    data = ward(seed)
    scrubbed = name == SCRUB
    if name in (DP_8, DP_1):
        model = at_epsilon(data, {DP_8: 8.0, DP_1: 1.0}[name], seed=seed)
    elif name == FL:
        model = in_a_federation(data, seed=seed)
    else:
        lines = hidden(data.lines, seed=seed) if scrubbed else data.lines
        model = in_the_open(data, lines, seed=seed)
    fresh = hidden(data.fresh, seed=seed) if scrubbed else data.fresh
    ranked = exposures(model, data.canaries) >= CAP - 1e-9
    first = {CARD: float(ranked[:EACH].mean()), CODE: float(ranked[EACH:].mean())}
    return Told(first=first, perplexity=model.perplexity(fresh))


def recited_card(name: str, seed: int) -> float:
    return told(name, seed).first[CARD]


def recited_code(name: str, seed: int) -> float:
    return told(name, seed).first[CODE]
