"""A round of ``LocalGrid`` beside one of Flower through Ray: what the engine costs.

The clients answer at once with the weights they got, those of the digits' network, so a
round is overhead and nothing else. The strategy times each from its first message to
its last reply; the first of each engine, which starts its workers, is not counted.
Starting Ray takes many seconds, so it runs once and its rounds are the samples: as many
of LocalGrid's are taken before as after. Last the federation that the course is made
for: 1,000 clients that train, 20 rounds, 5 % of them in each.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("RAY_agent_register_timeout_ms", "120000")  # a busy machine
os.environ["RAY_USAGE_STATS_ENABLED"] = os.environ["FLWR_TELEMETRY_ENABLED"] = "0"

import numpy as np
from flwr.clientapp import ClientApp
from flwr.serverapp import ServerApp
from flwr.serverapp.strategy import FedAvg

from bench._table import Row
from privlab.fl.apps import answer, client_app, digits_task, server_app
from privlab.fl.local import LocalGrid, run
from privlab.fl.partition import iid
from privlab.fl.session import quiet

CLIENTS, ROUNDS = 10, 22
MANY, SAMPLED, TARGET = 1000, 0.05, 20
TASK = digits_task(hidden=32)


class Timed(FedAvg):
    """FedAvg that notes the seconds of each round of training."""

    def __init__(self):
        super().__init__(fraction_evaluate=0.0, min_available_nodes=CLIENTS)
        self.seconds: list[float] = []

    def configure_train(self, *place):
        messages = super().configure_train(*place)
        self.seconds.append(-time.perf_counter())
        return messages

    def aggregate_train(self, server_round, replies):
        self.seconds[-1] += time.perf_counter()
        for failed in (reply for reply in replies if reply.has_error()):
            raise RuntimeError(f"this would time nothing: {failed.error.reason}")
        return super().aggregate_train(server_round, replies)


def main() -> list[Row]:
    with quiet(), tempfile.TemporaryDirectory(prefix="ray") as folder:
        before = _rounds(_here)
        start = time.perf_counter()
        rays = _rounds(partial(_through_ray, folder=folder))
        whole = time.perf_counter() - start
        ours = before + _rounds(_here)
        many = _many()
    here, there = statistics.median(ours), statistics.median(rays)
    print(f"{CLIENTS} clients, median of the rounds (least, most), ms")
    for name, each in (("LocalGrid", ours), ("Ray", rays)):
        spread = [
            1e3 * value for value in (statistics.median(each), min(each), max(each))
        ]
        print(
            f"{name:10} {spread[0]:8.2f} ({spread[1]:.2f}, {spread[2]:.2f})  "
            f"{len(each)} rounds"
        )
    print(f"times less {there / here:8.0f}")
    print(
        f"with Ray's start, {ROUNDS} rounds in {whole:.0f} s: a round "
        f"{whole / ROUNDS / here:.0f} times LocalGrid's"
    )
    print(f"{MANY} clients, {TARGET} rounds, {SAMPLED:.0%} of them: {many:.1f} s")
    return [
        Row(
            job=f"A federated round, {CLIENTS} clients that only answer",
            ours=f"{1e3 * here:.2f} ms",
            peer="Flower through Ray",
            theirs=f"{1e3 * there:.0f} ms",
            ratio=f"{there / here:.0f}",
        )
    ]


def _rounds(engine: Callable[[ClientApp, ServerApp], None]) -> list[float]:
    strategy, app = Timed(), ClientApp()

    @app.train()
    def echo(message, context):
        return answer(message, message.content["arrays"], examples=1, loss=0.0)

    engine(app, server_app(strategy, TASK, rounds=ROUNDS))
    return strategy.seconds[1:]


def _here(client: ClientApp, server: ServerApp) -> None:
    LocalGrid(client, clients=CLIENTS).serve(server)


def _through_ray(client: ClientApp, server: ServerApp, *, folder: str) -> None:
    from flwr.simulation import run_simulation  # loads Ray

    machine = {"_node_ip_address": "127.0.0.1", "include_dashboard": False}
    run_simulation(
        server,
        client,
        num_supernodes=CLIENTS,
        backend_config={
            "client_resources": {"num_cpus": 1, "num_gpus": 0},
            "init_args": {"num_cpus": 2, "_temp_dir": folder, **machine},
        },
    )


def _many() -> float:
    parts = iid(len(TASK.labels), MANY, rng=np.random.default_rng(0))
    strategy = FedAvg(
        fraction_train=SAMPLED, fraction_evaluate=0.0, min_available_nodes=MANY
    )
    start = time.perf_counter()
    run(strategy, client_app(TASK, parts), TASK, clients=MANY, rounds=TARGET)
    return time.perf_counter() - start
