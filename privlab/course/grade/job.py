"""One grading process: it holds answers against checks, and hears from a manager.

The checks run here, on data that strangers sent. A check that such data keeps busy
for ever costs this process, which the manager ends, and no one else.
"""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from privlab.course.grade import wire
from privlab.course.grade.overlay import overlaid
from privlab.course.grade.question import Place, grade, questions
from privlab.course.grade.sandbox import ISOLATIONS, Limits
from privlab.course.grade.submissions import Answer

# what a request asks to be graded
ANSWER, REFERENCE, NOTHING = "answer", "reference", "nothing"


def command(settings: dict) -> list[str]:
    """The command line of a job with these settings (see ``main``)."""
    return [sys.executable, "-m", __name__, json.dumps(settings)]


def main() -> None:
    settings = json.loads(sys.argv[1])
    overlay = settings["checks"] and Path(settings["checks"])
    every = [q for lesson in settings["lessons"] for q in questions(lesson)]
    known = {q.exercise.id: q for q in overlaid(every, overlay or None)}
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a check that prints must not be taken for a reply
    student, place = None, None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        while True:
            try:
                request = wire.read(requests)
            except EOFError:
                break
            if place is None or request["student"] != student:
                if place is not None:
                    place.close()
                student, place = request["student"], _place(settings, folder)
            question = known[request["exercise"]]
            answer = _answer(request, question.reference)
            result = grade(question, answer, place, seed=request["seed"])
            wire.write(replies, asdict(result))
        if place is not None:
            place.close()


def _place(settings: dict, folder: str) -> Place:
    return Place(
        ISOLATIONS[settings["isolation"]],
        Limits(**settings["limits"]),
        folder=folder,
        job=settings["job"],
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
