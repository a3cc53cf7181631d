"""What of a student's notebook runs for one answer, and what its worker says."""

import sys
import time
from pathlib import Path

import numpy as np
import pytest

from privlab.course.answer import LocalAnswer, NotAttempted
from privlab.course.exercise import Wrong
from privlab.course.grade.cells import helping, statements, without_tests
from privlab.course.grade.channel import Crashed, OutOfTime
from privlab.course.grade.remote import NotStarted, OutOfMemory, RemoteAnswer, Sandbox
from privlab.course.grade.sandbox import LIMITS_ONLY, Limits
from privlab.course.grade.task import LONGEST, READY, Task

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's limits")


def job(code, *around, given=(), name="f") -> dict:
    cells = {"given": list(given), "around": list(around), "code": code}
    return {**cells, "name": name, "token": READY}


def defined(code, *around, given=()):
    """The function ``f`` that a student's cells define, run here."""
    task = Task(job(code, *around, given=given))
    assert task.prepare() == READY
    assert task.do({"do": "run"}) is True
    return lambda *args: task.do({"do": "call", "args": args, "kwargs": {}})


# Statements


def test_each_statement_knows_what_it_binds_and_uses():
    [one] = statements("a, b = f(c)")
    assert (one.binds, one.uses) == ({"a", "b"}, {"f", "c"})
    [one] = statements("def f(x, y=d):\n    z = x\n    return lambda: g(z, h)")
    assert (one.binds, one.uses) == ({"f"}, {"d", "g", "h"})
    [one] = statements("from a import b as c, d")
    assert (one.binds, one.imports) == ({"c", "d"}, True)
    [one] = statements("from a import *")
    assert one.binds_anything


def test_names_inside_a_function_are_not_the_notebooks():
    [one] = statements("def f():\n    table = 1\n    return [row for row in table]")
    assert not one.uses


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline\nx = 1",
        "%%time\nx = 1",
        "  %%capture out --no-stderr\nx = 1",
        "!pip install this\nx = 1",
        "x = 1\n%timeit x + 1",
        "if True:\n    %time 3\n    !ls\nx = 1",
        "files = !ls\nx = 1",
        "x = 1\nx?",
        "y = %who_ls\nx = 1",
    ],
)
def test_magics_do_nothing(cell):
    names = {}
    for statement in statements(cell):
        exec(statement.code, names)
    assert names["x"] == 1


def test_a_percent_sign_that_is_no_magic_is_kept():
    names = {}
    for statement in statements("!ls\nx = (17\n     % 5)\ny = '''\n%d'''"):
        exec(statement.code, names)
    assert (names["x"], names["y"]) == (2, "\n%d")


@pytest.mark.parametrize("text", ["def f(:", "%%bash\nexit 3", "\0", "a b"])
def test_what_is_no_python_is_an_error(text):
    with pytest.raises((SyntaxError, ValueError)):
        statements(text)


def test_future_imports_count_for_each_statement():
    assert defined("from __future__ import annotations\ndef f(x: Nothing): return x")(1)


@pytest.mark.parametrize(
    ("tail", "kept"),
    [
        ("check('dp-01', f)", False),
        ("print(f(1))", False),
        ("assert f(1) == 2", False),
        ("result = f(1)", False),
        ("for i in range(9): f(i)", False),
        ("if __name__ == '__main__': f(1)", False),
        ("table.append(3)", True),
        ("f.calls = 0", True),
        ("for i in range(9): f.cache[i] = i", True),
        ("f = cached(f)", True),
        ("def helper(x): return f(x - 1)", True),
        ("import numpy as np", True),
    ],
)
def test_after_the_answer_what_only_tries_it_is_left_out(tail, kept):
    cell = statements("def f(x): return helper(x)\n" + tail)
    assert len(without_tests(cell, "f")) == 1 + kept


def test_what_comes_before_the_answer_is_kept():
    cell = statements("print('hello')\nf = None\ndef f(x): return x")
    assert without_tests(cell, "f") == cell


def used_of(answer: str, *others: str, known=()) -> list[frozenset]:
    found = [s for text in others for s in statements(text)]
    return [s.binds for s in helping(statements(answer), "f", found, known)]


