"""One answer under its checks: verdicts, blame, time, and the seed that repeats all."""

import itertools
import sys
import time

import pytest
from attack_helpers import SANDBOXES
from hypothesis import given
from hypothesis import strategies as st

from privlab.course.exercise import Exercise, Mistake, expect, mistaken
from privlab.course.grade import question as module
from privlab.course.grade import results, run, session
from privlab.course.grade.answers import Answer
from privlab.course.grade.question import Question, grade, verdict
from privlab.course.grade.remote import NotStarted
from privlab.course.grade.results import PropertyResult
from privlab.course.grade.sandbox import LIMITS_ONLY, Isolation, Limits
from privlab.course.grade.session import Place, Session

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs a fork")
RIGHT = "def f(x): return 2 * x"
ASKED = []


def right_for_three(answer, rng):
    """three doubled"""
    got = answer(3)
    mistaken(got == 9, "squared")
    expect(got == 6, f"you gave {got}")


def right_for_any(answer, rng):
    """any number doubled"""
    x = rng.normal()
    ASKED.append(x)
    got = answer(x)
    expect(got == 2 * x, "wrong")


def keeps_its_sign(answer, rng):
    """the sign stays"""
    expect(answer(-1) + 0.5 < 0, "wrong")  # stops if a string comes


def made(*hidden, given=(), private=(), public=(right_for_three,)) -> Question:
    exercise = Exercise(
        id="ex-01",
        title="Double it",
        answer="f",
        difficulty=1,
        minutes=1,
        points=4,
        hints=("", "", ""),
        public=public,
        hidden=hidden or (right_for_any, keeps_its_sign),
        mistakes={n: Mistake(message=n, code="") for n in ("squared", "b", "c")},
    )
    return Question(
        exercise=exercise,
        given=given,
        starter="def f(x):\n    raise NotImplementedError",
        reference=RIGHT,
        possible=4,
        private=private,
    )


def answer(code: str) -> Answer:
    return Answer(exercise="ex-01", code=code)


@pytest.fixture
def place(tmp_path):
    one = Place(LIMITS_ONLY, Limits(seconds=20), folder=str(tmp_path))
    yield one
    one.close()


@pytest.fixture
def hasty(tmp_path):
    one = Place(LIMITS_ONLY, Limits(seconds=1), folder=str(tmp_path))
    yield one
    one.close()


def judged(code: str, place: Place, question: Question | None = None, seed=1):
    return grade(question or made(), answer(code), place, seed=seed)


# Marks


def test_the_reference_passes(place):
    result = judged(RIGHT, place)
    assert (result.verdict, result.points, result.possible) == (results.PASS, 4, 4)
    assert [p.name for p in result.properties] == [
        "three doubled",
        "any number doubled",
        "the sign stays",
    ]
    assert [p.hidden for p in result.properties] == [False, True, True]


def test_points_are_the_share_of_properties(place):
    result = judged("def f(x): return 6 if x == 3 else -3.0", place)
    assert (result.verdict, result.points) == (results.PARTIAL, round(4 * 2 / 3, 2))
    verdicts = [p.verdict for p in result.properties]
    assert verdicts == [results.PASS, results.WRONG, results.PASS]


def test_a_private_check_counts_and_stays_hidden(place):
    def is_integer(answer, rng):
        """integers stay integers"""
        expect(type(answer(2)) is int, "you gave a float")

    result = judged("def f(x): return 2.0 * x", place, made(private=(is_integer,)))
    assert (result.verdict, result.points) == (results.PARTIAL, 3)
    last = result.properties[-1]
    assert (last.name, last.hidden, last.message) == (
        "integers stay integers",
        True,
        "",
    )


def test_a_known_mistake_is_named_with_its_message(place):
    result = judged("def f(x): return x * x", place)
    assert result.mistake == "squared"
    assert result.properties[0].message == "squared"


def test_hidden_messages_stay_hidden(place):
    result = judged("def f(x): return 7", place)
    assert [p.message for p in result.properties] == ["you gave 7", "", ""]


@pytest.mark.parametrize(
    "code",
    [
        "def f(x):\n    raise NotImplementedError",
        "def f(x):\r\n  raise   NotImplementedError\n\n",
        "def f(x):\n    'mine'\n    raise NotImplementedError('later')",
        "f = ...",
    ],
)
def test_an_answer_not_written_is_missing(place, code):
    result = judged(code, place)
    assert (result.verdict, result.points) == (results.MISSING, 0)
    assert result.note == "no answer was handed in"


