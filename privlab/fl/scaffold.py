"""SCAFFOLD: local steps corrected for what the client's data want differently.

Karimireddy et al. 2020, Algorithm 1 with option II. Every client k keeps a control
variate c_k, about its own gradient, and the server c, about everybody's.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import torch
from flwr.app import (
    Array,
    ArrayRecord,
    ConfigRecord,
    Context,
    Message,
    MetricRecord,
)
from flwr.clientapp import ClientApp
from flwr.clientapp.typing import ClientAppCallable, Mod
from flwr.serverapp import Grid
from flwr.serverapp.strategy import FedAvg
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from privlab.core import checks
from privlab.fl.apps import answer, arrays_of, client_app, load_into, share_of
from privlab.fl.partition import Partition
from privlab.fl.tasks import Task
from privlab.fl.training import LocalData, batches, client_rng
from privlab.fl.vectors import flat, is_training, shaped, update

CONTROL = "control"  # a record of messages, and of a client's own state


class Scaffold(FedAvg):
    """w ← w + rate mean(w_k - w);  c ← c + |S| / N mean(Δc_k), over the clients S.

    For clients made by ``scaffold_app``. The means are plain, not weighted by examples:
    what is minimised is the mean of the N clients' losses. A client whose reply is lost
    keeps a c_k that c does not know of.
    """

    def __init__(self, *, rate: float = 1.0, **fedavg):
        super().__init__(**fedavg)
        self.rate = checks.positive("rate", rate)

    def configure_train(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        self.sent, self.clients = arrays, len(list(grid.get_node_ids()))
        if server_round == 1:
            self.control = np.zeros_like(flat(arrays))
        messages = super().configure_train(server_round, arrays, config, grid)
        control = shaped(self.control, like=arrays)
        for message in messages:
            message.content[CONTROL] = control
        return messages

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        # Not validated by Flower, which allows a reply one ArrayRecord only.
        replies, _ = self._check_and_log_replies(replies, True, validate=False)
        if not replies:
            return None, None
        contents = [reply.content for reply in replies]
        moved = sum(update(each["arrays"], since=self.sent) for each in contents)
        self.control += sum(flat(each[CONTROL]) for each in contents) / self.clients
        after = flat(self.sent) + self.rate * moved / len(contents)
        metrics = self.train_metrics_aggr_fn(contents, self.weighted_by_key)
        return shaped(after, like=self.sent), metrics


def scaffold_app(
    task: Task, partition: Partition, *, mods: Iterable[Mod] = ()
) -> ClientApp:
    """``client_app`` whose training is SCAFFOLD's; c_k lives in ``context.state``."""
    load = share_of(task, partition)

    def train(message: Message, context: Context, call_next: ClientAppCallable):
        if not is_training(message):
            return call_next(message, context)
        return _train(message, context, task.model(), load(context))

    return client_app(task, partition, mods=[*mods, train])


def _train(message: Message, context: Context, net: nn.Module, data: LocalData):
    """c_k ← c_k - c + (w - w_k) / (K rate) after K corrected steps from w to w_k."""
    sent, config = message.content["arrays"], message.content["config"]
    c = flat(message.content[CONTROL])
    mine = context.state[CONTROL]["c"].numpy() if CONTROL in context.state else 0 * c
    correction = shaped(c - mine, like=sent).to_torch_state_dict()
    rng = client_rng(context, config)
    loss, steps = corrected_sgd(load_into(net, sent), data, config, correction, rng=rng)
    trained = arrays_of(net)
    change = -update(trained, since=sent) / (max(steps, 1) * config["rate"])
    change = change - c if steps else 0 * c
    context.state[CONTROL] = ArrayRecord({"c": Array(mine + change)})
    reply = answer(message, trained, examples=len(data.y), loss=loss)
    reply.content[CONTROL] = shaped(change, like=sent)
    return reply


def corrected_sgd(
    model: nn.Module,
    data: LocalData,
    config: Mapping[str, float],
    correction: Mapping[str, Tensor],
    *,
    rng: torch.Generator,
) -> tuple[float, int]:
    """w ← w - rate (∇F_k(w; batch) + c - c_k) in place: mean loss, and the steps K.

    ``correction`` is c - c_k by the parameters' names: it bends the client's own
    direction to everybody's. At c = c_k this is ``local_sgd``.
    """
    total, steps = 0.0, 0
    for rows in batches(len(data.y), config, rng=rng):
        loss = cross_entropy(model(data.x[rows]), data.y[rows])
        slopes = torch.autograd.grad(loss, list(model.parameters()))
        with torch.no_grad():
            for (name, weight), slope in zip(
                model.named_parameters(), slopes, strict=True
            ):
                weight -= config["rate"] * (slope + correction[name])
        total, steps = total + len(rows) * loss.item(), steps + 1
    return total / max(config["epochs"] * len(data.y), 1), steps
