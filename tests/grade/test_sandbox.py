"""What an answer sees from inside each sandbox that works on this computer."""

import os
import sys
from pathlib import Path

import pytest
from attack_helpers import SANDBOXES

from privlab.course import paths
from privlab.course.grade import seccomp
from privlab.course.grade.choice import best
from privlab.course.grade.remote import Sandbox
from privlab.course.grade.sandbox import (
    ENVIRONMENT,
    INTERPRETER,
    ISOLATIONS,
    LIMITS_ONLY,
    PACKAGE,
    SEEN,
    SYSTEM,
    Limits,
)

LIMITS = Limits(cpu_seconds=100, folder=8 * 2**20)
LOOK = """
import os
import socket
from pathlib import Path

def status():
    lines = Path("/proc/self/status").read_text().splitlines()
    return dict(line.split(":\\t") for line in lines if ":\\t" in line)

def mounts():
    parts = [line.split() for line in open("/proc/self/mountinfo")]
    return {one[4]: one[5].split(",") for one in parts}

def processes():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]

def limit(name):
    import resource

    return resource.getrlimit(getattr(resource, name))

def namespace(*kinds):
    import ctypes
    import subprocess

    command = ["unshare", *kinds, "true"]
    libc = ctypes.CDLL(None, use_errno=True)
    called = [libc.unshare(0x10000000), libc.syscall(CLONE, 0x10000011, 0, 0, 0, 0)]
    return [subprocess.run(command, capture_output=True).returncode, *called]

def refused():
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    calls = {
        "shmget": (0, 4096, 0o1600),
        "semget": (0, 1, 0o1600),
        "msgget": (0, 0o1600),
        "memfd_create": (b"x", 0),
    }
    return [getattr(libc, name)(*how) for name, how in calls.items()]

CLONE = {"x86_64": 56, "aarch64": 220}.get(os.uname().machine)

def threads():
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(3) as pool:
        return list(pool.map(abs, range(3)))

def look(what):
    return eval(what)
"""

each_sandbox = pytest.mark.parametrize("sandbox", SANDBOXES, ids=lambda one: one.name)
needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root becomes others"
)


@pytest.fixture(scope="module")
def look(tmp_path_factory):
    """``look(sandbox, expression)`` is what the expression gives inside."""
    opened = {}

    def inside(sandbox, what: str):
        if sandbox.name not in opened:
            folder = tmp_path_factory.mktemp("mein Ordner")
            new = Sandbox(sandbox, LIMITS, [], folder=folder, user=7)
            job = {"given": [], "around": [], "code": LOOK, "name": "look"}
            opened[sandbox.name] = new, new.begin(job)
        return opened[sandbox.name][1](what)

    yield inside
    for one, _ in opened.values():
        one.close()


# What may be seen


def test_nothing_that_is_shown_lies_above_the_course_or_home():
    secret = [paths.COURSE / "source", paths.COURSE / "solutions", Path.home()]
    shown = [Path(path) for path in (*SYSTEM, *SEEN)]
    assert not [(s, p) for s in secret for p in shown if s.is_relative_to(p)]


def test_of_the_interpreters_folders_only_its_own_parts_are_shown():
    assert {Path(path).name for path in SEEN if path != str(PACKAGE)} == {*INTERPRETER}


@each_sandbox
def test_the_root_holds_only_what_is_shown(look, sandbox):
    tops = {Path(path).parts[1] for path in (*SYSTEM, *SEEN) if os.path.exists(path)}
    assert set(look(sandbox, "os.listdir('/')")) == tops | {"tmp", "proc", "dev"}


@each_sandbox
def test_folders_above_what_is_shown_hold_nothing_else(look, sandbox):
    course = str(paths.COURSE)
    seen = {Path(path).relative_to(course).parts[0] for path in SEEN if course in path}
    assert set(look(sandbox, f"os.listdir({course!r})")) == seen


