"""How long a learner worked on each exercise, and on which one last.

``minutes.json`` beside the record. A check or a hint is a sign of work; the time since
the sign before it counts for the exercise, unless it was a pause. The time before the
first sign of a sitting is not seen, so what is measured is a lower bound.
"""

import json
import time
from contextlib import suppress
from pathlib import Path

from privlab.course import paths

LONGEST_PAUSE = 600  # seconds between two signs that still count as work


def note_work(exercise_id: str, lesson: str) -> None:
    """Add the time since the last sign to this exercise; silent where it cannot be."""
    data, now = _read(), time.time()
    passed = now - data["at"]
    if 0 <= passed <= LONGEST_PAUSE:
        data["seconds"][exercise_id] = data["seconds"].get(exercise_id, 0) + passed
    data |= {"at": now, "lesson": lesson}
    with suppress(OSError):  # the record, in the same folder, has said so already
        paths.write_whole(_file(), json.dumps(data, indent=1, sort_keys=True) + "\n")


def seconds() -> dict[str, float]:
    """The seconds of work by exercise."""
    return _read()["seconds"]


def last_lesson() -> str | None:
    """The lesson of the exercise that was worked on last, or None."""
    return _read()["lesson"]


def _read() -> dict:
    """What was noted; a file that is damaged costs the minutes, not the record."""
    try:
        data = json.loads(_file().read_text("utf-8"))
        seconds = {str(name): float(s) for name, s in data["seconds"].items()}
        lesson = data["lesson"] and str(data["lesson"])
        return {"seconds": seconds, "at": float(data["at"]), "lesson": lesson}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {"seconds": {}, "at": 0.0, "lesson": None}


def _file() -> Path:
    return paths.home() / "minutes.json"
