"""``python -m bench NAME``: one comparison with its peers, both in the same run.

Without a name all run in turn, each in a process of its own, and make the dated table:
docs/measurements.md, and its copy in README.md. That is for a quiet machine.
"""

import ast
import importlib
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from bench import _table

NAMES = sorted(
    path.stem for path in Path(__file__).parent.glob("*.py") if path.stem[0] != "_"
)


def main(arguments: list[str]) -> int:
    """The second argument, from ``_all``, is the file that the rows go to."""
    if not arguments:
        return _all()
    name, *file = arguments
    if name not in NAMES or len(file) > 1:
        print(
            f"python -m bench [NAME], with one of: {', '.join(NAMES)}", file=sys.stderr
        )
        return 2
    if not file:
        print(_table.machine())
    rows = importlib.import_module(f"bench.{name}").main()
    if file:
        Path(file[0]).write_text(json.dumps([asdict(row) for row in rows]), "utf-8")
    return 0


def _all() -> int:
    """Run every comparison; no table is written where one of them fails."""
    rows, details = [], {}
    for name in NAMES:
        print(f"== {name}", flush=True)
        with tempfile.TemporaryDirectory() as place:
            file = Path(place) / "rows.json"
            command = [sys.executable, "-m", "bench", name, str(file)]
            run = subprocess.run(command, stdout=subprocess.PIPE, text=True)
            print(run.stdout, flush=True)
            if run.returncode != 0:
                print(f"{name} failed; no table was written", file=sys.stderr)
                return 1
            rows += [_table.Row(**row) for row in json.loads(file.read_text("utf-8"))]
        source = Path(__file__).with_name(f"{name}.py").read_text("utf-8")
        details[name] = (ast.get_docstring(ast.parse(source)), run.stdout)
    _table.write(rows, details)
    print(f"written: {_table.MEASUREMENTS}, and its copy in {_table.README.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
