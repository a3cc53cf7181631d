"""A learner's own copy of the notebooks, on a server where the course is read-only.

``python -m privlab.course.workspace PROGRAM …`` lays it out and then becomes PROGRAM:
JupyterHub starts a learner's server so, as the learner and never as root.
"""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from privlab.course import paths

FOLDERS = ("notebooks", "exercises")
OWNER_ONLY = 0o077  # what the others of the same server may not do with a new file


def folder() -> Path:
    """Where the learner's notebooks are: ``$PRIVLAB_WORK``, or the course folder.

    On a shared server each learner has a copy of them.
    """
    named = os.environ.get("PRIVLAB_WORK")
    return Path(named).expanduser() if named else paths.COURSE


def lay_out(work: Path) -> tuple[Path, ...]:
    """Copy the notebooks that ``work`` lacks, and name them.

    A file that is there is never touched, so what the learner wrote stays; who deletes
    or renames one finds it as it was handed out at the next start. ``OSError`` where
    ``work`` cannot be written.
    """
    made = []
    for kind in FOLDERS:
        (work / kind).mkdir(parents=True, exist_ok=True)
        for original in sorted((paths.COURSE / kind).glob("*.ipynb")):
            copy = work / kind / original.name
            if not os.path.lexists(copy):
                shutil.copyfile(original, copy)  # without its mode, which is read-only
                made.append(copy)
    return tuple(made)


def main(command: Sequence[str]) -> None:
    """Lay the copy out where ``$PRIVLAB_WORK`` says, then run ``command`` in it."""
    if not command:
        sys.exit("workspace: name the PROGRAM to start")
    os.umask(OWNER_ONLY)
    work = folder()
    lay_out(work)
    os.chdir(work)
    os.execvp(command[0], list(command))


if __name__ == "__main__":
    main(sys.argv[1:])
