"""check, hint and progress: words for every answer, an exception for none."""

import json
import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest

from privlab.course.check import check, hint, judge, progress
from privlab.course.exercise import Exercise, Mistake, expect, mistaken


@pytest.fixture(autouse=True)
def _the_small_course(exercise_source, home):
    pass


def double(x):
    return 2 * x


def unwritten(x):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("answer", "status", "message", "mistake"),
    [
        (double, "passed", "Double it", ""),
        (lambda x: np.float32(2) * x, "passed", "Double it", ""),
        (lambda x: np.array(2 * x), "passed", "Double it", ""),
        (lambda x: 7, "wrong", "three doubled: you gave 7", ""),
        (lambda x: x * x, "wrong", "That is the square.", "squared"),
        (lambda x: x + 2, "wrong", "You added two.", "plus-two"),
        (lambda x: None, "wrong", "three doubled: your function returned None", ""),
        (lambda x: sys.exit(), "wrong", "your code stopped with SystemExit", ""),
        (6, "wrong", "give the function itself: check('ex-01', double)", ""),
        (unwritten, "not attempted", "Write double first; hint('ex-01') helps.", ""),
        (..., "not attempted", "Write double first; hint('ex-01') helps.", ""),
    ],
)
def test_a_verdict_says_how_the_answer_did(answer, status, message, mistake):
    verdict = check("ex-01", answer)
    assert (verdict.exercise, verdict.status) == ("ex-01", status)
    assert message in verdict.message
    assert verdict.mistake == mistake


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (double, "✓ ex-01 passed. Double it"),
        (lambda x: x, "✗ ex-01 wrong. Nothing happened."),
        (..., "○ ex-01 not attempted. Write double first; hint('ex-01') helps."),
    ],
)
def test_a_verdict_shows_itself_as_one_line(answer, line):
    assert repr(check("ex-01", answer)) == line


def test_an_answer_may_print_warn_and_divide_by_zero(capsys):
    def noisy(x):
        print("debugging")
        print("more", file=sys.stderr)
        warnings.warn("old habits", DeprecationWarning, stacklevel=1)
        assert np.isinf(np.array([1.0]) / 0)
        return 2 * x

    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        assert check("ex-01", noisy).status == "passed"
    assert shown == []
    assert capsys.readouterr() == ("", "")
    print("heard again")
    assert capsys.readouterr().out == "heard again\n"


def test_an_interruption_stops_the_check_and_restores_the_output(capsys):
    def interrupted(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("ex-01", interrupted)
    print("heard")
    assert capsys.readouterr().out == "heard\n"


def judged(answer, *properties, **changes):
    mistakes = {name: Mistake(message=f"You {name}.", code="") for name in "abc"}
    exercise = Exercise(
        id="ex-02",
        title="Right",
        answer="answer",
        difficulty=1,
        minutes=1,
        points=1,
        hints=("", "", ""),
        public=properties,
        hidden=properties,
        mistakes=mistakes,
    )
    exercise = replace(exercise, **changes)
    return judge(exercise, answer, properties, rng=np.random.default_rng(0))


def is_three_numbers(answer, rng):
    """three numbers"""
    expect(np.allclose(answer() - np.arange(3), 0), "other numbers")


@pytest.mark.parametrize(
    ("gave", "told"),
    [
        (np.arange(4), "(ValueError: operands could not be broadcast"),
        ("abc", "UFunc"),
        ([0, 1, {}], "(TypeError: unsupported operand"),
        (np.arange(3) + 1, "other numbers"),
        ({1, 2}, "your answer is a set; return numbers, text, lists or arrays"),
    ],
)
def test_an_answer_of_another_kind_is_wrong_and_never_an_exception(gave, told):
    verdict = judged(lambda: gave, is_three_numbers)
    assert verdict.status == "wrong"
    assert verdict.message.startswith("three numbers: ")
    assert told in verdict.message


def test_the_first_property_that_is_missing_decides():
    def first(answer, rng):
        """first"""
        expect(answer > 1, "too small")

    def second(answer, rng):
        """second"""
        mistaken(answer > 2, "a")

    assert judged(1, first, second).message == "first: too small"
    assert judged(3, first, second).mistake == "a"
    assert judged(2, first, second).status == "passed"


def test_an_answer_that_spoils_its_input_does_not_spoil_the_check():
    def sorts(answer, rng):
        """sorted"""
        values = [3, 1, 2]
        expect(answer(values) == sorted(values) == [1, 2, 3], "not sorted")
        expect(values == [3, 1, 2], "the check's own list has changed")

    def in_place(values):
        values.sort()
        return values

    assert judged(in_place, sorts).status == "passed"


def test_an_object_equal_to_everything_passes_nothing():
    class Everything:
        def __eq__(self, other):
            return True

        __hash__ = None

    verdict = check("ex-01", lambda x: Everything())
    assert verdict.status == "wrong"
    assert "your answer is a Everything" in verdict.message


def test_a_check_is_noted_and_hints_come_one_by_one_up_to_the_last(home):
    check("ex-01", ...)
    assert not home.exists(), "not attempted is not an attempt"
    shown = [repr(hint("ex-01")) for _ in range(5)]
    assert shown[:2] == ["Hint 1 of 3: Nudge.", "Hint 2 of 3: Push."]
    last = "Hint 3 of 3: Shove. (The last hint; the answer is in "
    assert shown[2:] == [last + "solutions/01_double.ipynb.)"] * 3
    check("ex-01", lambda x: 7)
    check("ex-01", double)
    check("ex-01", lambda x: 7)
    noted = json.loads((home / "progress.json").read_text("utf-8"))["exercises"]
    assert noted == {"ex-01": {"status": "passed", "attempts": 3, "hints": 3}}


def test_a_check_works_where_nothing_can_be_kept(monkeypatch, tmp_path, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setenv("PRIVLAB_HOME", str(tmp_path / "file" / "folder"))
    assert check("ex-01", double).status == "passed"
    assert capsys.readouterr().err.count("\n") == 1


def test_progress_is_shown(capsys):
    check("ex-01", double)
    progress()
    assert "1 of 1 exercises passed." in capsys.readouterr().out


@pytest.mark.parametrize("ask", [check, lambda i, _: hint(i)], ids=["check", "hint"])
def test_an_unknown_exercise_is_named_with_those_there_are(ask):
    with pytest.raises(KeyError, match=r"ex-99.*there are: ex-01"):
        ask("ex-99", double)
