"""Where answers run: a process that sees nothing, reaches nothing and can be ended.

An ``Isolation`` turns "run this answer's worker" into a command line. ``best`` tries
them in order, each by a real worker, and takes the first that works. All of them
show the worker the interpreter, its packages and the ``privlab`` package, read-only,
and one temporary folder; none shows the course's sources, other submissions, the
home folder or a network.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import privlab
from privlab.course.grade import worker

WORKER = Path(worker.__file__).resolve()
PACKAGE = Path(privlab.__file__).resolve().parent
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache")
SEEN = tuple(dict.fromkeys([sys.base_prefix, sys.prefix, str(PACKAGE)]))
FIRST_USER = 64_000  # plain users without a name, one for each job
ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
    "TQDM_DISABLE": "1",
    "FLWR_TELEMETRY_ENABLED": "0",
}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one answer may use; ``seconds`` is by the clock for each property."""

    seconds: float = 20
    cpu_seconds: int = 60
    memory: int = 2 * 2**30
    file: int = 16 * 2**20
    folder: int = 64 * 2**20
    processes: int = 64

    def resources(self) -> dict[str, int]:
        """The limits that the kernel keeps, by their names in ``resource``."""
        return {
            "RLIMIT_AS": self.memory,
            "RLIMIT_CPU": self.cpu_seconds,
            "RLIMIT_FSIZE": self.file,
            "RLIMIT_NPROC": self.processes,
            "RLIMIT_CORE": 0,
        }


@dataclass(frozen=True)
class Isolation:
    """One way to shut an answer in: its name, and how it wraps the worker."""

    name: str
    wrap: Callable[[list[str], Limits], list[str]]
    present: Callable[[], bool]
    drops_root: bool = False

    def command(self, limits: Limits, job: int = 0) -> list[str]:
        """The command line of one worker; concurrent jobs have different numbers."""
        asked: dict = {"resources": limits.resources()}
        if self.drops_root and _is_root():
            asked["user"] = FIRST_USER + job
        inside = [sys.executable, "-I", str(WORKER), json.dumps(asked)]
        return self.wrap(inside, limits)


def _bubblewrap(inside: list[str], limits: Limits) -> list[str]:
    """Own processes, network and root; of root's powers only the change of user."""
    apart = ["pid", "net", "ipc", "uts", "cgroup-try"]
    if _is_root():
        powers = ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID"]
        powers += ["--cap-add", "CAP_SETGID"]
    else:
        apart, powers = ["user", *apart], []
    shown = _shown()
    above = dict.fromkeys(
        str(p) for path in shown for p in [*Path(path).parents][-2::-1]
    )
    # folders above a mount are private to root unless they are made first
    binds = [part for path in above for part in ("--perms", "0755", "--dir", path)]
    binds += [part for path in shown for part in ("--ro-bind", path, path)]
    environment = [p for item in ENVIRONMENT.items() for p in ("--setenv", *item)]
    room = ["--perms", "1777", "--size", str(limits.folder), "--tmpfs", "/tmp"]
    return [
        "bwrap",
        *(f"--unshare-{space}" for space in apart),
        *("--die-with-parent", "--new-session", "--clearenv"),
        *environment,
        *powers,
        *binds,
        *("--proc", "/proc", "--dev", "/dev", *room, "--chdir", "/tmp"),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--"),
        *inside,
    ]


# Mounts what may be seen under a fresh root, moves there, and gives up all powers.
# $1 is the size of the temporary folder; the paths follow up to "--".
JAIL = """
set -e
size=$1; shift
mount -t tmpfs -o mode=755,size=1m root /mnt
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mkdir -p "/mnt$1"; else
        mkdir -p "/mnt$(dirname "$1")"; : > "/mnt$1"; fi
    mount --rbind "$1" "/mnt$1"
    mount -o remount,bind,ro "/mnt$1"
    shift
done
shift
mkdir -p /mnt/tmp /mnt/proc /mnt/dev /mnt/old
mount -t tmpfs -o "mode=1777,size=$size" tmp /mnt/tmp
mount -t proc proc /mnt/proc
for node in null zero random urandom; do
    : > "/mnt/dev/$node"; mount --bind "/dev/$node" "/mnt/dev/$node"
done
cd /mnt
pivot_root . old
umount -l /old
mount -o remount,ro /
cd /tmp
exec setpriv --no-new-privs --bounding-set="$POWERS" --inh-caps=-all "$@"
"""


def _unshare(inside: list[str], limits: Limits) -> list[str]:
    """The same by hand, with util-linux alone."""
    spaces = ["--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child"]
    powers = "-all,+setuid,+setgid" if _is_root() else "-all"
    if not _is_root():
        spaces = ["--user", "--map-root-user", *spaces]
    environment = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
    jail = ["sh", "-c", JAIL, "jail", str(limits.folder), *_shown(), "--"]
    clean = ["env", "-i", *environment, f"POWERS={powers}"]
    # bubblewrap has --die-with-parent; this is the same
    tied = ["setpriv", "--pdeathsig", "KILL"]
    return [*tied, "unshare", *spaces, *clean, *jail, *inside]


def _limits_only(inside: list[str], _: Limits) -> list[str]:
    return inside


def _shown() -> list[str]:
    """The paths that an answer may read, those inside another left out."""
    paths = [path for path in (*SYSTEM, *SEEN) if os.path.exists(path)]
    return [p for p in paths if not any(p.startswith(q + "/") for q in paths)]


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


BUBBLEWRAP = Isolation(
    "bubblewrap", _bubblewrap, lambda: bool(shutil.which("bwrap")), drops_root=True
)
UNSHARE = Isolation(
    "unshare",
    _unshare,
    lambda: all(shutil.which(tool) for tool in ("unshare", "setpriv", "pivot_root")),
    drops_root=True,
)
LIMITS_ONLY = Isolation("limits only", _limits_only, lambda: True)
ISOLATIONS = {one.name: one for one in (BUBBLEWRAP, UNSHARE, LIMITS_ONLY)}
