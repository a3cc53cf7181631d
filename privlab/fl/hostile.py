"""Clients that want to spoil or steer the model, as data or as Flower mods."""

from collections.abc import Callable, Collection
from dataclasses import replace

import numpy as np
import torch
from flwr.app import Context, Message
from flwr.clientapp.typing import ClientAppCallable, Mod
from scipy.stats import norm
from torch import Tensor

from privlab.core import checks
from privlab.fl.partition import Partition
from privlab.fl.tasks import Task
from privlab.fl.vectors import flat, is_training, on_update, shaped, update

Rows = tuple[Tensor, Tensor]


def poisoned(
    task: Task,
    partition: Partition,
    hostile: Collection[int],
    change: Callable[[Tensor, Tensor], Rows],
) -> Task:
    """``task`` with (x, y) ← change(x, y) in the training rows of the hostile clients.

    Data poisoning: these clients then train as everybody does. The test stays honest.
    """
    x, y = (part.clone() for part in task.train)
    for client in hostile:
        rows = torch.tensor(partition.rows[client])
        x[rows], y[rows] = change(x[rows], y[rows])
    return replace(task, train=(x, y))


def flipped(x: Tensor, y: Tensor, *, classes: int) -> Rows:
    """Label flip: class c is called classes - 1 - c (Fang et al. 2020, section 4.1)."""
    return x, classes - 1 - y


def only(hostile: Collection[int], mod: Mod) -> Mod:
    """``mod`` for clients whose ``partition-id`` is in ``hostile``, else nothing."""

    def chosen(
        message: Message, context: Context, call_next: ClientAppCallable
    ) -> Message:
        if int(context.node_config["partition-id"]) in hostile:
            return mod(message, context, call_next)
        return call_next(message, context)

    return chosen


def sign_flip(strength: float = 1.0) -> Mod:
    """Answers w - strength (w_k - w): climbs where the others descend."""
    checks.positive("strength", strength)
    return on_update(lambda learned, message, context: -strength * learned)


def model_replacement(boost: float) -> Mod:
    """Answers w + boost (w_k - w), w_k trained on the attacker's own goal.

    With ``boost`` = Σ n / n_k and honest clients near a fixed point, the mean becomes
    w_k itself (Bagdasaryan et al. 2020, eq. 3): one client, one round.
    """
    checks.positive("boost", boost)
    return on_update(lambda learned, message, context: boost * learned)


def little(updates: np.ndarray, *, clients: int) -> np.ndarray:
    """μ - z σ of the colluders' honest ``updates`` (m, d), coordinate by coordinate.

    "A little is enough" (Baruch, Baruch and Goldberg 2019): z is the
    largest step at which still s = ⌊n/2 + 1⌋ - m honest clients of n are expected to
    lie further out, Φ(z) = (n - m - s) / (n - m), so the lie hides among the honest.
    One colluder alone sees no spread, σ = 0, and tells the truth.
    """
    m = len(updates)
    if not 0 < m < checks.whole("clients", clients) / 2:
        raise ValueError(f"clients={clients} must be more than twice the {m} colluders")
    supporters = clients // 2 + 1 - m
    z = norm.ppf((clients - m - supporters) / (clients - m))
    return updates.mean(axis=0) - z * updates.std(axis=0)


def little_is_enough(colluders: Collection[int]) -> Mod:
    """Each colluder answers ``little`` of what all of them would have learned.

    They share their data: each trains in everybody's place, so m colluders train m²
    times a round. For clients whose data depend on ``partition-id`` alone.
    """

    def mod(
        message: Message, context: Context, call_next: ClientAppCallable
    ) -> Message:
        if not is_training(message):
            return call_next(message, context)
        sent = message.content["arrays"]
        places = [_in_place_of(client, context) for client in colluders]
        replies = [call_next(message, place) for place in places]
        learned = [update(reply.content["arrays"], since=sent) for reply in replies]
        clients = int(context.node_config["num-partitions"])
        lie = little(np.array(learned), clients=clients)
        replies[0].content["arrays"] = shaped(flat(sent) + lie, like=sent)
        return replies[0]

    return only(colluders, mod)


def _in_place_of(client: int, context: Context) -> Context:
    place = dict(context.node_config) | {"partition-id": client}
    return replace(context, node_config=place)
