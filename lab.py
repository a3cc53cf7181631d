"""The way in: `python lab.py` sets the course up and opens it. It needs only Python.

    python lab.py [--no-browser] [--port N]   set up, call the doctor, open JupyterLab
    python lab.py test [pytest arguments]     set up, then run every check
    python lab.py book                        make the web pages in build/book
    python lab.py hub                         set up, serve a class on this server
    python lab.py bundle                      make a folder that installs offline
    python lab.py freeze                      write constraints.txt anew

Setting up makes the folder .venv beside this file and installs the pinned course in
it. Once that is done a start takes seconds; if it was interrupted, starting again
finishes it. On Linux, --torch-index ADDRESS says where PyTorch without CUDA is.
--offline FOLDER installs from what `bundle` made, without a network; in such a folder
itself that goes without saying.
"""

import argparse
import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from subprocess import DEVNULL, STDOUT

COURSE = Path(__file__).resolve().parent
FIRST_PAGE = "notebooks/00_start_here.ipynb"
VENV = COURSE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOG = VENV / "install.log"
STAMP = VENV / "installed"  # written last: without it the set-up did not end well
PYPROJECT, CONSTRAINTS = COURSE / "pyproject.toml", COURSE / "constraints.txt"
PIP = (PYTHON, "-m", "pip", "--no-input", "--disable-pip-version-check")
PINNED = ("-c", CONSTRAINTS)
# extras, and those that hold them
SERVED_BY = {
    "": ("", "[book]", "[hub]", "[dev]"),
    "[book]": ("[book]", "[dev]"),
    "[hub]": ("[hub]", "[dev]"),
    "[dev]": ("[dev]",),
}
WHEELS = "wheelhouse"  # in a bundle: every package as a file
KIND = f"{sysconfig.get_platform()}-{sys.implementation.cache_tag}"  # it serves this
NOT_BUNDLED = (".git", ".venv", "build", "artefacts", WHEELS, "*.egg-info")
NOT_BUNDLED += ("solutions", "handed-in", "results")  # what students must not have
NOT_BUNDLED += ("__pycache__", ".*_cache", ".hypothesis", ".ipynb_checkpoints")
OLDEST, NEWEST = (3, 11), (3, 14)  # tenseal has ready-made builds for these alone
ROOM = 4  # GB: the installed course takes 2, downloading and unpacking it the rest

LINT_IMPORTS = "from importlinter.cli import lint_imports_command as run; run()"
CHECKS = (
    ("ruff format", ("-m", "ruff", "format", "--check", ".")),
    ("ruff check", ("-m", "ruff", "check", ".")),
    ("lint-imports", ("-c", LINT_IMPORTS)),
    ("pytest", ("-m", "pytest", "-n", "2")),  # last, so that its count ends the output
)

NO_ROOM = f"The disk is full: make {ROOM} GB of room"
NO_NETWORK = "The package index cannot be reached: check the network or set HTTPS_PROXY"
NO_TRUST = "The package index's certificate is unknown: set PIP_CERT to your network's"
NO_WHEEL = (
    "There is no ready-made {} for this computer: delete the folder .venv and take "
    "another 64-bit Python from 3.11 to 3.14, or use conda with environment.yml"
)
NO_VENV = (
    "This Python lacks venv: install it (Debian, Ubuntu: apt install python3-venv)"
)
LOCKED = (
    "A file of the course cannot be written: close what uses it (JupyterLab?), or move "
    "the course to a folder of your own"
)
TOO_LONG = "Windows cannot take so long a path: move the course to a shorter one"
MISMATCH = (
    "pyproject.toml and constraints.txt contradict each other: take back your changes "
    "to them, or run python lab.py freeze"
)
# What pip, venv or the system said: what to do. The first match counts: a lost
# connection also makes pip say that it finds no version, or that versions conflict.
CAUSES = (
    (r"Errno 28\b|WinError 112\b", NO_ROOM),
    (r"CERTIFICATE_VERIFY_FAILED", NO_TRUST),
    (r"\(from versions: \d.*No matching distribution found for (\S+)", NO_WHEEL),
    (r"Failed to (?:establish|resolve)|getaddrinfo|name resolution", NO_NETWORK),
    (r"Network is unreachable|Max retries|Read timed out|ProxyError", NO_NETWORK),
    (r"Connect(?:ion|Timeout)Error|Connection (?:reset|refused|broken)", NO_NETWORK),
    (r"No matching distribution found for (\S+)", NO_WHEEL),
    (r"depends on (\S+==\S+)\s+The user requested \(constraint\) \1\s", NO_WHEEL),
    (r"no matching distributions available for your \w+:\s+(\S+)", NO_WHEEL),
    (r"ResolutionImpossible", MISMATCH),
    (r"ensurepip is not\s+available|No module named '?(?:venv|ensurepip)", NO_VENV),
    (r"WinError 206\b|Long Path", TOO_LONG),
    (r"Errno (?:13|30)\b|WinError (?:5|32)\b", LOCKED),
    (r"Failed building wheel for (\S+)", NO_WHEEL),
)


