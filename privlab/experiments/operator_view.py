"""What the SuperLink's operator can read in one node's update: its labels."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from flwr.app import RecordDict

from privlab.experiments.class_lab import silent
from privlab.fl.apps import arrays_of, train_config
from privlab.fl.class_app import class_partition, class_task
from privlab.fl.class_client import client
from privlab.fl.class_rules import AGGREGATIONS, SETTINGS
from privlab.fl.grid import FIRST_NODE, LocalGrid
from privlab.fl.strategies import Around

BIAS = "0.bias"


class Overheard(Around):
    """``strategy``, and what its server received: ``replies`` by node."""

    def aggregate_train(self, server_round, replies):
        replies = list(replies)
        self.replies = {reply.metadata.src_node_id: reply.content for reply in replies}
        return super().aggregate_train(server_round, replies)


@dataclass(frozen=True, kw_only=True, eq=False)
class LabelsRead:
    """The operator's best guess at node ``node``'s labels: shares (10,) of each digit.

    ``received`` are the numbers that came from the node for the model's ten biases:
    the biases themselves, or masked words.
    """

    aggregation: str
    node: int
    held: np.ndarray
    guessed: np.ndarray
    received: np.ndarray

    @property
    def error(self) -> float:
        """Total variation distance: the share of labels that is guessed wrong."""
        return float(np.abs(self.held - self.guessed).sum() / 2)

    @property
    def summary(self) -> str:
        return (
            f"With {self.aggregation} aggregation the operator's guess at the labels "
            f"of node {self.node} is wrong for {self.error:.0%} of them."
        )


def label_shares(moved: np.ndarray, *, rate: float, steps: int) -> np.ndarray:
    """Shares of the labels from a softmax regression's biases, trained from zero.

    A step of SGD moves the biases by ``rate`` (share of each label - mean predicted
    probability). At the start every prediction is 1/10, so after ``steps`` small steps
    ``share ≈ 1/10 + moved / (rate steps)``; exact for one step on all rows. Negative
    shares become 0, and the sum 1.
    """
    shares = np.clip(1 / len(moved) + moved / (rate * steps), 0, None)
    return shares / shares.sum()


def labels_read(
    *, aggregation: str, node: int, alpha: float, nodes: int = 4, seed: int
) -> LabelsRead:
    """One round, and what can be read in it: one step of all rows in every node."""
    heard, mean = _overheard(aggregation, alpha, nodes, seed)
    held = class_partition(nodes, seed=seed, alpha=alpha).counts(
        class_task().labels, 10
    )
    received = heard[node]
    moved = mean if received.dtype.kind == "u" else received
    return LabelsRead(
        aggregation=aggregation,
        node=node,
        held=held[node] / held[node].sum(),
        guessed=label_shares(moved, rate=0.1, steps=1),
        received=received,
    )


@cache
def _overheard(aggregation: str, alpha: float, nodes: int, seed: int):
    """What each node sent for the biases, and how the global model's moved."""
    told = SETTINGS | {
        "aggregation": aggregation,
        "nodes": nodes,
        "alpha": alpha,
        "seed": seed,
    }
    grid = LocalGrid(client(), clients=nodes, seed=seed, run_config=told)
    with silent(), grid:
        strategy = Overheard(AGGREGATIONS[aggregation](nodes, 60.0))
        result = strategy.start(
            grid,
            arrays_of(class_task().model()),
            num_rounds=1,
            train_config=train_config({"rate": 0.1, "epochs": 1, "batch": 0}),
        )
    sent = {n - FIRST_NODE: _biases(c) for n, c in strategy.replies.items()}
    return sent, result.arrays[BIAS].numpy()


def _biases(content: RecordDict) -> np.ndarray:
    """The ten numbers of the reply that stand for the biases, as they were sent."""
    arrays = content["arrays"]
    if "masked" in arrays:
        return arrays["masked"].numpy()[-11:-1]  # the last word is the weight
    return arrays[BIAS].numpy()
