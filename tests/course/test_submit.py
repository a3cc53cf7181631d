"""privlab submit: what is handed in is what the grader reads, and never half of it."""

import os
import stat

import pytest

from privlab.course import cli, notebook, submit
from privlab.course.grade.submissions import collect


@pytest.fixture
def work(course, exercise_source, tmp_path, monkeypatch):
    """A learner's copy with the course's one exercise, not answered yet."""
    folder = tmp_path / "own"
    (folder / "exercises").mkdir(parents=True)
    built = notebook.dumps(notebook.for_learner(notebook.read(exercise_source)))
    (folder / "exercises" / "01_double.ipynb").write_text(built, "utf-8")
    monkeypatch.setenv("PRIVLAB_WORK", str(folder))
    return folder


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The learner's folder on the server."""
    folder = tmp_path / "handed-in" / "anna"
    folder.mkdir(parents=True)
    monkeypatch.setenv("PRIVLAB_HAND_IN", str(folder))
    return folder


def solve(work, code="return 2 * x"):
    path = work / "exercises" / "01_double.ipynb"
    empty = "# YOUR CODE HERE\\n    raise NotImplementedError"
    text = path.read_text("utf-8")
    assert "raise NotImplementedError" in text
    text = text.replace('"    # YOUR CODE HERE\\n",', "")
    text = text.replace("raise NotImplementedError()", code)
    path.write_text(text.replace("raise NotImplementedError", code), "utf-8")
    assert empty not in path.read_text("utf-8")
    return path


def test_the_receipt_counts_answers_and_the_grader_finds_the_same(work, place, capsys):
    assert cli.main(["submit", "01"]) == 0
    said = capsys.readouterr().out
    assert said == "Handed in 01_double.ipynb: 0 of 1 exercises answered.\n"
    path = solve(work)
    assert cli.main(["submit", "01"]) == 0
    said = capsys.readouterr().out
    assert said == "Handed in 01_double.ipynb: 1 of 1 exercises answered.\n"
    assert (place / path.name).read_bytes() == path.read_bytes()
    (found,) = collect(place.parent)
    assert found.student == "anna"
    assert "2 * x" in found.answers["ex-01"].code


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_the_teachers_group_may_read_it_and_others_may_not(work, place):
    before = os.umask(0o077)
    try:
        cli.main(["submit", "01"])
    finally:
        os.umask(before)
    mode = stat.S_IMODE((place / "01_double.ipynb").stat().st_mode)
    assert mode == 0o640


def test_a_path_and_another_place_can_be_named(work, tmp_path):
    there = tmp_path / "there"
    there.mkdir()
    path = str(work / "exercises" / "01_double.ipynb")
    assert cli.main(["submit", path, "--to", str(there)]) == 0
    assert [p.name for p in there.iterdir()] == ["01_double.ipynb"]


def test_without_a_server_nothing_is_handed_in_and_the_way_is_named(
    work, monkeypatch, capsys
):
    monkeypatch.delenv("PRIVLAB_HAND_IN", raising=False)
    assert cli.main(["submit", "01"]) == 1
    assert "--to" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lesson", "content", "told"),
    [
        ("99", None, "a name that starts '99'"),
        ("gone.ipynb", None, "gone.ipynb cannot be read"),
        ("odd.ipynb", "not json", "is not a readable notebook"),
        ("odd.ipynb", '{"cells": []}', "holds no answer"),
    ],
)
def test_what_is_no_exercise_is_refused_and_an_earlier_one_stays(
    work, place, capsys, monkeypatch, lesson, content, told
):
    monkeypatch.chdir(work)
    (place / "odd.ipynb").write_text("earlier")
    if content is not None:
        (work / lesson).write_text(content)
    assert cli.main(["submit", lesson]) == 1
    assert told in capsys.readouterr().err
    assert [p.name for p in place.iterdir()] == ["odd.ipynb"]
    assert (place / "odd.ipynb").read_text() == "earlier"


def test_too_large_a_notebook_is_refused(work, place, capsys, monkeypatch):
    monkeypatch.setattr(submit, "LARGEST_NOTEBOOK", 10)
    assert cli.main(["submit", "01"]) == 1
    assert "clear its outputs" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_costs_one_sentence(work, place, capsys):
    place.rmdir()
    assert cli.main(["submit", "01"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "tell your teacher" in said
