"""A student's feedback page: what each answer can do and what it cannot yet.

It names properties and shows the messages of public checks; neither the code of a
check nor anything that a hidden one found is on it.
"""

from collections.abc import Mapping

from privlab.course.grade import page, results
from privlab.course.grade.results import PropertyResult, QuestionResult, StudentResult
from privlab.course.grade.sandbox import LIMITS_ONLY


def feedback(result: StudentResult, lessons: Mapping[str, str]) -> str:
    """The page of one student; ``lessons`` names the lesson of each exercise."""
    body = [_header(result), _notes(result), _overview(result, lessons)]
    body += [_question(question) for question in result.questions]
    body.append(f'<p class="soft">{page.text(how(result.isolation))}</p>')
    return page.page(f"Feedback for {result.student}", "\n".join(body))


def how(isolation: str) -> str:
    """How the answers were run, as a sentence."""
    if isolation == LIMITS_ONLY.name:
        return "The answers were run without a sandbox, with limits only."
    return f"The answers were run in a sandbox ({isolation})."


def _header(result: StudentResult) -> str:
    points, possible = page.number(result.points), page.number(result.possible)
    open_ = sum(not question.marked for question in result.questions)
    more = "" if not open_ else f"<aside>{_unmarked(open_)}</aside>"
    return (
        f"<h1>Feedback for {page.name(result.student)}</h1>\n"
        f"<p><strong>{points} of {possible} points</strong></p>\n{more}"
    )


def _unmarked(count: int) -> str:
    if count == 1:
        return (
            "One answer has no mark yet and is not counted: a person will look at it."
        )
    return f"{count} answers have no mark yet and are not counted: a person will look."


def _notes(result: StudentResult) -> str:
    if not result.notes:
        return ""
    items = "".join(f"<li>{page.text(note)}</li>" for note in result.notes)
    return f"<h2>About what you handed in</h2>\n<ul>{items}</ul>"


def _overview(result: StudentResult, lessons: Mapping[str, str]) -> str:
    """A table for each lesson: every question with its result, a link to more."""
    rows: dict[str, list[tuple[str, ...]]] = {}
    for q in result.questions:
        title = page.text(f"{q.exercise} · {q.title}")
        row = (
            f'<a href="#{q.exercise}">{title}</a>',
            page.verdict(q.verdict),
            page.number(q.points if q.marked else None),
            page.number(q.possible),
        )
        rows.setdefault(lessons[q.exercise], []).append(row)
    head = ("question", "result", "points", "of")
    return "\n".join(page.table(lesson, head, own) for lesson, own in rows.items())


def _question(question: QuestionResult) -> str:
    title = page.text(f"{question.exercise} · {question.title}")
    points = (
        f"{page.number(question.points)} of {page.number(question.possible)} points"
    )
    outcome = page.verdict(question.verdict)
    if question.marked:
        outcome += f" · {points}"
    return (
        f'<section id="{question.exercise}">\n<h2>{title}</h2>\n<p>{outcome}</p>\n'
        f"{_properties(question)}</section>\n"
    )


def _properties(question: QuestionResult) -> str:
    """What was looked at; of an answer without a mark nothing is said yet."""
    shown = question.properties if question.marked else ()
    if question.verdict == results.MISSING or not shown:
        return ""
    items = "\n".join(_property(one) for one in shown)
    return f'<ul class="properties">\n{items}\n</ul>\n'


def _property(outcome: PropertyResult) -> str:
    message = f"<p>{page.text(outcome.message)}</p>" if outcome.message else ""
    name = page.text(outcome.name)
    return f"<li>{page.verdict(outcome.verdict)} · {name}{message}</li>"
