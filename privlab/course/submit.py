"""``privlab submit``: hand in exercises on a class server."""

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from privlab.course import workspace
from privlab.course.grade.answers import answers_in
from privlab.course.grade.submissions import LARGEST_NOTEBOOK

PLACE = "PRIVLAB_HAND_IN"  # the learner's own folder there; the class server sets it
GROUP_MAY_READ = 0o640  # the folder's group is the teachers'


class NotHandedIn(Exception):
    """Why nothing was handed in, and what to do, in one sentence."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """One notebook that was handed in: how many of its exercises have an answer."""

    notebook: str
    answered: int
    exercises: int

    @property
    def summary(self) -> str:
        return (
            f"Handed in {self.notebook}: {self.answered} of {self.exercises} "
            "exercises answered."
        )


def hand_in(notebook: Path, folder: Path) -> Receipt:
    """Put a copy of ``notebook`` into ``folder``, in place of an earlier one.

    The notebook is read as the grader will read it. ``NotHandedIn`` if it is no
    notebook of exercises, is too large, or ``folder`` is not there to be written.
    """
    try:
        content = notebook.read_bytes()
    except OSError as error:
        raise NotHandedIn(f"{notebook} cannot be read: {error.strerror}.") from error
    if len(content) > LARGEST_NOTEBOOK:
        raise NotHandedIn(f"{notebook} is too large: clear its outputs and save it.")
    found = answers_in(content)
    if isinstance(found, str):
        raise NotHandedIn(f"{notebook} {found}: save it again, or take a new copy.")
    _put(folder / notebook.name, content)
    return Receipt(
        notebook=notebook.name,
        answered=len({answer.exercise for answer in found if not answer.blank}),
        exercises=len({answer.exercise for answer in found}),
    )


def _put(path: Path, content: bytes) -> None:
    """Write beside ``path`` and move into place: a grader never sees half of it."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(content)
        beside.chmod(GROUP_MAY_READ)
        os.replace(beside, path)
    except OSError as error:
        why = f"{path.parent} cannot be written: {error.strerror}; tell your teacher."
        raise NotHandedIn(why) from error
    finally:
        beside.unlink(missing_ok=True)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which lessons, and where to."""
    lessons = "starts of names, such as 03_1, or paths of notebooks"
    parser.add_argument("lessons", nargs="+", metavar="LESSON", help=lessons)
    place = f"the folder to hand in to (default: ${PLACE}, set on a class server)"
    parser.add_argument("--to", type=Path, metavar="FOLDER", help=place)


def run(options: argparse.Namespace) -> int:
    """Hand in each lesson's exercises and print a receipt; 1 where one was not."""
    try:
        folder = options.to or _named_folder()
        for lesson in options.lessons:
            for notebook in _notebooks(lesson):
                print(hand_in(notebook, folder).summary)
    except NotHandedIn as why:
        print(why, file=sys.stderr)
        return 1
    return 0


def _named_folder() -> Path:
    if PLACE not in os.environ:
        raise NotHandedIn(
            f"No class server says where to (${PLACE} is not set): name the folder "
            "with --to, or give your teacher the notebook itself."
        )
    return Path(os.environ[PLACE])


def _notebooks(lesson: str) -> list[Path]:
    """The notebook of this path, or the learner's exercises whose name starts so."""
    if lesson.endswith(".ipynb"):
        return [Path(lesson)]
    folder = workspace.folder() / "exercises"
    found = [p for p in sorted(folder.glob("*.ipynb")) if p.name.startswith(lesson)]
    if not found:
        raise NotHandedIn(f"No notebook in {folder} has a name that starts {lesson!r}.")
    return found
