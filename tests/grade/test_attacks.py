"""Hostile and unlucky students: each must get the right mark, and harm nobody.

An answer that tries to reach something outside is right only if it cannot, so its full
mark proves the wall; that the same attempts succeed without walls is tested, too.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from attack_helpers import (
    QUESTIONS,
    QUICK,
    SANDBOXES,
    STUDENTS,
    Mark,
    differences,
    graded,
    odd_files,
    write,
)

from privlab.course import paths
from privlab.course.grade import results
from privlab.course.grade.sandbox import LIMITS_ONLY, SEEN, SYSTEM, Limits

SECRET = "the-secret-of-the-graders-environment"
CRITICAL = [
    "calls_home",
    "fork_bomb",
    "forged_frames",
    "leaves_daemons",
    "reads_environment",
    "reads_files",
    "reads_processes",
    "signals_to_others",
    "writes_files",
]
ODD = [
    *("a_link", "a_linked_folder", "empty", "huge_code", "huge_number", "huge_output"),
    *("malformed", "many_values", "nested", "no_cells", "odd_cells", "same_ids"),
]
ONLY_CRITICAL = "PRIVLAB_TEST_CRITICAL" in os.environ
HONEST = ["an_honest_one", "zz_another_honest_one"]
# the strongest sandbox is tried with everything, the others with what is for a sandbox
CLASSES = {
    sandbox.name: CRITICAL if number or ONLY_CRITICAL else [*STUDENTS, *ODD]
    for number, sandbox in enumerate(SANDBOXES)
}
BY_NAME = {sandbox.name: sandbox for sandbox in SANDBOXES}
MISSING = Mark((results.MISSING,), 0)

pytestmark = pytest.mark.skipif(not SANDBOXES, reason="no sandbox works here")


@dataclass
class Outside:
    """What must stay out of reach, and what has been reached of it."""

    folder: Path
    port: int = 0
    heard: list[bytes] = field(default_factory=list)
    mark: int = field(default_factory=lambda: 10_000 + os.getpid() % 10_000)

    @property
    def names(self) -> dict[str, object]:
        """The constants of every attacking notebook."""
        course = paths.COURSE / "source" / "exercises"
        secrets = [self.folder / "secret.txt", self.folder / "submissions", course]
        secrets += [paths.COURSE / "pyproject.toml", "/etc/passwd", "/etc/shadow"]
        return {
            "SECRET": SECRET,
            "SECRET_FILES": [str(path) for path in secrets],
            "WRITABLE_FILES": [str(self.folder / "results" / "grades.csv")],
            "VISIBLE": {Path(path).parts[1] for path in (*SYSTEM, *SEEN)},
            "PORT": self.port,
            "HOST": socket.gethostname(),
            "ABSTRACT": f"\0privlab-{self.port}",
            "SOCKET": str(self.folder / "socket"),
        }

    @property
    def limits(self) -> Limits:
        """``mark`` is on the command line of every process that a test starts."""
        return Limits(seconds=6, cpu_seconds=self.mark)

    def left(self) -> list[str]:
        """The sandboxes that are alive, when those that are ending have ended."""
        deadline = time.monotonic() + 10
        while (found := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def processes(self) -> list[str]:
        """The command lines of the sandboxes that are alive."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = path.read_text("utf-8", "replace")
            except OSError:
                continue
            if "worker.py" in line and f"[{self.mark}, " in line:
                found.append(line)
        return found


def listen(outside: Outside, one: socket.socket) -> None:
    """Note whatever arrives; ends when the socket is shut."""
    while True:
        try:
            if one.type == socket.SOCK_DGRAM:
                outside.heard.append(one.recv(100))
            else:
                connection, _ = one.accept()
                outside.heard.append(connection.recv(100))
        except OSError:
            return


@pytest.fixture(scope="module")
def outside():
    """Secrets that anyone may read, results that anyone may write, open ears."""
    folder = Path(tempfile.mkdtemp(prefix="privlab-outside-"))
    folder.chmod(0o755)
    (folder / "secret.txt").write_text("secret")
    for name in ("submissions", "results"):
        (folder / name).mkdir()
    (folder / "results" / "grades.csv").write_text("student,points\n")
    for path in (folder / "results", folder / "results" / "grades.csv"):
        path.chmod(0o777)
    made = Outside(folder)
    tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
    tcp.bind(("127.0.0.1", 0))
    made.port = tcp.getsockname()[1]
    udp.bind(("127.0.0.1", made.port))
    abstract, local = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    abstract.bind(made.names["ABSTRACT"])
    local.bind(made.names["SOCKET"])
    os.chmod(made.names["SOCKET"], 0o777)
    ears = [tcp, udp, abstract, local]
    for one in ears:
        if one is not udp:
            one.listen()
        threading.Thread(target=listen, args=(made, one), daemon=True).start()
    os.environ["PRIVLAB_TEST_SECRET"] = SECRET
    yield made
    del os.environ["PRIVLAB_TEST_SECRET"]
    for one in ears:
        one.close()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def classes(outside):
    """``classes(name)`` are the results of a whole class in that sandbox."""
    known: dict[str, dict] = {}

    def results_of(name: str) -> dict:
        if name not in known:
            folder = outside.folder / "submissions" / name.replace(" ", "_")
            folder.mkdir()
            write(folder, outside.names, [n for n in CLASSES[name] if n in STUDENTS])
            if "a_link" in CLASSES[name]:
                odd_files(folder, outside.folder / "secret.txt")
            asked = QUICK if CLASSES[name] == CRITICAL else QUESTIONS
            known[name] = graded(folder, BY_NAME[name], outside.limits, asked)
        return known[name]

    return results_of


