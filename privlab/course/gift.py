"""``privlab quiz``: the quiz bank in GIFT, the text format that Moodle imports.

A question stands between blank lines: ``::id::[plain]text{=right#why ~wrong#why}``.
Moodle's import filter (``question/format/gift/format.php``) takes a backslash before
each of its own signs ``~ = # { } :`` and before a backslash.
"""

import argparse
import io
import re
import sys
from collections.abc import Iterable

from privlab.course.quiz import Item, QuizError, bank, items

SIGNS = re.compile(r"[\\~=#{}:]")


def gift(found: Iterable[Item]) -> str:
    """The items as one GIFT file, a category for each lesson."""
    parts, lesson = [], None
    for item in found:
        if item.lesson != lesson:
            lesson = item.lesson
            parts.append(f"$CATEGORY: privlab/{lesson}")
        parts.append(question(item))
    return "\n\n".join(parts) + "\n"


def question(item: Item) -> str:
    """One item; its id and level stand in a comment that Moodle reads as tags."""
    lines = [f"// [id:{item.id}] [tag:level {item.level}]"]
    lines += [f"::{escaped(item.id)}::[plain]{escaped(item.text)} {{"]
    for number, (option, why) in enumerate(zip(item.options, item.why, strict=True)):
        sign = "=" if number == item.right else "~"
        lines.append(f"  {sign}{_option(option, sign)}#{_marked(escaped(why))}")
    return "\n".join([*lines, "}"])


def escaped(text: str) -> str:
    """``text`` on one line, with a backslash before each sign of the format."""
    return SIGNS.sub(r"\\\g<0>", " ".join(text.split()))


def _option(text: str, sign: str) -> str:
    """A text that begins like a weight, %50%, gets its own weight in front."""
    marked = _marked(escaped(text))
    return f"%0%{marked}" if sign == "~" and marked.startswith("%") else marked


def _marked(text: str) -> str:
    """A text that begins like a format, [html], gets its own format in front."""
    return f"[plain]{text}" if text.startswith("[") else text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=["gift"], default="gift", help="of Moodle")
    parser.add_argument(
        "--lesson",
        nargs="+",
        default=[],
        metavar="L",
        help="such as 3.1 (default: all)",
    )


def run(options: argparse.Namespace) -> int:
    """Print the questions of the lessons; exit status 1 names what is wrong."""
    try:
        chosen = [item for lesson in options.lesson for item in items(lesson)]
        text = gift(chosen if options.lesson else bank())
    except (KeyError, QuizError) as error:
        print(error.args[0], file=sys.stderr)
        return 1
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # Moodle wants it; Windows' is not
    print(text, end="")
    return 0
