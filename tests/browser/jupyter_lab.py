"""A real JupyterLab, driven through a real browser: what a learner does, as functions.

The server is a process of its own on a free loopback port, with settings, run files
and notebooks in one temporary folder, so that nothing of the person who runs the
tests is read or changed. (Not named ``jupyter``: that would hide Jupyter's module.)
"""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

SECOND = 1000  # Playwright counts milliseconds
LONGEST = 150  # seconds until every cell of a notebook has run
SETTINGS = {
    # JupyterLab leaves out cells that are off screen; we look at all of them.
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
PROMPTS = ".jp-Notebook .jp-CodeCell .jp-InputArea-prompt"
# JupyterLab shows an exception in the same way as a warning: only the text tells.
MESSAGES = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]'
EXCEPTION = r"Traceback \(most recent call last\)|^\w*Error: "


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running JupyterLab that shows the notebooks in ``folder``."""

    url: str
    token: str
    folder: Path

    def request(self, method: str, path: str, body: bytes | None = None) -> bytes:
        headers = {"Authorization": f"token {self.token}"}
        address = self.url + path
        call = urllib.request.Request(address, body, headers, method=method)
        with urllib.request.urlopen(call, timeout=20) as answer:
            return answer.read()

    def end_sessions(self) -> None:
        """Shut down every kernel, so that the next lesson has the machine to itself."""
        for session in json.loads(self.request("GET", "api/sessions")):
            self.request("DELETE", f"api/sessions/{session['id']}")


@contextmanager
def serving(folder: Path, home: Path) -> Iterator[Server]:
    """JupyterLab on ``folder``, its own files in ``home``; ended when the block is."""
    environment = _environment(home)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ip=127.0.0.1", "--port=0", f"--ServerApp.root_dir={folder}"]
    with (
        (home / "jupyter.log").open("wb") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            yield _started(process, folder, home)
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def visiting(browser: Browser, server: Server, folder: Path) -> Iterator[Page]:
    """A page to open one notebook in; its last state is kept in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(60 * SECOND)
    try:
        yield page
    finally:
        page.screenshot(path=folder / "page.png")
        page.close()
        server.end_sessions()


def _environment(home: Path) -> dict[str, str]:
    for name, content in SETTINGS.items():
        path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    own = {
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
    }
    environment = os.environ | {name: str(home / part) for name, part in own.items()}
    # The widgets must be alive, whatever the tests around this one have set.
    environment.pop("PRIVLAB_STATIC", None)
    return environment


def _started(process: subprocess.Popen, folder: Path, home: Path) -> Server:
    """The server as soon as it answers; else ``RuntimeError`` with its log."""
    told = home / "runtime" / f"jpserver-{process.pid}.json"
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            about = json.loads(told.read_text(encoding="utf-8"))
            server = Server(url=about["url"], token=about["token"], folder=folder)
            server.request("GET", "api/status")
            return server
        except (OSError, ValueError):  # not written, half written, not listening yet
            time.sleep(0.2)
    log = (home / "jupyter.log").read_text(encoding="utf-8")
    raise RuntimeError(f"JupyterLab did not start:\n{log}")


def open_notebook(page: Page, server: Server, path: str) -> None:
    """Open ``path`` (under the server's folder), and wait for its kernel."""
    page.goto(f"{server.url}lab/tree/{path}?token={server.token}&reset")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    kernel_idle(page)


def kernel_idle(page: Page) -> None:
    """Wait until the open notebook's kernel has nothing to do.

    The status bar tells; the indicator above the notebook says idle without a kernel.
    """
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()


def run_all(page: Page) -> None:
    """Clear all outputs, Run All Cells, wait until each has run or one has failed."""
    command(page, "Edit", "editmenu:clear-all")
    command(page, "Run", "runmenu:run-all")
    deadline = time.monotonic() + LONGEST
    while not _have_run(page):
        if time.monotonic() > deadline:
            raise TimeoutError(f"cells still run after {LONGEST} s")
        page.wait_for_timeout(0.2 * SECOND)
    kernel_idle(page)
    # A cell has its number as soon as the kernel answers; its outputs are drawn later.
    page.wait_for_timeout(1 * SECOND)


