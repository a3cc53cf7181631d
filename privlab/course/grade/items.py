"""Item analysis: how each question did in a class."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import StatisticsError, correlation, median

from privlab.course.grade import results
from privlab.course.grade.question import Question
from privlab.course.grade.results import QuestionResult, StudentResult

ENOUGH = 10  # students, below whom a correlation says nothing


@dataclass(frozen=True, kw_only=True)
class Item:
    """One question over the whole class; None where there is nothing to count.

    ``pass_rate`` is the share of full marks among the ``attempts`` that have a mark,
    ``mean_share`` the mean share of the points over everybody with a mark, missing
    answers included. ``discrimination`` is the correlation of that share with the
    points of the other questions, over students whose every answer has a mark.
    """

    exercise: str
    title: str
    lesson: str
    possible: float
    verdicts: Counter[str]
    pass_rate: float | None
    mean_share: float | None
    discrimination: float | None
    mistake: str
    mistaken: int
    median_seconds: float | None

    @property
    def attempts(self) -> int:
        return self.verdicts.total() - self.verdicts[results.MISSING]


@dataclass(frozen=True, kw_only=True)
class ClassGrades:
    """Numbers of students, one entry a question, as the class's figure shows them."""

    questions: tuple[str, ...]
    passed: tuple[int, ...]
    partly: tuple[int, ...]
    failed: tuple[int, ...]
    missing: tuple[int, ...]
    unmarked: tuple[int, ...]

    @property
    def summary(self) -> str:
        kinds = (self.passed, self.partly, self.failed, self.missing, self.unmarked)
        return (
            "Of {} answers asked for, {} passed, {} passed in part, {} did not pass, "
            "{} are missing and {} have no mark yet."
        ).format(sum(map(sum, kinds)), *map(sum, kinds))


def items(
    questions: Iterable[Question], students: Sequence[StudentResult]
) -> tuple[Item, ...]:
    """The analysis of each question, in the course's order."""
    return tuple(
        _item(
            question, [_answer(one, question.exercise.id) for one in students], students
        )
        for question in questions
    )


def class_grades(analysis: Sequence[Item]) -> ClassGrades:
    """What the figure draws, from the analysis."""

    def counted(*kinds: str) -> tuple[int, ...]:
        return tuple(sum(item.verdicts[kind] for kind in kinds) for item in analysis)

    others = (results.WRONG, results.TIMEOUT, results.MEMORY, results.CRASH)
    return ClassGrades(
        questions=tuple(item.exercise for item in analysis),
        passed=counted(results.PASS),
        partly=counted(results.PARTIAL),
        failed=counted(*others),
        missing=counted(results.MISSING),
        unmarked=counted(results.GRADER_ERROR),
    )


def _answer(student: StudentResult, exercise: str) -> QuestionResult:
    return next(q for q in student.questions if q.exercise == exercise)


def _item(question: Question, answers: list[QuestionResult], students) -> Item:
    marked = [answer for answer in answers if answer.marked]
    tried = [answer for answer in answers if answer.verdict != results.MISSING]
    passed = [answer.verdict == results.PASS for answer in tried if answer.marked]
    mistakes = Counter(answer.mistake for answer in marked if answer.mistake)
    # of two as common, the first of the alphabet, whoever was graded first
    mistake, mistaken = min(
        mistakes.items(), key=lambda m: (-m[1], m[0]), default=("", 0)
    )
    return Item(
        exercise=question.exercise.id,
        title=question.exercise.title,
        lesson=question.exercise.lesson,
        possible=question.possible,
        verdicts=Counter(answer.verdict for answer in answers),
        pass_rate=_mean(passed),
        mean_share=_mean([_share(answer) for answer in marked]),
        discrimination=_discrimination(question.exercise.id, students),
        mistake=mistake,
        mistaken=mistaken,
        median_seconds=median([a.seconds for a in tried]) if tried else None,
    )


def _share(answer: QuestionResult) -> float:
    return answer.points / answer.possible if answer.possible else 0.0


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _discrimination(exercise: str, students: Iterable[StudentResult]) -> float | None:
    whole = [one for one in students if all(q.marked for q in one.questions)]
    if len(whole) < ENOUGH:
        return None
    own = [_answer(one, exercise).points for one in whole]
    rest = [one.points - points for one, points in zip(whole, own, strict=True)]
    try:
        return correlation(own, rest)
    except StatisticsError:  # everybody has the same points: nothing is told apart
        return None
