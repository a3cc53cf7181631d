"""Every test, notebooks included, runs without the learner's record and repeatably."""

import os
import tempfile

import pytest

os.environ.setdefault("PRIVLAB_STATIC", "1")  # figures, not widgets, as in the build
os.environ.setdefault("TQDM_DISABLE", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # sums in one order; no fight for cores
os.environ.setdefault("FLWR_TELEMETRY_ENABLED", "0")
os.environ["PRIVLAB_HOME"] = tempfile.mkdtemp(prefix="privlab-tests-")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What shares a worker: a file's tests, or a lesson's where tests are by lesson."""
    for item in items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        exercise = parameters.get("exercise")
        lesson = parameters.get("lesson", getattr(exercise, "lesson", ""))
        name = getattr(lesson, "name", lesson)
        item.add_marker(pytest.mark.xdist_group(f"{item.path.stem} {name}".strip()))
