"""``privlab doctor``: is everything there that the course needs, and what to do if not.

Each check is a function that returns a ``Finding``; ``diagnose`` runs them all.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from privlab.course import paths, workspace

GIGABYTE = 10**9
WHEELS = ("torch", "tenseal", "flwr")  # compiled code: installed need not mean loadable
WIDGETS = "@jupyter-widgets/jupyterlab-manager"
CHINESE_FONTS = re.compile(
    r"CJK|Source Han|PingFang|Hiragino|Heiti|Songti|SimHei|SimSun|YaHei|JhengHei"
    r"|WenQuanYi|Arial Unicode"
)
MARKS = {"ok": "✓", "note": "!", "problem": "✗"}
ASCII_MARKS = {"ok": "+", "note": "!", "problem": "x"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at: ``status`` is ``"ok"``, ``"note"`` (all works, some of it
    slower or plainer) or ``"problem"``; ``remedy`` says what to do, if anything.
    """

    name: str
    status: str
    detail: str
    remedy: str = ""


def diagnose() -> tuple[Finding, ...]:
    """Look at everything; nothing is fetched, installed or left behind.

    Takes a few seconds, since the compiled packages are really loaded.
    """
    return (
        python_build(sys.version_info[:2], bits=64 if sys.maxsize > 2**32 else 32),
        _despite("packages", lambda: pinned_versions("privlab")),
        *wheels(WHEELS),
        cores(os.cpu_count() or 1),
        _despite("memory", lambda: memory(_memory_size())),
        disk(shutil.disk_usage(_there(workspace.folder())).free),
        writable(
            "course", workspace.folder(), "copy the course to a folder of your own"
        ),
        writable("progress", paths.home(), "set PRIVLAB_HOME to a folder of your own"),
        _despite("widgets", widgets),
        _despite("kernel", kernel),
        _despite("fonts", fonts),
    )


def _despite(name: str, look: Callable[[], Finding]) -> Finding:
    """What ``look`` finds, also where a package that it needs is not there."""
    try:
        return look()
    except ImportError as error:
        return Finding(name, "problem", str(error), _install_again())


def python_build(release: tuple[int, int], *, bits: int) -> Finding:
    """Python 3.11 to 3.14 with 64 bits: tenseal has ready-made builds for no other."""
    detail = f"{release[0]}.{release[1]}, {bits}-bit"
    if (3, 11) <= release <= (3, 14) and bits == 64:
        return Finding("Python", "ok", detail)
    remedy = f"install a 64-bit Python 3.12; {_install_again()}"
    return Finding("Python", "problem", detail, remedy)


def pinned_versions(package: str) -> Finding:
    """Every package that ``package`` requires is there in a version that it allows.

    A local label does not count: torch 2.13.0+cpu is torch 2.13.0 (PEP 440).
    """
    pins = _pins(package)
    wrong = [f"{pin}, not {_installed(pin.name)}" for pin in pins if not _met(pin)]
    if not wrong:
        return Finding("packages", "ok", f"{len(pins)}, each in the version pinned")
    return Finding("packages", "problem", "; ".join(wrong), _install_again())


