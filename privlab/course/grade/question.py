"""Grade one answer: every property on its own, with a verdict and a share of points."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import getdoc

import numpy as np

from privlab.course import notebook as nb
from privlab.course import paths
from privlab.course.answer import NotAttempted, said
from privlab.course.exercise import Exercise, Mistaken, Wrong, exercises
from privlab.course.grade import results
from privlab.course.grade.channel import Crashed, OutOfTime
from privlab.course.grade.remote import OutOfMemory, Sandbox
from privlab.course.grade.results import PropertyResult, QuestionResult
from privlab.course.grade.sandbox import Isolation, Limits
from privlab.course.grade.submissions import Answer

FOR_THE_LEARNER = re.compile(r"(?:# )?(?:check|hint|progress)\(")
MOST_TIMES = 3  # a question may take that many times the seconds of one check
STOPPED = {
    OutOfTime: (results.TIMEOUT, "your code did not end in time"),
    OutOfMemory: (results.MEMORY, "your code asked for more memory than it may have"),
    Crashed: (results.CRASH, "your code ended its process or broke its channel"),
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """An exercise as it is graded: what runs before it, and all its checks.

    ``given`` is what the source runs before it, with the reference answers of earlier
    exercises, so that nobody pays twice for one error. ``private`` are checks of a
    teacher's own.
    """

    exercise: Exercise
    given: tuple[str, ...]
    reference: str
    possible: float
    private: tuple[Callable, ...] = ()

    @property
    def checks(self) -> tuple[Callable, ...]:
        return (*self.exercise.public, *self.exercise.hidden, *self.private)


def questions(lesson: str) -> list[Question]:
    """The questions of a lesson in the order of its source."""
    given: list[str] = []
    found = []
    for cell in nb.read(paths.COURSE / "source/exercises" / f"{lesson}.py").cells:
        if cell.cell_type == "code" and (marker := nb.MARKER.search(cell.source)):
            exercise, reference = exercises()[marker["id"]], nb.solved(cell.source)
            found.append(
                Question(
                    exercise=exercise,
                    given=tuple(given),
                    reference=reference,
                    possible=exercise.points,
                )
            )
            given.append(reference)
        elif cell.cell_type == "code" and not FOR_THE_LEARNER.match(cell.source):
            given.append(cell.source)
    return found


class Place:
    """Where one student's answers run: a sandbox, begun again when it has died."""

    def __init__(self, isolation: Isolation, limits: Limits, *, folder: str, job=0):
        self.isolation, self.limits = isolation, limits
        self._folder, self._job = folder, job
        self._sandbox: Sandbox | None = None

    def sandbox(self, given: tuple[str, ...]) -> tuple[Sandbox, bool]:
        """A living sandbox, and whether no answer has run in it before."""
        if self._sandbox is not None and self._sandbox.alive:
            return self._sandbox, False
        self.close()
        self._sandbox = Sandbox(
            self.isolation,
            self.limits,
            list(given),
            folder=self._folder,
            job=self._job,
        )
        return self._sandbox, True

    def close(self) -> None:
        if self._sandbox is not None:
            self._sandbox.close()


class Session:
    """One answer in a place: begun when first asked for, and after each death."""

    def __init__(self, question: Question, answer: Answer, place: Place):
        self._question, self._place = question, place
        self._job = {
            "given": list(question.given),
            "around": list(answer.around),
            "code": answer.code,
            "name": question.exercise.answer,
        }
        self._sandbox: Sandbox | None = None
        self._failed: Exception | None = None
        self._left = MOST_TIMES * place.limits.seconds
        self.fresh = False

    @contextmanager
    def answer(self) -> Iterator[object]:
        """The answer for one check; the time it may take begins here.

        Code that fails as it is run fails for every check alike.
        """
        if self._failed is not None:
            raise self._failed
        if self._left <= 0:
            raise OutOfTime("its earlier runs took all the time of this question")
        start = time.monotonic()
        try:
            begun = self._sandbox is not None and self._sandbox.alive
            if not begun:
                self._sandbox, self.fresh = self._place.sandbox(self._question.given)
            with self._sandbox.within(min(self._left, self._place.limits.seconds)):
                if not begun:
                    self._begin()
                yield self._answer
        except Crashed:
            self._place.close()
            raise
        finally:
            self._left -= time.monotonic() - start

    def _begin(self) -> None:
        try:
            self._answer = self._sandbox.begin(self._job)
        except (Wrong, NotAttempted, OutOfTime, OutOfMemory, Crashed) as failed:
            self._failed = failed
            raise

    def renew(self) -> None:
        """Begin again in a new sandbox: an earlier answer may have spoilt this one."""
        self._place.close()
        self._failed = None

    def close(self) -> None:
        """End the answer; a sandbox that does not let go of it is ended too."""
        if self._sandbox is None or not self._sandbox.alive:
            return
        try:
            with self._sandbox.within(5):
                self._sandbox.end()
        except (Crashed, OutOfTime):
            self._place.close()