each_student = pytest.mark.parametrize(
    ("sandbox", "name"),
    [(sandbox, name) for sandbox, names in CLASSES.items() for name in names],
)
each_sandbox = pytest.mark.parametrize("sandbox", CLASSES)


def test_the_suite_is_as_large_as_promised():
    hostile = [m for one in STUDENTS.values() for m in one.marks]
    assert len(hostile) + len(ODD) >= 50
    assert sum(name.startswith("benign") for name in STUDENTS) >= 5


@each_student
def test_every_question_gets_its_mark(classes, sandbox, name):
    result = classes(sandbox)[name]
    if name in ODD and name not in ("huge_output", "same_ids"):
        assert {q.verdict for q in result.questions} == {results.MISSING}
        assert result.points == 0
        assert result.notes
    else:
        marks = STUDENTS[name].marks if name in STUDENTS else {}
        assert differences(result, marks) == []


@each_sandbox
@pytest.mark.parametrize("name", HONEST)
def test_honest_students_get_everything(classes, sandbox, name):
    result = classes(sandbox)[name]
    assert differences(result, {}) == []
    assert result.points == result.possible


@each_sandbox
def test_nothing_was_left_to_a_person(classes, sandbox):
    unmarked = [
        (result.student, question.exercise, question.note)
        for result in classes(sandbox).values()
        for question in result.questions
        if not question.marked
    ]
    assert unmarked == []


@each_sandbox
def test_nothing_outside_was_reached(classes, outside, sandbox):
    classes(sandbox)
    assert outside.heard == []
    assert (outside.folder / "results" / "grades.csv").read_text() == "student,points\n"
    assert os.listdir(outside.folder / "results") == ["grades.csv"]


@each_sandbox
def test_no_process_is_left(classes, outside, sandbox):
    classes(sandbox)
    assert outside.left() == []


@each_sandbox
def test_reports_can_be_written_and_shown(classes, sandbox):
    for result in classes(sandbox).values():
        text = json.dumps(result.as_data(), ensure_ascii=False)
        text.encode("utf-8")
        messages = [p.message for q in result.questions for p in q.properties]
        assert "".join(messages).replace("\n", "").isprintable()


def test_the_same_attempts_succeed_without_walls(outside):
    folder = outside.folder / "submissions" / "open"
    folder.mkdir()
    names = ["calls_home", "reads_environment", "reads_files"]
    write(folder, outside.names, names)
    heard = len(outside.heard)
    found = graded(folder, LIMITS_ONLY, outside.limits, QUICK[:1])
    verdicts = {name: found[name].questions[0].verdict for name in names}
    assert verdicts == dict.fromkeys(names, results.WRONG)
    deadline = time.monotonic() + 5
    while len(outside.heard) == heard and time.monotonic() < deadline:
        time.sleep(0.05)
    assert b"the hidden inputs" in outside.heard[heard:]
    del outside.heard[heard:]


SLEEPER = """
import sys, tempfile
from privlab.course.grade.sandbox import ISOLATIONS, Limits
from privlab.course.grade.session import Place

code = "import time\\ndef f(x): time.sleep(1000)"
job = {"given": [], "around": [], "code": code, "name": "f"}
limits = Limits(seconds=1000, cpu_seconds=int(sys.argv[2]))
with tempfile.TemporaryDirectory() as folder:
    place = Place(ISOLATIONS[sys.argv[1]], limits, folder=folder)
    sandbox, _ = place.sandbox()
    answer = sandbox.begin(job)
    print("asking", flush=True)
    answer(1)
"""


@each_sandbox
def test_a_killed_grader_leaves_no_process(outside, sandbox):
    command = [sys.executable, "-c", SLEEPER, sandbox, str(outside.mark)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as grader:
        assert grader.stdout.readline() == b"asking\n"
        assert outside.processes()
        grader.send_signal(signal.SIGKILL)
    assert outside.left() == []


# Makes the interpreter ($1) readable below a folder that is not ($3), by way of $2.
AS_NOBODY = """
set -e
mount --rbind "$1" "$2"; mount -t tmpfs -o mode=755 open "$3"
mkdir -p "$1"; mount --rbind "$2" "$1"; umount -l "$2"
shift 3
exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
"""


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="nobody else to become"
)
def test_a_teacher_who_is_not_root_is_as_safe(tmp_path_factory):
    """The critical students again, graded by a plain user in user namespaces."""
    closed = [p for p in Path(sys.base_prefix).parents if not p.stat().st_mode & 0o001]
    if not closed or not shutil.which("setpriv"):
        pytest.skip("the interpreter's folder is not a closed one of root's")
    held = tempfile.mkdtemp()
    tests = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", __file__]
    tests.append(str(Path(__file__).with_name("test_sandbox.py")))
    tests += ["-k", "not teacher and not without_walls", "-s"]
    command = ["unshare", "--mount", "sh", "-c", AS_NOBODY, "sh"]
    command += [sys.base_prefix, held, str(closed[-1]), *tests]
    env = {"PATH": os.environ["PATH"], "HOME": "/tmp", "PRIVLAB_TEST_CRITICAL": "1"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    os.rmdir(held)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert " passed" in done.stdout