def test_only_what_the_answer_needs_is_taken_from_other_cells():
    answer = "def f(x): return g(x) + TABLE[0]"
    others = (
        "import slow\nTABLE = [1]\nslow.work()",
        "def g(x): return h(x)\ndef h(x): return x",
        "result = f(10**9)\ndef unused(): pass",
    )
    assert used_of(answer, *others) == [{"TABLE"}, {"g"}, {"h"}]


def test_what_the_course_gives_and_what_the_answer_binds_is_not_taken():
    answer = "import math\ndef f(x): return g(x) + math.pi"
    assert used_of(answer, "def g(x): return 0", "math = 3", known=["g"]) == []


def test_an_answer_that_was_moved_to_another_cell_is_taken():
    assert used_of("# EXERCISE: dp-01", "def f(x): return x") == [{"f"}]


# A task


def test_helpers_imports_and_constants_are_found_wherever_they_are():
    f = defined(
        "def f(x): return g(x) * TWO",
        "from math import *\nTWO = sqrt(4)",
        "this is not Python",
        "def g(x): return floor(x)",
        "raise SystemExit",
    )
    assert f(3.5) == 6


def test_the_courses_own_code_comes_before_the_students():
    given = ("import numpy as np", "def g(x):\n    return 10 * x")
    f = defined("def f(x): return g(np.abs(x))", "def g(x): return 'mine'", given=given)
    assert f(-1) == 10


def test_an_import_of_the_student_comes_before_one_of_the_course():
    given = ("from scipy import stats",)
    f = defined(
        "def f(x): return stats.mean(x)", "import statistics as stats", given=given
    )
    assert f([1, 3]) == 2


def test_an_import_that_is_not_needed_does_not_run():
    given = ("import no_such_module", "import no_such_module as other")
    assert defined("def f(x): return x", given=given)(1) == 1


def test_a_failing_statement_does_not_stop_the_answer():
    code = "undefined\ndef f(x): return x\n1 / 0\nraise SystemExit"
    assert defined(code)(4) == 4


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("import no_such_module\nf = no_such_module.f", ModuleNotFoundError),
        ("def g(x): return x", NameError),
        ("", NameError),
        ("f = 1 / 0", ZeroDivisionError),
    ],
)
def test_without_an_answer_the_first_error_is_told(code, error):
    task = Task(job(code))
    task.prepare()
    with pytest.raises(error):
        task.do({"do": "run"})


def test_an_error_in_the_courses_own_code_is_not_the_students():
    with pytest.raises(ZeroDivisionError):
        Task(job("def f(x): return x", given=["1 / 0"])).prepare()


def test_a_value_is_an_answer_too():
    task = Task(job("f = 3"))
    task.prepare()
    assert task.do({"do": "run"}) is False
    assert task.do({"do": "value"}) == 3


# A worker


@pytest.fixture
def begun(tmp_path):
    """``begun(code)`` is the answer ``f`` of this code, in a worker of its own."""
    sandboxes = []

    def begin(code: str, *around: str, given=(), **limits):
        limits = Limits(**{"seconds": 20, **limits})
        sandbox = Sandbox(LIMITS_ONLY, limits, [], folder=tmp_path)
        sandboxes.append(sandbox)
        return sandbox.begin(job(code, *around, given=given))

    yield begin
    for sandbox in sandboxes:
        sandbox.close()


def test_an_answer_in_a_worker_is_called_with_data_and_gives_data(begun):
    f = begun("def f(x, *, scale): return scale * x")
    assert isinstance(f, RemoteAnswer)
    assert f(np.arange(3), scale=2.0).tolist() == [0.0, 2.0, 4.0]
    assert f((1, 2), scale=2) == (1, 2, 1, 2)


def test_a_worker_answers_as_the_same_function_does_here(begun):
    """The same checks run in the notebook and in the grader."""
    code = "def f(n, rng): return rng.normal(size=n)"
    names = {}
    exec(code, names)
    local, remote = LocalAnswer(names["f"]), begun(code)
    for ask in (
        lambda answer, rng: answer(3, rng),
        lambda answer, rng: answer(3, rng=rng),
        lambda answer, rng: answer.samples(4, 3, rng=rng),
        lambda answer, rng: np.array(answer.each([{"n": 3, "rng": rng}] * 4)),
    ):
        here, there = (ask(a, np.random.default_rng(5)) for a in (local, remote))
        assert here.tolist() == there.tolist()


