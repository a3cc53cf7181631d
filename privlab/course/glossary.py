"""The course's terms in English and Chinese: data in ``glossary.csv``, one a line."""

import csv
import difflib
import html
import re
from functools import cache
from pathlib import Path

from privlab.course.contents import CHAPTERS
from privlab.plots.glossary import Found, Term

LESSONS = tuple(number for _, lessons in CHAPTERS for number, _ in lessons)

# Code, formulas, links, headings, table rules and tags: no note goes in there.
KEPT = re.compile(
    r"```.*?```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]*\$|\[[^\]]*\]\([^)]*\)|<[^>]*>"
    r"|^#+ .*?$",
    re.DOTALL | re.MULTILINE,
)


@cache
def terms() -> tuple[Term, ...]:
    """Every term, in the order of the lessons that teach them."""
    with Path(__file__).with_name("glossary.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = [_term(row) for row in rows]
    return tuple(sorted(found, key=lambda term: LESSONS.index(term.lesson)))


def glossary(word: str) -> Term:
    """The term ``word``, in English or Chinese; ``KeyError`` names the nearest."""
    wanted = word.strip().lower()
    for term in terms():
        if wanted in (term.name.lower(), *term.chinese):
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


def with_notes(markdown: str) -> str:
    """``markdown`` with a hover note, ``<abbr title>``, at the first use of each term.

    Only whole words count, and longer terms before the shorter ones within them.
    """
    names = {t.name.lower(): t for t in terms()}
    longest_first = sorted(map(re.escape, names), key=len, reverse=True)
    word = re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE)
    seen: set[str] = set()

    def noted(match: re.Match) -> str:
        name = match[0].lower()
        if name in seen:
            return match[0]
        seen.add(name)
        return f'<abbr title="{html.escape(_note(names[name]))}">{match[0]}</abbr>'

    parts, end = [], 0
    for kept in KEPT.finditer(markdown):
        parts += [word.sub(noted, markdown[end : kept.start()]), kept[0]]
        end = kept.end()
    return "".join([*parts, word.sub(noted, markdown[end:])])


def _note(term: Term) -> str:
    return f"{' / '.join(term.chinese)}: {term.definition}"


def _term(row: dict[str, str]) -> Term:
    return Term(
        name=row["term"],
        chinese=_several(row["chinese"]),
        lesson=row["lesson"],
        also=_several(row["also"]),
        definition=row["definition"],
    )


def _several(field: str) -> tuple[str, ...]:
    """The entries of a field that holds several, divided by semicolons."""
    return tuple(entry.strip() for entry in field.split(";") if entry.strip())
