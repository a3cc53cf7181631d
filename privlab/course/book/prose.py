"""The markdown of the notebooks as HTML: formulas, anchors, and links between pages."""

import html
import re
from collections.abc import Callable

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from privlab.course.book.mathematics import mathml

NOTEBOOK = re.compile(r"(?:(notebooks|exercises|solutions)/)?(\d\w*?)(?:\.ipynb)?")
LONG = 24  # letters of a formula that may not fit into a line on a phone
EXERCISE = re.compile(r"[a-z]+-\d+")


class Renderer(IPythonRenderer):
    """nbconvert's, with MathML for formulas and links where a page is named.

    ``link(folder, name)`` gives the address of a page as seen from this one, or None;
    ``exercise(id)`` that of an exercise, or None.
    """

    def __init__(self, link: Callable, exercise: Callable):
        super().__init__(escape=False)
        self._link, self._exercise = link, exercise
        self._used: dict[str, int] = {}

    def block_math(self, body: str) -> str:
        return f'<span class="formula">{mathml(body, display=True)}</span>'

    def inline_math(self, body: str) -> str:
        formula = mathml(body, display=False)
        letters = len(re.sub(r"<[^>]+>", "", formula))
        return f'<span class="long">{formula}</span>' if letters > LONG else formula

    def heading(self, text: str, level: int, **_attrs) -> str:
        """With an anchor: the exercise's id, or the words in lower case."""
        words = re.sub(r"<math.*?</math>|<[^>]+>", "", text)
        exercise = EXERCISE.match(words)
        name = exercise[0] if exercise else slug(html.unescape(words))
        self._used[name] = self._used.get(name, 0) + 1
        anchor = name if self._used[name] == 1 else f"{name}-{self._used[name]}"
        return f'<h{level} id="{anchor}">{text}</h{level}>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """A link to a notebook, as lesson 8's table has them, leads to its page."""
        page = NOTEBOOK.fullmatch(url)
        address = page and self._link(page[1] or "notebooks", page[2])
        return super().link(text, address or url, title)

    def codespan(self, text: str) -> str:
        """`03_1_differential_privacy.ipynb` and `dp-03` lead to what they name."""
        shown = f"<code>{html.escape(text, quote=False)}</code>"
        address = None
        if page := NOTEBOOK.fullmatch(text):
            address = self._link(page[1] or "notebooks", page[2])
        elif EXERCISE.fullmatch(text):
            address = self._exercise(text)
        return f'<a href="{address}">{shown}</a>' if address else shown


def slug(words: str) -> str:
    """An anchor of letters, digits and hyphens: "How much noise?" is how-much-noise."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") or "section"


def markdown(text: str, renderer: Renderer) -> str:
    return MarkdownWithMath(renderer=renderer).render(text)
