"""Submissions a minute: ``privlab grade`` beside nbgrader's autograde, same checks.

Both mark the same notebooks of the same class with the same public and hidden checks:
nbgrader in the student's own kernel, as it does, one student after another; privlab in
a sandbox for each student, two at a time. The runs alternate.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from bench._table import Row
from privlab.course import notebook as nb
from privlab.course import paths

LESSON = "03_1_differential_privacy"
STUDENTS, ROUNDS, JOBS = 40, 7, 2  # a class of forty
CHECKED = """
import numpy as np
from privlab.course.check import judge
from privlab.course.exercise import by_id
exercise = by_id("{exercise}")
verdict = judge(
    exercise, {answer}, exercise.public + exercise.hidden, rng=np.random.default_rng()
)
assert verdict.status == "passed", verdict
"""


def main() -> list[Row]:
    with tempfile.TemporaryDirectory() as place:
        ours, theirs = _class(Path(place) / "class"), _course(Path(place) / "nbgrader")
        seconds: dict[str, list[float]] = {"privlab": [], "nbgrader": []}
        for number in range(ROUNDS):
            jobs = {
                "privlab": lambda n=number: _privlab(ours, Path(place) / f"out{n}"),
                "nbgrader": lambda: _nbgrader(theirs),
            }
            order = list(jobs) if number % 2 else list(jobs)[::-1]
            for name in order:
                start = time.perf_counter()
                jobs[name]()
                seconds[name].append(time.perf_counter() - start)
    return _report(seconds)


def _report(seconds: dict[str, list[float]]) -> list[Row]:
    rates = {
        name: [60 * STUDENTS / s for s in times] for name, times in seconds.items()
    }
    ratios = [a / b for a, b in zip(*rates.values(), strict=True)]
    for name, each in rates.items():
        print(f"{name:9} {statistics.median(each):6.1f} submissions a minute")
    print(
        f"ratio     {statistics.median(ratios):6.1f} (median of {ROUNDS}, "
        f"{min(ratios):.1f} to {max(ratios):.1f}; {STUDENTS} students, {JOBS} jobs)"
    )
    ours, theirs = (
        f"{statistics.median(each):.0f} a minute" for each in rates.values()
    )
    return [
        Row(
            job=f"Marking a class of {STUDENTS}, submissions",
            ours=ours,
            peer="nbgrader autograde",
            theirs=theirs,
            ratio=f"{statistics.median(ratios):.1f}",
        )
    ]


def _solved() -> nbformat.NotebookNode:
    source = paths.COURSE / "source" / "exercises" / f"{LESSON}.py"
    return nb.for_reader(nb.read(source))


def _class(place: Path) -> Path:
    """A folder with a solved notebook for each student."""
    place.mkdir()
    for number in range(STUDENTS):
        (place / f"student{number}.ipynb").write_text(nb.dumps(_solved()), "utf-8")
    return place


def _privlab(handed_in: Path, out: Path) -> None:
    grade = ["-m", "privlab.course.cli", "grade", handed_in, "--out", out]
    _run([*grade, "--jobs", JOBS], handed_in)


def _course(place: Path) -> Path:
    """An nbgrader course: the lesson with a test cell for each exercise, handed in."""
    source = place / "source" / LESSON
    source.mkdir(parents=True)
    notebook = _solved()
    cells = [_marked(cell) for cell in notebook.cells if cell.cell_type == "code"]
    notebook.cells = [cell for pair in cells for cell in pair]
    nbformat.write(notebook, source / f"{LESSON}.ipynb")
    _run(["-m", "nbgrader", "generate_assignment", LESSON, "--create"], place)
    for number in range(STUDENTS):
        target = place / "submitted" / f"student{number}" / LESSON
        target.mkdir(parents=True)
        nbformat.write(notebook, target / f"{LESSON}.ipynb")
    return place


def _marked(cell: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """An answer cell with its test cell; other cells only if they set things up."""
    from privlab.course.exercise import by_id

    found = nb.MARKER.search(cell.source)
    if not found:
        return [] if cell.source.startswith(("check", "# hint", "progress")) else [cell]
    name = found["id"]
    cell.metadata["nbgrader"] = _nbgrader_cell(name, solution=True)
    source = CHECKED.format(exercise=name, answer=by_id(name).answer)
    test = nbformat.v4.new_code_cell(source)
    test.metadata["nbgrader"] = _nbgrader_cell(
        f"test-{name}", points=by_id(name).points, grade=True, locked=True
    )
    return [cell, test]


def _nbgrader_cell(name: str, **more) -> dict:
    fixed = {"grade": False, "locked": False, "solution": False, "task": False}
    return {"grade_id": name, "schema_version": 3, **fixed, **more}


def _nbgrader(course: Path) -> None:
    shutil.rmtree(course / "autograded", ignore_errors=True)
    _run(["-m", "nbgrader", "autograde", LESSON, "--force"], course)


def _run(arguments: list, folder: Path) -> None:
    command = [sys.executable, *map(str, arguments)]
    # nbgrader starts a program of its own, which lies beside this Python
    here = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": here}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{command} failed:\n{done.stderr[-2000:]}")
