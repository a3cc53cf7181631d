"""The folder of a run's results: every file is whole or not there, so a run can go on.

``run.json`` says what is needed to repeat the run. ``students/NAME/report.json`` is
written last of a student's files: where it is, that student is done.
"""

import hashlib
import json
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path

from privlab.course import paths
from privlab.course.grade.results import StudentResult, student_from_data
from privlab.course.grade.submissions import BadInput, Submission

LONGEST = 60  # characters of a folder's name; each may be four bytes
KEPT = " ._-@+'"  # in a folder's name, besides letters and digits of any script
RESERVED = {"CON", "PRN", "AUX", "NUL"} | {
    f"{port}{number}" for port in ("COM", "LPT") for number in range(10)
}


@dataclass(frozen=True, kw_only=True)
class Report:
    """A student's result as it is kept, and of which submission it is (``digest``)."""

    result: StudentResult
    submission: str


class Store:
    """The results in ``folder``; looking at them writes nothing."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.log = self._log()
        self.reports: dict[str, Report] = {}
        self._names: dict[str, str] = {}
        for path in sorted(folder.glob("students/*/report.json")):
            report = _report(path)
            if report is not None:
                self.reports[report.result.student] = report
                self._names[report.result.student] = path.parent.name

    def _log(self) -> dict | None:
        """What ``begin`` wrote; None in a folder that is new or empty."""
        if not self.folder.exists():
            return None
        if not self.folder.is_dir():
            raise BadInput(f"{self.folder} is not a folder")
        if not any(self.folder.iterdir()):
            return None
        try:
            log = json.loads((self.folder / "run.json").read_text("utf-8"))
            return {"seed": int(log["seed"]), "broken": dict(log["broken"]), **log}
        except (FileNotFoundError, ValueError, TypeError, KeyError) as error:
            raise BadInput(f"{self.folder} is not empty and holds no run") from error

    def begin(self, log: dict) -> None:
        """Write what is needed to repeat the run, before anybody's result."""
        paths.write_whole(self.folder / "run.json", _json(log))
        self.log = log

    def tidy(self) -> None:
        """Take away what a killed run had begun to write."""
        for path in self.folder.rglob("*.tmp"):
            if path.is_file():  # a student may be called so
                path.unlink(missing_ok=True)

    def save(self, result: StudentResult, page: str, submission: str) -> None:
        """Write a student's feedback page and then the report."""
        folder = self.folder / "students" / self.name(result.student)
        data = result.as_data() | {"submission": submission}
        paths.write_whole(folder / "feedback.html", page)
        paths.write_whole(folder / "report.json", _json(data))
        self.reports[result.student] = Report(result=result, submission=submission)

    def name(self, student: str) -> str:
        """The name of a student's folder: always the same, and nobody else's."""
        if student not in self._names:
            taken = {_same(name) for name in self._names.values()}
            name = safe(student)
            self._names[student] = (
                _told_apart(student) if _same(name) in taken else name
            )
        return self._names[student]


def safe(student: str) -> str:
    """A folder's name for any text, on every system.

    Letters and digits of any script stay. A name that had to be changed ends with a
    piece of its fingerprint, so that two changed alike do not meet.
    """
    name = unicodedata.normalize("NFC", student)
    kept = _plain(name)
    return kept if kept == name and kept else _told_apart(student)


def _told_apart(student: str) -> str:
    mark = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{_plain(unicodedata.normalize('NFC', student))}~{mark}"


def _plain(name: str) -> str:
    """``name`` without what a system forbids or reads in its own way."""
    plain = "".join(c if _is_plain(c) else "_" for c in name)[:LONGEST]
    plain = plain.lstrip(" .-").rstrip(" .")
    # Windows takes "nul", "NUL.txt" and even "COM²" for a device
    device = unicodedata.normalize("NFKC", plain).partition(".")[0].strip().upper()
    return f"_{plain}" if device in RESERVED else plain


def _is_plain(character: str) -> bool:
    return character in KEPT or unicodedata.category(character)[0] in "LMN"


def _same(name: str) -> str:
    """What two names share if some file system takes them for one."""
    return unicodedata.normalize("NFC", name).casefold()


def digest(submission: Submission) -> str:
    """The fingerprint of all that a student handed in."""
    return hashlib.sha256(_json(asdict(submission)).encode()).hexdigest()


def _report(path: Path) -> Report | None:
    """The report in a file; None if it is not one: then the student is not done."""
    try:
        data = json.loads(path.read_text("utf-8"))
        return Report(result=student_from_data(data), submission=data["submission"])
    except (ValueError, TypeError, KeyError):
        return None


def _json(data: object) -> str:
    return json.dumps(data, indent=1, sort_keys=True) + "\n"
