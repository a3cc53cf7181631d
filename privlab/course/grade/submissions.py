"""Find what students handed in, whatever shape it came in."""

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from privlab.course.exercise import exercises
from privlab.course.grade.answers import Answer, answers_in

LARGEST_NOTEBOOK = 64 * 2**20  # bytes: pictures are large
LARGEST_ZIP = 4 * 2**30  # bytes of notebooks, unpacked
MOST_FILES = 20_000
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may need any memory


class BadInput(Exception):
    """The submissions cannot be graded as a whole; one sentence says why."""


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What one student handed in; ``notes`` say what was odd about it."""

    student: str
    answers: dict[str, Answer]
    notes: tuple[str, ...] = ()


def collect(place: Path) -> list[Submission]:
    """Every student's submission in a folder or a zip file, by name.

    ``student.ipynb`` files side by side, or a folder per student; a student's
    notebooks are taken together. ``BadInput`` if there is no notebook at all, or one
    that the system does not let us read.
    """
    if not place.exists():
        raise BadInput(f"{place} does not exist")
    found = _in_zip(place) if place.suffix.lower() == ".zip" else _in_folder(place)
    by_student: dict[str, list[tuple[str, list[Answer] | str]]] = {}
    try:
        for path, content in found:
            answers = content if isinstance(content, str) else answers_in(content)
            name = _sayable(str(path))
            by_student.setdefault(_student(path), []).append((name, answers))
    except OSError as error:
        raise BadInput(f"{error.filename or place}: {error.strerror}") from error
    if not by_student:
        raise BadInput(f"{place} holds no .ipynb file")
    return [_submission(name, by_student[name]) for name in sorted(by_student)]


def _student(path: PurePosixPath) -> str:
    """The first folder or the file's name, and never one that leads elsewhere."""
    parts = [part for part in path.parts if part not in ("/", "..")]
    return _sayable(parts[0] if len(parts) > 1 else path.stem)


def _sayable(name: str) -> str:
    """A file's name may hold any bytes; a report holds text."""
    return name.encode("utf-8", "backslashreplace").decode()


def _is_notebook(path: PurePosixPath) -> bool:
    """Whether a person handed this file in, not an editor's or a Mac's shadow of it."""
    shadows = {".ipynb_checkpoints", "__MACOSX"} & set(path.parts)
    hidden = path.name.startswith("._")
    return path.suffix.lower() == ".ipynb" and not (shadows or hidden)


def _in_folder(place: Path) -> Iterator[tuple[PurePosixPath, bytes | str]]:
    """Notebooks below a folder; a link could lead out of it and is not followed."""
    for path in [place] if place.is_file() else _files(place):
        relative = path.relative_to(place) if path != place else Path(path.name)
        name = PurePosixPath(relative.as_posix())
        if not _is_notebook(name):
            continue
        steps = [path, *path.parents][: len(name.parts)]
        if any(step.is_symlink() for step in steps) and path != place:
            yield name, "is a link, which is not followed"
        elif not path.is_file():
            yield name, "is no ordinary file"
        elif path.stat().st_size > LARGEST_NOTEBOOK:
            yield name, "is too large"
        else:
            yield name, path.read_bytes()


def _files(place: Path) -> Iterator[Path]:
    """The files below a folder in order, and what would be below a student's link."""

    def stop(error: OSError):
        raise error

    for folder, folders, names in os.walk(place, onerror=stop):
        here = Path(folder)
        folders.sort()
        if here == place:
            yield from (
                here / f / "*.ipynb" for f in folders if (here / f).is_symlink()
            )
        yield from (here / name for name in sorted(names))


def _in_zip(place: Path) -> Iterator[tuple[PurePosixPath, bytes | str]]:
    """Notebooks in a zip, read without unpacking: nothing is written anywhere."""
    try:
        with zipfile.ZipFile(place) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MOST_FILES:
                raise BadInput(f"{place} holds {len(entries):,} files")
            named = [(_named(entry), entry) for entry in entries]
            notebooks = [(path, e) for path, e in named if _is_notebook(path)]
            inside = [path for path, _ in notebooks if _leads_inside(path)]
            shared, size = _shared_folder(inside), 0
            for path, entry in notebooks:
                if not _leads_inside(path):
                    yield path, "has a path that leads out of the zip"
                    continue
                content = _zipped(archive, entry)
                size += len(content)
                if size > LARGEST_ZIP:
                    raise BadInput(
                        f"{place} unpacks to more than {LARGEST_ZIP:,} bytes"
                    )
                yield PurePosixPath(*path.parts[shared:]), _not_too_large(content)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise BadInput(f"{place} is not a readable zip file: {error}") from error


def _named(entry: zipfile.ZipInfo) -> PurePosixPath:
    """An entry's path; some programs on Windows write it their own way."""
    return PurePosixPath(entry.filename.replace("\\", "/"))


def _shared_folder(paths: list[PurePosixPath]) -> int:
    """1 if one folder holds everybody's work (as a zipped class folder does)."""
    tops = {path.parts[0] for path in paths}
    depths = {len(path.parts) for path in paths}
    lessons = {exercise.lesson for exercise in exercises().values()}
    named = {path.stem for path in paths} <= lessons
    alone = depths == {2} and (len(paths) == 1 or named)  # one student's folder
    return int(len(tops) == 1 and min(depths) > 1 and not alone)


def _leads_inside(path: PurePosixPath) -> bool:
    return not (path.is_absolute() or ".." in path.parts)


def _zipped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | str:
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a link, which is not followed"
    if entry.compress_type not in PACKED:
        return "is packed in an unusual way"
    try:
        with archive.open(entry) as file:
            return file.read(LARGEST_NOTEBOOK + 1)  # whatever size the entry claims
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError):
        return "cannot be unpacked"


def _not_too_large(content: bytes | str) -> bytes | str:
    return "is too large" if len(content) > LARGEST_NOTEBOOK else content


def _submission(student: str, files: list[tuple[str, list[Answer] | str]]):
    """All answers of a student; of several to one exercise the last that is one."""
    answers: dict[str, Answer] = {}
    notes = [f"{name} {found}" for name, found in files if isinstance(found, str)]
    for _, found in files:
        for answer in found if isinstance(found, list) else ():
            name = answer.exercise
            if name in answers:
                notes.append(f"{name} is there twice; the last one filled in counts")
            if name not in answers or answers[name].blank or not answer.blank:
                answers[name] = answer
    return Submission(
        student=student, answers=answers, notes=tuple(dict.fromkeys(notes))
    )
