"""What a comparison comes to: a row of the dated table, and the file that holds it."""

import datetime
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from privlab.course import paths

MEASUREMENTS = paths.COURSE / "docs" / "measurements.md"
README = paths.COURSE / "README.md"
MARKS = "<!-- made by python -m bench -->\n", "<!-- end of what it made -->\n"
HEAD = "| Job | privlab | beside | its own | times less |\n|---|---|---|---|---|\n"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One job: what privlab took, what the peer took, and their ratio, as shown."""

    job: str
    ours: str
    peer: str
    theirs: str
    ratio: str

    @property
    def line(self) -> str:
        return "| " + " | ".join(asdict(self).values()) + " |\n"


def table(rows: list[Row]) -> str:
    return HEAD + "".join(row.line for row in rows)


def machine() -> str:
    """When and where: one sentence."""
    memory = psutil.virtual_memory().total / 2**30
    cores = len(psutil.Process().cpu_affinity())
    return (
        f"Measured on {datetime.date.today().isoformat()}: {_processor()}, {cores} "
        f"cores, {memory:.0f} GB, {platform.system()}, Python "
        f"{platform.python_version()}."
    )


def _processor() -> str:
    """The processor's name, which Python knows on few systems."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    named = [line.split(":")[1].strip() for line in lines if "model name" in line]
    return named[0] if named else platform.processor() or platform.machine()


def write(rows: list[Row], details: dict[str, tuple[str, str]]) -> None:
    """The dated file, with what each comparison says and printed; README's copy of it.

    ``details``: for each name the module's docstring and its output.
    """
    parts = [f"# Measurements\n\n{machine()}\n\n{table(rows)}"]
    for name, (about, printed) in details.items():
        parts.append(f"## {name}\n\n{about.strip()}\n\n```\n{printed.rstrip()}\n```\n")
    paths.write_whole(MEASUREMENTS, "\n".join(parts))
    begin, end = MARKS
    before, _, rest = README.read_text("utf-8").partition(begin)
    _, _, after = rest.partition(end)
    told = f"{machine()} More in [docs/measurements.md](docs/measurements.md).\n"
    whole = f"{before}{begin}\n{told}\n{table(rows)}\n{end}{after}"
    paths.write_whole(README, whole)
