"""Find what students handed in, and the answers in it, whatever shape it came in."""

import json
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

LARGEST_NOTEBOOK = 20 * 2**20
LARGEST_ZIP = 2 * 2**30  # bytes unpacked
MOST_FILES = 20_000
MARKER = re.compile(r"^[ \t]*#[ \t]*EXERCISE:[ \t]*([\w-]+)", re.M)
STARTER = re.compile(r"# YOUR CODE HERE\s+raise NotImplementedError|YOUR ANSWER HERE")


class BadInput(Exception):
    """The submissions cannot be graded as a whole; one sentence says why."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The text of one answer cell, and of the other cells of its notebook.

    Nothing here is parsed: a text can be made to upset a parser, and the worker that
    will run it does that where no one else is harmed.
    """

    exercise: str
    code: str
    around: tuple[str, ...] = ()

    @property
    def untouched(self) -> bool:
        """Whether this is still the cell that was handed out."""
        return bool(STARTER.search(self.code))


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What one student handed in; ``notes`` say what was odd about it."""

    student: str
    answers: dict[str, Answer]
    notes: tuple[str, ...] = ()


def collect(place: Path) -> list[Submission]:
    """Every student's submission in a folder or a zip file, by name.

    ``student.ipynb`` files side by side, or a folder per student; a student's
    notebooks are taken together. ``BadInput`` if there is no notebook at all.
    """
    if not place.exists():
        raise BadInput(f"{place} does not exist")
    found = _in_zip(place) if place.suffix.lower() == ".zip" else _in_folder(place)
    by_student: dict[str, list[tuple[str, bytes | str]]] = {}
    for path, content in found:
        by_student.setdefault(_student(path), []).append((str(path), content))
    if not by_student:
        raise BadInput(f"{place} holds no .ipynb file")
    return [_submission(name, by_student[name]) for name in sorted(by_student)]


def _student(path: PurePosixPath) -> str:
    return path.parts[0] if len(path.parts) > 1 else path.stem


def _is_notebook(path: PurePosixPath) -> bool:
    """Whether a person handed this file in, not an editor's or a Mac's shadow of it."""
    shadows = {".ipynb_checkpoints", "__MACOSX"} & set(path.parts)
    hidden = path.name.startswith("._")
    return path.suffix.lower() == ".ipynb" and not (shadows or hidden)


def _in_folder(place: Path) -> Iterator[tuple[PurePosixPath, bytes | str]]:
    """Notebooks below a folder; a link could lead out of it and is not followed."""
    files = [place] if place.is_file() else sorted(place.rglob("*"))
    for path in files:
        name = path.relative_to(place) if place.is_dir() else Path(path.name)
        if not _is_notebook(PurePosixPath(name.as_posix())):
            continue
        steps = [path, *path.parents][: len(name.parts)]
        if any(step.is_symlink() for step in steps) or not path.is_file():
            yield PurePosixPath(name.as_posix()), "is a link, which is not followed"
        elif path.stat().st_size > LARGEST_NOTEBOOK:
            yield PurePosixPath(name.as_posix()), "is larger than 20 MB"
        else:
            yield PurePosixPath(name.as_posix()), path.read_bytes()


def _in_zip(place: Path) -> Iterator[tuple[PurePosixPath, bytes | str]]:
    """Notebooks in a zip, read without unpacking: nothing is written anywhere."""
    try:
        with zipfile.ZipFile(place) as archive:
            entries = [e for e in archive.infolist() if not e.is_dir()]
            if len(entries) > MOST_FILES:
                raise BadInput(f"{place} holds {len(entries):,} files")
            names = [e for e in entries if _is_notebook(PurePosixPath(e.filename))]
            shared = _shared_folder([PurePosixPath(e.filename) for e in names])
            for entry in names:
                path = PurePosixPath(*PurePosixPath(entry.filename).parts[shared:])
                yield path, _zipped(archive, entry)
    except zipfile.BadZipFile as error:
        raise BadInput(f"{place} is not a readable zip file: {error}") from error


def _shared_folder(paths: list[PurePosixPath]) -> int:
    """1 if one folder holds everybody's folders (as a zipped class folder does)."""
    tops = {path.parts[0] for path in paths}
    return int(len(tops) == 1 and all(len(path.parts) > 2 for path in paths))


def _zipped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | str:
    path = PurePosixPath(entry.filename)
    if path.is_absolute() or ".." in path.parts:
        return "has a path that leads out of the zip"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a link, which is not followed"
    with archive.open(entry) as file:
        content = file.read(LARGEST_NOTEBOOK + 1)  # whatever size the entry claims
    return "is larger than 20 MB" if len(content) > LARGEST_NOTEBOOK else content


def _submission(student: str, files: list[tuple[str, bytes | str]]) -> Submission:
    answers: dict[str, Answer] = {}
    notes = []
    for name, content in files:
        if isinstance(content, str):
            notes.append(f"{name} {content}")
            continue
        try:
            cells = _code_cells(content)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            notes.append(f"{name} is not a readable notebook")
            continue
        for answer in _answers(cells):
            if answer.exercise in answers:
                notes.append(
                    f"{answer.exercise} is answered twice; the last one counts"
                )
            answers[answer.exercise] = answer
    return Submission(student=student, answers=answers, notes=tuple(notes))


def _code_cells(content: bytes) -> list[tuple[str, str | None]]:
    """The text of each code cell and the exercise that its metadata names."""
    cells = json.loads(content.decode("utf-8-sig"))["cells"]
    found = []
    for cell in cells:
        if cell["cell_type"] == "code":
            text = "".join(cell["source"]).replace("\r\n", "\n").replace("\r", "\n")
            noted = cell.get("metadata", {}).get("privlab", {}).get("exercise")
            found.append((text, noted if isinstance(noted, str) else None))
    return found


def _answers(cells: list[tuple[str, str | None]]) -> Iterator[Answer]:
    """Answer cells: by the marker in the text, or else by the metadata."""
    marked = [(MARKER.search(text), noted, text) for text, noted in cells]
    named = [(mark[1] if mark else noted, text) for mark, noted, text in marked]
    around = tuple(text for name, text in named if name is None)
    for name, text in named:
        if name is not None:
            yield Answer(exercise=name, code=text, around=around)
