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
SEEDS = 1  # of an experiment's five, unless --whole


def pytest_addoption(parser):
    words = "every seed of the experiments, every lesson in a browser: as .ci/run does"
    parser.addoption("--whole", action="store_true", help=words)


def pytest_configure(config):
    text = "whole: what --whole adds; without it, the same test has run on other cases"
    config.addinivalue_line("markers", text)


def pytest_collection_modifyitems(config, items):
    """Long files first; files are what ``--dist loadfile`` hands out, in this order."""
    items.sort(key=lambda item: item.path.name not in LONG)
    if not config.getoption("--whole"):
        further = {item for item in items if is_one_more(item)}
        items[:] = [item for item in items if item not in further]
        config.hook.pytest_deselected(items=list(further))


def is_one_more(item):
    """Whether the test is run on enough other cases already."""
    cases = item.callspec.indices if hasattr(item, "callspec") else {}
    more_seeds = (
        item.path.parent.name == "experiments" and cases.get("seed", 0) >= SEEDS
    )
    return more_seeds or item.get_closest_marker("whole") is not None
