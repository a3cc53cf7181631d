"""What a run is to do: from the command's options, the submissions and earlier results.

``BadInput`` says in a sentence why nothing can be graded; nothing is written here.
"""

import hashlib
import secrets
from argparse import Namespace
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from math import ceil
from pathlib import Path

from privlab.course import paths
from privlab.course.dependencies import closure
from privlab.course.exercise import exercises
from privlab.course.grade.choice import best
from privlab.course.grade.overlay import overlaid
from privlab.course.grade.question import questions
from privlab.course.grade.run import Run
from privlab.course.grade.sandbox import LIMITS_ONLY, Isolation, Limits
from privlab.course.grade.session import MOST_TIMES
from privlab.course.grade.store import Store
from privlab.course.grade.submissions import BadInput, Submission, collect


def submissions(place: Path) -> list[Submission]:
    """What was handed in, with a note on answers to exercises that do not exist."""
    known, noted = exercises(), []
    for one in collect(place):
        unknown = [name[:40] for name in one.answers if name not in known]
        more = (f"unknown exercise: {', '.join(unknown[:10])}",) if unknown else ()
        noted.append(replace(one, notes=(*one.notes, *more)))
    return noted


def planned(options: Namespace, handed_in: Iterable[Submission], kept: Store) -> Run:
    """The run that the options ask for, or the one that ``kept`` tells of."""
    log = kept.log or {}
    lessons = _lessons(options.lesson or log.get("lessons", []), handed_in)
    seconds = options.seconds or log.get("limits", asdict(Limits()))["seconds"]
    every = [question for lesson in lessons for question in questions(lesson)]
    run = Run(
        lessons=lessons,
        questions=tuple(overlaid(every, options.checks)),
        isolation=_isolation(options),
        limits=Limits(seconds=seconds, cpu_seconds=ceil(MOST_TIMES * seconds)),
        jobs=options.jobs,
        seed=log.get("seed", secrets.randbits(63)),
        checks=options.checks,
    )
    other = [name for name, value in settings(run).items() if log.get(name) != value]
    if kept.log is not None and other:
        raise BadInput(f"{kept.folder} was graded with other {', '.join(other)}")
    return run


def settings(run: Run) -> dict:
    """All that decides marks besides the seed, as it is logged and compared."""
    folder = paths.COURSE / "source" / "exercises"
    sources = [folder / f"{lesson}.py" for lesson in run.lessons]
    checks = [folder / f"{lesson}_checks.py" for lesson in run.lessons]
    return {
        "lessons": list(run.lessons),
        "isolation": run.isolation.name,
        "limits": asdict(run.limits),
        "checks": _fingerprint([run.checks] if run.checks else []),
        "sources": _fingerprint(closure(*sources, *checks)),
        "privlab": version("privlab"),
    }


def _lessons(wanted: Sequence[str], handed_in: Iterable[Submission]) -> tuple[str, ...]:
    """The lessons to grade in course order: the wanted ones, or all that were answered.

    A submission without any known exercise is no reason to stop; a class of them is.
    """
    known = exercises()
    every = dict.fromkeys(exercise.lesson for exercise in known.values())
    for lesson in wanted:
        if lesson not in every:
            raise BadInput(f"no lesson {lesson!r}; there are: {', '.join(every)}")
    named = {name for one in handed_in for name in one.answers} & known.keys()
    if not named:
        raise BadInput("no notebook holds an answer to an exercise of this course")
    answered = {known[name].lesson for name in named}
    return tuple(lesson for lesson in every if lesson in (wanted or answered))


def _isolation(options: Namespace) -> Isolation:
    isolation = best()
    if isolation is LIMITS_ONLY and not options.allow_unsandboxed:
        raise BadInput(
            "there is no sandbox here (install bubblewrap), so an answer could read "
            "and change your files; --allow-unsandboxed grades all the same"
        )
    return isolation


def _fingerprint(files: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for path in files:
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()
