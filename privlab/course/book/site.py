"""All files of the book: notebooks, contents, glossary, search, and how they look."""

import shutil
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from privlab.course import glossary
from privlab.course.book import pages, search
from privlab.course.book.mathematics import font
from privlab.course.book.pages import Page
from privlab.course.book.prose import slug

HERE = Path(__file__).parent
STATIC = HERE / "static"
FIRST = "index.html"
INDEX = "static/index.js"
MATHEMATICS = "static/math.woff"


class Book:
    """The files of the book by their place in it; ``write`` puts them into a folder."""

    def __init__(self):
        self.files: dict[str, bytes] = {}
        self._chapters = pages.chapters()
        self._sections: list[search.Section] = []
        self._templates = Environment(
            loader=FileSystemLoader(HERE), undefined=StrictUndefined, autoescape=True
        )
        self._templates.filters["spoken"] = pages.spoken

    def make(self) -> None:
        pages_of = [
            page for lesson in self._lessons() for page in (lesson, *lesson.parts)
        ]
        solutions = [page for page in pages_of if page.kind == "solutions"]
        read = [page for page in pages_of if page.kind != "solutions"]
        for row in (read, solutions):
            neighbours = zip([None, *row], row, [*row[1:], None], strict=False)
            for before, page, after in neighbours:
                self._notebook(page, before, after)
        self._glossary()
        self._sheet(FIRST, "Contents", "index.html.j2")
        self._sheet(
            "search.html", "Search", "search.html.j2", ["index.js", "search.js"]
        )
        letters = "".join(text.decode() for name, text in self._texts())
        self.files[MATHEMATICS] = font("".join(sorted(set(letters))))
        self.files[INDEX] = search.index(self._sections).encode()
        for path in STATIC.iterdir():
            self.files[f"static/{path.name}"] = path.read_bytes()

    def write(self, folder: Path) -> None:
        """Replace the book in ``folder``; ``FileExistsError`` if it is not one."""
        if folder.is_dir() and any(folder.iterdir()):
            index = folder / INDEX
            ours = index.is_file() and index.read_bytes().startswith(search.BEGINNING)
            if not ours:
                raise FileExistsError(f"{folder} holds something else than a book")
            shutil.rmtree(folder)
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def _lessons(self) -> list[Page]:
        return [lesson for _, lessons in self._chapters for lesson in lessons]

    def _texts(self):
        return ((n, t) for n, t in self.files.items() if n.endswith(".html"))

    def _notebook(self, page: Page, before: Page | None, after: Page | None) -> None:
        body, pictures = pages.read(page)
        self.files |= {f"img/{name}": png for name, png in pictures.items()}
        if page.kind != "solutions":  # a search must not give an answer away
            self._sections += pages.sections(page, body)
        self._page(
            page.address,
            title=page.title,
            body=str(body),
            here=page,
            headings=pages.headings(body),
            before=before,
            after=after,
            up=pages.UP,
        )

    def _page(self, address: str, **more) -> None:
        nothing = {"here": None, "headings": [], "before": None, "after": None}
        known = {
            "address": address,
            "chapters": self._chapters,
            "scripts": [],
            "up": "",
        }
        template = self._templates.get_template("page.html.j2")
        text = template.render(nothing | known | more)
        self.files[address] = text.encode()

    def _sheet(
        self, address: str, title: str, template: str, scripts=(), **more
    ) -> None:
        """A page at the foot of the book that is no notebook."""
        own = self._templates.get_template(template)
        body = own.render(chapters=self._chapters, **more)
        self._page(address, title=title, body=body, scripts=scripts)

    def _glossary(self) -> None:
        address = {own.short.split()[0]: own.address for own in self._lessons()}
        terms = [
            {
                "anchor": slug(term.name),
                "name": term.name,
                "chinese": term.chinese,
                "definition": term.definition,
                "lesson": term.lesson,
                "address": address.get(term.lesson),
            }
            for term in sorted(glossary.terms(), key=lambda term: term.name.lower())
        ]
        self._sheet("glossary.html", "Glossary", "glossary.html.j2", terms=terms)
        self._sections += [
            search.Section(
                address=f"glossary.html#{term['anchor']}",
                page="Glossary",
                title=f"{term['name']} {' / '.join(term['chinese'])}",
                text=term["definition"],
            )
            for term in terms
        ]
