"""From a py:percent source to the notebooks that people open.

An exercise source gives two: the learner's, with every solution region replaced by
a place to write, and the solved one. Regions are marked as in nbgrader.
"""

import base64
import hashlib
import json
import re
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from privlab.course.exercise import by_id


def _region(name: str) -> re.Pattern:
    begin, end = (rf"### {word} {name}[ \t]*" for word in ("BEGIN", "END"))
    return re.compile(
        rf"^(?P<indent>[ \t]*){begin}\n(?P<body>.*?)^[ \t]*{end}(?:\n|\Z)", re.M | re.S
    )


MARKER = re.compile(r"^# EXERCISE: (?P<id>[a-z]+-\d+)[ \t]*$", re.M)
HEADING = re.compile(r"^## (?P<id>[a-z]+-\d+)[ \t]*$", re.M)
SOLUTION, HIDDEN = _region("SOLUTION"), _region("HIDDEN TESTS")
LOOSE = re.compile(r"^[ \t]*#+ *(?:BEGIN|END) (?:SOLUTION|HIDDEN).*", re.M | re.I)
ASSIGNED = re.compile(r"^(\w+) = ", re.M)
PICTURE = "picture-"  # tag of a cell whose figure stands in docs/ too
PERCENT = {
    "extension": ".py",
    "format_name": "percent",
    "comment_magics": False,  # a comment stays one, even `# copy the list`
}


def read(path: Path) -> NotebookNode:
    """The notebook that a source file describes, with ids that follow from its text."""
    cells = [_cell(cell) for cell in jupytext.read(path, fmt=PERCENT).cells]
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
    """The exercise as handed out: no solution, no hidden test, no output.

    ``ValueError`` where a region is not closed: what it hides would be handed out.
    """
    return _mapped(notebook, _without("solution", notebook), starter)


def for_reader(notebook: NotebookNode) -> NotebookNode:
    """The exercise solved, without region markers, hidden tests and learner's cells.

    What a cell tagged ``learner`` shows (a record) is nobody's on a printed page.
    """
    return _mapped(notebook, _without("learner", notebook), solved)


def _without(tag: str, notebook: NotebookNode) -> list[NotebookNode]:
    return [c for c in notebook.cells if tag not in c.metadata.get("tags", [])]


def starter(source: str) -> str:
    """An answer cell before anyone has answered it.

    A function's body becomes ``raise NotImplementedError``, a value ``name = ...``.
    """

    def place(region: re.Match) -> str:
        indent = region["indent"]
        if indent:
            return f"{indent}# YOUR CODE HERE\n{indent}raise NotImplementedError\n"
        names = dict.fromkeys(ASSIGNED.findall(region["body"]))
        if not names:
            raise ValueError(f"no `name = ...` in the solution:\n{region['body']}")
        return "".join(f"{name} = ...  # YOUR ANSWER HERE\n" for name in names)

    return SOLUTION.sub(place, HIDDEN.sub("", source)).rstrip("\n")


def solved(source: str) -> str:
    """The same cell with its answer."""
    return SOLUTION.sub(r"\g<body>", HIDDEN.sub("", source)).rstrip("\n")


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
    """The fingerprint of what a reader sees: every cell with its outputs.

    How often a cell has run is not counted, nor are ids, tags and times.
    """
    cells = [
        [cell.cell_type, cell.source]
        + [{**output, "execution_count": None} for output in cell.get("outputs", [])]
        for cell in notebook.cells
    ]
    return digest(json.dumps(cells, sort_keys=True))


def pictures(notebook: NotebookNode) -> dict[str, bytes]:
    """The first figure of each cell tagged ``picture-NAME``, as PNG, by its name."""
    found = {}
    for cell in notebook.cells:
        for tag in cell.metadata.get("tags", []):
            if tag.startswith(PICTURE):
                shown = [output.get("data", {}) for output in cell.outputs]
                first = next(data for data in shown if "image/png" in data)
                found[tag.removeprefix(PICTURE)] = base64.b64decode(first["image/png"])
    return found


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
        if loose := LOOSE.search(cell.source):
            raise ValueError(f"{loose[0].strip()!r} is no complete region of code")
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
