"""python lab.py bundle, for real: all packages, then a set-up that reaches no index."""

import importlib.util
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

COURSE = Path(__file__).resolve().parents[1]
NO_INDEX = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",  # nothing answers there
    "PIP_RETRIES": "0",
    "PIP_NO_COMPILE": "1",  # half of the time; Python does it when it loads a module
    "NO_PROXY": "*",
}


def load(path):
    spec = importlib.util.spec_from_file_location("lab_that_bundles", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """What lab.py makes of this course with the environment that runs the tests."""
    lab, folder = load(COURSE / "lab.py"), tmp_path_factory.mktemp("bundle")
    lab.LOG, lab.VENV = folder / "log", folder
    lab.PIP = (sys.executable, *lab.PIP[1:])
    lab.set_up = lambda *_, **__: None  # done: this is the environment
    made = COURSE / "build" / f"privlab-offline-{lab.KIND}"
    kept = folder / "kept"
    if made.exists():
        made.rename(kept)  # somebody's own; on the same disk
    try:
        assert lab.main(["bundle"]) == 0
        made.rename(folder / made.name)
    finally:
        if kept.exists():
            kept.rename(made)
    return folder / made.name


def test_it_holds_the_course_and_every_package_and_no_cuda(bundle):
    assert {path.name for path in bundle.iterdir()} >= {
        "lab.py",
        "notebooks",
        "privlab",
    }
    assert not (bundle / ".venv").exists()
    assert not (bundle / ".git").exists()
    names = {path.name.partition("-")[0].lower() for path in bundle.rglob("*.whl")}
    wanted = re.findall(
        r'^    "([\w-]+)==', (COURSE / "pyproject.toml").read_text(), re.M
    )
    course = wanted[: wanted.index("tqdm") + 1]
    assert len(course) > 10
    assert {name.replace("-", "_").lower() for name in course} <= names
    tools = {"jupyterhub"} if sys.platform.startswith("linux") else set()
    assert tools | {"pip", "setuptools"} <= names
    assert not [n for n in names if n.startswith(("nvidia", "cuda", "triton"))]
    assert "privlab" not in names


def test_python_lab_py_installs_from_it_without_an_index_and_the_doctor_is_content(
    bundle, tmp_path
):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PIP_")}
    folders = {f"JUPYTER_{n}_DIR": str(tmp_path) for n in ("CONFIG", "DATA", "RUNTIME")}
    output = tmp_path / "output"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = subprocess.Popen(
        [sys.executable, bundle / "lab.py", "--no-browser", "--port", str(port)],
        env={**environment, **NO_INDEX, **folders, "PRIVLAB_HOME": str(tmp_path)},
        stdout=output.open("wb"),
        stderr=subprocess.STDOUT,
    )
    try:
        until = time.monotonic() + 400
        while "Opening" not in output.read_text("utf-8", "replace"):
            said = output.read_text("utf-8", "replace")
            assert started.poll() is None, said
            assert time.monotonic() < until, said
            time.sleep(0.5)
    finally:
        family = psutil.Process(started.pid).children(recursive=True)
        started.terminate()
        psutil.wait_procs(family, timeout=20)
        started.wait(timeout=20)
    said = output.read_text("utf-8", "replace")
    assert "Installing the course" in said
    assert "✗" not in said
    assert "each in the version pinned" in said
    log = (bundle / ".venv" / "install.log").read_text("utf-8", "replace")
    assert "127.0.0.1" not in log
