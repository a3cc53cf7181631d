"""Grade one answer: every property on its own, with a verdict and a share of points."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from inspect import getdoc

import numpy as np

from privlab.course import paths
from privlab.course.answer import NotAttempted, said
from privlab.course.exercise import Exercise, Mistaken, Wrong, exercises
from privlab.course.grade import results
from privlab.course.grade.channel import Crashed, OutOfTime
from privlab.course.grade.remote import NotStarted, OutOfMemory
from privlab.course.grade.results import PropertyResult, QuestionResult
from privlab.course.grade.session import MOST_TIMES as MOST_TIMES
from privlab.course.grade.session import Place, Session
from privlab.course.grade.submissions import Answer

FOR_THE_LEARNER = re.compile(r"(?:# )?(?:check|hint|progress)\(")
STOPPED = {
    OutOfTime: (results.TIMEOUT, "your code did not end in time"),
    OutOfMemory: (results.MEMORY, "your code asked for more memory than it may have"),
    Crashed: (results.CRASH, "your code ended its process or broke its channel"),
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """An exercise as it is graded: what runs before it, and all its checks.

    ``given`` is what the source runs before it, with the reference answers of earlier
    exercises, so that nobody pays twice for one error. ``starter`` is the cell that
    was handed out. ``private`` are checks of a teacher's own.
    """

    exercise: Exercise
    given: tuple[str, ...]
    starter: str
    reference: str
    possible: float
    private: tuple[Callable, ...] = ()

    @property
    def checks(self) -> tuple[Callable, ...]:
        return (*self.exercise.public, *self.exercise.hidden, *self.private)

    def as_data(self) -> dict:
        """What a grading process needs; the checks it finds by the exercise's name."""
        kept = {name: getattr(self, name) for name in ("given", "starter", "reference")}
        return {**kept, "exercise": self.exercise.id, "possible": self.possible}

    def job(self, answer: Answer) -> dict:
        """What the worker is told to run."""
        return {
            "given": list(self.given),
            "around": list(answer.around),
            "code": answer.code,
            "name": self.exercise.answer,
        }


def question_from_data(data: dict) -> Question:
    """The inverse of ``Question.as_data``, without private checks."""
    return Question(**{**data, "exercise": exercises()[data["exercise"]]})


def questions(lesson: str) -> list[Question]:
    """The questions of a lesson, in order, from the notebooks that were built of it."""
    handed_out = {cell["id"]: cell for cell in _code_cells("exercises", lesson)}
    given: list[str] = []
    found = []
    for cell in _code_cells("solutions", lesson):
        source = "".join(cell["source"])
        if name := cell["metadata"].get("privlab", {}).get("exercise"):
            exercise = exercises()[name]
            found.append(
                Question(
                    exercise=exercise,
                    given=tuple(given),
                    starter="".join(handed_out[cell["id"]]["source"]),
                    reference=source,
                    possible=exercise.points,
                )
            )
        if not FOR_THE_LEARNER.match(source):
            given.append(source)
    return found


def _code_cells(kind: str, lesson: str) -> list[dict]:
    """Read as plain JSON: the package for notebooks takes seconds to load."""
    text = (paths.COURSE / kind / f"{lesson}.ipynb").read_text("utf-8")
    return [c for c in json.loads(text)["cells"] if c["cell_type"] == "code"]


def grade(
    question: Question, answer: Answer | None, place: Place, *, seed: int
) -> QuestionResult:
    """Grade an answer; the same seed asks it exactly the same questions."""
    start = time.perf_counter()
    outcomes, notes = (), ("no answer was handed in",)
    if answer is not None and answer.code.split() != question.starter.split():
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
    stopped = (v for v in verdicts if v not in (results.WRONG, results.MISSING))
    return next(stopped, results.WRONG)


def judged(question: Question, answer: Answer, place: Place, *, seed: int):
    """The results of all checks, and a note for the teacher on each.

    Nothing is lost where another answer may have spoilt the sandbox: only a new one, in
    which this answer runs alone, can tell that it was too slow or fell over; and that
    it is wrong, where what an earlier answer began may still be there.
    """
    sure = {results.PASS}
    if place.isolation.alone:
        sure |= {results.WRONG, results.MISSING}
    session = Session(question.job(answer), place)
    outcomes, notes = [], []
    try:
        for number, check in enumerate(question.checks):
            found = _judged(check, session, np.random.default_rng([seed, number]))
            if found[0] not in sure and not session.fresh:
                session.renew()
                found = _judged(check, session, np.random.default_rng([seed, number]))
            if found[0] == results.GRADER_ERROR and answer.code != question.reference:
                found = _blamed(question, number, place, seed, found)
            kind, message, mistake, note = found
            hidden = check not in question.exercise.public
            if mistake in question.exercise.mistakes:  # a private check may name others
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
    except NotStarted as failure:
        return results.GRADER_ERROR, "", "", str(failure)
    except tuple(STOPPED) as stop:
        kind, message = STOPPED[type(stop)]
        return kind, message, "", str(stop)
    except Exception as error:
        return results.GRADER_ERROR, "", "", f"{check.__name__}: {said(error)}"
    return results.PASS, "", "", ""


def _blamed(question: Question, number: int, place: Place, seed: int, found):
    """Whose error stopped a check: the answer's, if the reference passes the same."""
    reference = Answer(exercise=question.exercise.id, code=question.reference)
    place.close()  # where the answer runs, nothing can be asked of another
    session = Session(question.job(reference), place)
    try:
        rng = np.random.default_rng([seed, number])
        again = _judged(question.checks[number], session, rng)
    finally:
        session.close()
    if again[0] != results.PASS:
        return found
    return results.WRONG, "your answer is not the kind of data asked for", "", found[3]
