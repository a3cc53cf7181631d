"""``flwr run`` on one machine: Flower's own simulation of the nodes, on Ray."""

from pathlib import Path

import numpy as np
import pytest

from privlab.fl import deployment
from privlab.fl.class_app import server
from privlab.fl.class_client import client
from privlab.fl.grid import LocalGrid
from privlab.fl.journal import Journal
from privlab.fl.processes import (
    LOOPBACK,
    Processes,
    free_ports,
    listening,
    wait_for,
)

pytest.importorskip("ray")

APP = Path(__file__).parents[2] / "classroom" / "federation"
SETTINGS = {"rounds": 1, "nodes": 2}


def test_a_simulated_class_learns_the_model_of_the_notebook(tmp_path):
    """float64, sums in another order: 1e-12. Ray ends with the SuperLink."""
    (port,) = free_ports(1)
    journal = deployment.journal_of(tmp_path)
    deployment.connect_to_simulation(tmp_path, port=port)
    with Processes(tmp_path / "logs") as processes:
        link = processes.start(
            "superlink", deployment.simulation(port=port), home=tmp_path
        )
        wait_for("it listens", lambda: listening(LOOPBACK, port), by=[link])
        deployment.start_run(tmp_path, APP, SETTINGS, simulated_nodes=SETTINGS["nodes"])
        wait_for(
            "the run ends",
            lambda: journal.events() and journal.events()[-1]["event"] == "end",
            by=[link],
            seconds=240,
        )
    here = LocalGrid(client(), clients=SETTINGS["nodes"], run_config=SETTINGS)
    expected = here.serve(server(Journal(tmp_path / "here"))).state["arrays"]
    _, arrays = journal.kept()
    for name, own in expected.items():
        np.testing.assert_allclose(arrays[name].numpy(), own.numpy(), atol=1e-12)
