"""Where answers run: a process that sees nothing, reaches nothing and can be ended.

An ``Isolation`` turns "run this answer's worker" into a command line. ``best`` tries
them in order, each by a real worker, and takes the first that works. "limits only"
hides nothing; the sandboxes
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
# of the interpreter's folders, which may hold anything else, only these
INTERPRETER = ("bin", "lib", "lib64", "pyvenv.cfg")
SEEN = (
    *(f"{at}/{part}" for at in (sys.base_prefix, sys.prefix) for part in INTERPRETER),
    str(PACKAGE),
)
FIRST_USER = 64_000  # plain users without a name
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
    """What one answer may use; ``seconds`` is by the clock for each property.

    ``processes``, threads included, is beside one for each processor: libraries start
    that many, and a fork bomb must not slow the other students' answers.
    """

    seconds: float = 20
    cpu_seconds: int = 60
    memory: int = 2 * 2**30
    file: int = 16 * 2**20
    folder: int = 64 * 2**20
    processes: int = 8

    def resources(self) -> dict[str, tuple[int, int]]:
        """The kernel's limits, soft and hard, by their names in ``resource``.

        A second after the soft limit of processor time there is no more warning.
        """
        processes = self.processes + (os.cpu_count() or 1)
        limits = {
            "RLIMIT_CPU": (self.cpu_seconds, self.cpu_seconds + 1),
            "RLIMIT_FSIZE": (self.file, self.file),
            "RLIMIT_NPROC": (processes, processes),
            "RLIMIT_CORE": (0, 0),
        }
        if sys.platform != "darwin":  # macOS refuses any
            limits["RLIMIT_AS"] = (self.memory, self.memory)
        return limits


@dataclass(frozen=True)
class Isolation:
    """One way to shut an answer in: its name, and how it wraps the worker.

    ``alone``: the answer's processes are the only ones of their user there, so they can
    be counted, and all be ended.
    """

    name: str
    wrap: Callable[[list[str], Limits], list[str]]
    present: Callable[[], bool]
    alone: bool

    def command(self, limits: Limits, user: int = 0) -> list[str]:
        """The command line of one worker; concurrent ones have different users."""
        asked: dict = {"resources": limits.resources(), "alone": self.alone}
        if not self.alone:
            del asked["resources"]["RLIMIT_NPROC"]
        elif _is_root():
            asked["user"] = FIRST_USER + user
        inside = [sys.executable, "-I", str(WORKER), json.dumps(asked)]
        return self.wrap(inside, limits)


def _bubblewrap(inside: list[str], limits: Limits) -> list[str]:
    """Own processes, network and root; of root's powers only the change of user."""
    apart = ["pid", "net", "ipc", "uts", "cgroup-try"]
    if _is_root():
        powers = ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID"]
        powers += ["--cap-add", "CAP_SETGID"]
    else:
        # a first process of bubblewrap's own would belong to the answer's user, too
        apart, powers = ["user", *apart], ["--as-pid-1"]
    shown = _shown()
    above = dict.fromkeys(
        str(p) for path in shown for p in [*Path(path).parents][-2::-1]
    )
    # folders above a mount are private to root unless they are made first
    binds = [part for path in above for part in ("--perms", "0755", "--dir", path)]
    binds += [part for path in shown for part in ("--ro-bind", path, path)]
    room = ["--perms", "1777", "--size", str(limits.folder), "--tmpfs", "/tmp"]
    return [
        "bwrap",
        *(f"--unshare-{space}" for space in apart),
        *("--die-with-parent", "--new-session"),
        *powers,
        *binds,
        *("--proc", "/proc", "--dev", "/dev", *room, "--chdir", "/tmp"),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--"),
        *inside,
    ]


# Mounts what may be seen under a fresh root, moves there, and gives up all powers.
# $1 is the size of the temporary folder, $2 the powers needed to change the user; the
# paths follow up to "--".
JAIL = """
set -e
size=$1 powers=$2; shift 2
root=$(pwd -P)
mount -t tmpfs -o mode=755,size=1m root "$root"
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mkdir -p "$root$1"; else
        mkdir -p "$root$(dirname "$1")"; : > "$root$1"; fi
    mount --rbind "$1" "$root$1"
    shift
done
shift
cd "$root"
mkdir -p tmp proc dev old
mount -t tmpfs -o "mode=1777,size=$size,nosuid,nodev" tmp tmp
mount -t proc -o nosuid,nodev,noexec proc proc
for node in null zero random urandom; do
    : > "dev/$node"; mount --bind "/dev/$node" "dev/$node"
done
pivot_root . old
umount -l /old
rmdir /old
while read -r _ _ _ _ place _; do
    case $place in /tmp|/proc|/dev/*) ;; *)
        mount -o remount,bind,ro,nosuid,nodev "$(printf %b "$place")";; esac
done < /proc/self/mountinfo
cd /tmp
exec setpriv --no-new-privs --bounding-set="$powers" --inh-caps=-all "$@"
"""


def _unshare(inside: list[str], limits: Limits) -> list[str]:
    """The same by hand, with util-linux alone."""
    spaces = ["--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child"]
    powers = "-all,+setuid,+setgid" if _is_root() else "-all"
    if not _is_root():
        spaces = ["--user", "--map-root-user", *spaces]
    # bubblewrap has --die-with-parent; this is the same
    tied = ["setpriv", "--pdeathsig", "KILL"]
    asked = [str(limits.folder), powers, *_shown(), "--"]
    return [*tied, "unshare", *spaces, "sh", "-c", JAIL, "jail", *asked, *inside]


def _limits_only(inside: list[str], _: Limits) -> list[str]:
    return inside


def _shown() -> list[str]:
    """The paths that an answer may read, those inside another left out."""
    paths = [path for path in (*SYSTEM, *SEEN) if os.path.exists(path)]
    return [p for p in paths if not any(p.startswith(q + "/") for q in paths)]


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


BUBBLEWRAP = Isolation(
    "bubblewrap", _bubblewrap, lambda: bool(shutil.which("bwrap")), alone=True
)
UNSHARE = Isolation(
    "unshare",
    _unshare,
    lambda: all(shutil.which(tool) for tool in ("unshare", "setpriv", "pivot_root")),
    alone=True,
)
LIMITS_ONLY = Isolation("limits only", _limits_only, lambda: True, alone=False)
ISOLATIONS = {one.name: one for one in (BUBBLEWRAP, UNSHARE, LIMITS_ONLY)}
