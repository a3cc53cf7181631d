"""Running a notebook so that it gives the same outputs on every computer."""

import os
import tempfile
from pathlib import Path

from nbformat import NotebookNode

CELL_SECONDS = 120
WIDGET = "application/vnd.jupyter.widget-view+json"
NOWHERE = "http://127.0.0.1:9"  # nothing listens there
SETTINGS = {
    "PRIVLAB_STATIC": "1",  # figures instead of widgets
    "TQDM_DISABLE": "1",  # a progress bar shows times, which differ every run
    "OMP_NUM_THREADS": "1",  # one order of summation, so the same last digits
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "FLWR_TELEMETRY_ENABLED": "0",
    "http_proxy": NOWHERE,  # a lesson that asks for the network fails at once
    "https_proxy": NOWHERE,
    "no_proxy": "localhost,127.0.0.1",
}


class BuildError(Exception):
    """A notebook could not be built; the text names it and says why."""


def execute(notebook: NotebookNode, name: str, *, folder: Path) -> None:
    """Run every cell, started in ``folder``; the outputs replace those in ``notebook``.

    The kernel is this Python, whatever kernels are installed; it sees neither the
    network nor the caller's own record and IPython settings. ``BuildError`` names the
    first cell that fails, and any that writes to stderr or shows a live widget.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellControlSignal, DeadKernelError

    described = NotebookNode(notebook.metadata)  # nbclient adds this Python's version
    reached = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        client = NotebookClient(
            notebook,
            km=_this_python(),
            timeout=CELL_SECONDS,
            iopub_timeout=CELL_SECONDS,
            raise_on_iopub_timeout=True,
            force_raise_errors=True,
            record_timing=False,
            store_widget_state=False,
            extra_arguments=[
                "--log-level=ERROR"
            ],  # it warns of its own machine's wires
            on_cell_start=lambda cell, cell_index: reached.append(cell_index),
            resources={"metadata": {"path": str(folder)}},
        )
        env = {**os.environ, **SETTINGS, "PRIVLAB_HOME": home, "IPYTHONDIR": home}
        try:
            client.execute(env=env, cleanup_kc=True)
        except (CellControlSignal, DeadKernelError) as error:
            raise BuildError(f"{name}, cell {len(reached)}: {error}") from error
    notebook.metadata = described
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                complaint = f"writes to stderr: {output.text}"
                raise BuildError(f"{name}, cell {number} {complaint}")
            if WIDGET in output.get("data", {}):
                complaint = f"shows a live widget: {output.data.get('text/plain')}"
                raise BuildError(f"{name}, cell {number} {complaint}")


def _this_python():
    """A manager that knows no installed kernel, and so starts this Python's own."""
    from jupyter_client import AsyncKernelManager
    from jupyter_client.kernelspec import KernelSpecManager

    none_installed = KernelSpecManager(kernel_dirs=[])
    return AsyncKernelManager(kernel_name="python3", kernel_spec_manager=none_installed)


def _joined(outputs: list) -> list:
    """Neighbouring pieces of one stream as one: where they were cut is chance."""
    joined = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if "name" in output and output.name == last.get("name"):
            last.text += output.text
        else:
            joined.append(output)
    return joined
