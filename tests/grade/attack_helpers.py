"""The attack suite's class: notebooks with hostile or unlucky answers, and their marks.

A file in ``attacks/`` is one student. Its first comments say what must come of which
exercise (all the others are right); cells are divided by ``# %%``. A cell with a marker
takes the place of that exercise's answer (with several, of all of them), any other is
put before the first answer. ``odd_files`` adds notebooks that are odd themselves.
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from privlab.course import notebook as nb
from privlab.course import paths
from privlab.course.grade import results, run
from privlab.course.grade.answers import MARKER
from privlab.course.grade.choice import works
from privlab.course.grade.question import questions
from privlab.course.grade.results import StudentResult
from privlab.course.grade.sandbox import BUBBLEWRAP, UNSHARE, Isolation, Limits
from privlab.course.grade.submissions import collect

LESSON = "03_1_differential_privacy"
SOURCE = paths.COURSE / "source" / "exercises" / f"{LESSON}.py"
QUESTIONS = tuple(questions(LESSON))
QUICK = tuple(q for q in QUESTIONS if q.exercise.id not in ("dp-02", "dp-08"))
SANDBOXES = [one for one in (BUBBLEWRAP, UNSHARE) if one.present() and works(one)]
MARK = re.compile(
    r"^# (?P<id>dp-\d\d): (?P<words>[\w -]+?)(, (?P<of>\d) of \d)?$", re.M
)
SPELT = {"<NUL>": "\0", "<DEEP>": "-" * 50_000 + "1"}


@dataclass(frozen=True)
class Mark:
    """What an answer must get: one of these verdicts, and how many properties."""

    verdicts: tuple[str, ...]
    passed: int


@dataclass(frozen=True)
class Student:
    """One file of ``attacks/``."""

    name: str
    marks: dict[str, Mark]
    cells: tuple[str, ...]


def student(path: Path) -> Student:
    text = path.read_text("utf-8")
    for name, spelt in SPELT.items():
        text = text.replace(name, spelt)
    marks = {
        found["id"]: Mark(tuple(found["words"].split(" or ")), int(found["of"] or 0))
        for found in MARK.finditer(text.partition("EXERCISE")[0])
    }
    return Student(path.stem, marks, tuple(text.split("# %%\n")))


FILES = sorted(Path(__file__).with_name("attacks").glob("*.py"))
STUDENTS = {path.stem: student(path) for path in FILES}


def solved() -> NotebookNode:
    """The learner's notebook with a right answer in every answer cell."""
    right = {f"answer-{q.exercise.id}": q.reference for q in QUESTIONS}
    notebook = nb.for_learner(nb.read(SOURCE))
    for cell in notebook.cells:
        cell.source = right.get(cell.id, cell.source)
    return notebook


def notebook(cells: tuple[str, ...], **names: object) -> NotebookNode:
    """A right notebook with some cells replaced or added; ``names`` are constants."""
    made = solved()
    place = [cell.id for cell in made.cells].index("answer-dp-01")
    constants = "\n".join(f"{name} = {value!r}" for name, value in names.items())
    for text in (constants, *cells):
        own = [f"answer-{name.lower()}" for name in MARKER.findall(text)]
        if own:
            made.cells = [cell for cell in made.cells if cell.id not in own[1:]]
            next(cell for cell in made.cells if cell.id == own[0]).source = text
        else:
            made.cells.insert(place, nbformat.v4.new_code_cell(text))
            place += 1
    return made


def write(folder: Path, names: dict[str, object], wanted: list[str]) -> None:
    """The notebooks of these students, and those of two honest ones."""
    for one in wanted:
        text = nb.dumps(notebook(STUDENTS[one].cells, **names))
        (folder / f"{one}.ipynb").write_text(text, "utf-8")
    for name in ("an_honest_one", "zz_another_honest_one"):
        (folder / f"{name}.ipynb").write_text(nb.dumps(solved()), "utf-8")


def odd_files(folder: Path, secret: Path) -> dict[str, bool]:
    """Notebooks that are odd as files; whether their answers are to be found."""
    same_ids, huge, wordy = solved(), solved(), solved()
    for cell in same_ids.cells:
        cell.id = "same"
    text = "0 1 2 3 4\n" * 3 * 2**20
    output = nbformat.v4.new_output("stream", text=text)
    huge.cells[-1].outputs = [output]
    wordy.cells.append(nbformat.v4.new_code_cell("data = 1\n" * 200_000))
    texts = {
        "same_ids": json.dumps(same_ids),
        "huge_output": nb.dumps(huge),
        "huge_code": nb.dumps(wordy),
        "malformed": nb.dumps(solved())[:-100],
        "nested": '{"cells": ' + "[" * 10**6,
        "many_values": '{"cells": [' + "[]," * 2**22 + "0]}",
        "no_cells": '{"cells": 7}',
        "odd_cells": '{"cells": [1, null, {}, {"cell_type": "code", "source": [3]}]}',
        "huge_number": '{"cells": [' + "9" * 10**6 + "]}",
        "empty": "",
    }
    for name, content in texts.items():
        (folder / f"{name}.ipynb").write_text(content, "utf-8")
    os.symlink(secret, folder / "a_link.ipynb")
    os.symlink(secret.parent, folder / "a_linked_folder")
    found = {name: name in ("same_ids", "huge_output") for name in texts}
    return found | {"a_link": False, "a_linked_folder": False}


def graded(
    folder: Path, isolation: Isolation, limits: Limits, asked=QUESTIONS
) -> dict[str, StudentResult]:
    """Grade a folder or zip file of notebooks as ``privlab grade`` does."""
    plan = run.Run(
        lessons=(LESSON,),
        questions=asked,
        isolation=isolation,
        limits=limits,
        jobs=4,  # they wait for limits most of the time
        seed=1,
    )
    with run.jobs(plan) as idle:
        found = run.graded(plan, collect(folder), {}, idle)
        return {one.student: one for one in found}


def differences(result: StudentResult, marks: dict[str, Mark]) -> list[str]:
    """Every question whose mark is not what it must be, in words."""
    found = []
    for question in result.questions:
        every = len(question.properties)
        mark = marks.get(question.exercise, Mark((results.PASS,), every))
        points = round(question.possible * mark.passed / max(every, 1), 2)
        if question.verdict not in mark.verdicts or question.points != points:
            told = [(p.verdict, p.message) for p in question.properties]
            found.append(
                f"{question.exercise}: {question.verdict}, {question.points} points, "
                f"must be {mark}; {told} {question.note}"
            )
    return found
