"""Eight clinics that fine-tune one model together, and send adapters or all of it."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from flwr.app import ArrayRecord, Context, Message, MetricRecord
from flwr.clientapp import ClientApp
from flwr.serverapp.strategy import FedAvg

from privlab.experiments.clinic_model import (
    Clinic,
    clinic,
    measured,
    start,
)
from privlab.fl.apps import answer, client_rng, train_config
from privlab.fl.grid import LocalGrid
from privlab.lm.language_model import LanguageModel, train
from privlab.lm.lora import adapters, with_adapters

CLINICS = 8
SENT = ("adapters", "whole model")
# high, since a clinic's few steps end while the rate of ``train`` still rises
RATES = {"adapters": 0.04, "whole model": 0.02}


@dataclass(frozen=True, kw_only=True, eq=False)
class Shared:
    """Perplexity on fresh lines before the first round and after each (rounds + 1,).

    ``bytes_up`` is what one clinic sends in one round; ``exposures`` (18,) in bits are
    those of the codes in the last global model.
    """

    sent: str
    perplexities: np.ndarray
    bytes_up: int
    exposures: np.ndarray

    @property
    def summary(self) -> str:
        first, last = self.perplexities[[0, -1]]
        return (
            f"{CLINICS} clinics send {self.sent}, {self.bytes_up:,} bytes each: "
            f"perplexity {first:.1f} before, {last:.1f} after "
            f"{len(self.perplexities) - 1} rounds."
        )


def weights_of(model: LanguageModel, sent: str) -> ArrayRecord:
    """What travels: the adapters, or every weight."""
    state = adapters(model) if sent == "adapters" else model.network.state_dict()
    return ArrayRecord(state)


def with_weights(model: LanguageModel, sent: str, arrays: ArrayRecord) -> LanguageModel:
    """A copy of ``model`` with the weights that travelled."""
    state = arrays.to_torch_state_dict()
    if sent == "adapters":
        return with_adapters(model, state)
    copy = model.copy()
    copy.network.load_state_dict(state)
    return copy


def clinics_app(data: Clinic, first: LanguageModel, sent: str) -> ClientApp:
    """Clinic k reads every eighth line of ``data``, from line k, once a round."""
    app = ClientApp()

    @app.train()
    def learn(message: Message, context: Context) -> Message:
        own = with_weights(first, sent, message.content["arrays"])
        lines = data.lines[int(context.node_config["partition-id"]) :: CLINICS]
        rng = client_rng(context, message.content["config"])
        train(own, lines, epochs=3, rate=RATES[sent], batch=16, rng=rng)
        loss = float(np.log(own.perplexity(lines)))
        return answer(message, weights_of(own, sent), examples=len(lines), loss=loss)

    return app


@cache
def shared(*, sent: str, rounds: int, seed: int) -> Shared:
    """Flower's FedAvg over eight clinics; half a second a round."""
    data = clinic(seed=seed)
    first = start(data, sent, rng=torch.Generator().manual_seed(seed))
    perplexities = []

    def evaluate(server_round: int, arrays: ArrayRecord) -> MetricRecord:
        own = with_weights(first, sent, arrays)
        perplexities.append(own.perplexity(data.fresh))
        return MetricRecord({"perplexity": perplexities[-1]})

    with LocalGrid(clinics_app(data, first, sent), clients=CLINICS, seed=seed) as grid:
        result = FedAvg(fraction_evaluate=0.0).start(
            grid,
            weights_of(first, sent),
            num_rounds=rounds,
            train_config=train_config(),
            evaluate_fn=evaluate,
        )
    last = with_weights(first, sent, result.arrays)
    return Shared(
        sent=sent,
        perplexities=np.array(perplexities),
        bytes_up=grid.exchanges[0].up,
        exposures=measured(data, last, way=sent, epsilon=np.inf).exposures,
    )
