"""One Flower app: clients that train on their own rows, a server that averages."""

from collections.abc import Callable, Iterable, Mapping

import torch
from flwr.app import (
    ArrayRecord,
    ConfigRecord,
    Context,
    Message,
    MetricRecord,
    RecordDict,
)
from flwr.clientapp import ClientApp
from flwr.clientapp.typing import Mod
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import Strategy
from torch import nn

from privlab.fl.partition import Partition
from privlab.fl.tasks import Task, digits_task, tumours_task
from privlab.fl.training import LocalData, client_rng, local_sgd, scores

__all__ = [
    "CONFIG",
    "LocalData",
    "Task",
    "answer",
    "arrays_of",
    "client_app",
    "client_rng",
    "digits_task",
    "evaluation",
    "load_into",
    "loaded_app",
    "local_sgd",
    "scores",
    "server_app",
    "share_of",
    "train_config",
    "tumours_task",
]

# What the server tells the clients unless it is told otherwise; batch 0 is all rows.
CONFIG = {"rate": 0.1, "epochs": 1, "batch": 32}

Load = Callable[[Context], LocalData]
Train = Callable[..., float]  # (model, data, config, *, rng) -> mean loss


def arrays_of(model: nn.Module) -> ArrayRecord:
    """The model's weights as Flower sends them."""
    return ArrayRecord(model.state_dict())


def load_into(model: nn.Module, arrays: ArrayRecord) -> nn.Module:
    """Put received weights into ``model`` and return it."""
    model.load_state_dict(arrays.to_torch_state_dict())
    return model


def client_app(
    task: Task,
    partition: Partition,
    *,
    train: Train = local_sgd,
    mods: Iterable[Mod] = (),
) -> ClientApp:
    """The clients of ``task`` when its training rows are divided by ``partition``."""
    return loaded_app(task.model, share_of(task, partition), train=train, mods=mods)


def loaded_app(
    model: Callable[[], nn.Module],
    load: Load,
    *,
    train: Train = local_sgd,
    mods: Iterable[Mod] = (),
) -> ClientApp:
    """A client whose data come from ``load(context)``; ``mods`` wrap its training.

    ``train(model, data, config, rng=...)`` changes the received model in place and
    returns its loss. Keys of messages are those of Flower's FedAvg.
    """
    app = ClientApp()

    @app.train(mods=list(mods))
    def learn(message: Message, context: Context) -> Message:
        net = load_into(model(), message.content["arrays"])
        data, config = load(context), message.content["config"]
        loss = train(net, data, config, rng=client_rng(context, config))
        return answer(message, arrays_of(net), examples=len(data.y), loss=loss)

    @app.evaluate()
    def test(message: Message, context: Context) -> Message:
        net, data = load_into(model(), message.content["arrays"]), load(context)
        result = scores(net, data.x_test, data.y_test)
        metrics = MetricRecord({"num-examples": len(data.y_test)} | result)
        return Message(RecordDict({"metrics": metrics}), reply_to=message)

    return app


def answer(
    message: Message, arrays: ArrayRecord, *, examples: int, loss: float
) -> Message:
    """The reply to a ``train`` message that Flower's strategies understand."""
    metrics = MetricRecord({"num-examples": examples, "loss": loss})
    return Message(RecordDict({"arrays": arrays, "metrics": metrics}), reply_to=message)


def share_of(task: Task, partition: Partition) -> Load:
    """Client k's share: its rows of ``partition``, and every N-th row of the test set.

    k and N are ``partition-id`` and ``num-partitions`` of the node's configuration. A
    client beyond the number of test rows shares its one test row with another.
    """

    def load(context: Context) -> LocalData:
        client, clients = (
            int(context.node_config[key]) for key in ("partition-id", "num-partitions")
        )
        if clients != len(partition):
            raise ValueError(f"num-partitions={clients} must be {len(partition)}")
        (x, y), (x_test, y_test) = task.train, task.test
        rows = torch.from_numpy(partition.rows[client].copy())
        tests = torch.arange(client % len(y_test), len(y_test), clients)
        return LocalData(x[rows], y[rows], x_test[tests], y_test[tests])

    return load


def server_app(
    strategy: Strategy,
    task: Task,
    *,
    rounds: int,
    config: Mapping[str, float] | None = None,
) -> ServerApp:
    """A server that tests each global model; the last stays in ``context.state``.

    Its key there is "arrays". ``config`` changes what clients are told (``CONFIG``).
    """
    app = ServerApp()

    @app.main()
    def main(grid: Grid, context: Context) -> None:
        result = strategy.start(
            grid,
            arrays_of(task.model()),
            num_rounds=rounds,
            train_config=train_config(config),
            evaluate_fn=evaluation(task),
        )
        context.state["arrays"] = result.arrays

    return app


def evaluation(task: Task) -> Callable[[int, ArrayRecord], MetricRecord]:
    """The server's own test of a global model, as ``Strategy.start`` wants it."""

    def evaluate(server_round: int, arrays: ArrayRecord) -> MetricRecord:
        return MetricRecord(scores(load_into(task.model(), arrays), *task.test))

    return evaluate


def train_config(config: Mapping[str, float] | None = None) -> ConfigRecord:
    """``CONFIG`` with what ``config`` changes, as a record of Flower's."""
    return ConfigRecord(CONFIG | dict(config or {}))
