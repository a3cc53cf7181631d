"""Where the course and the learner's own files are, and how they are written."""

import os
from pathlib import Path

COURSE = Path(__file__).resolve().parents[2]


def home() -> Path:
    """The learner's own folder: ``$PRIVLAB_HOME``, or ``.privlab`` in the home folder.

    Not in the course folder: on a shared server that one is read-only.
    """
    named = os.environ.get("PRIVLAB_HOME")
    return Path(named) if named else Path.home() / ".privlab"


def write_whole(path: Path, text: str) -> None:
    """Write ``text`` beside ``path`` and move it into place: all of it, or none.

    The folder is made if need be. ``OSError`` where it cannot be written; the file
    that was there is then as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_text(text, "utf-8", newline="\n")
        os.replace(beside, path)
    except OSError as error:
        error.filename, error.filename2 = str(path), None  # not the name beside it
        raise
    finally:
        beside.unlink(missing_ok=True)