def test_no_answer_is_missing_and_starts_nothing(place):
    result = grade(made(), None, place, seed=1)
    assert (result.verdict, result.points) == (results.MISSING, 0)
    assert place._sandbox is None


def test_what_is_left_of_the_starter_costs_nothing(place):
    code = RIGHT.replace("return", "\n    return") + "\n    # YOUR CODE HERE"
    result = judged(code + "\n    raise NotImplementedError", place)
    assert result.verdict == results.PASS


# Verdicts


def outcome(kind: str) -> PropertyResult:
    return PropertyResult(name="", hidden=False, verdict=kind)


KINDS = [kind for kind in results.VERDICTS if kind != results.PARTIAL]
OUTCOMES = st.lists(st.sampled_from(KINDS), max_size=5).map(
    lambda kinds: tuple(map(outcome, kinds))
)


@given(OUTCOMES)
def test_the_order_of_properties_decides_no_more_than_between_ways_to_stop(outcomes):
    stops = {results.TIMEOUT, results.MEMORY, results.CRASH}
    found = {verdict(order) for order in itertools.permutations(outcomes[:4])}
    assert len(found) == 1 or found <= stops


@given(OUTCOMES)
def test_the_verdict_agrees_with_the_points(outcomes):
    kinds = [one.verdict for one in outcomes]
    whole = verdict(outcomes)
    if results.GRADER_ERROR in kinds:
        assert whole == results.GRADER_ERROR
    elif kinds and set(kinds) == {results.PASS}:
        assert whole == results.PASS
    else:
        assert (whole == results.PARTIAL) == (results.PASS in kinds)
        assert (whole == results.MISSING) == (set(kinds) <= {results.MISSING})


@given(st.sampled_from(KINDS), st.integers(1, 4))
def test_the_same_everywhere_is_the_verdict(kind, times):
    assert verdict((outcome(kind),) * times) == kind


# Whose fault


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("return 'six'", results.WRONG),
        ("return [x, x]", results.WRONG),
        ("return {}", results.WRONG),
        ("raise ValueError", results.WRONG),
        ("raise SystemExit", results.WRONG),
        ("import os; os._exit(0)", results.CRASH),
        ("while True: pass", results.TIMEOUT),
        pytest.param("return bytearray(2**40)", results.MEMORY, marks=linux),
    ],
)
def test_what_is_the_answers_fault_is_its_mark(hasty, body, kind):
    result = judged(f"def f(x):\n    {body}", hasty)
    assert (result.verdict, result.points) == (kind, 0)


def test_data_that_stops_a_check_is_wrong_if_the_reference_passes(place):
    result = judged("def f(x): return 6 if x == 3 else '6'", place)
    assert [p.verdict for p in result.properties] == ["pass", "wrong", "wrong"]
    assert result.properties[2].message == ""
    assert "keeps_its_sign: TypeError" in result.note


def test_a_number_in_place_of_a_function_is_wrong(place):
    assert judged("f = 6", place).verdict == results.WRONG


def broken(answer, rng):
    """a check with an error of its own"""
    answer(1)
    raise ZeroDivisionError


def test_a_check_with_an_error_of_its_own_is_nobodys_zero(place):
    for code in (RIGHT, "def f(x): return 7", RIGHT + "  # mine"):
        result = judged(code, place, made(broken))
        assert result.verdict == results.GRADER_ERROR
        assert not result.marked
        assert "broken: ZeroDivisionError" in result.note


def test_after_blame_the_answer_goes_on(place):
    """The check after the one that stopped still sees the student's answer."""
    order = made(keeps_its_sign, right_for_any)
    result = judged("def f(x): return 2 * x if x > -1 or x < -1 else 'x'", place, order)
    assert [p.verdict for p in result.properties] == ["pass", "wrong", "pass"]


@pytest.mark.parametrize(
    "inside", [[sys.executable, "-c", "0"], ["no-such-program"], [sys.executable, "-V"]]
)
def test_a_sandbox_that_does_not_start_is_no_answers_fault(tmp_path, inside):
    dead = Isolation("dead", lambda *_: inside, lambda: True, alone=False)
    place = Place(dead, Limits(), folder=str(tmp_path))
    result = judged("def f(x): return 7", place)
    assert (result.verdict, result.points) == (results.GRADER_ERROR, 0)
    place.close()


