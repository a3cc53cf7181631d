"""One browser and one JupyterLab for the tests of a file.

Not for longer: while Playwright runs, its thread has an event loop that other tests
cannot have.
"""

import shutil
from pathlib import Path

import pytest
from jupyter_lab import serving
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# In a container there is no sandbox to enter and no GPU; the rest keeps it offline.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def browser():
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"no browser: none of {', '.join(PROGRAMS)} is installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    """JupyterLab on a copy of the lessons: a test never writes to the course."""
    folder = tmp_path_factory.mktemp("course") / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder)
    with serving(folder, tmp_path_factory.mktemp("home")) as server:
        yield server


@pytest.fixture(scope="session")
def artefacts():
    """Where each notebook leaves its screenshots; git ignores it."""
    return ROOT / "artefacts" / "browser"
