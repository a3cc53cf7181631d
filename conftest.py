"""Every test, notebooks included, runs without the learner's record and repeatably."""

import os
import tempfile

os.environ.setdefault("PRIVLAB_STATIC", "1")  # figures, not widgets, as in the build
os.environ.setdefault("TQDM_DISABLE", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # sums in one order; no fight for cores
os.environ.setdefault("FLWR_TELEMETRY_ENABLED", "0")
os.environ["PRIVLAB_HOME"] = tempfile.mkdtemp(prefix="privlab-tests-")

# they take minutes: begun last, they would leave the other cores with nothing to do
LONG = ("test_lessons_in_browser.py", "test_lessons.py", "test_attacks.py")


def pytest_collection_modifyitems(items):
    """Long files first; files are what ``--dist loadfile`` hands out, in this order."""
    items.sort(key=lambda item: item.path.name not in LONG)
