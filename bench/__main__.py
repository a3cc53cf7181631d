"""``python -m bench NAME``: one comparison with its peers, both in the same run.

Without a name all run in turn, each in a process of its own, and make the dated table:
docs/measurements.md, and its copy in README.md. ``python -m bench --write NAME ...``
measures some of them anew and leaves the others in it. That is for a quiet machine.
"""

import importlib
import json
import os
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
    """The second argument, from ``_written``, is the file that the rows go to."""
    write = arguments[:1] in ([], ["--write"])
    names = arguments[1:] if write else arguments[:1]
    if not {*names} <= {*NAMES} or (not write and len(arguments) > 2):
        known = ", ".join(NAMES)
        print(
            f"python -m bench [--write] [NAME], with one of: {known}", file=sys.stderr
        )
        return 2
    if write:
        return _written(names or NAMES)
    name, *file = arguments
    if not file:
        print(_table.machine())
    rows = importlib.import_module(f"bench.{name}").main()
    if file:
        Path(file[0]).write_text(json.dumps([asdict(row) for row in rows]), "utf-8")
    return 0


def _written(names: list[str]) -> int:
    """Run comparisons, and put each into the table as soon as it has ended.

    One that fails leaves the table as it was; the status is then 1.
    """
    failed = []
    for name in names:
        print(f"== {name}", flush=True)
        with tempfile.TemporaryDirectory() as place:
            file = Path(place) / "rows.json"
            command = [sys.executable, "-m", "bench", name, str(file)]
            quiet = {**os.environ, "TQDM_DISABLE": "1"}
            run = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=quiet)
            print(run.stdout, flush=True)
            if run.returncode != 0:
                failed.append(name)
            else:
                _table.keep(name, json.loads(file.read_text("utf-8")), run.stdout)
    print(f"failed: {', '.join(failed) or 'none'}; the table: {_table.MEASUREMENTS}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