class Trouble(Exception):
    """What went wrong and what to do, in one sentence."""


def main(arguments):
    """Do what the command line says; return the exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # run() then ends its child
    sys.stdout.reconfigure(errors="replace")  # pip's arrows, on a terminal without them
    try:
        require_python(sys.version_info, sys.maxsize)
        task, options, rest = parse(arguments)
        return task(options, rest)
    except Trouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
    except OSError as error:
        print(f"\n{advice(str(error))}, then start again.", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped; starting again goes on from here.", file=sys.stderr)
        return 130
    return 1


def parse(arguments):
    """The task, its options, and what is left for pytest."""
    tasks = {"test": test, "book": book, "hub": hub, "bundle": bundle, "freeze": freeze}
    named = bool(arguments) and arguments[0] in tasks
    task = tasks[arguments[0]] if named else start
    parser = argparse.ArgumentParser(
        prog="lab.py",
        description=__doc__,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--port", type=int, default=8888, metavar="N")
    parser.add_argument("--torch-index", metavar="ADDRESS")
    parser.add_argument("--offline", metavar="FOLDER", type=Path, default=COURSE)
    options, rest = parser.parse_known_args(arguments[1:] if named else arguments)
    if rest and task is not test:
        parser.error("not understood: " + " ".join(rest))
    if not 0 < options.port < 2**16:
        parser.error(f"--port {options.port} must lie between 1 and 65535")
    return task, options, rest


def start(options, _):
    """Set up, let the doctor look, and serve JupyterLab to this computer alone."""
    set_up("", options.torch_index, origin=packages_from(options.offline))
    if run(PYTHON, "-m", "privlab.course.cli", "doctor") != 0:
        raise Trouble("The doctor marked a problem: do what it says, then start again.")
    page = last_page()
    print(f"\nOpening {page}; Ctrl-C ends JupyterLab.\n", flush=True)
    serve = [
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={options.port}",
        f"--ServerApp.root_dir={COURSE}",
        f"--LabApp.default_url=/lab/tree/{page}",
        "--ServerApp.answer_yes=True",  # Ctrl-C asks no question
        "--ServerApp.allow_root=True",  # as in most containers
    ]
    if options.no_browser:
        serve.append("--no-browser")
    try:
        return run(PYTHON, "-m", "jupyterlab", *serve)
    except KeyboardInterrupt:
        return 0


def last_page():
    """The exercises that were worked on last, as noted; or the first page."""
    home = os.environ.get("PRIVLAB_HOME") or Path.home() / ".privlab"
    try:
        record = json.loads((Path(home) / "minutes.json").read_text("utf-8"))
        page = f"exercises/{record['lesson']}.ipynb"
    except (OSError, ValueError, KeyError, TypeError):
        return FIRST_PAGE
    plain = re.fullmatch(r"exercises/\w+\.ipynb", page)
    return page if plain and (COURSE / page).is_file() else FIRST_PAGE


def hub(options, _):
    """Set up with JupyterHub and serve a class: classroom/hub/README.md guides."""
    set_up("[hub]", options.torch_index, origin=packages_from(options.offline))
    config = COURSE / "classroom" / "hub" / "jupyterhub_config.py"
    try:
        return run(PYTHON, "-m", "jupyterhub", "-f", config)
    except KeyboardInterrupt:
        return 0


def test(options, pytest_arguments):
    """Set up, run every check in turn, and fail if any of them did."""
    if packages_from(options.offline):
        raise Trouble(
            "A bundle lacks what the tests need: run them in a copy that is no bundle."
        )
    set_up("[dev]", options.torch_index)
    failed = []
    for name, command in CHECKS:
        print(f"== {name}", flush=True)
        more = pytest_arguments if name == "pytest" else ()
        if run(PYTHON, *command, *more) != 0:
            failed.append(name)
    if failed:
        raise Trouble(f"Failed: {', '.join(failed)}; mend what is named above.")
    return 0


def book(options, _):
    """Set up, and make web pages of the notebooks as they were built."""
    set_up("[book]", options.torch_index)
    return run(PYTHON, "-m", "privlab.course.cli", "book")


def bundle(options, _):
    """Put the course and all packages in one folder that installs without a network."""
    set_up("", options.torch_index)
    folder = COURSE / "build" / f"privlab-offline-{KIND}"
    if folder.exists():
        shutil.rmtree(str(folder))
    ignored = shutil.ignore_patterns(*NOT_BUNDLED)
    shutil.copytree(str(COURSE), str(folder), ignore=ignored)
    collect_wheels(folder / WHEELS, options.torch_index)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    version = "{}.{}".format(*sys.version_info)
    print(
        f"\n{folder} ({size / 10**6:.0f} MB) is for {sysconfig.get_platform()} with "
        f"Python {version}: copy it there and start python lab.py in it."
    )
    return 0


def collect_wheels(wheels, torch_index):
    """Every package of the course as a file, for computers of this kind."""
    wheels.mkdir()
    make = (*PIP, "wheel", "--wheel-dir", wheels)
    torch = ("--no-deps", torch_pin())
    if torch_index:
        torch += ("--index-url", torch_index)
    if sys.platform.startswith("linux"):
        refuse_cuda(("--ignore-installed", *torch))
    logged("Fetching PyTorch", *make, *torch)
    extras = "[hub]" if sys.platform.startswith("linux") else ""  # for class servers
    tools = ("pip>=25.3", "setuptools", "." + extras)
    more = ("--find-links", wheels, *PINNED)
    logged("Fetching the packages", *make, *more, *tools)
    for own in wheels.glob("privlab-*.whl"):
        own.unlink()  # the course is beside, to be read
    (wheels / "KIND").write_text(KIND, "utf-8")


def packages_from(folder):
    """What to tell pip so that it takes the packages of a bundle, if there is one."""
    wheels = next((w for w in (folder / WHEELS, folder) if (w / "KIND").exists()), None)
    if wheels is None:
        if folder != COURSE:
            raise Trouble(f"{folder} is no bundle: make one with python lab.py bundle.")
        return ()
    made_for = (wheels / "KIND").read_text("utf-8")
    if made_for != KIND:
        raise Trouble(
            f"The bundle is for {made_for}, and this is {KIND}: take such a Python, or "
            f"make a bundle on a computer like this one (or delete {wheels} and have "
            "a network)."
        )
    return ("--no-index", "--find-links", wheels.resolve())


def freeze(options, _):
    """Install what pyproject.toml pins, then pin all that came with it."""
    set_up("[dev]", options.torch_index, limits=())
    command = [*PIP, "freeze", "--all", "--exclude-editable", "--exclude", "pip"]
    listed = subprocess.check_output([str(part) for part in command], text=True)
    header = CONSTRAINTS.read_text("utf-8").splitlines()[0]
    pins = [line.partition("+")[0] for line in listed.splitlines()]  # +cpu is of here
    CONSTRAINTS.write_bytes("\n".join([header, *pins, ""]).encode())
    STAMP.write_text(fingerprint("[dev]"), "utf-8")
    return 0


def require_python(version, largest):
    """Refuse a Python that the course's packages are not made for."""
    if OLDEST <= tuple(version[:2]) <= NEWEST and largest > 2**32:
        return
    found = "{}.{}, {}-bit".format(*version[:2], 64 if largest > 2**32 else 32)
    raise Trouble(
        f"This is Python {found}: install a 64-bit Python 3.11, 3.12, 3.13 or 3.14 "
        "(python.org has them) and start lab.py with that one."
    )


