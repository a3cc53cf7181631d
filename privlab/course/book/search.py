"""The search of the book: an index made at build, read by a script in the page.

It is a script and no data file, because a page opened from a disk may load scripts
but not data. ``static/search.js`` divides what is asked as ``words`` does the text.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

WORD = re.compile(r"[a-z0-9\u0370-\u03ff]+|[\u4e00-\u9fff]+")
IN_TITLE = 8  # a word in a heading counts as often as that in the text
EXCERPT = 160  # characters
BEGINNING = b"window.bookIndex = "  # of the index: by it a book is known


@dataclass(frozen=True, kw_only=True)
class Section:
    """What a search finds: the part of a page from one heading to the next."""

    address: str
    page: str
    title: str
    text: str


def words(text: str) -> list[str]:
    """Lower-case words; Chinese, which has no blanks, as pairs of characters."""
    found = []
    for run in WORD.findall(text.lower()):
        chinese = run[0] >= "\u4e00" and len(run) > 2
        found += map("".join, pairwise(run)) if chinese else [run]
    return found


def index(sections: list[Section]) -> str:
    """The script that holds, for each word, the sections and how often it is there."""
    holders: dict[str, list[int]] = {}
    for place, section in enumerate(sections):
        counts = Counter(words(section.text))
        for word in words(section.title):
            counts[word] += IN_TITLE
        for word, count in counts.items():
            holders.setdefault(word, []).extend((place, count))
    shown = [[s.address, s.page, s.title, _excerpt(s.text)] for s in sections]
    whole = {"sections": shown, "words": dict(sorted(holders.items()))}
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    return f"{BEGINNING.decode()}{text};\n"


def _excerpt(text: str) -> str:
    return text if len(text) <= EXCERPT else text[:EXCERPT].rsplit(" ", 1)[0] + " …"
