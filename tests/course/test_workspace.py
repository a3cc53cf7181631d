"""The learner's own copy: whole at first, and never written over."""

import os
import stat
import subprocess
import sys

import pytest

from privlab.course import doctor, paths, workspace


@pytest.fixture
def notebooks(course):
    """A course of one lesson and its exercises."""
    course("notebooks/01_double.ipynb", "lesson")
    course("exercises/01_double.ipynb", "exercises")
    course("exercises/notes.txt", "not a notebook")
    course("solutions/01_double.ipynb", "solutions")


def texts(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in files}


def test_the_copy_has_lessons_and_exercises_and_no_solutions(notebooks, tmp_path):
    made = workspace.lay_out(tmp_path / "own")
    names = {str(path.relative_to(tmp_path / "own")) for path in made}
    assert {name.replace(os.sep, "/") for name in names} == {
        "notebooks/01_double.ipynb",
        "exercises/01_double.ipynb",
    }


def test_what_the_learner_wrote_stays_and_what_is_gone_comes_back(
    notebooks, course, tmp_path
):
    own = tmp_path / "own"
    workspace.lay_out(own)
    (own / "exercises" / "01_double.ipynb").write_text("my answer")
    (own / "notebooks" / "01_double.ipynb").unlink()
    course("notebooks/02_more.ipynb", "new lesson")
    course("exercises/01_double.ipynb", "exercises, mended")
    made = workspace.lay_out(own)
    assert sorted(path.name for path in made) == ["01_double.ipynb", "02_more.ipynb"]
    assert sorted(texts(own).values()) == ["lesson", "my answer", "new lesson"]


def test_a_read_only_original_gives_a_copy_that_can_be_written(notebooks, tmp_path):
    (paths.COURSE / "notebooks" / "01_double.ipynb").chmod(0o444)
    workspace.lay_out(tmp_path / "own")
    mode = (tmp_path / "own" / "notebooks" / "01_double.ipynb").stat().st_mode
    assert mode & stat.S_IWUSR


@pytest.mark.skipif(os.name == "nt", reason="the class server is for Linux")
def test_the_program_that_follows_runs_in_the_copy_which_is_the_owners_alone(tmp_path):
    own = tmp_path / "own"
    code = "import os; open('x', 'w'); print(os.getcwd())"
    command = [sys.executable, "-m", "privlab.course.workspace"]
    done = subprocess.run(
        [*command, sys.executable, "-c", code],
        env={**os.environ, "PRIVLAB_WORK": str(own)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == str(own.resolve()), done.stderr
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in own.rglob("*")} == {0}


def test_the_doctor_looks_at_the_learners_copy(monkeypatch, tmp_path):
    monkeypatch.setenv("PRIVLAB_WORK", str(tmp_path / "own"))
    found = {finding.name: finding for finding in doctor.diagnose()}
    assert str(tmp_path / "own") in found["course"].detail
