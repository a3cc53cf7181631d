"""The quiz bank: ``source/quiz/LESSON.toml``, one file a lesson, and its widget.

A file begins with ``lesson = "3.1"``. Each ``[[item]]`` has an ``id`` (``q-3.1-1``), a
``level`` from 1 to 3, a ``question``, and pairs of an option and why it is so: one
``right`` and two or three ``wrong``. Where the right one stands among them follows
from the id, so no author need think of it.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from privlab.course import paths
from privlab.widgets.questions import Question, ask_all

FIELDS = {"id", "level", "question", "right", "wrong"}


class QuizError(ValueError):
    """An item of the bank is not as it must be; the text names item and field."""


@dataclass(frozen=True, kw_only=True)
class Item(Question):
    """A question of the bank, with its ``id``, its lesson's number and its level."""

    id: str
    lesson: str
    level: int

    def __post_init__(self):
        if not self.id.startswith(f"q-{self.lesson}-"):
            raise ValueError(f"id={self.id!r} must begin with q-{self.lesson}-")
        if self.level not in (1, 2, 3):
            raise ValueError(f"level={self.level!r} must be 1, 2 or 3")
        if len(self.options) not in (3, 4):
            raise ValueError(f"wrong: {len(self.options) - 1} options must be 2 or 3")
        super().__post_init__()


def quiz(lesson: str) -> None:
    """Ask a lesson's questions: ``quiz("3.1")``; ``KeyError`` names the lessons."""
    ask_all(items(lesson))


def items(lesson: str) -> tuple[Item, ...]:
    """The items of one lesson, in the order of its file."""
    found = tuple(item for item in bank() if item.lesson == lesson)
    if not found:
        there = ", ".join(dict.fromkeys(item.lesson for item in bank()))
        raise KeyError(f"no quiz for lesson {lesson!r}; there is one for: {there}")
    return found


def bank() -> tuple[Item, ...]:
    """Every item of the course, in course order."""
    return _in_folder(paths.COURSE / "source" / "quiz")


@cache
def _in_folder(folder: Path) -> tuple[Item, ...]:
    found: dict[str, Item] = {}
    for path in sorted(folder.glob("*.toml")):
        for item in read(path):
            if item.id in found:
                raise QuizError(f"{path.name}: {item.id}: id stands twice")
            found[item.id] = item
    return tuple(found.values())


def read(path: Path) -> list[Item]:
    """The items of one file; ``QuizError`` names the file, the item and the field."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise QuizError(f"{path.name}: {error}") from error
    lesson = data.get("lesson")
    if not isinstance(lesson, str) or not isinstance(data.get("item"), list):
        raise QuizError(f'{path.name}: needs lesson = "3.1" and [[item]] tables')
    return [
        _item(row, lesson, f"{path.name}: {row.get('id', f'item {number}')}")
        for number, row in enumerate(data["item"], 1)
    ]


def _item(row: dict, lesson: str, where: str) -> Item:
    if odd := FIELDS ^ set(row):
        raise QuizError(f"{where}: missing or unknown field {', '.join(sorted(odd))}")
    right, wrong = row["right"], row["wrong"]
    for name, pairs in (("right", [right]), ("wrong", wrong)):
        if not isinstance(pairs, list) or not all(map(_is_pair, pairs)):
            raise QuizError(f"{where}: {name} needs pairs of an option and why")
    place = place_of_right(str(row["id"]), len(wrong) + 1)
    pairs = [*wrong[:place], right, *wrong[place:]]
    try:
        return Item(
            id=row["id"],
            lesson=lesson,
            level=row["level"],
            text=row["question"],
            options=tuple(option for option, _ in pairs),
            right=place,
            why=tuple(why for _, why in pairs),
        )
    except (ValueError, AttributeError) as error:
        raise QuizError(f"{where}: {error}") from error


def _is_pair(pair) -> bool:
    texts = isinstance(pair, list) and all(isinstance(part, str) for part in pair)
    return texts and len(pair) == 2


def place_of_right(item_id: str, options: int) -> int:
    """The right option's place, from 0: as if by a die, and the same every time."""
    digest = hashlib.blake2b(item_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % options
