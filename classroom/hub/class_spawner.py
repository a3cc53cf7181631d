"""What the class's hub does around a learner's server: limits, and where to hand in."""

import grp
import os
import pwd
import resource
import tomllib
from dataclasses import dataclass
from pathlib import Path

from jupyterhub.spawner import LocalProcessSpawner, Spawner

PROCESSES = 1000  # of one learner, threads counted: a fork bomb ends here
TEACHERS_LIST = 0o751  # the class's folder: each goes through it to the own folder
TEACHERS_READ = 0o2750  # a learner's folder; what is put into it is the teachers' too


@dataclass(frozen=True, kw_only=True)
class ClassSettings:
    """class.toml, which explains each of them."""

    teachers: str
    students: str
    handed_in: str
    state: str
    tls: bool
    port: int
    memory_gb: float
    cores: int
    limits: str

    def __post_init__(self):
        if self.limits not in ("auto", "systemd", "process"):
            raise ValueError(f"limits={self.limits!r} must be auto, systemd or process")
        if not isinstance(self.tls, bool):
            raise ValueError(f"tls={self.tls!r} must be true or false")
        if not self.memory_gb >= 1:
            raise ValueError(f"memory_gb={self.memory_gb} must be at least 1")
        if not self.cores >= 1:
            raise ValueError(f"cores={self.cores} must be at least 1")


def class_settings(path: str) -> ClassSettings:
    """Read class.toml; ``TypeError`` names a setting that is missing or unknown."""
    return ClassSettings(**tomllib.loads(Path(path).read_text("utf-8")))


def spawner_for(own: ClassSettings, *, run: Path = Path("/run/systemd/system")):
    """The spawner that keeps the limits on this computer.

    systemd holds all of a learner's processes together under one limit; where it does
    not run, each process is limited by itself.
    """
    if own.limits == "systemd" or (own.limits == "auto" and run.is_dir()):
        return "systemd"
    return ProcessLimitSpawner


class ProcessLimitSpawner(LocalProcessSpawner):
    """``LocalProcessSpawner``, which by itself ignores its limits, with the kernel's.

    ``mem_limit`` bounds the data of each process (``RLIMIT_DATA``): a kernel that
    asks for more gets a ``MemoryError`` and goes on. A learner with three kernels can
    have three times that. ``cpu_limit`` is the number of cores that a server starts
    on; a process may choose others, so that keeps order and is no wall.
    """

    def make_preexec_fn(self, name: str):
        become_user = super().make_preexec_fn(name)
        cores = cores_of(pwd.getpwnam(name).pw_uid, int(self.cpu_limit or 0))
        limits = [
            (resource.RLIMIT_DATA, int(self.mem_limit or resource.RLIM_INFINITY)),
            (resource.RLIMIT_NPROC, PROCESSES),
            (resource.RLIMIT_CORE, 0),  # a crash writes nobody's data to the disk
        ]

        def preexec() -> None:
            for kind, most in limits:
                resource.setrlimit(kind, (most, most))
            os.sched_setaffinity(0, cores)
            become_user()

        return preexec


def cores_of(uid: int, count: int) -> set[int]:
    """``count`` of this computer's cores, each learner's beginning after the last's."""
    there = sorted(os.sched_getaffinity(0))
    count = min(count or len(there), len(there))
    return {there[(uid * count + i) % len(there)] for i in range(count)}


def hand_in_folder(name: str, own: ClassSettings) -> Path:
    """Where this learner hands in: `privlab grade` takes the folder above it."""
    return Path(own.handed_in) / name


def prepare(spawner: Spawner, own: ClassSettings) -> None:
    """Make the learner's folder to hand in to, before the server starts.

    Done by the hub's account (root), in a folder that it owns. The teachers' group
    reads all of them; a learner opens the own one and cannot even list the others.
    """
    teachers = grp.getgrnam(own.teachers).gr_gid
    everyone, folder = Path(own.handed_in), hand_in_folder(spawner.user.name, own)
    everyone.mkdir(mode=0o755, parents=True, exist_ok=True)
    _give(everyone, os.geteuid(), teachers, TEACHERS_LIST)
    folder.mkdir(mode=0o700, exist_ok=True)
    _give(folder, pwd.getpwnam(spawner.user.name).pw_uid, teachers, TEACHERS_READ)


def _give(folder: Path, uid: int, gid: int, mode: int) -> None:
    os.chown(folder, uid, gid, follow_symlinks=False)
    folder.chmod(mode)