def set_up(extras, torch_index, limits=PINNED, origin=()):
    """Make .venv and install the course in it, unless that is done.

    ``origin`` are pip's options for a bundle, whose PyTorch was looked at when it was
    made.
    """
    usable = python_works()
    ready = [fingerprint(wider) for wider in SERVED_BY[extras]] if usable else []
    if limits and STAMP.exists() and STAMP.read_text("utf-8") in ready:
        return
    if shutil.disk_usage(str(COURSE)).free < ROOM * 10**9:
        raise Trouble(f"The disk is nearly full: make {ROOM} GB of room, start again.")
    if not usable:
        make_venv()
    STAMP.unlink(missing_ok=True)
    LOG.write_bytes(b"")
    forget_half_installed()
    if not origin:
        look_at_torch(torch_index)
    what = (*origin, *limits, "-e", "." + extras)
    logged("Installing the course", *PIP, "install", *what)
    STAMP.write_text(fingerprint(extras), "utf-8")


def look_at_torch(torch_index):
    """Install PyTorch from its own index if one is named; refuse CUDA in any case."""
    torch = ("--no-deps", torch_pin())  # what it needs comes later, pinned
    if torch_index:
        torch += ("--force-reinstall", "--index-url", torch_index)
    if sys.platform.startswith("linux"):
        refuse_cuda(torch)
    if torch_index:
        logged("Installing PyTorch", *PIP, "install", *torch)