def test_code_of_the_course_that_fails_is_no_answers_fault(place):
    result = judged("def f(x): return 7", place, made(given=("1 / 0",)))
    assert result.verdict == results.GRADER_ERROR


# Places


def test_a_sandbox_serves_answer_after_answer(place):
    judged(RIGHT, place)
    first = place._sandbox
    judged(RIGHT, place)
    assert place._sandbox is first


def test_a_dead_sandbox_is_replaced(place):
    first, new = place.sandbox()
    assert new
    assert place.sandbox() == (first, False)
    first.close()
    second, new = place.sandbox()
    assert new
    assert second is not first


def test_a_sandbox_that_never_gets_ready_is_closed(tmp_path, monkeypatch):
    monkeypatch.setattr("privlab.course.grade.remote.PATIENCE", 0.3)
    code = "import time; time.sleep(60)"
    slow = [sys.executable, "-c", code]
    mute = Isolation("mute", lambda *_: slow, lambda: True, alone=False)
    place, start = Place(mute, Limits(), folder=str(tmp_path)), time.monotonic()
    with pytest.raises(NotStarted):
        place.sandbox()
    assert time.monotonic() - start < 20
    assert not list(tmp_path.iterdir())


SPOILERS = {
    "ends its process": "os._exit(0)",
    "kills the zygote": "os.kill(os.getppid(), 9)",
    "stops the zygote": "os.kill(os.getppid(), 19)",
    "forges results": "[os.write(fd, FORGED) for fd in (3, 4)]",
    "forges an end": "os.write(4, wire.frame({'ended': 0}))",
    "sends noise": "[os.write(fd, os.urandom(99)) for fd in (3, 4)]",
    "never ends": "time.sleep(60)",
    "limits the zygote": "resource.prlimit(os.getppid(), resource.RLIMIT_AS, (1, 1))",
    "slows the zygote": "os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
    "binds the zygote": "os.sched_setaffinity(os.getppid(), sorted(mine)[:1])",
    "leaves files": "open('../left', 'w')",
    "leaves what cannot be removed": "os.makedirs('../a/b'); os.chmod('../a', 0)",
    "leaves a forger": "leave(lambda: os.write(4, FORGED))",
    "leaves a reader": "leave(lambda: os.read(3, 100))",
}
SPOILING = """
import os, resource, time
from privlab.course.grade import wire

FORGED = 3 * wire.frame({"result": -1})
ALL_OF_THE_NEXT = [{"ended": 0}, {"result": "ready"}, {"result": True}, {"result": 6}]
mine = os.sched_getaffinity(0)

def leave(work):
    if os.fork() == 0:
        os.setsid()
        end = time.monotonic() + 5
        while time.monotonic() < end:
            work()
            time.sleep(0.01)
        os._exit(0)

def f(x):
    if x == 3:
        SPOIL
    return 2 * x
"""


@pytest.fixture(params=[*SANDBOXES, LIMITS_ONLY], ids=lambda one: one.name)
def shut(tmp_path, request):
    one = Place(request.param, Limits(seconds=2), folder=str(tmp_path))
    yield one
    one.close()


@linux
@pytest.mark.parametrize("name", SPOILERS)
def test_what_one_answer_spoils_costs_no_later_one(shut, name):
    judged(SPOILING.replace("SPOIL", SPOILERS[name]), shut)
    for _ in range(2):
        result = judged(RIGHT, shut)
        assert result.verdict == results.PASS, result


@linux
def test_what_one_answer_forges_is_no_later_ones_mark(shut):
    forge = "[os.write(4, wire.frame(reply)) for reply in ALL_OF_THE_NEXT]"
    judged(SPOILING.replace("SPOIL", forge), shut)
    first = judged("def f(x): return 0", shut).properties[0]
    assert first.verdict == results.WRONG


LOOK = """
import os, resource

def f(x):
    limits = [resource.getrlimit(kind) for kind in range(10)]
    processors = sorted(os.sched_getaffinity(0))
    return [os.listdir(".."), os.getpriority(0, 0), processors, limits]
"""


@linux
@pytest.mark.parametrize("name", [n for n in SPOILERS if "zygote" in n or "what" in n])
def test_every_answer_begins_like_the_first(shut, name):
    def looked():
        session = Session(made().job(answer(LOOK)), shut)
        try:
            with session.answer() as f:
                [[_], *others] = f(1)  # the one folder is its own
                return others
        finally:
            session.close()

    first = looked()
    judged(SPOILING.replace("SPOIL", SPOILERS[name]), shut)
    assert looked() == first


