"""The class federation in this process: runs, lost nodes, and nodes that cheat."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from flwr.app import ArrayRecord

from privlab.experiments.class_run import ClassRun
from privlab.fl import deployment
from privlab.fl.class_app import server
from privlab.fl.class_client import client
from privlab.fl.failures import NONE, Failures
from privlab.fl.grid import LocalGrid
from privlab.fl.journal import Journal
from privlab.fl.loopback import Room
from privlab.fl.mischief import Choose, nobody
from privlab.fl.processes import Processes
from privlab.fl.vectors import flat

APP = Path(__file__).parents[2] / "classroom" / "federation"


@dataclass(frozen=True, kw_only=True, eq=False)
class Trained:
    """A run's journal and its final weights."""

    run: ClassRun
    arrays: ArrayRecord

    def apart(self, other: "Trained") -> float:
        """The largest difference of any weight."""
        return float(np.abs(flat(self.arrays) - flat(other.arrays)).max())


@contextmanager
def silent() -> Iterator[None]:
    """Flower logs nothing, errors neither: here they are the experiment."""
    logger = logging.getLogger("flwr")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def here(
    *,
    nodes: int,
    failures: Failures = NONE,
    mischief: Choose = nobody,
    **settings,
) -> Trained:
    """The class's app with its nodes in this process; milliseconds a round."""
    settings = {"nodes": nodes} | settings
    grid = LocalGrid(
        client(mischief), clients=nodes, run_config=settings, failures=failures
    )
    with TemporaryDirectory() as folder, silent():
        journal = Journal(Path(folder))
        arrays = grid.serve(server(journal)).state["arrays"]
        return Trained(run=ClassRun(events=journal.events()), arrays=arrays)


def on_loopback(*, nodes: int = 2, seconds: float = 180.0, **settings) -> Trained:
    """The same app on real nodes of this machine: TLS, keys, a process for each.

    Flower's SuperLink and SuperNodes listen on free ports of 127.0.0.1, and have ended
    before this returns. ``TimeoutError`` with what they said after ``seconds``.
    """
    with (
        TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        Processes(Path(folder) / "logs") as processes,
    ):
        room = Room(Path(folder), processes, nodes)
        room.open()
        deployment.start_run(room.teacher, APP, {"nodes": nodes} | settings)
        room.wait("the run ends", room.journal.ended, seconds=seconds)
        _, arrays = room.journal.kept()
        return Trained(run=ClassRun(events=room.journal.events()), arrays=arrays)


def lost_nodes(
    *, chance: float, aggregation: str, nodes: int = 6, seed: int
) -> ClassRun:
    """Four rounds in which each node is away with probability ``chance``."""
    away = np.random.default_rng(seed).random((5, nodes)) < chance
    lost = Failures(dropped=lambda number, k: bool(away[number, k]))
    settings = {"rounds": 4, "epochs": 1, "aggregation": aggregation}
    return here(nodes=nodes, failures=lost, **settings).run


@dataclass(frozen=True, kw_only=True, eq=False)
class Cheated:
    """Accuracy after each round (NaN after the run broke) with and without cheats."""

    mischief: str
    aggregation: str
    cheats: int
    nodes: int
    honest: np.ndarray
    cheated: np.ndarray
    noted: str

    @property
    def summary(self) -> str:
        rounds = np.isfinite(self.cheated).sum() - 1
        return (
            f"{self.cheats} of {self.nodes} nodes send {self.mischief!r} updates, "
            f"{self.aggregation} aggregation: {self.cheated[rounds]:.0%} right after "
            f"round {rounds}, {self.honest[-1]:.0%} if all are honest; {self.noted}."
        )


def cheated(
    *, mischief: str, aggregation: str, cheats: int, nodes: int = 5, rounds: int = 3
) -> Cheated:
    """A class in which the last ``cheats`` nodes do ``mischief``."""

    def choose(context) -> str:
        return mischief if context.node_config["partition-id"] >= nodes - cheats else ""

    settings = {"rounds": rounds, "epochs": 1, "aggregation": aggregation}
    accuracies, noted = np.full(rounds + 1, np.nan), "nothing was noted"
    try:
        run = here(nodes=nodes, mischief=choose, **settings).run
    except ValueError:
        accuracies[0], noted = _honest(aggregation, nodes, rounds)[0], "the run broke"
    else:
        accuracies, noted = run.accuracies, run.trouble or noted
    return Cheated(
        mischief=mischief,
        aggregation=aggregation,
        cheats=cheats,
        nodes=nodes,
        honest=_honest(aggregation, nodes, rounds),
        cheated=accuracies,
        noted=noted,
    )


@cache
def _honest(aggregation: str, nodes: int, rounds: int) -> np.ndarray:
    settings = {"rounds": rounds, "epochs": 1, "aggregation": aggregation}
    return here(nodes=nodes, **settings).run.accuracies