def torch_pin():
    return re.search(r'"(torch==[^"]+)"', PYPROJECT.read_text("utf-8")).group(1)


def python_works():
    """Whether .venv was made for this place and has pip and a Python that fits."""
    fits = f"{OLDEST} <= sys.version_info[:2] <= {NEWEST}"
    try:
        here = str(VENV) in (VENV / "pyvenv.cfg").read_text("utf-8")
        asks = f"import sys, pip; sys.exit(not {fits})"
        return here and run(PYTHON, "-c", asks, stderr=DEVNULL) == 0
    except OSError:
        return False


def make_venv():
    """Make .venv with the Python that runs this file, in place of a broken one."""
    if VENV.exists():
        shutil.rmtree(str(VENV))
    VENV.mkdir()
    logged("Making .venv", sys.executable, "-m", "venv", VENV)


def fingerprint(extras):
    """All that a finished set-up depends on; anything else in it needs no new one."""
    digest = hashlib.sha256(f"{COURSE} {extras}".encode())
    for file in (PYPROJECT, CONSTRAINTS, VENV / "pyvenv.cfg"):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def forget_half_installed():
    """Take away the marks of packages whose installation was interrupted.

    pip takes a package with metadata as installed, even without the list of its files
    (RECORD), which it writes last.
    """
    folder = "Lib/site-packages" if os.name == "nt" else "lib/python*/site-packages"
    for info in VENV.glob(folder + "/*.dist-info"):
        if not (info / "RECORD").exists():
            shutil.rmtree(str(info))


def refuse_cuda(torch):
    """Ask pip what torch would bring, and refuse what only a graphics card needs.

    Only torch's own metadata is read. Before version 25.3, pip fetches the package
    itself to read that.
    """
    logged("Looking at pip", *PIP, "install", "pip>=25.3")
    report = VENV / "torch.json"
    asks = ("install", "--dry-run", "--report", report)
    logged("Looking at PyTorch", *PIP, *asks, *torch)
    cuda = cuda_packages(json.loads(report.read_text("utf-8")), platform.machine())
    if cuda:
        raise Trouble(
            f"Plain pip would fetch gigabytes of CUDA ({cuda[0]} and others): look up "
            "the address for Linux, Pip and CPU on PyTorch's page (pytorch.org, Get "
            "Started), and start again with --torch-index ADDRESS."
        )


def cuda_packages(report, machine):
    """What the packages of a pip report require of CUDA on a Linux ``machine``."""
    found = []
    for item in report["install"]:
        for needed in item["metadata"].get("requires_dist", []):
            cuda = re.match(r"(?:nvidia|cuda|triton)[\w-]*", needed)
            machines = re.findall(r"platform_machine == .(\w+)", needed) or [machine]
            if cuda and machine in machines and "extra ==" not in needed:
                found.append(cuda.group())
    return found


def logged(what, *command):
    """Run a command whose words go to the log; show the time; raise what went wrong."""
    started, before = time.monotonic(), LOG.stat().st_size if LOG.exists() else 0

    def words():
        return LOG.read_bytes()[before:].decode("utf-8", "replace")

    def tick():
        seconds, live = round(time.monotonic() - started), sys.stdout.isatty()
        if live or seconds % 15 == 0:
            line = f"{what}, {seconds // 60}:{seconds % 60:02}  {last_line(words())}"
            print(line[:78].ljust(78), end="\r" if live else "\n", flush=True)

    with LOG.open("ab") as log:
        status = run(*command, tick=tick, stdout=log, stderr=STDOUT)
    if status != 0:
        raise Trouble(f"{advice(words())}, then start again (pip's own words: {LOG}).")
    print(f"{what}: {time.monotonic() - started:.0f} s".ljust(78), flush=True)


def advice(said):
    """The sentence for the first cause that is known, without its full stop."""
    for pattern, sentence in CAUSES:
        found = re.search(pattern, said, re.DOTALL)
        if found:
            return sentence.format(*found.groups())
    return f"The set-up failed ({last_line(said)}): mend what that names"


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def run(*command, tick=lambda: None, **options):
    """Run a program to its end and return its status; it never outlives this one."""
    words = [str(word) for word in command]
    env = {**os.environ, "PYTHONIOENCODING": "utf-8"}  # for Windows' pipes
    child = subprocess.Popen(words, cwd=str(COURSE), env=env, **options)
    try:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return child.wait(timeout=1)
            tick()
    except BaseException as end:
        if not isinstance(end, KeyboardInterrupt):  # Ctrl-C reaches the child by itself
            child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=10)
        child.kill()
        raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
