"""The pages of the book: which there are, and what one holds when it is read."""

import re
from dataclasses import dataclass, field
from functools import cached_property

import nbformat
from bs4 import BeautifulSoup, NavigableString, Tag
from markupsafe import Markup

from privlab.course import paths
from privlab.course.book.cells import BookExporter, prepared
from privlab.course.book.prose import Renderer
from privlab.course.book.search import Section
from privlab.course.contents import CHAPTERS, number
from privlab.course.exercise import exercises

KINDS = ("notebooks", "exercises", "solutions")
CHINESE = re.compile("[\u4e00-\u9fff]+")
SHORT = 8  # characters of a formula
UP = "../"  # from a notebook's page to the foot of the book


@dataclass(frozen=True, kw_only=True)
class Page:
    """One notebook's page; ``parts`` are a lesson's exercises and solutions."""

    kind: str
    stem: str
    short: str
    parts: tuple["Page", ...] = field(default=(), compare=False)

    @property
    def address(self) -> str:
        return f"{self.kind}/{self.stem}.html"

    @cached_property
    def notebook(self) -> nbformat.NotebookNode:
        path = paths.COURSE / self.kind / f"{self.stem}.ipynb"
        return prepared(nbformat.read(path, as_version=4), self.kind)

    @property
    def title(self) -> str:
        return self.notebook.cells[0].source.splitlines()[0].removeprefix("# ")


def chapters() -> list[tuple[str, list[Page]]]:
    """The lessons that are there by chapter, each with its parts."""
    there = {kind: _stems(kind) for kind in KINDS}
    of_number = {number(stem): stem for stem in there["notebooks"]}
    found = []
    for chapter, lessons in CHAPTERS:
        pages = [
            _lesson(of_number[n], f"{n} {short}", there)
            for n, short in lessons
            if n in of_number
        ]
        found += [(chapter, pages)] if pages else []
    return found


def _stems(kind: str) -> set[str]:
    return {path.stem for path in (paths.COURSE / kind).glob("*.ipynb")}


def _lesson(stem: str, short: str, there: dict[str, set[str]]) -> Page:
    parts = tuple(
        Page(kind=kind, stem=stem, short=short)
        for kind in KINDS[1:]
        if stem in there[kind]
    )
    return Page(kind="notebooks", stem=stem, short=short, parts=parts)


def links(kind: str):
    """How a page of ``kind`` names another page, and an exercise; None if unknown."""
    there = {each: _stems(each) for each in KINDS}

    def page(folder: str, name: str) -> str | None:
        return f"{UP}{folder}/{name}.html" if name in there[folder] else None

    def exercise(name: str) -> str | None:
        known = exercises().get(name)
        folder = "solutions" if kind == "solutions" else "exercises"
        address = page(folder, known.lesson) if known else None
        return f"{address}#{name}" if address else None

    return page, exercise


def read(page: Page) -> tuple[BeautifulSoup, dict[str, bytes]]:
    """The body of a notebook's page, and its figures by name."""
    exporter = BookExporter(Renderer(*links(page.kind)), UP)
    text, _ = exporter.from_notebook_node(page.notebook)
    body = BeautifulSoup(text, "html.parser")
    for table in body.find_all("table"):
        table.wrap(body.new_tag("div", attrs={"class": "wide"}))
    mark_chinese(body)
    return body, exporter.pictures


def mark_chinese(body: BeautifulSoup) -> None:
    """Say of Chinese words that they are, so that they are read aloud as such."""
    for text in body.find_all(string=CHINESE):
        if not text.find_parent(attrs={"lang": True}):
            text.replace_with(*_languages(body, text))


def _languages(body: BeautifulSoup, text: NavigableString) -> list:
    """``text`` in pieces, with those that are Chinese in a ``span`` that says so."""
    pieces, end = [], 0
    for found in CHINESE.finditer(text):
        span = body.new_tag("span", attrs={"lang": "zh-Hans"})
        span.string = found[0]
        pieces += [text[end : found.start()], span]
        end = found.end()
    return [piece for piece in [*pieces, text[end:]] if piece]


def spoken(text: str) -> Markup:
    """Plain ``text`` as HTML with its Chinese marked."""
    body = BeautifulSoup("", "html.parser")
    body.append(text)
    mark_chinese(body)
    return Markup(body)


def headings(body: BeautifulSoup) -> list[tuple[str, str]]:
    """Anchor and words of each section."""
    return [(h["id"], _text(h)) for h in body.find_all("h2", id=True)]


def sections(page: Page, body: BeautifulSoup) -> list[Section]:
    """What a search may find in a page: its prose and results, nothing folded."""
    found: list[tuple[Tag, list[str]]] = []
    for element in body.find_all(["h1", "h2", "h3", "p", "li", "dd", "td", "pre"]):
        if element.name[0] == "h":
            found.append((element, []))
        elif found and not _left_out(element):
            found[-1][1].append(_text(element))
    title = _text(body.h1)
    return [
        Section(
            address=f"{page.address}#{heading['id']}",
            page=title,
            title=_text(heading),
            text=" ".join(texts),
        )
        for heading, texts in found
    ]


def _left_out(element: Tag) -> bool:
    """Folded, code, or a paragraph of a list item that is taken whole."""
    return bool(
        element.find_parent(["details", "li"])
        or element.find_parent(class_="highlight")
    )


def _text(element: Tag) -> str:
    """The words; of a formula, which reads badly in one line, at most a short one."""
    words = str(element)
    words = re.sub(r"<math.*?</math>", _short, words, flags=re.DOTALL)
    return " ".join(BeautifulSoup(words, "html.parser").get_text().split())


def _short(formula: re.Match) -> str:
    words = re.sub("<[^>]*>", "", formula[0])
    return words if len(words) <= SHORT else "…"
