"""privlab progress: what is shown, exported and certified is what the record holds."""

import csv
import io
import json

import pytest

from privlab.course import cli, minutes
from privlab.course.check import check, hint
from privlab.course.progress import work


@pytest.fixture
def clock(monkeypatch):
    """``clock.now`` is the time that the record sees."""

    class Clock:
        now = 1_000_000.0

    monkeypatch.setattr(minutes.time, "time", lambda: Clock.now)
    return Clock


@pytest.fixture(autouse=True)
def _own(home, exercise_source):
    pass


def at(clock, later, status="wrong"):
    clock.now += later
    check("ex-01", (lambda x: 2 * x) if status == "passed" else abs)


def seconds():
    return work()[0].seconds


def test_time_between_checks_counts_and_pauses_do_not(clock):
    at(clock, 0)
    assert seconds() == 0
    at(clock, 60)
    assert seconds() == 60
    at(clock, minutes.LONGEST_PAUSE + 1)
    assert seconds() == 60
    at(clock, 30, "passed")
    assert seconds() == 90
    at(clock, -500)  # the computer's clock was set back
    assert seconds() == 90


def test_a_hint_is_work_and_a_damaged_file_costs_the_minutes_only(clock, home):
    home.mkdir(parents=True)
    (home / "minutes.json").write_text('{"seconds": 3}')
    assert seconds() == 0
    hint("ex-01")
    clock.now += minutes.LONGEST_PAUSE + 1
    hint("ex-01")
    clock.now += 5
    hint("ex-01")
    assert seconds() == 5
    assert work()[0].hints == 3


def test_the_overview_names_what_to_go_on_with(clock, capsys):
    assert minutes.last_lesson() is None
    at(clock, 0)
    at(clock, 120, "passed")
    assert cli.main(["progress"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "01_double: 1 of 1 passed, 2 of about 3 minutes",
        "1 of 1 exercises passed.",
        "Go on with exercises/01_double.ipynb.",
    ]


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_an_export_holds_estimated_and_measured_minutes(clock, tmp_path, kind):
    at(clock, 0)
    at(clock, 90, "passed")
    file = tmp_path / f"mine.{kind}"
    assert cli.main(["progress", "--export", str(file)]) == 0
    text = file.read_text("utf-8")
    if kind == "json":
        rows = json.loads(text)["exercises"]
    else:
        rows = list(csv.DictReader(io.StringIO(text)))
    (row,) = rows
    assert (row["exercise"], row["status"]) == ("ex-01", "passed")
    assert float(row["estimated_minutes"]) == 3
    assert float(row["measured_minutes"]) == 1.5
    assert int(row["attempts"]) == 2


def test_a_certificate_says_what_was_passed_and_what_it_is_worth(clock, tmp_path):
    file = tmp_path / "page.html"
    command = ["progress", "--certificate", str(file), "--name", "<b>Anna 安娜"]
    assert cli.main(command) == 0
    assert "0 of 1 exercises, 0 of 2 points" in file.read_text("utf-8")
    at(clock, 0, "passed")
    assert cli.main(command) == 0
    text = file.read_text("utf-8")
    assert "1 of 1 exercises, 2 of 2 points" in text
    assert "Double it" in text
    assert "checked by nobody" in text
    assert "the mark that counts is the teacher" in text
    assert "&lt;b&gt;Anna 安娜" in text
    assert "<b>" not in text
    assert "http" not in text.replace("http-equiv", "")


def test_what_cannot_be_written_costs_one_sentence(tmp_path, capsys):
    assert cli.main(["progress", "--export", str(tmp_path / "x.xls")]) == 1
    assert "must end in .json or .csv" in capsys.readouterr().err
