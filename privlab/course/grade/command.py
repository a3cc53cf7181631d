"""``privlab grade``: from what students handed in to marks and reports."""

import argparse
import math
import os
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to grade, where the results go, and how."""
    add = parser.add_argument
    add("submissions", type=Path, help="a folder or a zip file of notebooks")
    add("--out", type=Path, required=True, metavar="RESULTS", help="a new folder")
    add(
        "--lesson",
        nargs="+",
        action="extend",
        default=[],
        metavar="L",
        help="only these (default: every lesson that was answered)",
    )
    jobs = os.cpu_count() or 1
    add("--jobs", type=_count, default=jobs, metavar="N", help="students at once")
    checks = "a Python file of your own checks and points"
    add("--checks", type=Path, metavar="PATH", help=checks)
    seconds = "that one check may take (default: 20)"
    add("--seconds", type=_seconds, metavar="S", help=seconds)
    add(
        "--allow-unsandboxed",
        action="store_true",
        help="grade although answers can reach your files",
    )
    add("--resume", action="store_true", help="go on with a run that was stopped")
    add(
        "--replay", metavar="STUDENT", help="grade one again and compare; write nothing"
    )
    add("--to-gradebook", type=Path, metavar="DB", help="nbgrader's gradebook.db")


def run(options: argparse.Namespace) -> int:
    """Grade what students handed in: marks, feedback pages, a page for the class.

    Exit status 0; 1 if an answer has no mark because the grader itself failed, or a
    replay differs; 2 if nothing could be graded, and then nothing is changed.
    """
    from privlab.course.grade import grading
    from privlab.course.grade.submissions import BadInput

    try:
        if options.replay is not None:
            return grading.replay(options)
        return grading.grade(options)
    except BadInput as error:
        return _failed(str(error), 2)
    except OSError as error:
        named = error.filename and error.strerror
        return _failed(
            f"{error.filename}: {error.strerror}" if named else str(error), 2
        )
    except KeyboardInterrupt:
        return _failed("stopped; --resume goes on from here", 130)


def _failed(why: str, status: int) -> int:
    """Say in one line why there are no results; the exit status."""
    print("privlab grade:", " ".join(why.split()), file=sys.stderr)
    return status


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text} must be a whole number from 1 up")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text} must be seconds, more than 0")
    return seconds
