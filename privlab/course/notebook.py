"""From a py:percent source to the notebooks that people open.

An exercise source gives two: the learner's, with every solution region replaced by
a place to write, and the solved one. Regions are marked as in nbgrader.
"""

import hashlib
import json
import re
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from privlab.course.exercise import by_id

MARKER = re.compile(r"^# EXERCISE: (?P<id>[\w-]+)$", re.M)
HEADING = re.compile(r"^## (?P<id>[a-z]+-\d+)$", re.M)
SOLUTION = re.compile(
    r"^(?P<indent>[ \t]*)### BEGIN SOLUTION\n.*?^[ \t]*### END SOLUTION(?:\n|\Z)",
    re.M | re.S,
)
HIDDEN = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS\n.*?^[ \t]*### END HIDDEN TESTS(?:\n|\Z)",
    re.M | re.S,
)
REGION_LINE = re.compile(r"^[ \t]*### (?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS)\n?", re.M)
ASSIGNED = re.compile(r"^(\w+) = ", re.M)
TO_DO = "# YOUR CODE HERE\n{indent}raise NotImplementedError"


def read(path: Path) -> NotebookNode:
    """The notebook that a source file describes, with ids that follow from its text."""
    plain = jupytext.read(path, fmt="py:percent")
    cells = [_cell(cell) for cell in plain.cells]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata = {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }
    return _with_ids(notebook)


def for_learner(notebook: NotebookNode) -> NotebookNode:
    """The exercise as handed out: no solution, no hidden test, no output."""
    kept = [c for c in notebook.cells if "solution" not in c.metadata.get("tags", [])]
    return _mapped(notebook, kept, starter)


def for_reader(notebook: NotebookNode) -> NotebookNode:
    """The exercise solved, without the region markers and hidden tests."""

    def solved(source: str) -> str:
        return REGION_LINE.sub("", HIDDEN.sub("", source)).rstrip("\n")

    return _mapped(notebook, notebook.cells, solved)


def starter(source: str) -> str:
    """An answer cell before anyone has answered it."""

    def place(region: re.Match) -> str:
        if not region["indent"]:  # values, not a function body: `name = ...`
            names = ASSIGNED.findall(region[0])
            return "".join(f"{name} = ...  # YOUR ANSWER HERE\n" for name in names)
        return region["indent"] + TO_DO.format(indent=region["indent"]) + "\n"

    return SOLUTION.sub(place, HIDDEN.sub("", source)).rstrip("\n")


def answers(notebook: NotebookNode) -> dict[str, str]:
    """The text of every answer cell, by the exercise its marker names."""
    found: dict[str, str] = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and (marker := MARKER.search(cell.source)):
            found[marker["id"]] = cell.source
    return found


def dumps(notebook: NotebookNode) -> str:
    """The bytes of a built notebook, always the same for the same notebook."""
    return nbformat.writes(notebook) + "\n"


def digest(*texts: str) -> str:
    """One fingerprint of several texts; their borders count."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def content(notebook: NotebookNode) -> str:
    """The fingerprint of what a reader sees: every cell with its outputs."""
    cells = [[c.cell_type, c.source, c.get("outputs", [])] for c in notebook.cells]
    return digest(json.dumps(cells, ensure_ascii=False, sort_keys=True))


def headed(source: str) -> str:
    """A markdown cell whose ``## dp-01`` is completed by the exercise's title."""

    def heading(found: re.Match) -> str:
        exercise = by_id(found["id"])
        points = f"{exercise.points} point{'s' * (exercise.points > 1)}"
        price = f"{exercise.minutes} minutes · {points}"
        return f"## {exercise.id} · {exercise.title}\n\n{exercise.dots} · {price}"

    return HEADING.sub(heading, source)


def _cell(cell: NotebookNode) -> NotebookNode:
    source = headed(cell.source) if cell.cell_type == "markdown" else cell.source
    new = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    tags = cell.metadata.get("tags")
    return new[cell.cell_type](source, metadata={"tags": tags} if tags else {})


def _mapped(notebook: NotebookNode, cells: list, change) -> NotebookNode:
    copy = nbformat.from_dict({**notebook, "cells": cells})
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.source = change(cell.source)
    return copy


def _with_ids(notebook: NotebookNode) -> NotebookNode:
    """Name each cell after its exercise or its text; repeated texts are counted."""
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        marker = cell.cell_type == "code" and MARKER.search(cell.source)
        name = f"answer-{marker['id']}" if marker else digest(cell.source)[:12]
        seen[name] = seen.get(name, 0) + 1
        cell.id = name if seen[name] == 1 else f"{name}-{seen[name]}"
        if marker:
            cell.metadata["privlab"] = {"exercise": marker["id"]}
    return notebook