def grade(
    question: Question, answer: Answer | None, place: Place, *, seed: int
) -> QuestionResult:
    """Grade an answer; the same seed asks it exactly the same questions."""
    start = time.perf_counter()
    outcomes, notes = (), ("no answer was handed in",)
    if answer is not None and not answer.untouched:
        outcomes, notes = judged(question, answer, place, seed=seed)
    passed = sum(outcome.verdict == results.PASS for outcome in outcomes)
    return QuestionResult(
        exercise=question.exercise.id,
        title=question.exercise.title,
        points=round(question.possible * passed / len(question.checks), 2),
        possible=question.possible,
        verdict=verdict(outcomes),
        properties=outcomes,
        mistake=next((o.mistake for o in outcomes if o.mistake), ""),
        note="; ".join(dict.fromkeys(filter(None, notes))),
        seconds=round(time.perf_counter() - start, 3),
        seed=seed,
    )


def verdict(outcomes: tuple[PropertyResult, ...]) -> str:
    """One word for all properties; an error of the grader outweighs everything."""
    verdicts = [outcome.verdict for outcome in outcomes]
    if set(verdicts) <= {results.MISSING}:
        return results.MISSING
    if results.GRADER_ERROR in verdicts:
        return results.GRADER_ERROR
    if results.PASS in verdicts:
        return results.PASS if set(verdicts) == {results.PASS} else results.PARTIAL
    return next((v for v in verdicts if v != results.WRONG), results.WRONG)


def judged(question: Question, answer: Answer, place: Place, *, seed: int):
    """The results of all checks, and a note for the teacher on each."""
    session = Session(question, answer, place)
    outcomes, notes = [], []
    try:
        for number, check in enumerate(question.checks):
            found = _judged(check, session, np.random.default_rng([seed, number]))
            if found[0] == results.CRASH and not session.fresh:
                session.renew()
                found = _judged(check, session, np.random.default_rng([seed, number]))
            if found[0] == results.GRADER_ERROR and answer.code != question.reference:
                found = _blamed(question, number, place, seed, found)
            kind, message, mistake, note = found
            hidden = check not in question.exercise.public
            if mistake:
                message = question.exercise.mistakes[mistake].message
            outcomes.append(
                PropertyResult(
                    name=getdoc(check),
                    hidden=hidden,
                    verdict=kind,
                    message="" if hidden else message,
                    mistake=mistake,
                )
            )
            notes.append(note)
    finally:
        session.close()
    return tuple(outcomes), tuple(notes)


def _judged(check: Callable, session: Session, rng) -> tuple[str, str, str, str]:
    """(verdict, message, mistake, note) of one check."""
    try:
        with session.answer() as answer:
            check(answer, rng)
    except Mistaken as mistake:
        return results.WRONG, "", str(mistake), ""
    except Wrong as wrong:
        return results.WRONG, str(wrong), "", ""
    except NotAttempted:
        return results.MISSING, "there is no answer yet", "", "no answer was handed in"
    except tuple(STOPPED) as stop:
        kind, message = STOPPED[type(stop)]
        return kind, message, "", str(stop)
    except Exception as error:
        return results.GRADER_ERROR, "", "", f"{check.__name__}: {said(error)}"
    return results.PASS, "", "", ""


def _blamed(question: Question, number: int, place: Place, seed: int, found):
    """Whose error stopped a check: the answer's, if the reference passes the same."""
    reference = Answer(exercise=question.exercise.id, code=question.reference)
    session = Session(question, reference, place)
    try:
        rng = np.random.default_rng([seed, number])
        again = _judged(question.checks[number], session, rng)
    finally:
        session.close()
    if again[0] != results.PASS:
        return found
    return results.WRONG, "your answer is not the kind of data asked for", "", found[3]
