"""A federation run from start to end in this process."""

from collections.abc import Mapping

import numpy as np
from flwr.clientapp import ClientApp
from flwr.serverapp.strategy import Strategy

from privlab.core import checks
from privlab.fl.apps import arrays_of, evaluation, train_config
from privlab.fl.failures import NONE, Failures
from privlab.fl.grid import LocalGrid
from privlab.fl.history import History
from privlab.fl.nodes import FIRST_NODE
from privlab.fl.tasks import Task

__all__ = ["FIRST_NODE", "LocalGrid", "run"]


def run(
    strategy: Strategy,
    client_app: ClientApp,
    task: Task,
    *,
    clients: int,
    rounds: int,
    config: Mapping[str, float] | None = None,
    seed: int = 0,
    run_config: Mapping | None = None,
    failures: Failures = NONE,
    timeout: float = 3600,
    evaluate: bool = True,
) -> History:
    """Let ``strategy`` train ``task`` with ``clients`` in this process.

    ``config`` changes what the clients are told (``CONFIG`` in ``apps``); ``timeout``
    is in seconds of the grid's clock; ``evaluate`` has the server test every global
    model. ``ValueError`` where the strategy would wait for more clients.
    """
    checks.whole("rounds", rounds)
    _enough_clients(strategy, clients)
    grid = LocalGrid(
        client_app, clients=clients, seed=seed, run_config=run_config, failures=failures
    )
    with grid:
        start = arrays_of(task.model())
        result = strategy.start(
            grid,
            start,
            num_rounds=rounds,
            timeout=timeout,
            train_config=train_config(config),
            evaluate_fn=evaluation(task) if evaluate else None,
        )
    tests = result.evaluate_metrics_serverapp.values()
    trained = result.train_metrics_clientapp
    return History(
        arrays=result.arrays or start,
        losses=np.array([test["loss"] for test in tests]),
        accuracies=np.array([test["accuracy"] for test in tests]),
        train_losses=np.array(
            [trained.get(r, {}).get("loss", np.nan) for r in range(1, rounds + 1)]
        ),
        exchanges=tuple(grid.exchanges),
        clients=clients,
        rounds=rounds,
        seconds=grid.clock,
    )


def _enough_clients(strategy: Strategy, clients: int) -> None:
    """Flower waits for more nodes; here none will ever come."""
    for name in ("min_available_nodes", "min_train_nodes", "min_evaluate_nodes"):
        needed = getattr(strategy, name, 0)
        if needed > clients:
            raise ValueError(f"{name}={needed} of the strategy must be <= {clients}")
