"""Where the course and the learner's own files are."""

import os
from pathlib import Path

COURSE = Path(__file__).resolve().parents[2]


def home() -> Path:
    """The learner's own folder: ``$PRIVLAB_HOME``, or ``.privlab`` in the home folder.

    Not in the course folder: on a shared server that one is read-only.
    """
    named = os.environ.get("PRIVLAB_HOME")
    return Path(named) if named else Path.home() / ".privlab"