def test_a_wrong_answer_after_another_is_asked_again_alone(place, monkeypatch):
    opened = []
    monkeypatch.setattr(
        session,
        "Sandbox",
        lambda *a, _=session.Sandbox, **k: opened.append(1) or _(*a, **k),
    )
    judged("def f(x): return 7", place)
    assert len(opened) == 1, "nothing ran before it"
    judged(RIGHT, place)
    assert len(opened) == 1, "what passes needs no second look"
    assert judged("def f(x): return 7", place).verdict == results.WRONG
    assert len(opened) == 2


# Time


def sleeps(answer, rng):
    """slow"""
    answer(0.4)


def test_checks_share_the_time_of_a_question(hasty):
    question = made(*[sleeps] * 12)
    start = time.monotonic()
    code = "import time\ndef f(x): time.sleep(x if x < 1 else 0); return 2 * x"
    result = judged(code, hasty, question)
    kinds = [p.verdict for p in result.properties]
    assert 4 <= kinds.count(results.PASS) <= 8, "three seconds are for 7 of 0.4"
    assert kinds == sorted(kinds), "pass, then timeout"
    assert time.monotonic() - start < 15


def test_each_check_may_take_its_time(hasty):
    code = "import time\ndef f(x): time.sleep(60 if x == 3 else 0); return 2 * x"
    kinds = [p.verdict for p in judged(code, hasty).properties]
    assert kinds == [results.TIMEOUT, results.PASS, results.PASS]


def test_code_that_fails_as_it_is_run_fails_for_every_check_at_once(hasty):
    start = time.monotonic()
    result = judged("while True: pass\ndef f(x): return 2 * x", hasty)
    assert {p.verdict for p in result.properties} == {results.TIMEOUT}
    assert time.monotonic() - start < 10


def test_what_the_course_imports_is_not_the_answers_time(hasty):
    given = ("import time\ntime.sleep(2)",)
    assert judged(RIGHT, hasty, made(given=given)).verdict == results.PASS


# Seeds


def asked(code: str, place: Place, seed: int) -> list[float]:
    ASKED.clear()
    judged(code, place, seed=seed)
    return list(ASKED)


def test_the_same_seed_asks_the_same_and_another_does_not(place):
    first = asked(RIGHT, place, seed=1)
    assert asked(RIGHT, place, seed=1) == first
    assert asked(RIGHT, place, seed=2) != first


@linux
def test_a_crash_or_a_wrong_answer_changes_no_later_question(place):
    first = asked(RIGHT, place, seed=1)
    crashing = "import os\ndef f(x): os._exit(0) if x == 3 else None\n"
    for code in ("def f(x): return 7", crashing):
        assert set(asked(code, place, seed=1)) == set(first)


def draws(answer, rng):
    """the same draws"""
    drawn = answer.samples(3, rng=rng)
    ASKED.append(drawn.tolist())
    ASKED.append(answer(rng))


def test_an_answers_own_draws_are_repeated_too(place):
    code = "def f(rng): return rng.normal()"
    found = []
    for seed in (1, 1, 2):
        ASKED.clear()
        judged(code, place, made(draws, public=(draws,)), seed=seed)
        found.append(list(ASKED))
    assert found[0] == found[1] != found[2]


def test_results_repeat_but_for_the_time(place):
    def without_time(result):
        return {**vars(result), "seconds": 0}

    code = "def f(x): return 2 * x if x > 0 else 0"
    first, again = (without_time(judged(code, place, seed=9)) for _ in range(2))
    assert first == again


def test_questions_of_a_lesson_lean_on_references_of_earlier_ones():
    found = module.questions("03_1_differential_privacy")
    ids = [q.exercise.id for q in found]
    assert ids == sorted(ids)
    for before, after in itertools.pairwise(found):
        assert before.reference in after.given
        assert after.reference not in after.given
        assert before.starter not in after.given
    assert not any(
        "check(" in code and "import" not in code for code in found[-1].given
    )


def test_the_jobs_of_a_run_are_different_users_whatever_processes_they_are():
    """One student's fork bomb must not use up what another's sandbox may start."""
    settings = {"lessons": (), "questions": (), "limits": Limits(), "seed": 1}
    plan = run.Run(isolation=LIMITS_ONLY, jobs=16, **settings)
    places = [plan.settings(number)["place"] for number in range(plan.jobs)]
    assert len({place % session.USERS for place in places}) == plan.jobs
