"""The class's results as tables: the same rows become CSV files and a page."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from privlab.course.grade import results
from privlab.course.grade.items import Item
from privlab.course.grade.question import Question
from privlab.course.grade.results import StudentResult
from privlab.course.grade.similar import Pair

NBGRADER = (
    *("assignment", "duedate", "timestamp", "student_id"),
    *("last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)
SOLUTION = "(the course's solution)"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run what follows


@dataclass(frozen=True)
class Table:
    """A heading and rows; None is an empty cell."""

    head: tuple[str, ...]
    rows: tuple[tuple, ...]

    def csv(self) -> str:
        """RFC 4180 with line feeds; no cell of text can be run as a formula."""
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(self.head)
        writer.writerows([_harmless(cell) for cell in row] for row in self.rows)
        return stream.getvalue()


def grades(questions: Iterable[Question], students: Sequence[StudentResult]) -> Table:
    """nbgrader's columns, and one for each question; a row a student and lesson.

    A question without a mark is an empty cell: ``score`` and ``max_score`` leave it
    out, so it is no zero. So are the cells of other lessons' questions.
    """
    questions = tuple(questions)
    lessons = dict.fromkeys(question.exercise.lesson for question in questions)
    names = tuple(question.exercise.id for question in questions)
    rows = []
    for lesson in lessons:
        own = {q.exercise.id for q in questions if q.exercise.lesson == lesson}
        rows += [_row(lesson, own, names, student) for student in students]
    return Table((*NBGRADER, *names), tuple(rows))


def _row(lesson: str, own: set[str], names: Iterable[str], student: StudentResult):
    marks = {q.exercise: q for q in student.questions if q.marked and q.exercise in own}
    score = round(sum((q.points for q in marks.values()), 0.0), 2)
    most = round(sum((q.possible for q in marks.values()), 0.0), 2)
    cells = {"assignment": lesson, "student_id": student.student, "raw_score": score}
    cells |= {"late_submission_penalty": 0.0, "score": score, "max_score": most}
    points = [marks[name].points if name in marks else None for name in names]
    return (*(cells.get(column) for column in NBGRADER), *points)


def analysis(items: Iterable[Item]) -> Table:
    """The item analysis, a row a question."""
    head = ("lesson", "question", "title", "points", "attempts", "pass_rate")
    head += ("mean_share", "discrimination", "commonest_mistake", "times")
    head += ("median_seconds", *results.VERDICTS)
    rows = (
        (
            *(item.lesson, item.exercise, item.title, item.possible, item.attempts),
            *map(_rounded, (item.pass_rate, item.mean_share, item.discrimination)),
            *(item.mistake, item.mistaken, _rounded(item.median_seconds)),
            *(item.verdicts[kind] for kind in results.VERDICTS),
        )
        for item in items
    )
    return Table(head, tuple(rows))


def review(students: Iterable[StudentResult]) -> Table:
    """What a person should look at: answers without a mark first, then all notes."""
    open_, odd = [], []
    for student in students:
        odd += [(student.student, "", "", note) for note in student.notes]
        for question in student.questions:
            row = (student.student, question.exercise, question.verdict, question.note)
            if not question.marked:
                open_.append(row)
            elif question.note and question.verdict != results.MISSING:
                odd.append(row)
    return Table(("student", "question", "verdict", "note"), (*open_, *odd))


def likenesses(pairs: Iterable[Pair]) -> Table:
    """The answers that look alike: a hint for a person, no verdict."""
    rows = ((p.exercise, p.student, p.other or SOLUTION, p.similarity) for p in pairs)
    return Table(("question", "student", "other", "similarity"), tuple(rows))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _harmless(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    cell = cell.encode("utf-8", "backslashreplace").decode().replace("\0", "\ufffd")
    return f"'{cell}" if cell.startswith(FORMULA) else cell
