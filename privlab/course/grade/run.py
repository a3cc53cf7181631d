"""Grade a class: several jobs at once, each result out as soon as it is there."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from queue import SimpleQueue

from privlab.course.grade import job, results
from privlab.course.grade.channel import Channel, Crashed, OutOfTime
from privlab.course.grade.job import ANSWER, NOTHING, REFERENCE
from privlab.course.grade.question import Question
from privlab.course.grade.results import QuestionResult, StudentResult
from privlab.course.grade.sandbox import Isolation, Limits
from privlab.course.grade.session import MOST_TIMES
from privlab.course.grade.submissions import Submission

SLACK = 60  # seconds that the checks of one question may take on top of the answers


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one grading run does, and all that is needed to repeat it.

    ``seed`` decides every question asked; ``checks`` is a teacher's overlay.
    """

    lessons: tuple[str, ...]
    questions: tuple[Question, ...]
    isolation: Isolation
    limits: Limits
    jobs: int
    seed: int
    checks: Path | None = None

    def seed_for(self, student: str, exercise: str) -> int:
        """The seed of one student's question: the same in every repetition."""
        text = f"{self.seed}\0{student}\0{exercise}"
        data = text.encode("utf-8", "surrogatepass")  # a file's name may hold any bytes
        return int.from_bytes(hashlib.sha256(data).digest()[:7], "big")

    def settings(self, number: int) -> dict:
        return {
            "questions": [question.as_data() for question in self.questions],
            "checks": str(self.checks.resolve()) if self.checks else "",
            "isolation": self.isolation.name,
            "limits": asdict(self.limits),
            "place": os.getpid() + number,
        }


def verified(run: Run, idle: "Idle") -> dict[str, str]:
    """The exercises whose own reference answer fails a check, each with the reason.

    They are not held against anyone: such a check or such a sandbox is broken.
    """

    def tried(question: Question) -> QuestionResult:
        seed = run.seed_for("", question.exercise.id)
        one = idle.get()
        try:
            return one.ask(question, {"student": "", "what": REFERENCE, "seed": seed})
        finally:
            idle.put(one)

    with ThreadPoolExecutor(run.jobs) as pool:
        found = list(pool.map(tried, run.questions))
    failed = [result for result in found if result.verdict != results.PASS]
    return {result.exercise: _complaint(result) for result in failed}


def _complaint(result: QuestionResult) -> str:
    failed = next((p for p in result.properties if p.verdict != results.PASS), None)
    where = f"{failed.name}: {failed.verdict} {failed.message}" if failed else ""
    return f"the reference answer fails ({where} {result.note})"


def graded(
    run: Run, submissions: Iterable[Submission], broken: dict[str, str], idle: "Idle"
) -> Iterator[StudentResult]:
    """Each student's result, as soon as the last of its questions is done."""
    with ThreadPoolExecutor(run.jobs) as pool:
        asked = [pool.submit(_student, run, one, broken, idle) for one in submissions]
        try:
            for future in as_completed(asked):
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # if the caller stops early


def _student(run: Run, submission: Submission, broken: dict, idle) -> StudentResult:
    one = idle.get()
    try:
        questions = tuple(_asked(run, submission, q, one) for q in run.questions)
    finally:
        idle.put(one)
    return StudentResult(
        student=submission.student,
        questions=tuple(
            _unsure(q, broken[q.exercise])
            if q.exercise in broken and q.verdict != results.MISSING
            else q
            for q in questions
        ),
        notes=submission.notes,
        isolation=run.isolation.name,
        seed=run.seed,
    )


def _asked(run: Run, submission: Submission, question: Question, one) -> QuestionResult:
    seed = run.seed_for(submission.student, question.exercise.id)
    answer = submission.answers.get(question.exercise.id)
    request = {"student": submission.student, "what": NOTHING, "seed": seed}
    if answer is not None:
        request["what"] = ANSWER
        request |= {"code": answer.code, "around": list(answer.around)}
    return one.ask(question, request)


def _unsure(result: QuestionResult, note: str) -> QuestionResult:
    return replace(result, verdict=results.GRADER_ERROR, points=0.0, note=note)


class _Job:
    """One grading process, begun when it is first asked; a dead one is replaced."""

    def __init__(self, run: Run, number: int):
        self._run, self._number = run, number
        self._process: Channel | None = None

    def _started(self) -> Channel:
        if self._process is None:
            # the folder must not shadow a package, and holds nothing of a student's
            folder = str(Path(job.__file__).parent)
            self._process = Channel(job.COMMAND, folder=folder, env=dict(os.environ))
            self._process.send(self._run.settings(self._number))
        return self._process

    def ask(self, question: Question, request: dict) -> QuestionResult:
        """The result of one question about one student's answer."""
        request = request | {"exercise": question.exercise.id}
        process = self._started()
        try:
            # a question may be asked twice, the second time in a new sandbox
            most = 2 * MOST_TIMES * self._run.limits.seconds + SLACK
            with process.within(most):
                return results.question_from_data(process.ask(request))
        except (OutOfTime, Crashed) as error:
            self.close()
            return _lost(question, request["seed"], str(error))

    def close(self) -> None:
        if self._process is not None:
            self._process.close()
        self._process = None


Idle = SimpleQueue[_Job]


@contextmanager
def jobs(run: Run) -> Iterator[Idle]:
    """The idle jobs of a run: take one, use it for one student, put it back."""
    every = [_Job(run, number) for number in range(run.jobs)]
    idle: Idle = SimpleQueue()
    for one in every:
        idle.put(one)
    try:
        yield idle
    finally:
        for one in every:
            one.close()


def _lost(question: Question, seed: int, why: str) -> QuestionResult:
    """A question whose check itself did not come back."""
    return QuestionResult(
        exercise=question.exercise.id,
        title=question.exercise.title,
        points=0.0,
        possible=question.possible,
        verdict=results.GRADER_ERROR,
        properties=(),
        mistake="",
        note=f"the grading process was lost: {why}",
        seconds=0.0,
        seed=seed,
    )
