"""``privlab build``: source/ -> notebooks/, exercises/ and solutions/.

Each built notebook carries two fingerprints: of what went in (the source, the
library files it imports, the pins) and of what came out (cells and outputs). The
first says whether it is out of date, the second whether somebody edited it by hand.
"""

import argparse
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from privlab.course import notebook as nb
from privlab.course import paths
from privlab.course.contents import number
from privlab.course.dependencies import closure, module_files
from privlab.course.execution import SETTINGS, BuildError, execute
from privlab.course.glossary import with_notes

KINDS = {"notebooks": ("notebooks",), "exercises": ("exercises", "solutions")}


@dataclass(frozen=True, kw_only=True)
class Target:
    """One notebook to build: where from, where to, and in which of three forms."""

    source: Path
    kind: str

    @property
    def path(self) -> Path:
        return folder(self.kind) / f"{self.source.stem}.ipynb"

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.path.name}"

    @property
    def executed(self) -> bool:
        return self.kind != "exercises"

    @property
    def noted(self) -> bool:
        """Whether its text gets hover notes."""
        return self.kind == "notebooks"

    def fresh(self) -> NotebookNode:
        """The notebook as its source says, not yet executed."""
        form = nb.for_learner if self.kind == "exercises" else nb.for_reader
        try:
            notebook = form(nb.read(self.source))
        except (KeyError, ValueError) as error:
            raise BuildError(f"{self.name}: {error}") from error
        if self.noted:
            note_terms(notebook, lesson=number(self.source.stem))
        return notebook

    def inputs(self) -> str:
        """The fingerprint of everything the built notebook depends on."""
        own = [self.source, *_checks(self.source)]
        form = {*module_files("privlab.course.notebook")}
        notes = {*module_files("privlab.course.glossary")} if self.noted else set()
        try:
            files = {*own, *closure(*form, *notes, *(own if self.executed else []))}
        except SyntaxError as error:
            where = f"{error.filename}, line {error.lineno}"
            line = (error.text or "").strip()
            raise BuildError(f"{self.name}: {where}: not Python: {line}") from error
        files |= {*paths.COURSE.glob(f"source/quiz/{self.source.stem}.toml")}
        texts = [f"{path.name}\n{path.read_text('utf-8')}" for path in sorted(files)]
        return nb.digest(str(SETTINGS), *_pins(), *texts)


def note_terms(notebook: NotebookNode, *, lesson: str) -> None:
    """Put hover notes in a lesson's text."""
    prose = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    noted = with_notes((cell.source for cell in prose), lesson=lesson)
    for cell, text in zip(prose, noted, strict=True):
        cell.source = text


def folder(kind: str) -> Path:
    return paths.COURSE / kind


def _checks(source: Path) -> list[Path]:
    beside = source.with_name(f"{source.stem}_checks.py")
    return [beside] if beside.is_file() else []


def _pins() -> list[str]:
    text = (paths.COURSE / "pyproject.toml").read_text("utf-8")
    return tomllib.loads(text)["project"]["dependencies"]


def targets(wanted: list[str]) -> list[Target]:
    """Every notebook of the course, or those whose name starts as one of ``wanted``."""
    found = [
        Target(source=source, kind=kind)
        for place, kinds in KINDS.items()
        for source in sorted((paths.COURSE / "source" / place).glob("*.py"))
        if not source.stem.endswith("_checks")
        for kind in kinds
    ]
    for start in wanted:
        if not any(target.source.stem.startswith(start) for target in found):
            raise BuildError(f"no source's name starts with {start!r}")
    return [t for t in found if t.source.stem.startswith(tuple(wanted or [""]))]


def state(target: Target) -> str:
    """The target's state: "current", "missing", "stale", or "edited" by hand."""
    if not target.path.is_file():
        return "missing"
    try:
        built = nbformat.v4.reads(target.path.read_text("utf-8"))
        stamp = built.metadata["privlab"]
        if stamp["content"] != nb.content(built):
            return "edited"
    except (ValueError, KeyError, TypeError, AttributeError):  # no notebook of ours
        return "edited"
    return "current" if stamp["inputs"] == target.inputs() else "stale"


def orphans() -> list[str]:
    """Built notebooks whose source is gone."""
    known = {target.path for target in targets([])}
    kinds = (kind for kinds in KINDS.values() for kind in kinds)
    found = [path for kind in kinds for path in folder(kind).glob("*.ipynb")]
    return [f"{p.parent.name}/{p.name}" for p in sorted(found) if p not in known]


def make(target: Target) -> str:
    """The text of the built notebook, executed where its kind is."""
    inputs = target.inputs()  # first: a source may be edited while its notebook runs
    notebook = target.fresh()
    if target.executed:
        target.path.parent.mkdir(exist_ok=True)
        execute(notebook, target.name, folder=target.path.parent)
    notebook.metadata["privlab"] = {
        "source": f"source/{target.source.parent.name}/{target.source.name}",
        "inputs": inputs,
        "content": nb.content(notebook),
    }
    nbformat.validate(notebook)
    return nb.dumps(notebook)


def build(wanted: list[str], *, force: bool) -> int:
    """Build what is missing or stale; refuse hand-edited files unless forced."""
    refused = []
    for target in targets(wanted):
        now = state(target)
        if now == "edited" and not force:
            refused.append(target.name)
        elif now != "current" or force:
            print(f"building {target.name} ({now})", flush=True)
            text = make(target)
            paths.write_whole(target.path, text)
            for name, png in nb.pictures(nbformat.v4.reads(text)).items():
                folder("docs").mkdir(exist_ok=True)
                (folder("docs") / f"{name}.png").write_bytes(png)
    if refused:
        print(
            f"not overwritten, edited by hand: {', '.join(refused)}. Move the edit to "
            "source/, or give --force to lose it.",
            file=sys.stderr,
        )
    return 1 if refused else 0


def check(wanted: list[str]) -> int:
    """Name every built notebook that is not what its source says; 1 if any."""
    found = [(t.name, now) for t in targets(wanted) if (now := state(t)) != "current"]
    found += [(name, "orphan: its source is gone") for name in orphans()]
    for name, now in found:
        print(f"{name}: {now}")
    return 1 if found else 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", help="starts of names, such as 03_1")
    parser.add_argument("--check", action="store_true", help="build nothing, compare")
    parser.add_argument(
        "--force", action="store_true", help="build again, edited or not"
    )


def run(options: argparse.Namespace) -> int:
    """Build the notebooks from source/; the exit status is 1 where one cannot be."""
    try:
        if options.check:
            return check(options.names)
        return build(options.names, force=options.force)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
