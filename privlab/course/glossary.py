"""The course's terms in English and Chinese: data in ``glossary.csv``, one a line."""

import csv
import difflib
import html
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from privlab.course.contents import CHAPTERS
from privlab.plots.glossary import Found, Term

TERMS = Path(__file__).with_name("glossary.csv")
LESSONS = tuple(number for _, lessons in CHAPTERS for number, _ in lessons)

# Code, formulas, links, tags and headings: no note goes in there.
KEPT = re.compile(
    r"(```.*?```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]*\$|\[[^\]]*\]\([^)]*\)|<[^>]*>"
    r"|^#+ .*?$)",
    re.DOTALL | re.MULTILINE,
)


@cache
def terms() -> tuple[Term, ...]:
    """Every term, in the order of the lessons that teach them."""
    with TERMS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = [_term(row) for row in rows]
    return tuple(sorted(found, key=lambda term: LESSONS.index(term.lesson)))


def glossary(word: str) -> Term:
    """The term ``word``, in English or Chinese; ``KeyError`` names the nearest."""
    wanted = word.strip().lower()
    for term in terms():
        if wanted in (term.name.lower(), *(word.lower() for word in term.chinese)):
            return term
    near = difflib.get_close_matches(wanted, [t.name for t in terms()], n=3, cutoff=0.5)
    raise KeyError(f"no term {word!r} in the glossary; near it: {near}")


def search(*, word: str) -> Found:
    """All terms whose English or Chinese holds ``word``, then those that explain by it.

    Among equals the shorter name is first.
    """
    wanted = word.strip().lower()

    def rank(term: Term) -> tuple:
        names = " ".join((term.name, *term.chinese)).lower()
        return wanted not in names, len(term.name)

    def told(term: Term) -> str:
        words = (term.name, *term.chinese, *term.also, term.definition)
        return " ".join(words).lower()

    fitting = [term for term in terms() if wanted in told(term)]
    return Found(terms=tuple(sorted(fitting, key=rank)), lessons=LESSONS)


def with_notes(texts: Iterable[str], *, lesson: str) -> list[str]:
    """Markdown with a hover note, ``<abbr title>``, at what other lessons teach.

    Each term gets one, at its first use as a whole word; a longer term goes before the
    shorter ones within it. Everyday words get none: what they mean, the sentence says.
    """
    known = {term.name.lower(): term for term in terms()}
    longest_first = sorted(map(re.escape, known), key=len, reverse=True)
    word = re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE)
    due = {n for n, t in known.items() if t.lesson != lesson and not t.everyday}

    def noted(match: re.Match) -> str:
        name = match[0].lower()
        if name not in due:
            return match[0]
        due.remove(name)
        return f'<abbr title="{_note(known[name])}">{match[0]}</abbr>'

    def outside(text: str) -> str:
        parts = KEPT.split(text)  # what is kept is every second
        parts[::2] = [word.sub(noted, part) for part in parts[::2]]
        return "".join(parts)

    return [outside(text) for text in texts]


def _note(term: Term) -> str:
    text = html.escape(f"{' / '.join(term.chinese)}: {term.definition}")
    return text.replace("|", "&#124;")  # or a table would take it for a border


def _term(row: dict[str, str]) -> Term:
    return Term(
        name=row["term"],
        chinese=_several(row["chinese"]),
        lesson=row["lesson"],
        also=_several(row["also"]),
        definition=row["definition"],
        everyday=row["everyday"] == "yes",
    )


def _several(field: str) -> tuple[str, ...]:
    """The entries of a field that holds several, divided by semicolons."""
    return tuple(entry.strip() for entry in field.split(";") if entry.strip())
