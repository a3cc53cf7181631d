"""One grading process: it holds answers against checks, and hears from a manager.

The checks run here, on data that strangers sent. A check that such data keeps busy
for ever costs this process, which the manager ends, and no one else.
"""

import sys
import tempfile
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from privlab.course.grade import wire
from privlab.course.grade.overlay import overlaid
from privlab.course.grade.question import Place, grade, question_from_data
from privlab.course.grade.sandbox import ISOLATIONS, Limits
from privlab.course.grade.submissions import Answer

# what a request asks to be graded
ANSWER, REFERENCE, NOTHING = "answer", "reference", "nothing"


COMMAND = [sys.executable, "-m", __name__]


def main() -> None:
    """Read the settings (``Run.settings``), then answer one request after another."""
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a check that prints must not be taken for a reply
    settings = wire.read(requests)
    every = [question_from_data(data) for data in settings["questions"]]
    overlay = Path(settings["checks"]) if settings["checks"] else None
    known = {q.exercise.id: q for q in overlaid(every, overlay)}
    given = {code: None for question in every for code in question.given}
    student = None
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        closing(_place(settings, given, folder)) as place,
    ):
        while True:
            try:
                request = wire.read(requests)
            except EOFError:
                break
            if request["student"] != student:
                student = request["student"]
                if not place.isolation.alone:
                    place.close()  # what one student began may still be at work
            question = known[request["exercise"]]
            answer = _answer(request, question.reference)
            result = grade(question, answer, place, seed=request["seed"])
            wire.write(replies, asdict(result))


def _place(settings: dict, given: Iterable[str], folder: str) -> Place:
    return Place(
        ISOLATIONS[settings["isolation"]],
        Limits(**settings["limits"]),
        given,
        folder=folder,
        number=settings["place"],
    )


def _answer(request: dict, reference: str) -> Answer | None:
    """The answer to grade: the request's, none, or the reference itself."""
    if request["what"] == REFERENCE:
        return Answer(exercise=request["exercise"], code=reference)
    if request["what"] == NOTHING:
        return None
    return Answer(
        exercise=request["exercise"],
        code=request["code"],
        around=tuple(request["around"]),
    )


if __name__ == "__main__":
    main()
