"""The record: kept over restarts and crashes, and never in the learner's way."""

import json
import subprocess
import sys
from contextlib import suppress

import pytest

from privlab.course import record

PROGRESS = "progress.json"


@pytest.fixture(autouse=True)
def _own_home(home):
    pass


def in_new_process(code):
    """Start ``code`` with the record imported; it finds the same PRIVLAB_HOME."""
    command = [sys.executable, "-c", f"from privlab.course import record\n{code}"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_nothing_is_noted_at_first_and_asking_writes_nothing(exercise_source, home):
    standing = record.standing()
    assert (standing.lessons, standing.total) == (("01_double",), (1,))
    assert standing.passed == standing.tried == (0,)
    assert record.guess("q") is None
    assert not home.exists()


def test_the_record_survives_a_restart(exercise_source):
    code = """
record.note_attempt("ex-01", "passed")
record.note_guess("q", "größer 更大")
print(record.note_hint("ex-01", most=3))
"""
    assert in_new_process(code).communicate()[0] == "1\n"
    assert record.standing().passed == (1,)
    assert record.guess("q") == "größer 更大"
    assert record.note_hint("ex-01", most=3) == 2


@pytest.mark.parametrize(
    ("attempts", "passed", "tried"),
    [
        (["not attempted"], 0, 0),
        (["wrong"], 0, 1),
        (["wrong", "not attempted"], 0, 1),
        (["wrong", "passed"], 1, 0),
        (["passed", "wrong", "not attempted"], 1, 0),
    ],
)
def test_what_was_passed_once_stays_passed(exercise_source, attempts, passed, tried):
    for status in attempts:
        record.note_attempt("ex-01", status)
    standing = record.standing()
    assert (standing.passed, standing.tried) == ((passed,), (tried,))
    assert standing.summary == f"{passed} of 1 exercises passed."


def test_the_standing_counts_each_lesson_and_only_what_is_in_the_course(
    exercise_source, course
):
    checks = exercise_source.with_name("01_double_checks.py").read_text("utf-8")
    course("source/exercises/02_more_checks.py", checks.replace("ex-01", "ex-02"))
    for name in ("ex-02", "gone-01"):
        record.note_attempt(name, "passed")
    record.note_attempt("ex-01", "wrong")
    assert record.standing() == record.Standing(
        lessons=("01_double", "02_more"), passed=(0, 1), tried=(1, 0), total=(1, 1)
    )


def test_hints_are_counted_one_by_one_up_to_most():
    assert [record.note_hint("a-1", most=3) for _ in range(5)] == [1, 2, 3, 3, 3]
    assert record.note_hint("a-2", most=3) == 1, "each exercise has its own count"


def test_the_last_guess_counts():
    record.note_guess("q", "low")
    record.note_guess("q", "high")
    assert record.guess("q") == "high"


DAMAGED = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"exercises": {}}',
    b'{"exercises": [1], "guesses": {}}',
    b'{"exercises": {"a-1": 3}, "guesses": {}}',
    b'{"exercises": {}, "guesses": 3}',
    b'{"exercises": {"a-1": {"attempts": "3"}}, "guesses": {}}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("damaged", DAMAGED)
def test_a_damaged_file_is_kept_aside_and_a_new_record_begins(home, capsys, damaged):
    home.mkdir(parents=True)
    (home / PROGRESS).write_bytes(damaged)
    assert record.note_hint("a-1", most=3) == 1
    assert record.note_hint("a-1", most=3) == 2
    said = capsys.readouterr().err
    aside = home / "progress.unreadable.json"
    assert said == f"Your progress file could not be read; kept as {aside}.\n"
    assert aside.read_bytes() == damaged


def test_a_note_from_an_older_edition_gets_what_it_lacks(home):
    home.mkdir(parents=True)
    (home / PROGRESS).write_text('{"exercises": {"a-1": {"hints": 2}}, "guesses": {}}')
    record.note_attempt("a-1", "wrong")
    noted = json.loads((home / PROGRESS).read_text("utf-8"))["exercises"]["a-1"]
    assert noted == {"status": "wrong", "attempts": 1, "hints": 2}


def test_what_we_do_not_know_is_dropped(home):
    home.mkdir(parents=True)
    (home / PROGRESS).write_text('{"exercises": {"a-1": {"x": 2}}, "guesses": {}}')
    assert record.note_hint("a-1", most=3) == 1


def no_folder(home):
    home.parent.mkdir()
    home.touch()


def no_file(home):
    (home / PROGRESS).mkdir(parents=True)


@pytest.mark.parametrize("hinder", [no_folder, no_file])
@pytest.mark.parametrize(
    "note",
    [
        lambda: record.note_attempt("a-1", "passed"),
        lambda: record.note_hint("a-1", most=3),
        lambda: record.note_guess("q", "high"),
    ],
    ids=["attempt", "hint", "guess"],
)
def test_a_folder_that_cannot_be_used_costs_one_sentence(home, capsys, hinder, note):
    hinder(home)
    note()
    said = capsys.readouterr().err
    assert said.startswith(f"Your progress cannot be kept in {home} (")
    assert said.endswith("set PRIVLAB_HOME to a folder you can write.\n")
    assert said.count("\n") == 1


def test_an_unreadable_record_is_never_overwritten(home, monkeypatch, capsys):
    record.note_attempt("a-1", "passed")
    before = (home / PROGRESS).read_bytes()

    def locked(*_):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as other_process:
        other_process.setattr("pathlib.Path.read_text", locked)
        record.note_attempt("a-2", "wrong")
        assert record.guess("q") is None
    assert (home / PROGRESS).read_bytes() == before
    assert "(Permission denied)" in capsys.readouterr().err


def test_two_processes_that_write_at_once_never_leave_a_broken_file(home):
    code = "for i in range(150): record.note_guess('{0}', '{0}' * i)"
    writers = [in_new_process(code.format(letter)) for letter in "ab"]
    seen = 0
    while any(writer.poll() is None for writer in writers):
        # not there yet; or, on Windows, just being replaced
        with suppress(FileNotFoundError, PermissionError):
            json.loads((home / PROGRESS).read_text("utf-8"))
            seen += 1
    assert [writer.communicate()[0] for writer in writers] == ["", ""]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen > 10
    assert [path.name for path in home.iterdir()] == [PROGRESS]
