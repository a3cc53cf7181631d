"""``privlab grade`` for real: marks, reports, a killed run, a repetition, bad input.

The submissions are harmless, so a computer without a sandbox runs these tests too.
"""

import csv
import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import psutil
import pytest

from privlab.course import cli
from privlab.course.exercise import exercises
from privlab.course.grade import choice
from privlab.course.grade.grading import differences
from privlab.course.grade.results import student_from_data
from privlab.course.grade.sandbox import LIMITS_ONLY
from privlab.course.grade.store import safe

LESSON = "03_1_differential_privacy"
HOSTILE = "=1+1 <img src=x onerror=alert(1)>"
RAISES = """# EXERCISE: dp-01
def sensitivity_of_mean(low, high, n):
    raise ValueError("<script>alert(2)</script>")
"""
STUDENTS = ("Ann", "Bob", "Cem", "Dan", "Eve")
SLOW = """# EXERCISE: dp-01
import time
time.sleep(0.5)

def sensitivity_of_mean(low, high, n):
    return (high - low) / n
"""


def grade(*arguments) -> int:
    return cli.main(["grade", "--allow-unsandboxed", *map(str, arguments)])


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def rows(path: Path) -> list[dict]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def report(out: Path, student: str) -> dict:
    path = out / "students" / safe(student) / "report.json"
    return json.loads(path.read_text("utf-8"))


def verdicts(out: Path, student: str) -> dict[str, str]:
    """The verdict of each question that the student answered."""
    every = {q["exercise"]: q["verdict"] for q in report(out, student)["questions"]}
    return {name: verdict for name, verdict in every.items() if verdict != "missing"}


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory, right, starters, mistaken, notebook):
    """Six submissions in a zip file, where every name can be written."""
    place = tmp_path_factory.mktemp("handed in") / "class.zip"
    windows = notebook(*right.values()).replace("\\n", "\\r\\n").replace("{", "{\r\n")
    unknown = "# EXERCISE: xx-99\nx = 1"
    texts = {
        "perfect": notebook(*right.values()),
        "empty": notebook(*starters.values()),
        "wrong": notebook(mistaken("dp-01", "sum-not-mean"), right["dp-05"]),
        "unreadable": "{",
        "windows": "\ufeff" + windows,
        HOSTILE: notebook(RAISES, right["dp-04"], unknown),
    }
    with zipfile.ZipFile(place, "w") as archive:
        for student, text in texts.items():
            archive.writestr(f"{student}/homework (2).ipynb", text)
    return place


@pytest.fixture(scope="module")
def out(handed_in, tmp_path_factory):
    """The results of one run over them."""
    out = tmp_path_factory.mktemp("graded") / "Ergebnisse 结果"
    assert grade(handed_in, "--out", out, "--jobs", 2) == 0
    return out


def test_every_mark_is_right(out, lesson):
    every = dict.fromkeys(lesson, "pass")
    assert verdicts(out, "perfect") == verdicts(out, "windows") == every
    assert verdicts(out, "empty") == verdicts(out, "unreadable") == {}
    assert verdicts(out, "wrong") == {"dp-01": "wrong", "dp-05": "pass"}
    assert verdicts(out, HOSTILE) == {"dp-01": "wrong", "dp-04": "pass"}
    scores = {
        row["student_id"]: float(row["score"]) for row in rows(out / "grades.csv")
    }
    assert scores == {
        **{"perfect": 12, "windows": 12, "wrong": 1},
        **{"empty": 0, "unreadable": 0, f"'{HOSTILE}": 1},
    }


def test_the_run_is_logged(out, handed_in):
    log = json.loads((out / "run.json").read_text("utf-8"))
    assert log["lessons"] == [LESSON]
    assert log["isolation"] == choice.best().name == report(out, "wrong")["isolation"]
    assert log["limits"]["seconds"] == 20
    assert 0 <= log["seed"] < 2**63
    assert log["broken"] == {}


def test_what_is_odd_is_listed_for_a_person(out):
    listed = {(row["student"], row["note"]) for row in rows(out / "to_review.csv")}
    assert listed == {
        (f"'{HOSTILE}", "unknown exercise: xx-99"),
        ("unreadable", "unreadable/homework (2).ipynb is not a readable notebook"),
    }