def _have_run(page: Page) -> bool:
    """Whether every cell has its number, or one has failed and the rest were let go.

    Cells get [*] when they are sent, numbers when they run, and those after a failed
    one go back to [ ].
    """
    prompts = "".join(page.locator(PROMPTS).all_inner_texts())
    return "*" not in prompts and ("[ ]" not in prompts or bool(_exceptions(page)))


def _exceptions(page: Page) -> list[str]:
    messages = page.locator(MESSAGES).all_inner_texts()
    return [text for text in messages if re.search(EXCEPTION, text, re.MULTILINE)]


def use_theme(server: Server, theme: str) -> None:
    """What every page opened from now on looks like: "JupyterLab Dark", or "" again."""
    place = "lab/api/settings/@jupyterlab/apputils-extension:themes"
    raw = json.dumps({"theme": theme} if theme else {})
    server.request("PUT", place, json.dumps({"raw": raw}).encode())


def command(page: Page, menu: str, name: str) -> None:
    """Choose an entry of JupyterLab's menu bar by the name of its command."""
    page.locator(".lm-MenuBar-item", has_text=menu).first.click()
    page.locator(f'.lm-Menu [data-command="{name}"]').click()


def cell_errors(page: Page) -> list[str]:
    """What went wrong, as shown: exceptions, undrawn widgets, cells that never ran."""
    broken = page.locator(".jp-Notebook").get_by_text("Error displaying widget")
    prompts = enumerate(page.locator(PROMPTS).all_inner_texts())
    missed = [f"code cell {i} has not run" for i, text in prompts if text == "[ ]:"]
    return _exceptions(page) + broken.all_inner_texts() + missed


def explorers(page: Page) -> Locator:
    """The outputs with controls that a figure follows."""
    control = page.locator(".noUi-handle, .widget-dropdown")
    return page.locator(".jp-Notebook .jp-OutputArea-output", has=control)


def move_slider(page: Page, output: Locator, key: str = "") -> None:
    """Press a key on the first slider of an output: by default, one position up.

    Or one down, where it stands at its upper end.
    """
    handle = output.locator(".noUi-handle").first
    now, most = (handle.get_attribute(f"aria-value{name}") for name in ("now", "max"))
    handle.focus()
    page.keyboard.press(key or ("ArrowLeft" if now == most else "ArrowRight"))


def move_far(page: Page, output: Locator) -> None:
    """Move the first control of an output to an end: a slider, else a list."""
    if output.locator(".noUi-handle").count():
        handle = output.locator(".noUi-handle").first
        now, most = (
            handle.get_attribute(f"aria-value{name}") for name in ("now", "max")
        )
        move_slider(page, output, "Home" if now == most else "End")
    else:
        options = output.locator("select").first
        here = options.evaluate("own => own.selectedIndex")
        options.select_option(index=0 if here else 1)


def tab_to(page: Page, target: Locator, most: int = 40) -> None:
    """Press Tab until ``target`` has the focus; ``AssertionError`` if it never has."""
    for _ in range(most):
        if target.evaluate("own => own === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{most} tabs do not lead to {target}")


def figure(output: Locator) -> tuple[str, str]:
    """The picture shown by an output, and its alternative text."""
    image = output.locator("img").first
    return image.get_attribute("src"), image.get_attribute("alt")


def changed_figure(
    page: Page, output: Locator, before: tuple[str, str]
) -> tuple[str, str]:
    """Wait until an output shows another picture than ``before``, and return it."""
    page.wait_for_function(
        "([output, before]) => ![null, before].includes("
        "output.querySelector('img')?.getAttribute('src') ?? null)",
        arg=[output.element_handle(), before[0]],
    )
    return figure(output)


def screenshot_outputs(page: Page, folder: Path) -> list[Path]:
    """Keep a picture of every output with a figure or a widget, for people to see."""
    cells = page.locator(".jp-Notebook .jp-CodeCell .jp-Cell-outputWrapper")
    shown = cells.filter(has=page.locator("img, .jupyter-widgets"))
    paths = [folder / f"{index:02d}.png" for index in range(shown.count())]
    for cell, path in zip(shown.all(), paths, strict=True):
        cell.screenshot(path=path)
    return paths
