"""One Flower app for two engines: as a script it runs through Ray and saves weights.

Its clients count their rounds in ``context.state``, a mod weighs their training by that
count, and client 3 raises in round 2.
"""

import sys

import numpy as np
from flwr.app import MetricRecord
from flwr.serverapp.strategy import FedAvg

from privlab.fl.apps import client_app, server_app, tumours_task
from privlab.fl.partition import dirichlet
from privlab.fl.vectors import on_update

CLIENTS, ROUNDS = 4, 3


class InOrder(FedAvg):
    """FedAvg that adds up the replies in one order, whichever came first."""

    def aggregate_train(self, server_round, replies):
        def size(reply):
            return reply.has_content() and reply.content["metrics"]["num-examples"]

        return super().aggregate_train(server_round, sorted(replies, key=size))


def count(update, message, context):
    """The client's update, a tenth more for every round that it has known."""
    rounds = context.state.get("rounds", MetricRecord({"n": 0}))["n"] + 1
    context.state["rounds"] = MetricRecord({"n": rounds})
    if (
        message.content["config"]["server-round"] == 2
        and context.node_config["partition-id"] == 3
    ):
        raise RuntimeError("client 3 has no power")
    return (1 + rounds / 10) * update


def apps(task):
    """The client and the server; every client takes part in every round."""
    parts = dirichlet(task.labels, CLIENTS, alpha=0.5, rng=np.random.default_rng(0))
    # All by number: Flower takes its share of the nodes that are there before it waits.
    names = ("min_available_nodes", "min_train_nodes", "min_evaluate_nodes")
    everybody = InOrder(**dict.fromkeys(names, CLIENTS))
    config = {"rate": 0.1, "epochs": 2, "batch": 16}
    return (
        client_app(task, parts, mods=[on_update(count)]),
        server_app(everybody, task, rounds=ROUNDS, config=config),
    )


def through_ray(client, server, *, folder):
    """Flower's simulation on this machine's loopback; its final weights."""
    from flwr.simulation import run_simulation  # loads Ray

    kept = {}

    @server.lifespan()
    def keep(context):
        yield
        kept.update(context.state["arrays"])

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
    return kept


if __name__ == "__main__":
    arrays = through_ray(*apps(tumours_task().double()), folder=sys.argv[1])
    np.savez(sys.argv[2], **{name: each.numpy() for name, each in arrays.items()})
