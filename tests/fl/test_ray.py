"""The same app in this process and through Ray, Flower's own engine: equal weights."""

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
from engines import CLIENTS, apps

from privlab.fl.apps import tumours_task
from privlab.fl.local import LocalGrid

pytest.importorskip("ray")

QUIET = {"FLWR_TELEMETRY_ENABLED": "0", "RAY_USAGE_STATS_ENABLED": "0"}
PATIENT = {"RAY_agent_register_timeout_ms": "120000"}  # a busy machine starts slowly


@pytest.fixture
def folder():
    """A short name: Ray keeps sockets there, whose paths have 107 bytes at most."""
    path = tempfile.mkdtemp(prefix="ray")
    yield path
    shutil.rmtree(path, ignore_errors=True)


def marked(mark):
    """The processes that inherited ``mark`` from the one that was started with it."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("PRIVLAB_MARK") == mark:
                yield process


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere Ray is in beta")
def test_flowers_simulation_gives_the_same_weights_and_leaves_no_process(folder):
    mark, saved = uuid.uuid4().hex, Path(folder) / "weights.npz"
    script = Path(__file__).with_name("engines.py")
    try:
        subprocess.run(
            [sys.executable, script, folder, saved],
            env=os.environ
            | QUIET
            | PATIENT
            | {"PRIVLAB_MARK": mark, "FLWR_HOME": folder},
            check=True,
            timeout=300,
        )
        _, left = psutil.wait_procs(list(marked(mark)), timeout=10)
    finally:
        for process in marked(mark):
            process.kill()
    assert not left
    client, server = apps(tumours_task().double())
    grid = LocalGrid(client, clients=CLIENTS)
    here = grid.serve(server).state["arrays"]
    assert [e.client for e in grid.exchanges if e.outcome == "crashed"] == [3]
    with np.load(saved) as there:
        assert there.keys() == here.keys()
        for name, array in here.items():
            np.testing.assert_allclose(array.numpy(), there[name], rtol=0, atol=1e-12)
            assert np.abs(there[name]).max() > 0.1
