"""Clients that answer what a test tells them, through Flower's own messages."""

import numpy as np
from flwr.app import Array, ArrayRecord, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

from privlab.fl.grid import LocalGrid

ALL = {"fraction_evaluate": 0.0, "min_train_nodes": 1, "min_available_nodes": 1}


def arrays(*values, dtype=np.float64) -> ArrayRecord:
    named = {str(i): Array(np.array(v, dtype=dtype)) for i, v in enumerate(values)}
    return ArrayRecord(named)


def reply(*values, examples=1, loss=1.0, dtype=np.float64) -> RecordDict:
    metrics = MetricRecord({"num-examples": examples, "loss": loss})
    return RecordDict({"arrays": arrays(*values, dtype=dtype), "metrics": metrics})


def scripted(answers) -> ClientApp:
    """``answers[k]`` is what client k answers; a callable gets (message, round)."""
    app = ClientApp()

    @app.train()
    def train(message, context):
        said = answers[int(context.node_config["partition-id"])]
        if callable(said):
            said = said(message, int(message.content["config"]["server-round"]))
        return Message(said, reply_to=message)

    @app.evaluate()
    def evaluate(message, context):
        said = answers[int(context.node_config["partition-id"])]
        return Message(said, reply_to=message)

    return app


def federated(strategy, answers, sent, *, rounds=1):
    """Flower's ``Result`` after ``rounds`` rounds from the arrays ``sent``."""
    with LocalGrid(scripted(answers), clients=len(answers)) as grid:
        return strategy.start(grid, sent, num_rounds=rounds)


def values(record: ArrayRecord) -> list[np.ndarray]:
    return record.to_numpy_ndarrays()
