"""Marks into nbgrader's gradebook, so that its formgrader and exporters show them.

The folder of the gradebook is taken for nbgrader's course folder. Beside the marks it
gets what the formgrader lists and shows: ``source/LESSON`` and, for each student,
``autograded/STUDENT/LESSON``, a notebook of the answers and nothing else of a
student's, with a box for a person's own mark under each.
"""

import os
import re
import sysconfig
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from privlab.course import paths
from privlab.course.grade import page, results
from privlab.course.grade.question import Question
from privlab.course.grade.results import QuestionResult, StudentResult
from privlab.course.grade.submissions import BadInput, Submission

# nbgrader shows comments as markdown: no tag, link or picture can be made of these
HARMLESS = re.compile(r"[^\w\s.,:;()='%+·✓✗?-]")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One student for the gradebook: ``name`` is the student's id there."""

    name: str
    result: StudentResult
    submission: Submission


def ready(place: Path) -> None:
    """``BadInput`` unless ``place`` is a gradebook that can be opened, or a new one."""
    with _opened(place):
        return


def write(place: Path, questions: Sequence[Question], entries: Iterable[Entry]) -> None:
    """Write every mark; what a person has entered there stays and counts.

    Writing again brings the automatic marks up to date and adds nothing twice. An
    answer without a mark waits there for a person.
    """
    lessons: dict[str, list[Question]] = {}
    for question in questions:
        lessons.setdefault(question.exercise.lesson, []).append(question)
    with _opened(place) as book:
        for lesson, own in lessons.items():
            _assignment(book, place.parent, lesson, own)
        for entry in entries:
            book.update_or_create_student(entry.name)
            for lesson, own in lessons.items():
                _submission(book, place.parent, lesson, own, entry)


@contextmanager
def _opened(place: Path) -> Iterator:
    try:
        from nbgrader.api import Gradebook
        from sqlalchemy import URL
        from sqlalchemy.exc import SAWarning, SQLAlchemyError
    except ImportError as error:
        raise BadInput(
            "--to-gradebook needs nbgrader: pip install 'privlab[grade]'"
        ) from error
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with _scripts_found():
            book = Gradebook(URL.create("sqlite", database=str(place.resolve())))
        with book, warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # nbgrader's own
            yield book
    except SQLAlchemyError as error:
        why = str(error).splitlines()[0]
        raise BadInput(f"{place} cannot be used as a gradebook: {why}") from error


@contextmanager
def _scripts_found() -> Iterator[None]:
    """nbgrader calls ``alembic`` by name, which need not be on the search path."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _assignment(book, course: Path, lesson: str, questions: Iterable[Question]) -> None:
    book.update_or_create_assignment(lesson)
    book.update_or_create_notebook(lesson, lesson)
    for question in questions:
        where = question.exercise.id, lesson, lesson
        most = {"max_score": question.possible, "cell_type": "code"}
        book.update_or_create_grade_cell(*where, **most)
        book.update_or_create_solution_cell(*where)
    source = course / "source" / lesson / f"{lesson}.ipynb"
    if not source.exists():  # a teacher's own stays
        paths.write_whole(source, _notebook(questions, {}))


def _submission(
    book, course: Path, lesson: str, questions: Sequence[Question], entry: Entry
) -> None:
    codes = {name: answer.code for name, answer in entry.submission.answers.items()}
    folder = course / "autograded" / entry.name / lesson
    paths.write_whole(folder / f"{lesson}.ipynb", _notebook(questions, codes))
    when = _handed_in(course / "submitted" / entry.name / lesson / "timestamp.txt")
    book.update_or_create_submission(lesson, entry.name, **when)
    _complete(book.find_submission_notebook(lesson, lesson, entry.name))
    own = {question.exercise.id for question in questions}
    for result in entry.result.questions:
        if result.exercise in own:
            where = result.exercise, lesson, lesson, entry.name
            grade, comment = book.find_grade(*where), book.find_comment(*where)
            grade.auto_score = result.points if result.marked else None
            by_hand = grade.manual_score is not None
            grade.needs_manual_grade = not (result.marked or by_hand)
            comment.auto_comment = remark(result)
    book.db.commit()


def _complete(submitted) -> None:
    """Add what a submission lacks since the lesson has got new questions."""
    from nbgrader.api import Comment, Grade

    graded = {grade.cell_id for grade in submitted.grades}
    said = {comment.cell_id for comment in submitted.comments}
    for cell in submitted.notebook.grade_cells:
        if cell.id not in graded:
            submitted.grades.append(Grade(cell_id=cell.id))
    for cell in submitted.notebook.solution_cells:
        if cell.id not in said:
            submitted.comments.append(Comment(cell_id=cell.id))


def _handed_in(stamp: Path) -> dict[str, str]:
    """When nbgrader collected it; a mark without this time counts as an old one."""
    return {"timestamp": stamp.read_text("utf-8").strip()} if stamp.is_file() else {}


def remark(result: QuestionResult) -> str:
    """The feedback on one answer as nbgrader's comment: a line for each property."""
    if not result.marked:
        return "No mark yet: a person will look at it."
    if result.verdict == results.MISSING:
        return "No answer was handed in."
    lines = []
    for one in result.properties:
        sign, words, _ = page.LOOKS[one.verdict]
        told = f": {one.message}" if one.message else ""
        lines.append(HARMLESS.sub(" ", f"{sign} {words} · {one.name}{told}"))
    return "\n\n".join(lines)


def _notebook(questions: Iterable[Question], codes: Mapping[str, str]) -> str:
    """A notebook of answer cells that nbgrader takes for its own."""
    import nbformat  # takes seconds to load

    cells = []
    for question in questions:
        exercise = question.exercise
        heading = f"## {exercise.id} · {exercise.title}"
        about = {
            **{"grade": True, "solution": True, "locked": False, "task": False},
            **{"grade_id": exercise.id, "points": question.possible},
            **{"cell_type": "code", "schema_version": 3},
        }
        code = codes.get(exercise.id, "# no answer was handed in")
        code = code.encode("utf-8", "replace").decode()
        cells.append(nbformat.v4.new_markdown_cell(heading, id=f"{exercise.id}-title"))
        cell = nbformat.v4.new_code_cell(code, id=exercise.id)
        cell.metadata["nbgrader"] = about
        cells.append(cell)
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells)) + "\n"
