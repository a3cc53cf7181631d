"""A class on one server, for real: two students and a teacher, with accounts of theirs.

Everything that a person does here runs as that person's account, in a kernel that the
hub started, reached through the hub's proxy.
"""

import ast
import json
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from hub_client import Person

COURSE = Path(__file__).parents[2]
LESSON = "03_1_differential_privacy"

ANSWER = f"""
import json, pathlib
path = pathlib.Path("{LESSON}.ipynb")
notebook = json.loads(path.read_text("utf-8"))
for cell in notebook["cells"]:
    if cell["cell_type"] == "code" and "# EXERCISE: dp-01" in "".join(cell["source"]):
        cell["source"] = {{code!r}}
_ = path.write_text(json.dumps(notebook), "utf-8")
"""
RIGHT = "# EXERCISE: dp-01\ndef sensitivity_of_mean(low, high, n):\n    return {}\n"
ATTEMPTS = """
import os, pathlib, time

def outcome(attempt, *arguments):
    try:
        return repr(attempt(*arguments))[:60]
    except Exception as error:
        return type(error).__name__

def read(path):
    return pathlib.Path(path).read_bytes()

def write(path):
    return pathlib.Path(path).write_text("x")
"""


@pytest.fixture(scope="module")
def people(class_server):
    """Both students and the teacher at work, by name; their servers start at once."""
    with ThreadPoolExecutor() as pool:
        found = list(pool.map(class_server.person, class_server.passwords))
    for person in found:
        assert person.run(ATTEMPTS) == ""
    return {person.name: person for person in found}


@pytest.fixture(scope="module")
def students(people, class_server):
    """Both students, after each has answered an exercise and handed it in."""
    both = [people[name] for name in class_server.students]
    for person, result in zip(both, ("(high - low) / n", "high - low"), strict=True):
        assert person.run(ANSWER.format(code=RIGHT.format(result))) == ""
        said = person.run(f"!privlab submit {LESSON[:4]}")
        assert f"Handed in {LESSON}.ipynb: 1 of " in said
    return both


def outcome(person, *attempt):
    """How an attempt ended, in the person's own kernel: a value, or an error's name."""
    return person.run(f"print(outcome({', '.join(attempt)}))").strip()


def value(person, expression):
    return ast.literal_eval(person.run(expression).strip())


def test_only_accounts_of_the_class_get_in(class_server):
    student = Person(class_server.url, class_server.students[0])
    assert not student.log_in("guess")
    assert not Person(class_server.url, "root").log_in("root")
    assert Person(class_server.url, student.name).log_in(
        class_server.passwords[student.name]
    )


def test_each_works_as_the_own_account_in_an_own_copy(people, class_server):
    uids = {name: value(person, "os.getuid()") for name, person in people.items()}
    assert len(set(uids.values())) == 3
    assert 0 not in uids.values()
    for person in people.values():
        assert value(person, "os.getcwd()").endswith(
            f"/{person.name}/privlab/exercises"
        )
        laid_out = set(value(person, "sorted(os.listdir('../notebooks'))"))
        assert laid_out == {
            path.name for path in (COURSE / "notebooks").glob("*.ipynb")
        }


def test_a_check_runs_there_and_notes_the_result_in_the_own_home(people, class_server):
    person = people[class_server.students[0]]
    code = """
    from privlab.course.check import check
    check("dp-01", lambda low, high, n: (high - low) / n)
    """
    assert "✓ dp-01 passed" in person.run(textwrap.dedent(code))
    assert value(person, "os.path.exists(os.path.expanduser('~/.privlab'))")


def test_nobody_writes_to_the_course(people):
    for person in people.values():
        for name in ("README.md", "privlab/new.py", f"exercises/{LESSON}.ipynb"):
            path = repr(str(COURSE / name))
            assert outcome(person, "write", path) == "PermissionError"


def test_nobody_reads_anothers_home(people):
    for person in people.values():
        for other in people.values():
            path = repr(f"/home/{other.name}/privlab/exercises/{LESSON}.ipynb")
            can = outcome(person, "read", path) != "PermissionError"
            assert can == (person is other), (person.name, other.name)


def test_what_was_handed_in_is_read_by_its_owner_and_the_teacher_alone(
    people, students, class_server
):
    for owner in students:
        path = class_server.handed_in / owner.name / f"{LESSON}.ipynb"
        for person in people.values():
            can = outcome(person, "read", repr(str(path))) != "PermissionError"
            assert can == (person.name in (owner.name, class_server.teacher))
            may_change = outcome(person, "write", repr(f"{path.parent}/x")) == "1"
            assert may_change == (person is owner)
        listing = outcome(owner, "os.listdir", repr(str(class_server.handed_in)))
        assert listing == "PermissionError"


