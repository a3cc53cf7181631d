"""The app of a class federation: the same in a notebook, in simulation and for real."""

from functools import cache
from pathlib import Path

import numpy as np
from flwr.app import ArrayRecord, ConfigRecord, Context, MetricRecord
from flwr.clientapp import ClientApp
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import Strategy
from flwr.supercore.utils import get_flwr_home

from privlab.fl.apps import (
    LocalData,
    arrays_of,
    evaluation,
    loaded_app,
    share_of,
    train_config,
)
from privlab.fl.class_rules import AGGREGATIONS, SETTINGS, Aggregations
from privlab.fl.he_aggregation import CIPHERTEXT
from privlab.fl.journal import Journal, Watched
from privlab.fl.partition import Partition, dirichlet
from privlab.fl.strategies import Around
from privlab.fl.tasks import Task, digits_task


@cache
def class_task() -> Task:
    """Digits in float64: sums in another order agree to about 1e-15."""
    return digits_task().double()


@cache
def class_partition(clients: int, *, seed: int, alpha: float) -> Partition:
    """Who of the class has which digits: label skew, stronger for a small ``alpha``."""
    rng = np.random.default_rng(seed)
    return dirichlet(class_task().labels, clients, alpha=alpha, rng=rng)


def my_share(context: Context) -> LocalData:
    """The node's own digits: share k of N.

    A stand-in for data of one's own, which nobody else would know: replace it by a
    function that loads them.
    """
    config = SETTINGS | dict(context.run_config)
    clients = int(context.node_config["num-partitions"])
    seed, alpha = int(config["seed"]), float(config["alpha"])
    return share_of(class_task(), class_partition(clients, seed=seed, alpha=alpha))(
        context
    )


@cache
def trainer() -> ClientApp:
    """What a node does when it is told to train, without masks or mischief."""
    return loaded_app(class_task().model, my_share)


def home_journal() -> Journal:
    """The journal in the folder of the SuperLink that runs this ServerApp."""
    return Journal(Path(get_flwr_home()) / "rounds")


class Resumed(Around):
    """``strategy`` that counts its rounds from ``done`` on, where another run stopped.

    The clients' randomness depends on the number of the round, so the model becomes
    the one that a run without an interruption would have made.
    """

    def __init__(self, strategy: Strategy, *, done: int):
        super().__init__(strategy)
        self.done = done

    def configure_train(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ):
        return super().configure_train(self.done + server_round, arrays, config, grid)

    def aggregate_train(self, server_round: int, replies):
        return super().aggregate_train(self.done + server_round, replies)


def server(journal: Journal, aggregations: Aggregations = AGGREGATIONS) -> ServerApp:
    """The teacher's app: ``rounds`` rounds, each noted and kept in ``journal``.

    With ``resume`` it goes on after the last round in the journal, else it begins
    anew. The final weights are in ``context.state["arrays"]``.
    """
    app = ServerApp()

    @app.main()
    def main(grid: Grid, context: Context) -> None:
        told = SETTINGS | dict(context.run_config)
        timeout = float(told["timeout"])
        inner = aggregations[told["aggregation"]](int(told["nodes"]), timeout)
        (done, arrays), watched = _begin(journal, told), Watched(grid, journal)
        result = Resumed(inner, done=done).start(
            watched,
            arrays,
            num_rounds=int(told["rounds"]) - done,
            timeout=timeout,
            train_config=train_config(
                {name: told[name] for name in ("rate", "epochs", "batch")}
            ),
            evaluate_fn=_finisher(watched, inner, done),
        )
        journal.note("end")
        context.state["arrays"] = result.arrays or arrays

    return app


def _begin(journal: Journal, told: dict) -> tuple[int, ArrayRecord]:
    """The number of finished rounds and the model after them; notes the start."""
    kept = journal.kept() if told["resume"] else None
    done, arrays = kept or (0, arrays_of(class_task().model()))
    if done >= told["rounds"]:
        raise ValueError(f"rounds={told['rounds']} must be > {done}, those done")
    if not kept:
        journal.clear()
    journal.note("start", done=done, **told)
    return done, arrays


def _finisher(watched: Watched, strategy: Strategy, done: int):
    """What Flower calls after each round: test the model, note it and keep it.

    A model that is a ciphertext cannot be tested here.
    """
    test, incidents = evaluation(class_task()), getattr(strategy, "incidents", [])
    journal, told = watched.journal, 0

    def finished(number: int, arrays: ArrayRecord) -> MetricRecord | None:
        nonlocal told
        for incident in incidents[told:]:
            (node,) = watched.names([incident.node])
            what = {"node": node, "reason": incident.reason}
            journal.note(incident.action, round=incident.round, **what)
        told = len(incidents)
        scores = {} if CIPHERTEXT in arrays else test(number, arrays)
        if number or not done:
            journal.keep(done + number, arrays)
            journal.note("round", round=done + number, **scores)
        return scores or None

    return finished
