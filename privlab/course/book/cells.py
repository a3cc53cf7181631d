"""A built notebook as the body of a page: nbconvert, with the template of the book."""

import base64
import hashlib
import re
from pathlib import Path

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode, from_dict

from privlab.course.book.prose import Renderer, markdown
from privlab.course.exercise import by_id

TEMPLATE = Path(__file__).with_name("cells.html.j2")
HINT = re.compile(r'^# hint\("(?P<id>[a-z]+-\d+)"\)$')
WIDGET = re.compile(r"^explore(?:_on_run)?\(", re.MULTILINE)
SHOWN = ["image/png", "text/html", "text/markdown", "text/plain"]  # best first


class BookExporter(HTMLExporter):
    """HTML of the cells alone; formulas and links by ``renderer``.

    Figures are kept in ``pictures`` by name, not written into the page.
    """

    def __init__(self, renderer: Renderer, up: str):
        super().__init__(template_file=str(TEMPLATE), template_name="base")
        self._renderer, self._up = renderer, up
        self.pictures: dict[str, bytes] = {}

    @property
    def default_config(self):
        config = super().default_config
        config.NbConvertBase.display_data_priority = SHOWN
        return config

    def markdown2html(self, source: str) -> str:
        return markdown(source, self._renderer)

    def default_filters(self):
        yield from super().default_filters()
        yield "markdown2html", self.markdown2html
        yield "picture", self.picture

    def picture(self, encoded: str) -> str:
        """Where the page finds a figure: named by what it shows."""
        png = base64.b64decode(encoded)
        name = f"{hashlib.sha256(png).hexdigest()[:16]}.png"
        self.pictures[name] = png
        return f"{self._up}img/{name}"


def prepared(notebook: NotebookNode, kind: str) -> NotebookNode:
    """A copy whose cells say what the template folds, adds and leaves out.

    In ``solutions`` each answer folds with its check and its explanation, in
    ``exercises`` the three hints fold and the learner's own record is left out.
    """
    copy = from_dict(notebook)
    copy.cells = [cell for cell in copy.cells if _printed(cell, kind)]
    for cell in copy.cells:
        hint = HINT.match(cell.source)
        cell.metadata["book"] = {
            "widget": bool(WIDGET.search(cell.source)),
            "hints": by_id(hint["id"]).hints if hint else (),
        }
    if kind == "solutions":
        _fold(copy.cells)
    if kind == "solutions":
        copy.cells[0].source = copy.cells[0].source.replace("Exercises", "Solutions", 1)
    return copy


def _fold(cells: list[NotebookNode]) -> None:
    """Mark where each solution opens and closes: up to the next exercise's question."""
    last = None  # the last cell of the solution that is open
    for cell in cells:
        answers = cell.metadata.get("privlab", {}).get("exercise")
        inside = last and (cell.cell_type == "code" or "solution" in _tags(cell))
        if last and (answers or not inside):
            last.metadata["book"]["closes"] = True
        if answers:
            cell.metadata["book"]["opens"] = answers
        last = cell if answers or inside else None
    if last:
        last.metadata["book"]["closes"] = True


def _tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def _printed(cell: NotebookNode, kind: str) -> bool:
    """Nobody's record, and no hint beside the solution."""
    return "learner" not in _tags(cell) and not (
        kind == "solutions" and HINT.match(cell.source)
    )
