"""The dated table: what it says, where it goes, and that no comparison is left out."""

import json
import re
import time
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench import _table
from bench.__main__ import NAMES, main
from bench.course import LAST, Measured
from privlab.widgets import live

COURSE = Path(__file__).resolve().parents[1]
ROW = _table.Row(job="A job", ours="1 ms", peer="a peer", theirs="5 ms", ratio="5")


@pytest.fixture
def places(tmp_path, monkeypatch):
    readme = tmp_path / "README.md"
    readme.write_text("Before.\n\n" + "".join(_table.MARKS) + "\nAfter.\n", "utf-8")
    monkeypatch.setattr(_table, "README", readme)
    monkeypatch.setattr(_table, "MEASUREMENTS", tmp_path / "measurements.md")
    monkeypatch.setattr(_table, "KEPT", tmp_path / "measurements.json")
    return tmp_path


def test_the_table_is_dated_and_says_where_it_was_made(places):
    _table.keep("grading", [asdict(ROW)], "printed\n")
    told = (places / "measurements.md").read_text("utf-8")
    assert re.search(
        r"Measured on \d{4}-\d\d-\d\d: .+ cores, .+ GB, .+, Python 3", told
    )
    assert "| A job | 1 ms | a peer | 5 ms | 5 |" in told
    assert "## grading\n\nSubmissions a minute" in told
    assert "```\nprinted\n```" in told


def test_the_readme_gets_the_same_table_and_nothing_else_changes(places):
    _table.keep("grading", [asdict(ROW)], "")
    once = (places / "README.md").read_text("utf-8")
    _table.keep("grading", [asdict(ROW)], "")
    assert (places / "README.md").read_text("utf-8") == once
    assert once.startswith("Before.\n\n<!--")
    assert once.endswith("-->\n\nAfter.\n")
    assert once.count("| A job |") == 1


def test_a_comparison_measured_anew_replaces_its_own_rows_only(places):
    for name, job in (("grading", "old"), ("course", "other"), ("grading", "new")):
        _table.keep(name, [asdict(ROW) | {"job": job}], "")
    told = (places / "README.md").read_text("utf-8")
    assert [job for job in ("old", "other", "new") if f"| {job} |" in told] == [
        "other",
        "new",
    ]


def test_the_shipped_table_is_made_of_what_was_kept(places):
    _table.write(json.loads((COURSE / "docs" / "measurements.json").read_text("utf-8")))
    shipped = (COURSE / "docs" / "measurements.md").read_text("utf-8")
    assert (places / "measurements.md").read_text("utf-8") == shipped


def test_the_real_readme_has_the_place_for_it():
    text = (COURSE / "README.md").read_text("utf-8")
    begin, end = _table.MARKS
    assert text.index(begin) < text.index(end)


@pytest.mark.parametrize(
    "wrong",
    [["speed"], ["--write", "speed"], ["course", "here", "there"]],
    ids=" ".join,
)
def test_an_unknown_name_is_refused_with_the_known_ones(wrong, capsys):
    assert main(wrong) == 2
    told = capsys.readouterr().err
    assert all(name in told for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_comparison_has_rows_and_says_what_it_does(name):
    source = (COURSE / "bench" / f"{name}.py").read_text("utf-8")
    assert source.startswith('"""')
    assert "def main() -> list[Row]:" in source


def test_a_lesson_over_a_limit_is_named_with_the_limit_it_breaks():
    own = {"name": "lesson", "widgets": 1}
    assert Measured(seconds=59, megabytes=1499, frame=199, **own).over == []
    slow = Measured(seconds=61, megabytes=1501, frame=201, **own)
    assert slow.over == [
        "lesson: 61 s",
        "lesson: 1501 MB",
        "lesson: a widget of 201 ms",
    ]


class Explorer:
    """A widget of one control that only notes where it was moved."""

    def __init__(self):
        self.moves = []
        self.values = {"x": 1}
        self.controls = {"x": SimpleNamespace(values=(1, 2, 3), value=1)}

    def redraw(self, values):
        self.moves.append(values["x"])


def test_the_frames_of_a_widget_that_follows_are_timed_and_of_no_other(capsys):
    follows, on_run = Explorer(), Explorer()
    shown = [(follows, live.following), (on_run, live.on_run)]
    space = {"bench_shown": shown, "bench_start": 0, "bench_time": time}
    exec(LAST, space)
    assert (follows.moves, on_run.moves) == ([2, 3], [])
    _, widgets, (frames,) = json.loads(capsys.readouterr().out)
    assert (widgets, len(frames)) == (2, 2)
