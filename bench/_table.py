"""What a comparison comes to: a row of the dated table, and the file that holds it."""

import ast
import datetime
import json
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from privlab.course import paths

MEASUREMENTS = paths.COURSE / "docs" / "measurements.md"
KEPT = MEASUREMENTS.with_suffix(".json")  # what the table is made of
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
    process = psutil.Process()  # on a Mac it cannot say which cores it may use
    known = hasattr(process, "cpu_affinity")
    cores = len(process.cpu_affinity()) if known else psutil.cpu_count()
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


def keep(name: str, rows: list[dict[str, str]], printed: str) -> None:
    """Put one comparison into the dated table, in place of its last measurement."""
    kept = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    kept[name] = {"where": machine(), "rows": rows, "printed": printed.rstrip()}
    kept = dict(sorted(kept.items()))
    paths.write_whole(KEPT, json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    write(kept)


def write(kept: dict[str, dict]) -> None:
    """The dated file, what each comparison says and printed in it; README's copy."""
    rows = table([Row(**row) for part in kept.values() for row in part["rows"]])
    where = "\n".join(sorted({part["where"] for part in kept.values()}))
    parts = [f"# Measurements\n\n{where}\n\n{rows}"]
    for name, part in kept.items():
        source = Path(__file__).with_name(f"{name}.py").read_text("utf-8")
        said = f"{ast.get_docstring(ast.parse(source))}\n\n{part['where']}"
        parts.append(f"## {name}\n\n{said}\n\n```\n{part['printed']}\n```\n")
    paths.write_whole(MEASUREMENTS, "\n".join(parts))
    begin, end = MARKS
    before, _, rest = README.read_text("utf-8").partition(begin)
    _, _, after = rest.partition(end)
    told = f"{where} More in [docs/measurements.md](docs/measurements.md).\n"
    paths.write_whole(README, f"{before}{begin}\n{told}\n{rows}\n{end}{after}")
