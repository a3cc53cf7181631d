"""Running a notebook: this Python, offline, and the same outputs everywhere."""

import json
import sys

import nbclient
import nbformat
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from privlab.course.execution import BuildError, execute

SURROUNDINGS = """
import os, sys, urllib.request
from pathlib import Path
try:
    urllib.request.urlopen("http://example.org", timeout=5)
except OSError as error:
    network = type(error.reason).__name__
record = Path(os.environ["PRIVLAB_HOME"], "progress.json").exists()
print(sys.executable, Path.cwd(), network, record, "startup" in globals(), sep="\\n")
"""
FIGURE = """
import matplotlib.pyplot as plt
print("before", flush=True)
print("the figure", flush=True)
plt.figure(figsize=(1, 1)).add_subplot()
plt.show()
print("after")
"""


def notebook_of(*sources):
    cells = [new_markdown_cell("é 好"), *map(new_code_cell, sources)]
    return new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})


@pytest.fixture
def another_kernel_first(tmp_path, monkeypatch):
    """An installed ``python3`` that comes first and cannot run."""
    kernel = tmp_path / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    spec = {"argv": ["no-such-python"], "display_name": "x", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))


@pytest.fixture
def learners_own_settings(tmp_path, monkeypatch, home):
    home.mkdir(parents=True)
    (home / "progress.json").write_text("{}")
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("startup = True")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.setenv("HTTP_PROXY", "http://real.example")


def test_every_run_has_the_same_surroundings_and_gives_the_same_notebook(
    tmp_path, another_kernel_first, learners_own_settings
):
    folder = tmp_path / "a folder 课"
    folder.mkdir()
    first = notebook_of(SURROUNDINGS, FIGURE)
    second = nbformat.from_dict(first)
    for notebook in (first, second):
        execute(notebook, "notebooks/01.ipynb", folder=folder)
    assert first == second
    assert first.metadata == {"language_info": {"name": "python"}}
    surroundings, figure = first.cells[1:]
    assert surroundings.outputs[0].text.splitlines() == [
        sys.executable,
        str(folder),
        "ConnectionRefusedError",
        "False",
        "False",
    ]
    assert surroundings.metadata == {}
    before, shown, after = figure.outputs
    assert (before.text, after.text) == ("before\nthe figure\n", "after\n")
    assert "image/png" in shown.data


def test_a_cell_that_raises_is_named_with_its_notebook_and_its_error(tmp_path):
    notebook = notebook_of("x = 0", "1 / x", "never = 'reached'")
    notebook.cells[2].metadata["tags"] = ["raises-exception"]
    with pytest.raises(BuildError) as caught:
        execute(notebook, "notebooks/01.ipynb", folder=tmp_path)
    said = str(caught.value)
    assert said.startswith("notebooks/01.ipynb, cell 3: ")
    assert "division by zero" in said


def without_kernel(monkeypatch, *, outputs=(), error=None):
    """Let cells have these outputs, or the run end in ``error`` at the second one."""

    def run(client, **_):
        for index, cell in enumerate(client.nb.cells):
            client.on_cell_start(cell=cell, cell_index=index)
            if cell.cell_type == "code":
                cell.outputs = [*outputs]
            if error and index == 1:
                raise error

    monkeypatch.setattr(nbclient.NotebookClient, "execute", run)


def stream(name, text):
    return new_output("stream", name=name, text=text)


@pytest.mark.parametrize(
    "error", [CellTimeoutError("too slow"), DeadKernelError("dead")]
)
def test_a_cell_that_never_ends_or_kills_the_kernel_is_named(
    monkeypatch, tmp_path, error
):
    without_kernel(monkeypatch, error=error)
    with pytest.raises(BuildError, match=f"^notebooks/01.ipynb, cell 2: {error}"):
        execute(notebook_of("1", "2"), "notebooks/01.ipynb", folder=tmp_path)


def test_a_cell_that_writes_to_stderr_is_named(monkeypatch, tmp_path):
    without_kernel(
        monkeypatch, outputs=[stream("stderr", "old "), stream("stderr", "habit")]
    )
    with pytest.raises(BuildError, match=r"^solutions/01.ipynb, cell 2 .*old habit"):
        execute(notebook_of("1", "2"), "solutions/01.ipynb", folder=tmp_path)


def test_a_cell_that_shows_a_live_widget_is_named(monkeypatch, tmp_path):
    bar = {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "7 %"}
    without_kernel(monkeypatch, outputs=[new_output("display_data", bar)])
    with pytest.raises(BuildError, match=r"^solutions/01.ipynb, cell 2 .*widget: 7 %"):
        execute(notebook_of("1", "2"), "solutions/01.ipynb", folder=tmp_path)


def test_a_stream_is_whole_however_it_was_cut_and_stays_on_its_side_of_a_figure(
    monkeypatch, tmp_path
):
    figure = new_output("display_data", {"text/plain": "figure"})
    cut = [stream("stdout", "a\n"), stream("stdout", "b\r\n"), figure]
    without_kernel(monkeypatch, outputs=[*cut, stream("stdout", "c")])
    notebook = notebook_of("1")
    execute(notebook, "notebooks/01.ipynb", folder=tmp_path)
    assert notebook.cells[1].outputs == [
        stream("stdout", "a\nb\r\n"),
        figure,
        stream("stdout", "c"),
    ]