def test_as_many_results_come_as_cases_were_asked(begun):
    """An answer that has taken over its process may send anything."""
    code = (
        "from privlab.course.grade import task\n"
        "def f(x):\n"
        "    task.Task.do = lambda self, request: {result}\n"
        "    return x"
    )
    for result in ("[1]", "[1, 2, 3]", "2", "None", "{0: 1, 1: 2}"):
        f = begun(code.replace("{result}", result))
        f(1)
        with pytest.raises(Wrong, match="2 results were asked for"):
            f.each([{"x": 1}, {"x": 2}])


def test_a_value_in_a_worker_comes_as_data(begun):
    assert begun("f = [1, (2.5, 'x')]") == [1, (2.5, "x")]


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        ("return 1 / 0", Wrong, "your code stopped with ZeroDivisionError"),
        ("return None", Wrong, "is a `return` missing"),
        ("return object()", Wrong, "your answer is a object"),
        ("return 10**5000", Wrong, "your answer cannot be taken"),
        ("return 'x' * (65 * 2**20)", Wrong, "your answer cannot be taken"),
        ("raise KeyboardInterrupt", Wrong, "your code stopped with KeyboardInterrupt"),
        ("raise NotImplementedError", NotAttempted, None),
        ("return ...", NotAttempted, None),
        ("import os; os._exit(3)", Crashed, "ended with status 3"),
        ("import os; os.closerange(0, 99)", Crashed, "ended with status"),
    ],
)
def test_what_goes_wrong_is_told_in_the_words_of_checks(begun, body, error, words):
    f = begun(f"def f():\n    {body}")
    with pytest.raises(error, match=words):
        f()


@linux
@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("return bytearray(5 * 2**30)", OutOfMemory),
        ("import numpy as np; return np.ones(2**30)", OutOfMemory),
        ("while True: pass", OutOfTime),
    ],
)
def test_the_systems_limits_hold(begun, body, error):
    f = begun(f"def f():\n    {body}", cpu_seconds=1)
    with pytest.raises(error):
        f()


def test_a_message_is_short_and_shows_nothing_odd(begun):
    f = begun("def f(): raise ValueError('\\ud800\\x1b[2J\\u202e' + 'x' * 10**7)")
    with pytest.raises(Wrong) as told:
        f()
    assert len(str(told.value)) <= LONGEST
    assert str(told.value).isprintable()


def test_a_failure_of_the_courses_code_is_no_answers_fault(begun):
    with pytest.raises(NotStarted):
        begun("def f(): return 1", given=["1 / 0"])


@linux
def test_an_answer_leaves_nothing_behind_for_the_next(tmp_path):
    with Sandbox(LIMITS_ONLY, Limits(), [], folder=tmp_path) as sandbox:
        spoil = "import numpy as np, os\nnp.e = 3\nleft = 1\nopen('file', 'w')\n"
        assert sandbox.begin(job(spoil + "def f(): return np.e"))() == 3
        sandbox.end()
        look = "import numpy as np, os\n"
        look += "def f(): return np.e > 3 or 'left' in globals() or bool(os.listdir())"
        assert sandbox.begin(job("import os\n" + look))() is False


@linux
def test_an_endless_answer_ends_with_its_sandbox(tmp_path):
    with Sandbox(LIMITS_ONLY, Limits(), [], folder=tmp_path) as sandbox:
        f = sandbox.begin(
            job("import os\ndef f(x):\n    while x: pass\n    return os.getpid()")
        )
        own = f(0)
        with pytest.raises(OutOfTime), sandbox.within(0.5):
            f(1)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{own}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{own}").exists()


def test_a_sandbox_takes_its_folder_away(tmp_path):
    with Sandbox(LIMITS_ONLY, Limits(), [], folder=tmp_path) as sandbox:
        sandbox.ready()
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())