@each_sandbox
def test_the_environment_is_the_sandboxes_own(look, sandbox, monkeypatch):
    inside = look(sandbox, "dict(os.environ)")
    assert inside.items() >= ENVIRONMENT.items()
    assert inside.keys() - ENVIRONMENT.keys() <= {"PWD", "OLDPWD", "SHLVL", "_"}


@each_sandbox
def test_no_process_but_its_own_is_seen(look, sandbox):
    assert len(look(sandbox, "processes()")) <= 3
    assert str(os.getpid()) not in look(sandbox, "os.listdir('/proc')")


@each_sandbox
def test_there_is_no_network_but_an_empty_loopback(look, sandbox):
    assert look(sandbox, "[name for _, name in socket.if_nameindex()]") == ["lo"]


# What may be done


@each_sandbox
def test_nothing_but_the_temporary_folder_can_be_written(look, sandbox):
    mounts = look(sandbox, "mounts()")
    writable = {place for place, flags in mounts.items() if "rw" in flags}
    devices = {place for place in writable if place.startswith("/dev/")}
    assert writable - devices == {"/tmp", "/proc"}
    assert all({"nosuid", "nodev"} <= set(mounts[place]) for place in ("/tmp", "/proc"))
    assert look(sandbox, "os.getcwd()").startswith("/tmp/")


@each_sandbox
def test_the_answer_has_no_powers(look, sandbox):
    status = look(sandbox, "status()")
    for powers in ("CapEff", "CapPrm", "CapAmb"):
        assert int(status[powers], 16) == 0
    assert status["NoNewPrivs"] == "1"


known_processor = pytest.mark.skipif(
    os.name == "nt" or os.uname().machine not in seccomp.PROCESSORS,
    reason="the numbers of its system calls are not known",
)


@known_processor
@each_sandbox
def test_the_answer_makes_nothing_that_outlives_it_or_that_no_limit_counts(
    look, sandbox
):
    assert look(sandbox, "refused()") == [-1, -1, -1, -1]


@known_processor
@each_sandbox
def test_the_answer_makes_no_user_namespace_but_threads(look, sandbox):
    """In a namespace of its own it could mount memory without limit."""
    assert look(sandbox, "namespace('--user')") == [1, -1, -1]
    assert look(sandbox, "threads()") == [0, 1, 2]


@needs_root
@each_sandbox
def test_roots_sandbox_is_a_plain_users(look, sandbox):
    assert look(sandbox, "[*os.getresuid(), *os.getresgid()]") == [64_007] * 6
    assert look(sandbox, "os.getgroups()") == []


@each_sandbox
def test_the_limits_are_set(look, sandbox):
    for name, (soft, hard) in LIMITS.resources().items():
        assert look(sandbox, f"limit({name!r})") == (soft, hard)
    space = look(sandbox, "(lambda s: s.f_blocks * s.f_frsize)(os.statvfs('/tmp'))")
    assert space == LIMITS.folder


@each_sandbox
def test_memory_that_runs_out_is_taken_from_the_answer_first(look, sandbox):
    assert int(look(sandbox, "Path('/proc/self/oom_score_adj').read_text()")) == 1000


# Limits and the choice


def test_more_processors_allow_more_processes(monkeypatch):
    for count in (1, 64):
        monkeypatch.setattr(os, "cpu_count", lambda count=count: count)
        assert Limits(processes=5).resources()["RLIMIT_NPROC"] == (5 + count, 5 + count)


def test_macos_is_not_asked_for_what_it_refuses(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "RLIMIT_AS" not in Limits().resources()


def test_without_a_sandbox_processes_are_not_counted_and_root_stays():
    [asked] = [part for part in LIMITS_ONLY.command(Limits()) if part.startswith("{")]
    assert "RLIMIT_NPROC" not in asked
    assert "user" not in asked


def test_the_strongest_isolation_that_works_is_chosen():
    assert list(ISOLATIONS) == ["bubblewrap", "unshare", "limits only"]
    assert best() is (SANDBOXES[0] if SANDBOXES else LIMITS_ONLY)
