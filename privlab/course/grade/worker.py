"""Inside the sandbox: run one student's answers, and call them as the grader asks.

Started as ``python -I worker.py LIMITS``; requests come on standard input, replies go
to what was standard output. Each answer runs in a child of its own, forked after the
slow imports, where the system forks safely. When it has ended, so has all that it
began, and what it wrote is gone; if not, this process ends, too. Everything after an
answer's code has run may be under its control: the grader takes every reply as a
stranger's data.
"""

import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
from functools import partial
from pathlib import Path

from privlab.course.grade import seccomp

DIE_WITH_PARENT, DUMPABLE = 1, 4  # of prctl(2)


def main() -> None:
    limits = json.loads(sys.argv[1])
    requests, replies = _channels()
    _limit(limits)  # before numpy: whatever is loaded counts
    from privlab.course.grade import task, wire

    task.import_early(wire.read(requests))
    wire.write(replies, {"result": task.READY})
    before = _inherited()
    while True:
        try:
            job = wire.read(requests)
        except EOFError:
            return
        work = partial(_serve, task.Task(job), requests, replies)
        status = _in_child(work, alone=limits["alone"])
        if not _emptied() or _inherited() != before:
            return  # the next answer would not find what this one found
        wire.write(replies, {"ended": status})


def _in_child(work, *, alone: bool) -> int:
    """Do ``work`` in a child with a folder of its own; the child's exit status.

    macOS can fork, but its own libraries do not work after it.
    """
    if sys.platform != "linux":
        work()
        return 0
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _set(DIE_WITH_PARENT, signal.SIGKILL)
            os.setsid()
            os.chdir(tempfile.mkdtemp(dir="."))
            work()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    _clear(child, alone)
    return os.waitstatus_to_exitcode(status)


def _clear(child: int, alone: bool) -> None:
    """End what an answer has left running: its group, or all that a sandbox holds."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1 if alone else -child, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:  # until all are gone
            os.waitpid(-1, 0)


def _emptied() -> bool:
    """Whether all that was written into this folder could be taken away again."""
    for path in Path().iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return not any(Path().iterdir())


def _inherited() -> list:
    """What a child inherits of this process, and another of its user may change."""
    if sys.platform != "linux":
        return []
    import resource

    kinds = [kind for name, kind in vars(resource).items() if name.startswith("RLIMIT")]
    priority = os.getpriority(os.PRIO_PROCESS, 0)
    scheduled = [os.sched_getscheduler(0), os.sched_getaffinity(0)]
    return [*map(resource.getrlimit, kinds), priority, *scheduled]


def _serve(task, requests, replies) -> None:
    """Run what the course gives, then the answer; call it until all is asked."""
    from privlab.course.grade import wire
    from privlab.course.grade.task import reply

    frame = reply(task.prepare)
    while True:
        replies.write(frame)
        replies.flush()
        request = wire.read(requests)
        if request["do"] == "end":
            return
        frame = reply(lambda r=request: task.do(r))


def _channels():
    """Keep standard input and output for the grader; give the answer empty ones."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    return requests, replies


def _limit(limits: dict) -> None:
    """Give up root, if this is root's sandbox, and set the limits that the system has.

    The kernel does not count root's processes, so a fork bomb needs a plain user.
    """
    with contextlib.suppress(OSError):  # if memory runs out, this shall be ended
        Path("/proc/self/oom_score_adj").write_text("1000")
    if "user" in limits:
        os.setgroups([])
        os.setgid(limits["user"])
        os.setuid(limits["user"])
    _set(DUMPABLE, 0)  # no answer looks into this process or changes it
    if "user" in limits:  # a change of user undoes what unshare has arranged
        _set(DIE_WITH_PARENT, signal.SIGKILL)
    seccomp.forbid()
    try:
        import resource
    except ImportError:  # Windows: only the grader's clock holds
        return
    for name, (soft, hard) in limits["resources"].items():
        kind = getattr(resource, name)
        most = resource.getrlimit(kind)[1]
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        resource.setrlimit(kind, (soft, hard))


def _set(option: int, value: int) -> None:
    """``prctl(option, value)``, where there is such a call."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(option, value)


if __name__ == "__main__":
    main()
