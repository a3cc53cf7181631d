"""The class's reports: four tables as CSV, and a page with a figure and them all."""

import base64
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote

from privlab.course.grade import page, tables
from privlab.course.grade.items import ENOUGH, Item, class_grades, items
from privlab.course.grade.question import Question
from privlab.course.grade.report import how
from privlab.course.grade.results import StudentResult
from privlab.course.grade.similar import ALIKE, Pair
from privlab.course.grade.tables import Table

MOST_PAIRS = 100  # on the page; all are in similar.csv


def files(
    questions: Sequence[Question],
    students: Sequence[StudentResult],
    pairs: Sequence[Pair],
    folder: Callable[[str], str],
) -> Mapping[str, str]:
    """The text of each of the class's files by its name; it follows from the results.

    ``folder(student)`` is the name of the student's folder, which the page links to.
    """
    analysed = items(questions, students)
    kept = {
        "grades.csv": tables.grades(questions, students),
        "questions.csv": tables.analysis(analysed),
        "to_review.csv": tables.review(students),
        "similar.csv": tables.likenesses(pairs),
    }
    whole = _page(kept, analysed, students, folder)
    return {name: table.csv() for name, table in kept.items()} | {"class.html": whole}


def _page(kept: Mapping[str, Table], analysed, students, folder) -> str:
    def link(student: str, anchor: object = "") -> str:
        place = f"students/{quote(folder(student))}/feedback.html"
        target = f"{place}#{anchor}" if anchor else place
        return f'<a href="{page.text(target)}">{page.name(student)}</a>'

    body = [
        _header(students),
        _unmarked(students),
        _figure(analysed),
        "<h2>Students</h2>",
        _grades(kept["grades.csv"], link),
        "<h2>Questions</h2>",
        _analysis(analysed),
        "<h2>For a person to look at</h2>",
        _review(kept["to_review.csv"], link),
        "<h2>Answers that look alike</h2>",
        _likenesses(kept["similar.csv"], link),
        f'<p class="soft">{page.text(_isolations(students))}</p>',
    ]
    return page.page("Class results", "\n".join(body), kind="wide")


def _header(students: Sequence[StudentResult]) -> str:
    shares = [one.points / one.possible for one in students if one.possible]
    mean = f"{100 * sum(shares) / len(shares):.0f} %" if shares else "–"
    return (
        "<h1>Class results</h1>\n"
        f"<p>{len(students)} students, on average {mean} of the points. The same "
        "tables are beside this page as CSV files.</p>"
    )


def _unmarked(students: Sequence[StudentResult]) -> str:
    count = sum(not q.marked for one in students for q in one.questions)
    if not count:
        return ""
    have = "answer has" if count == 1 else "answers have"
    return (
        f"<aside><strong>{count} {have} no mark yet.</strong> The grader itself failed "
        "there: the cells are empty and scores leave them out. "
        '<a href="#review">The list below</a> says why.</aside>'
    )


def _figure(analysed: Sequence[Item]) -> str:
    from privlab.plots.figure import picture
    from privlab.plots.grades import draw_grades

    shown = picture(class_grades(analysed), draw_grades)
    data = base64.b64encode(shown.png).decode()
    return (
        f'<figure><img alt="{page.text(shown.summary)}" width="{shown.width}" '
        f'height="{shown.height}" src="data:image/png;base64,{data}">\n'
        f'<figcaption class="soft">{page.text(shown.summary)}</figcaption></figure>'
    )


def _grades(table: Table, link) -> str:
    """Everybody's points; what a course folder cannot know is only in the CSV file."""
    head = ("student_id", "assignment", "score", "max_score")
    head += table.head[len(tables.NBGRADER) :]
    rows = []
    for row in table.rows:
        cells = dict(zip(table.head, row, strict=True))
        written = {name: _cell(cells[name]) for name in head}
        written["student_id"] = link(cells["student_id"])
        rows.append([written[name] for name in head])
    shown = ("student", "lesson", "points", "of", *head[4:])
    return page.table("Points; – where there is no mark", shown, rows)


def _analysis(analysed: Sequence[Item]) -> str:
    caption = (
        "Passed: full marks, of those who answered. Share of points: over the class. "
        "Discrimination: correlation with the points of the other questions, from "
        f"{ENOUGH} students on. Seconds: the median."
    )
    head = ("question", "answers", "passed", "share of points", "discrimination")
    head += ("commonest mistake", "seconds")
    rows = [
        (
            page.text(f"{item.exercise} · {item.title}"),
            page.number(item.attempts),
            _percent(item.pass_rate),
            _percent(item.mean_share),
            page.number(item.discrimination),
            page.text(f"{item.mistake} ({item.mistaken})" if item.mistake else "–"),
            page.number(item.median_seconds),
        )
        for item in analysed
    ]
    return page.table(caption, head, rows)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def _review(table: Table, link) -> str:
    rows = [
        (link(student, question), page.text(question), _verdict(kind), page.text(note))
        for student, question, kind, note in table.rows
    ]
    caption = "Answers without a mark first, then whatever was odd"
    listed = page.table(caption, table.head, rows) if rows else "<p>Nothing.</p>"
    return f'<div id="review">{listed}</div>'


def _likenesses(table: Table, link) -> str:
    if not table.rows:
        return "<p>None.</p>"
    rows = [
        (page.text(q), link(one, q), _other(other, q, link), _percent(alike))
        for q, one, other, alike in table.rows[:MOST_PAIRS]
    ]
    more = len(table.rows) - len(rows)
    caption = (
        f"At least {ALIKE:.0%} of the text in common, what was handed out left out. A "
        "hint for a person, no verdict: right answers are often alike."
    )
    rest = f"<p>{more} more are in similar.csv.</p>" if more else ""
    return page.table(caption, table.head, rows) + rest


def _other(other: str, question: str, link) -> str:
    return page.text(other) if other == tables.SOLUTION else link(other, question)


def _verdict(kind: str) -> str:
    return page.verdict(kind) if kind else ""


def _cell(value: object) -> str:
    if value is None or isinstance(value, int | float):
        return page.number(value)
    return page.text(value)


def _isolations(students: Sequence[StudentResult]) -> str:
    return " ".join(how(name) for name in sorted({one.isolation for one in students}))
