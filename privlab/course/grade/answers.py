"""The answers in one notebook: found by their markers, taken as text."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_ANSWERS = 200  # in one notebook
MOST_VALUES = 2**22  # lists and objects in it: in memory each is many times its text
LARGEST_CODE = 2**20  # characters of all its code
ID = r"[a-z]{1,20}-\d{1,4}"
MARKER = re.compile(rf"^[ \t]*#+[ \t]*EXERCISE[ \t]*[:：][ \t]*({ID})", re.M | re.I)
STARTER = re.compile(r"# YOUR CODE HERE\s+raise NotImplementedError|YOUR ANSWER HERE")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The text of one answer cell, and of every cell of code of its notebook.

    Nothing here is parsed: a text can be made to upset a parser, and the worker that
    will run it does that where no one else is harmed.
    """

    exercise: str
    code: str
    around: tuple[str, ...] = ()

    @property
    def blank(self) -> bool:
        """Whether the place to write is still in it."""
        return bool(STARTER.search(self.code))


def answers_in(content: bytes) -> list[Answer] | str:
    """The answers in a notebook, or what is wrong with it."""
    try:
        cells = _code_cells(content)
    except (ValueError, TypeError, KeyError, RecursionError):
        return "is not a readable notebook"
    around = tuple(text for text, _ in cells)
    if sum(map(len, around)) > LARGEST_CODE:
        return f"holds more than {LARGEST_CODE:,} characters of code"
    named = list(_named_cells(cells))
    if not named:
        return "holds no answer"
    if len(named) > MOST_ANSWERS:
        return f"holds more than {MOST_ANSWERS} answers"
    return [Answer(exercise=name, code=text, around=around) for name, text in named]


def _code_cells(content: bytes) -> list[tuple[str, str | None]]:
    """The text of each code cell and the exercise that its metadata names."""
    if content.count(b"[") + content.count(b"{") > MOST_VALUES:
        raise ValueError("too many values")
    found = []
    for cell in json.loads(content.decode("utf-8-sig"))["cells"]:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            parts = cell.get("source") or ""
            text = "".join(part for part in parts if isinstance(part, str))
            lines = text.replace("\r\n", "\n").replace("\r", "\n")
            found.append((lines.encode("utf-8", "replace").decode(), _noted(cell)))
    return found


def _noted(cell: object) -> str | None:
    """The exercise that a cell's metadata names, whatever else may be there."""
    for key in ("metadata", "privlab", "exercise"):
        cell = cell.get(key) if isinstance(cell, dict) else None
    known = isinstance(cell, str) and re.fullmatch(ID, cell)
    return cell if known else None


def _named_cells(cells: list[tuple[str, str | None]]) -> Iterator[tuple[str, str]]:
    """Answer cells with their exercise, by the markers in the text.

    Cells that were merged have several. Where no marker is left the metadata tells,
    unless there is a cell with the marker: a cell that is split keeps its metadata.
    """
    marked = [[name.lower() for name in MARKER.findall(text)] for text, _ in cells]
    everywhere = {name for names in marked for name in names}
    for names, (text, noted) in zip(marked, cells, strict=True):
        if not names and noted is not None and noted not in everywhere:
            names = [noted]
        yield from ((name, text) for name in dict.fromkeys(names))
