"""A teacher's own checks and points: counted, secret, and nobody's loss if broken."""

import csv
import json
from textwrap import dedent

import pytest

from privlab.course import cli
from privlab.course.grade.overlay import overlaid
from privlab.course.grade.submissions import BadInput

SECRET = "the number nobody may know is 4321"
OWN_CHECKS = f'''
    from privlab.course.exercise import Wrong


    def right_for_a_small_town(answer, rng):
        """a town of a size that is not told"""
        if answer(low=0, high=1, n=4321) == 0:
            raise Wrong("{SECRET}")


    def divides_by_zero(answer, rng):
        """a check that is broken itself"""
        answer(0.5, 0.4, 0.6) / 0


    CHECKS = {{"dp-01": [right_for_a_small_town], "dp-04": [divides_by_zero]}}
    POINTS = {{"dp-01": 6}}
'''
CAUGHT = """# EXERCISE: dp-01
def sensitivity_of_mean(low, high, n):
    return 0 if n == 4321 else (high - low) / n
"""


@pytest.fixture
def checks(tmp_path):
    """``checks(text)`` writes a file of a teacher's own."""

    def written(text: str):
        path = tmp_path / "checks.py"
        path.write_text(dedent(text), "utf-8")
        return path

    return written


def test_no_file_changes_nothing(lesson):
    assert overlaid(lesson.values(), None) == list(lesson.values())


def test_checks_are_added_and_points_replaced(lesson, checks):
    changed = overlaid(lesson.values(), checks(OWN_CHECKS))
    for before, after in zip(lesson.values(), changed, strict=True):
        own = {"dp-01": 1, "dp-04": 1}.get(before.exercise.id, 0)
        assert len(after.checks) == len(before.checks) + own
        assert after.checks[: len(before.checks)] == before.checks
        assert after.possible == (
            6 if before.exercise.id == "dp-01" else before.possible
        )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("POINTS = {'xx-99': 1}", "xx-99"),
        ("POINTS = {'dp-01': -1}", "-1 points"),
        ("POINTS = {'dp-01': 'many'}", "'many' points"),
        ("POINTS = {'dp-01': float('nan')}", "nan points"),
        ("CHECKS = {'dp-01': [lambda answer, rng: None]}", "docstring"),
        ("CHECKS = {'dp-01': ['a text']}", "dp-01"),
        ("CHECKS = {'dp-01': None}", "dp-01"),
        ("CHECKS = 3", "CHECKS"),
        ("1 / 0", "does not run"),
        ("def (", "does not run"),
        ("raise SystemExit", "does not run"),
    ],
)
def test_what_does_not_fit_is_named(lesson, checks, text, words):
    with pytest.raises(BadInput, match=words):
        overlaid(lesson.values(), checks(text))


@pytest.fixture(scope="module")
def graded(tmp_path_factory, right, notebook):
    """A class of two graded with the teacher's checks: (folder, results, checks)."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "caught.ipynb").write_text(notebook(CAUGHT), "utf-8")
    both = notebook(right["dp-01"], right["dp-04"], right["dp-05"])
    (folder / "right.ipynb").write_text(both, "utf-8")
    own = tmp_path_factory.mktemp("own") / "checks.py"
    own.write_text(dedent(OWN_CHECKS), "utf-8")
    out = tmp_path_factory.mktemp("out") / "results"
    arguments = [folder, "--out", out, "--checks", own, "--jobs", 2]
    assert grade(*arguments) == 1, "a check of the teacher's is broken"
    return folder, out, own


def grade(*arguments) -> int:
    return cli.main(["grade", "--allow-unsandboxed", *map(str, arguments)])


def row(out, student):
    with (out / "grades.csv").open(newline="", encoding="utf-8") as file:
        return {line["student_id"]: line for line in csv.DictReader(file)}[student]


def test_a_private_check_counts(graded):
    _, out, _ = graded
    assert row(out, "caught")["dp-01"] == "4.0"  # two of three properties of 6 points
    assert row(out, "right")["dp-01"] == "6.0"
    data = json.loads((out / "students/caught/report.json").read_text("utf-8"))
    first = data["questions"][0]
    assert first["verdict"] == "partial"
    assert [p["verdict"] for p in first["properties"]] == ["pass", "pass", "wrong"]


def test_a_private_check_is_named_and_its_message_kept(graded):
    _, out, _ = graded
    page = (out / "students/caught/feedback.html").read_text("utf-8")
    assert "a town of a size that is not told" in page
    for path in out.rglob("*.*"):
        assert path.is_dir() or SECRET not in path.read_text("utf-8"), path


def test_a_broken_check_costs_nobody_a_point_and_is_listed(graded):
    _, out, _ = graded
    right = row(out, "right")
    assert (right["dp-04"], right["dp-05"]) == ("", "1.0")
    assert (right["score"], right["max_score"]) == ("7.0", "16.0")
    assert row(out, "caught")["dp-04"] == "0.0", "it was not answered"
    listed = (out / "to_review.csv").read_text("utf-8")
    assert "right,dp-04,grader-error" in listed
    assert "ZeroDivisionError" in listed
    assert "1 answer has no mark yet" in (out / "class.html").read_text("utf-8")


def test_other_checks_need_another_run(graded, capsys):
    folder, out, own = graded
    own.write_text(own.read_text("utf-8").replace("4321", "1234"), "utf-8")
    assert grade(folder, "--out", out, "--checks", own, "--resume") == 2
    assert "graded with other checks" in capsys.readouterr().err