def test_the_commonest_mistake_is_named(out):
    first = rows(out / "questions.csv")[0]
    assert (first["question"], first["commonest_mistake"]) == ("dp-01", "sum-not-mean")
    assert (first["attempts"], first["pass_rate"], first["missing"]) == (
        "4",
        "0.5",
        "2",
    )


def test_copies_of_the_solution_are_named(out):
    alike = {
        (r["question"], r["student"], r["other"]) for r in rows(out / "similar.csv")
    }
    assert ("dp-08", "perfect", "(the course's solution)") in alike
    assert not {student for _, student, _ in alike} - {
        "perfect",
        "windows",
        f"'{HOSTILE}",
    }


def test_pages_tell_the_mistake_and_no_hidden_message(out):
    shown = (out / "students/wrong/feedback.html").read_text("utf-8")
    assert exercises()["dp-01"].mistakes["sum-not-mean"].message in shown
    for question in report(out, "wrong")["questions"]:
        assert not [p for p in question["properties"] if p["hidden"] and p["message"]]


def test_no_page_runs_what_a_student_wrote(out):
    for path in out.rglob("*.html"):
        text = path.read_text("utf-8")
        assert "<script" not in text, path
        assert "<img src=x" not in text, path
    own = out / "students" / safe(HOSTILE) / "feedback.html"
    assert "&lt;script&gt;alert(2)" in own.read_text("utf-8")


def test_the_class_files_follow_from_the_reports(out, handed_in):
    before = contents(out)
    assert grade(handed_in, "--out", out, "--resume") == 0
    assert contents(out) == before


def test_the_marks_go_into_a_gradebook(out, handed_in, tmp_path):
    api = pytest.importorskip("nbgrader.api", reason="the extra `grade` is not here")
    place = tmp_path / "course" / "gradebook.db"
    assert grade(handed_in, "--out", out, "--resume", "--to-gradebook", place) == 0
    scores = {
        row["student_id"]: float(row["score"]) for row in rows(out / "grades.csv")
    }
    with api.Gradebook(f"sqlite:///{place}") as book:
        found = {
            one.student.id: one.score for one in book.assignment_submissions(LESSON)
        }
    assert found == {safe(name.removeprefix("'")): scores[name] for name in scores}


def test_a_replay_gives_the_same_marks_and_writes_nothing(out, handed_in, capsys):
    before = contents(out)
    assert grade(handed_in, "--out", out, "--replay", HOSTILE) == 0
    assert f"{HOSTILE}: the marks are the same" in capsys.readouterr().out
    assert contents(out) == before


def test_a_replay_says_what_differs(out):
    data = report(out, "wrong")
    before = student_from_data(data)
    data["questions"][0] |= {"verdict": "pass", "points": 1}
    data["questions"][0]["seconds"] += 1
    data["questions"][0]["properties"][0]["verdict"] = "pass"
    assert differences(before, before) == []
    assert differences(before, student_from_data(data)) == [
        "dp-01, in all: was wrong, 0 of 1 points, is pass, 1 of 1 points",
        "dp-01, ten salaries clipped to [20 000, 120 000]: was wrong, is pass",
    ]


def empty_folder(folder: Path) -> list:
    return [folder]


def no_folder(folder: Path) -> list:
    return [folder / "nowhere"]


def no_notebook_of_this_course(folder: Path) -> list:
    (folder / "Ann.ipynb").write_text('{"cells": []}', "utf-8")
    return [folder]


def no_zip_file(folder: Path) -> list:
    (folder / "class.zip").write_text("not a zip", "utf-8")
    return [folder / "class.zip"]


def unknown_lesson(_: Path) -> list:
    return ["the class", "--lesson", "99_9_nothing"]


def no_file_of_checks(folder: Path) -> list:
    return ["the class", "--checks", folder / "checks.py"]


def checks_that_do_not_run(folder: Path) -> list:
    (folder / "checks.py").write_text("CHECKS = {", "utf-8")
    return ["the class", "--checks", folder / "checks.py"]


def other_settings(_: Path) -> list:
    return ["the class", "--seconds", "3"]


def nobody_to_replay(_: Path) -> list:
    return ["the class", "--replay", "nobody"]


