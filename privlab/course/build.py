"""``privlab build``: source/ -> notebooks/, exercises/ and solutions/.

Each built notebook carries two fingerprints: of what went in (the source, the
library files it imports, the pins) and of what came out (cells and outputs). The
first says whether it is out of date, the second whether somebody edited it by hand.
"""

import os
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from privlab.course import notebook as nb
from privlab.course import paths
from privlab.course.dependencies import closure

KINDS = {"notebooks": ("notebooks",), "exercises": ("exercises", "solutions")}
CELL_SECONDS = 120
QUIET = {
    "PRIVLAB_STATIC": "1",  # figures instead of widgets
    "TQDM_DISABLE": "1",  # a progress bar shows times, which differ every run
    "OMP_NUM_THREADS": "1",  # one order of summation, so the same last digits
    "FLWR_TELEMETRY_ENABLED": "0",
}


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

    def fresh(self) -> NotebookNode:
        """The notebook as its source says, not yet executed."""
        notebook = nb.read(self.source)
        if self.kind == "exercises":
            return nb.for_learner(notebook)
        return nb.for_reader(notebook)

    def inputs(self) -> str:
        """The fingerprint of everything the built notebook depends on."""
        code = "\n".join(c.source for c in self.fresh().cells if c.cell_type == "code")
        files = [*closure(code), Path(nb.__file__), *_checks(self.source)]
        texts = [f"{path.name}\n{path.read_text('utf-8')}" for path in files]
        return nb.digest(self.source.read_text("utf-8"), *_pins(), *texts)


def folder(kind: str) -> Path:
    return paths.COURSE / kind


def _checks(source: Path) -> list[Path]:
    beside = source.with_name(f"{source.stem}_checks.py")
    return [beside] if beside.is_file() else []


def _pins() -> list[str]:
    text = (paths.COURSE / "pyproject.toml").read_text("utf-8")
    return tomllib.loads(text)["project"]["dependencies"]


def targets(wanted: list[str]) -> Iterator[Target]:
    """Every notebook of the course, or those whose name starts as one of ``wanted``."""
    for place, kinds in KINDS.items():
        for source in sorted((paths.COURSE / "source" / place).glob("*.py")):
            if source.stem.endswith("_checks"):
                continue
            if not wanted or source.stem.startswith(tuple(wanted)):
                yield from (Target(source=source, kind=k) for k in kinds)


def state(target: Target) -> str:
    """ "current", "missing", "stale" or "edited": by hand, after it was built."""
    if not target.path.is_file():
        return "missing"
    try:
        built = nbformat.read(target.path, as_version=4)
        stamp = built.metadata["privlab"]
        if stamp["content"] != nb.content(built):
            return "edited"
    except (KeyError, ValueError, nbformat.reader.NotJSONError):
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
    notebook = target.fresh()
    if target.executed:
        execute(notebook, target.name)
    notebook.metadata["privlab"] = {
        "source": f"source/{target.source.parent.name}/{target.source.name}",
        "inputs": target.inputs(),
        "content": nb.content(notebook),
    }
    nbformat.validate(notebook)
    return nb.dumps(notebook)


def execute(notebook: NotebookNode, name: str) -> None:
    """Run every cell in place, offline and quiet; ``BuildError`` names a broken one."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, **QUIET, "PRIVLAB_HOME": home}
        client = NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": str(folder("notebooks"))}},
        )
        try:
            client.execute(env=env)
        except CellExecutionError as error:
            raise BuildError(f"{name}: {error}") from error
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                raise BuildError(f"{name}: a cell writes to stderr: {output.text}")


class BuildError(Exception):
    """A notebook could not be built; the text names it and says why."""


def build(wanted: list[str], *, force: bool) -> int:
    """Build what is missing or stale; refuse hand-edited files unless forced."""
    refused = []
    for target in targets(wanted):
        now = state(target)
        if now == "edited" and not force:
            refused.append(target.name)
        elif now != "current" or force:
            print(f"building {target.name} ({now})", flush=True)
            target.path.parent.mkdir(exist_ok=True)
            target.path.write_text(make(target), "utf-8", newline="\n")
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