LISTEN = """
import zmq

def overheard(ports):
    ear = zmq.Context.instance().socket(zmq.SUB)
    ear.setsockopt(zmq.SUBSCRIBE, b"")
    for port in ports:
        ear.connect(f"tcp://127.0.0.1:{port}")
    heard = []
    while ear.poll(2000):
        heard.append(ear.recv_multipart())
    return heard
"""


def test_no_one_overhears_anothers_kernel(people, class_server):
    one, other = (people[name] for name in class_server.students)
    kernel = psutil.Process(value(other, "os.getpid()"))
    ports = [c.laddr.port for c in kernel.net_connections("tcp") if not c.raddr]
    assert one.run(LISTEN) == ""
    with ThreadPoolExecutor() as pool:
        heard = pool.submit(outcome, one, "overheard", repr(ports))
        for _ in range(6):
            other.run("print('between me and my kernel'); time.sleep(0.3)")
        assert heard.result() == "[]"


def test_no_one_asks_anothers_server_through_the_proxy_or_past_it(people, class_server):
    one, other = (people[name] for name in class_server.students)
    reply = one.call("GET", f"/user/{other.name}/api/contents/exercises")
    assert reply.status_code in (403, 404)
    assert LESSON not in reply.text
    server = psutil.Process(value(other, "os.getppid()"))
    (port,) = {c.laddr.port for c in server.net_connections() if not c.raddr}
    code = f"""
    import urllib.request
    def ask():
        place = "http://127.0.0.1:{port}/user/{other.name}/api/contents"
        return urllib.request.urlopen(place).status
    """
    one.run(textwrap.dedent(code))
    assert outcome(one, "ask") == "HTTPError"


def test_the_teacher_is_admin_and_still_enters_nobodys_notebooks(people, class_server):
    teacher, student = people[class_server.teacher], class_server.students[0]
    assert teacher.call("GET", "/hub/api/users").status_code == 200
    reply = teacher.call("GET", f"/user/{student}/api/contents/exercises")
    assert reply.status_code in (403, 404)
    assert people[student].call("GET", "/hub/api/users").status_code == 403


def test_a_kernel_that_takes_too_much_memory_is_told_and_goes_on(people, class_server):
    person = people[class_server.students[0]]
    assert "MemoryError" in person.run("taken = bytearray(3_500_000_000)")
    assert "MemoryError" not in person.run(
        "taken = bytearray(1_000_000_000); del taken"
    )
    cores = value(person, "sorted(os.sched_getaffinity(0))")
    assert len(cores) == min(2, len(psutil.Process().cpu_affinity()))
    assert value(person, "__import__('resource').getrlimit(4)") == (0, 0)


def test_the_first_lesson_runs_within_the_limits_and_finds_the_computer_ready(
    people, class_server
):
    person = people[class_server.students[1]]
    said = person.run(
        "!cd ../notebooks && jupyter execute 00_start_here.ipynb --inplace"
        " --timeout=120 && grep -c 'this computer is ready' 00_start_here.ipynb",
        seconds=120,
    )
    assert said.strip().endswith("2"), said  # the claim and its tick


def test_the_teacher_grades_the_folder_as_it_stands(people, students, class_server):
    teacher = people[class_server.teacher]
    code = (
        f"!cd && privlab grade {class_server.handed_in} --out results --jobs 2"
        " > log.txt 2>&1; echo status $?; tail -3 log.txt"
    )
    said = teacher.run(code, seconds=120)
    assert "status 0" in said, said
    home = f"/home/{teacher.name}/results"
    grades = value(teacher, f"read({home + '/grades.csv'!r}).decode()")
    rows = [line for line in grades.splitlines() if LESSON in line]
    marks = {name: row for name in class_server.students for row in rows if name in row}
    assert set(marks) == set(class_server.students)
    reports = {
        name: json.loads(
            value(teacher, f"read({f'{home}/students/{name}/report.json'!r}).decode()")
        )
        for name in class_server.students
    }
    verdicts = [
        next(q["verdict"] for q in reports[s]["questions"] if q["exercise"] == "dp-01")
        for s in class_server.students
    ]
    assert verdicts[0] == "pass"
    assert verdicts[1] != "pass"
    assert outcome(students[0], "read", repr(home + "/grades.csv")) == "PermissionError"
