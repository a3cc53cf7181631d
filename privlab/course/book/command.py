"""``privlab book``: the built notebooks as a book of web pages in ``build/book``."""

import argparse
import sys
from pathlib import Path

from privlab.course import paths

NEEDS = "the book needs {}: pip install -e .[book] brings it, and so does lab.py book"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    place = paths.COURSE / "build" / "book"
    parser.add_argument("--to", type=Path, default=place, help="the folder it goes to")


def run(options: argparse.Namespace) -> int:
    """Make the book from the built notebooks; nothing of them runs again."""
    try:
        from privlab.course.book import site
        from privlab.course.book.mathematics import FormulaError
    except ModuleNotFoundError as error:
        print(NEEDS.format(error.name), file=sys.stderr)
        return 1
    book = site.Book()
    try:
        book.make()
        book.write(options.to)
    except (FormulaError, FileExistsError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(book.files)} files; open {options.to / site.FIRST}")
    return 0
