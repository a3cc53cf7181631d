"""What grading found: properties, questions, students; data that goes to reports."""

from dataclasses import asdict, dataclass

PASS, PARTIAL, WRONG = "pass", "partial", "wrong"
TIMEOUT, MEMORY, CRASH = "timeout", "memory", "crash"
MISSING, GRADER_ERROR = "missing", "grader-error"
VERDICTS = (PASS, PARTIAL, WRONG, TIMEOUT, MEMORY, CRASH, MISSING, GRADER_ERROR)


@dataclass(frozen=True, kw_only=True)
class PropertyResult:
    """Whether an answer has one property. ``message`` is for the student.

    A hidden check's message stays empty: it could tell what the check does.
    """

    name: str
    hidden: bool
    verdict: str
    message: str = ""
    mistake: str = ""


@dataclass(frozen=True, kw_only=True)
class QuestionResult:
    """One answer graded; the points are those of its passed properties' share.

    ``note`` is for the teacher (why a grader-error, how a process ended), ``seed``
    repeats the run exactly.
    """

    exercise: str
    title: str
    points: float
    possible: float
    verdict: str
    properties: tuple[PropertyResult, ...]
    mistake: str
    note: str
    seconds: float
    seed: int

    @property
    def marked(self) -> bool:
        """Whether the points are a mark; an error of the grader gives none."""
        return self.verdict != GRADER_ERROR


@dataclass(frozen=True, kw_only=True)
class StudentResult:
    """One student's questions, and how the answers were shut in.

    ``points`` and ``possible`` count the questions that have a mark.
    """

    student: str
    questions: tuple[QuestionResult, ...]
    notes: tuple[str, ...]
    isolation: str
    seed: int

    @property
    def points(self) -> float:
        return round(sum(q.points for q in self.questions if q.marked), 2)

    @property
    def possible(self) -> float:
        return round(sum(q.possible for q in self.questions if q.marked), 2)

    def as_data(self) -> dict:
        return asdict(self) | {"points": self.points, "possible": self.possible}


def question_from_data(data: dict) -> QuestionResult:
    """The inverse of ``dataclasses.asdict``."""
    properties = tuple(PropertyResult(**item) for item in data["properties"])
    return QuestionResult(**{**data, "properties": properties})


def student_from_data(data: dict) -> StudentResult:
    """The inverse of ``StudentResult.as_data``."""
    return StudentResult(
        student=data["student"],
        questions=tuple(question_from_data(item) for item in data["questions"]),
        notes=tuple(data["notes"]),
        isolation=data["isolation"],
        seed=data["seed"],
    )
