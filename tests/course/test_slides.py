"""Slides: every heading, figure and claim of the lesson, and nothing from outside."""

import re
from html.parser import HTMLParser

import nbformat
import pytest

from privlab.course import notebook as nb
from privlab.course import paths
from privlab.course.cli import main
from privlab.course.contents import READY
from privlab.course.formulas import as_html
from privlab.course.slides import built, deck, sections

lessons = pytest.mark.parametrize("lesson", READY)


class Page(HTMLParser):
    """What a browser would fetch, the text of headings, and the images."""

    def __init__(self, text):
        super().__init__()
        self.fetched, self.images, self.headings, self.items = [], [], [], []
        self._in = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.fetched += [
            attrs[name]
            for name in ("src", "href", "srcset", "data", "poster", "action")
            if name in attrs
        ]
        if tag == "img":
            self.images.append(attrs)
        if tag in ("h1", "h2", "li"):
            self._in = self.items if tag == "li" else self.headings
            self._in.append("")

    def handle_endtag(self, tag):
        if tag in ("h1", "h2", "li"):
            self._in = None

    def handle_data(self, data):
        if self._in is not None:
            self._in[-1] += data


def page(lesson):
    notebook = nbformat.read(built(lesson), as_version=4)
    return notebook, deck(notebook)


def bare(text):
    """Letters and digits alone: typography and markup do not count."""
    return re.sub(r"\W", "", text.replace("$", ""))


@lessons
def test_nothing_comes_from_outside(lesson):
    _, text = page(lesson)
    assert all(own.startswith("data:image/png;base64,") for own in Page(text).fetched)
    assert not re.search(r"@import|url\(|<link|<iframe|fetch\(|import\(", text)


@lessons
def test_every_heading_figure_and_claim_of_the_lesson_is_there(lesson):
    notebook, text = page(lesson)
    found = Page(text)
    source = nb.read(paths.COURSE / "source/notebooks" / f"{built(lesson).stem}.py")
    prose = "\n".join(c.source for c in source.cells if c.cell_type == "markdown")
    headings = {bare(line) for line in re.findall(r"^#+ (.+)$", prose, re.M)}
    assert headings == {bare(line) for line in found.headings}
    outputs = [o for c in notebook.cells for o in c.get("outputs", [])]
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    alternatives = [o.metadata["image/png"]["alt"] for o in pictures]
    assert [own["alt"] for own in found.images] == alternatives
    assert all(alternatives)
    said = "".join(o.text for o in outputs if o.output_type == "stream")
    for claim in re.findall(r"^✓ (.+)$", said, re.M):
        assert claim in found.items


@lessons
def test_the_same_bytes_twice(lesson):
    assert page(lesson)[1] == page(lesson)[1]


MARKDOWN = """
# 1 · Title

**The question.** Is $a<b$?

Not on a slide.

## First <b>
"""
SECOND = """
More of the first.

## What to remember

- Keep [this](https://example.org).

*Sources.* Not this.
"""


def small():
    printed = "Up or down?\n  - up\n  - down\n✓ it holds & more\nOther?\n  - yes\n"
    stream = nbformat.v4.new_output("stream", text=printed)
    cells = [
        nbformat.v4.new_markdown_cell(MARKDOWN),
        nbformat.v4.new_code_cell("", outputs=[stream]),
        nbformat.v4.new_markdown_cell(SECOND),
    ]
    return nbformat.v4.new_notebook(cells=cells)


def test_a_notebook_is_cut_at_its_headings():
    title, first, last = sections(small())
    assert (title.title, first.title) == ("1 · Title", "First <b>")
    assert "More of the first." in first.text
    assert first.guesses == [["Up or down?", "up", "down"], ["Other?", "yes"]]
    assert first.claims == ["it holds & more"]
    assert title.claims == last.claims == last.figures == []


def test_what_is_on_a_slide_and_what_is_not():
    text = deck(small())
    assert 'Is <span class="formula">a&lt;b</span>?' in text
    assert "it holds &amp; more" in text
    assert "Keep this." in text
    for absent in ("Not on a slide", "example.org", "Not this", "{{"):
        assert absent not in text


def test_a_quiz_has_a_slide_for_each_question_and_one_for_the_answers():
    plain = "1. Up?\n   a) yes\n   b) no\n2. Down?\n   a) no\nRight: 1 a, 2 a"
    shown = nbformat.v4.new_output("display_data", data={"text/plain": plain})
    notebook = small()
    notebook.cells[1].outputs.append(shown)
    quiz = sections(notebook)[1].quiz
    assert quiz == [
        "1. Up?\n   a) yes\n   b) no",
        "2. Down?\n   a) no",
        "Right: 1 a, 2 a",
    ]
    assert deck(notebook).count("<section") == deck(small()).count("<section") + 3


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"e^{\varepsilon}", "e<sup>ε</sup>"),
        (r"\sqrt n", "√n"),
        (r"\sum_k\frac{n_k}{n}\theta_k", "Σ<sub>k</sub>n<sub>k</sub>/nθ<sub>k</sub>"),
        (r"\hat f=(s-q)/(p-q)", "f\u0302=(s-q)/(p-q)"),
        (r"e^{-\Delta_1/2}", "e<sup>-Δ<sub>1</sub>/2</sup>"),
        (
            r"\mathrm{Dec}(\tilde f(x)) < \|w\|_1",
            "Dec(f\u0303(x)) &lt; ‖w‖<sub>1</sub>",
        ),
        (r"a \strange b", "a strangeb"),
    ],
)
def test_a_formula_in_running_text_needs_no_tex(tex, shown):
    assert as_html(tex) == shown


@lessons
def test_no_formula_is_left_as_tex(lesson):
    _, text = page(lesson)
    shown = re.findall(r'<span class="formula">(.*?)</span>', text)
    assert not [own for own in shown if re.search(r"[\\{}^_$]|frac|text", own)]


def test_the_command_writes_a_file_and_names_it(tmp_path, capsys):
    target = tmp_path / "deep" / "deck.html"
    assert main(["slides", "2", "--out", str(target)]) == 0
    assert str(target) in capsys.readouterr().out
    assert target.read_text("utf-8") == page("2")[1]


def test_a_lesson_that_is_not_there_is_named(capsys):
    assert main(["slides", "0.7"]) == 1
    assert "no lesson '0.7'" in capsys.readouterr().err