def wheels(modules: Iterable[str]) -> tuple[Finding, ...]:
    """Import each module in a process of its own, all at once.

    A module that crashes Python (a processor without AVX, say) is then a finding and
    not the end of the doctor.
    """
    children = {
        module: subprocess.Popen(
            [sys.executable, "-c", f"import {module}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        for module in modules
    }
    return tuple(_wheel(module, child) for module, child in children.items())


def cores(count: int) -> Finding:
    """The minutes that lessons name were taken on 2 cores."""
    if count >= 2:
        return Finding("processor", "ok", f"{count} cores")
    return Finding("processor", "note", "1 core: lessons take about twice as long")


def memory(size: int) -> Finding:
    """8 GB are recommended; a computer sold with 8 GB shows a little less."""
    detail = f"{size / GIGABYTE:.1f} GB"
    if size >= 7.5 * GIGABYTE:
        return Finding("memory", "ok", detail)
    return Finding("memory", "note", detail, "8 GB are better: one notebook at a time")


def disk(free: int) -> Finding:
    """A note below 1 GB; a problem below 0.1 GB, where saving soon fails."""
    detail, remedy = f"{free / GIGABYTE:.1f} GB free", "make room on the course's disk"
    if free >= GIGABYTE:
        return Finding("disk", "ok", detail)
    return Finding(
        "disk", "note" if free >= GIGABYTE / 10 else "problem", detail, remedy
    )


def writable(name: str, folder: Path, remedy: str) -> Finding:
    """Write a file in ``folder``, or where it would be made, and take it away again."""
    try:
        with tempfile.TemporaryFile(dir=_there(folder)):
            return Finding(name, "ok", f"{folder} can be written")
    except OSError as error:
        detail = f"{folder} cannot be written: {error.strerror}"
        return Finding(name, "problem", detail, remedy)


def _there(folder: Path) -> Path:
    """The folder, or the nearest above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def widgets() -> Finding:
    """JupyterLab has the half of ipywidgets that draws, and has not switched it off."""
    from jupyter_core.paths import jupyter_path
    from jupyterlab_server.config import get_page_config

    page = get_page_config(jupyter_path("labextensions"))
    there = WIDGETS in [extension["name"] for extension in page["federated_extensions"]]
    if not there or not all(_met(pin) for pin in _pins("ipywidgets")):
        detail = "jupyterlab_widgets is missing or does not fit ipywidgets"
        return Finding("widgets", "problem", detail, _install_again())
    if WIDGETS in page["disabledExtensions"]:
        remedy = f"run: jupyter labextension enable {WIDGETS}"
        return Finding("widgets", "problem", "switched off in JupyterLab", remedy)
    return Finding("widgets", "ok", f"ipywidgets {version('ipywidgets')} in JupyterLab")


def kernel() -> Finding:
    """Notebooks run in this Python, not in another environment's of the same name."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        return Finding("kernel", "problem", "python3 is missing", _install_again())
    program = spec.argv[0]
    # Jupyter takes a bare "python" as its own; the programs of two environments are
    # often links to one file, so it is their folders that tell them apart
    if os.path.dirname(program) in ("", os.path.dirname(sys.executable)):
        return Finding("kernel", "ok", "python3 is this Python")
    detail = f"python3 is {program}, not {sys.executable}"
    remedy = f"move the folder {spec.resource_dir} away"
    return Finding("kernel", "problem", detail, remedy)


def fonts() -> Finding:
    """DejaVu, which matplotlib ships, draws all but the few Chinese terms."""
    from matplotlib.font_manager import fontManager

    names = sorted({font.name for font in fontManager.ttflist})
    if "DejaVu Sans" not in names:
        return Finding("fonts", "problem", "DejaVu Sans is missing", _install_again())
    chinese = [name for name in names if CHINESE_FONTS.search(name)]
    if chinese:
        return Finding("fonts", "ok", f"DejaVu Sans and {chinese[0]}")
    remedy = "install Noto Sans CJK (Debian and Ubuntu: fonts-noto-cjk)"
    return Finding("fonts", "note", "Chinese terms may show as boxes", remedy)


def table(findings: Iterable[Finding], *, encoding: str) -> str:
    """One line per finding, its remedy below; only what ``encoding`` can carry."""
    try:
        "".join(MARKS.values()).encode(encoding)
        marks = MARKS
    except UnicodeEncodeError:
        marks = ASCII_MARKS
    lines = []
    for finding in findings:
        lines.append(f"{marks[finding.status]} {finding.name:10} {finding.detail}")
        lines.extend([f"{'':12} -> {finding.remedy}"] if finding.remedy else [])
    return "\n".join(lines).encode(encoding, "replace").decode(encoding)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The doctor takes no options."""


def run(options: argparse.Namespace) -> int:
    """Check this computer for the course; exit status 1 if there is a problem."""
    findings = diagnose()
    print(table(findings, encoding=sys.stdout.encoding))
    return int(any(finding.status == "problem" for finding in findings))


def _pins(package: str) -> list[Requirement]:
    """What ``package`` requires on this computer, without its extras."""
    every = [Requirement(text) for text in requires(package) or []]
    return [
        pin for pin in every if not pin.marker or pin.marker.evaluate({"extra": ""})
    ]


def _met(pin: Requirement) -> bool:
    found = _installed(pin.name)
    return found != "missing" and pin.specifier.contains(found, prereleases=True)


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _wheel(module: str, child: subprocess.Popen) -> Finding:
    """Wait for a child that imports ``module`` and tell how it ended."""
    words = child.communicate()[1].strip()
    if child.returncode == 0:
        return Finding(module, "ok", "loads")
    last = words.splitlines()[-1] if words else f"Python ended with {child.returncode}"
    return Finding(module, "problem", f"does not load: {last}", _install_again())


def _memory_size() -> int:
    import psutil

    return psutil.virtual_memory().total


def _install_again() -> str:
    """How the environment that this Python belongs to is made anew."""
    if (Path(sys.prefix) / "conda-meta").exists():
        return "run: conda env update -f environment.yml"
    return "delete the folder .venv, then run: python lab.py"