def another_notebook_to_replay(folder: Path) -> list:
    cell = {"cell_type": "code", "source": "# EXERCISE: dp-01\nx = 1"}
    (folder / "wrong.ipynb").write_text(json.dumps({"cells": [cell]}), "utf-8")
    return [folder, "--replay", "wrong"]


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (empty_folder, "holds no .ipynb file"),
        (no_folder, "does not exist"),
        (no_notebook_of_this_course, "no notebook holds an answer"),
        (no_zip_file, "not a readable zip file"),
        (unknown_lesson, "no lesson '99_9_nothing'"),
        (no_file_of_checks, "is not a file of checks"),
        (checks_that_do_not_run, "does not run"),
        (other_settings, "graded with other limits"),
        (nobody_to_replay, "holds no result of 'nobody'"),
        (another_notebook_to_replay, "handed in something else"),
    ],
)
def test_bad_input_is_one_sentence_and_changes_nothing(
    out, handed_in, tmp_path, capsys, case, words
):
    before = contents(out)
    arguments = [handed_in if a == "the class" else a for a in case(tmp_path)]
    assert grade(*arguments, "--out", out, "--resume") == 2
    [sentence] = capsys.readouterr().err.splitlines()
    assert sentence.startswith("privlab grade: ")
    assert words in sentence
    assert contents(out) == before


def test_results_are_not_written_over(out, handed_in, capsys):
    before = contents(out)
    assert grade(handed_in, "--out", out) == 2
    assert "--resume" in capsys.readouterr().err
    assert contents(out) == before


@pytest.mark.parametrize(
    "wrong",
    [("--jobs", "0"), ("--jobs", "two"), ("--seconds", "-1"), ("--seconds", "nan")],
)
def test_a_number_that_makes_no_sense_is_refused(handed_in, tmp_path, wrong):
    with pytest.raises(SystemExit) as ended:
        grade(handed_in, "--out", tmp_path / "out", *wrong)
    assert ended.value.code == 2


def test_without_a_sandbox_it_must_be_asked_for(
    handed_in, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(choice, "ISOLATIONS", {LIMITS_ONLY.name: LIMITS_ONLY})
    assert cli.main(["grade", str(handed_in), "--out", str(tmp_path / "out")]) == 2
    assert "--allow-unsandboxed" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_killed_run_goes_on_and_grades_nobody_twice(tmp_path, right, notebook):
    class_, out = tmp_path / "class", tmp_path / "out"
    class_.mkdir()
    for name in STUDENTS:
        (class_ / f"{name}.ipynb").write_text(notebook(SLOW, right["dp-04"]), "utf-8")

    kill_after_one(class_, out)
    done = {
        path: path.stat().st_mtime_ns for path in out.glob("students/*/report.json")
    }
    assert 0 < len(done) < len(STUDENTS)
    (out / "students" / "report.json.99.tmp").write_text("half a rep")
    assert grade(class_, "--out", out, "--resume", "--jobs", 2) == 0
    assert {path: path.stat().st_mtime_ns for path in done} == done
    assert [row["score"] for row in rows(out / "grades.csv")] == ["2.0"] * 5
    assert not list(out.rglob("*.tmp"))

    before = contents(out / "students")
    (class_ / "Bob.ipynb").write_text(notebook(right["dp-04"]), "utf-8")
    assert grade(class_, "--out", out, "--resume") == 0
    after = contents(out / "students")
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"Bob/report.json", "Bob/feedback.html"}
    scores = [row["score"] for row in rows(out / "grades.csv")]
    assert scores == ["2.0", "1.0", "2.0", "2.0", "2.0"]


def kill_after_one(class_: Path, out: Path) -> None:
    """Begin a run, kill it when the first report is there; nothing of it lives on."""
    command = [sys.executable, "-m", "privlab.course.cli", "grade", str(class_)]
    options = ["--out", str(out), "--jobs", "2", "--allow-unsandboxed"]
    with subprocess.Popen(
        [*command, *options], stderr=subprocess.DEVNULL, env=os.environ
    ) as process:
        deadline = time.monotonic() + 120
        while not list(out.glob("students/*/report.json")):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        started = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    _, alive = psutil.wait_procs(started, timeout=60)
    assert not alive
