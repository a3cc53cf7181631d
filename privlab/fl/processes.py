"""Processes of ours: started with a log, waited for with a limit, ended for sure."""

import os
import socket
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

LOOPBACK = "127.0.0.1"
PATIENCE = 60.0  # seconds for a process to start or to answer
GRACE = 8.0  # and to end


def environment(folder: Path) -> dict[str, str]:
    """This process's variables and Flower's: at home in ``folder``, no calls outside.

    Nothing is reported, updates are not looked for, no package is installed for an
    app, and no proxy stands between machines of one network. Flower finds its own
    commands by ``PATH``.
    """
    scripts, path = sysconfig.get_path("scripts"), os.environ.get("PATH", "")
    return dict(os.environ) | {
        "PATH": os.pathsep.join([scripts, path]),
        "PYTHONUTF8": "1",
        "NO_PROXY": "*",
        "FLWR_HOME": str(folder),
        "FLWR_TELEMETRY_ENABLED": "0",
        "FLWR_DISABLE_UPDATE_CHECK": "1",
        "FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION": "1",
        "RAY_USAGE_STATS_ENABLED": "0",
        "FLWR_SUPEREXEC_TASK_POLL_INTERVAL": "0.5",
    }


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody uses now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for own in sockets:
            own.bind((LOOPBACK, 0))
        return [own.getsockname()[1] for own in sockets]
    finally:
        for own in sockets:
            own.close()


@dataclass(frozen=True)
class Started:
    """A process of ours and the file with all it says."""

    name: str
    process: subprocess.Popen
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8", errors="replace")


class Processes:
    """Starts processes, and ends each of them, with its children, when it is left."""

    def __init__(self, logs: Path):
        self.logs, self.all = logs, []

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *error) -> None:
        self.end(self.all)

    def start(self, name: str, command: Sequence[str], *, home: Path) -> Started:
        """``command`` with ``home`` as its ``$FLWR_HOME``; it says on into one log."""
        home.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{name}.log"
        with log.open("ab") as file:
            process = subprocess.Popen(
                list(command),
                env=environment(home),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        started = Started(name, process, log)
        self.all.append(started)
        return started

    def end(self, some: Iterable[Started]) -> None:
        """Ask them to stop, wait, and kill what is left of them and their children."""
        some = list(some)
        end(*(own.process for own in some))
        self.all = [own for own in self.all if own not in some]

    def kill(self, one: Started) -> None:
        """The plug is pulled: no goodbye to anybody."""
        _kill(family_of(one.process.pid))
        one.process.wait(GRACE)
        self.all.remove(one)


def end(*processes: subprocess.Popen) -> None:
    """Ask the processes and their children to stop, wait, and kill what is left.

    The children are asked too: Flower's SuperExec, when alone, goes on looking for its
    SuperNode for 20 seconds.
    """
    family = [member for own in processes for member in family_of(own.pid)]
    for member in family:
        with suppress(psutil.NoSuchProcess):
            member.terminate()
    _, left = psutil.wait_procs(family, timeout=GRACE)
    _kill(left)
    for own in processes:
        own.wait(GRACE)


def _kill(members: list[psutil.Process]) -> None:
    for member in members:
        with suppress(psutil.NoSuchProcess):
            member.kill()
    psutil.wait_procs(members, timeout=GRACE)


def family_of(pid: int) -> list[psutil.Process]:
    """The process and all its descendants; none if it is gone."""
    try:
        head = psutil.Process(pid)
        return [head, *head.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def wait_for(
    what: str,
    condition: Callable[[], object],
    *,
    by: Iterable[Started] = (),
    seconds: float = PATIENCE,
):
    """The first true value of ``condition``.

    ``TimeoutError`` after ``seconds``, or as soon as one of the processes ``by`` has
    ended, with the last lines that they said.
    """
    by, end = list(by), time.monotonic() + seconds
    while not (found := condition()):
        ended = [own.name for own in by if own.process.poll() is not None]
        if ended or time.monotonic() > end:
            why = f"{', '.join(ended)} ended" if ended else f"{seconds:g} s are over"
            said = "\n".join(f"--- {own.name}\n{own.said[-3000:]}" for own in by)
            raise TimeoutError(f"{what}: {why}\n{said}")
        time.sleep(0.1)
    return found


def listening(host: str, port: int) -> bool:
    """Whether somebody answers at this port."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
