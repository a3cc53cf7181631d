"""Every exercise of the course, graded for real: its own solution gets all marks."""

import json
import shutil

from privlab.course import cli, paths
from privlab.course.exercise import exercises


def test_a_student_who_hands_in_all_solutions_gets_every_point(tmp_path):
    """Several lessons in one run, each in the sandbox that this computer has."""
    handed_in, out = tmp_path / "class" / "Ann", tmp_path / "out"
    shutil.copytree(paths.COURSE / "solutions", handed_in)
    grade = ["grade", "--allow-unsandboxed", str(handed_in.parent), "--out", str(out)]
    assert cli.main([*grade, "--jobs", "2"]) == 0
    assert json.loads((out / "run.json").read_text("utf-8"))["broken"] == {}
    [report] = out.glob("students/*/report.json")
    marks = json.loads(report.read_text("utf-8"))["questions"]
    assert {q["exercise"]: q["verdict"] for q in marks} == dict.fromkeys(
        exercises(), "pass"
    )
