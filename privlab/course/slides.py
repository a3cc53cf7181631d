"""``privlab slides 3.1``: a built lesson as one HTML file of slides, without a network.

The slides are the lesson's own cells: its headings, guesses, figures with their
alternative texts, claims, and the last words. Nothing is run, and nothing is fetched.
"""

import argparse
import html
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import nbformat
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from nbformat import NotebookNode

from privlab.course import paths
from privlab.course.contents import number
from privlab.course.formulas import as_html

WHOLE = ("What the article says", "What to remember")  # sections shown as written
HEADING = re.compile(r"^(#+) (.+)$", re.M)
QUESTION = re.compile(r"^\*\*The question\.\*\* .+?(?=\n\n|\Z)", re.M | re.S)
END = re.compile(r"^\*\*Next:\*\*|^\*Sources", re.M)
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.S)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading, the markdown under it, and what its cells put out."""

    title: str
    text: str
    outputs: list[NotebookNode] = field(default_factory=list)

    @property
    def claims(self) -> list[str]:
        """The sentences that the lesson has checked."""
        return [line[2:] for line in self._printed if line.startswith("✓ ")]

    @property
    def guesses(self) -> list[list[str]]:
        """Each question that is asked before a run, with its options."""
        found: list[list[str]] = []
        before = ""
        for line in self._printed:
            if line.startswith("  - "):
                if not before.startswith("  - "):
                    found.append([before])
                found[-1].append(line[4:])
            before = line
        return found

    @property
    def quiz(self) -> list[str]:
        """The blocks of a printed quiz: each question with its options, the answers."""
        plain = (o.get("data", {}).get("text/plain", "") for o in self.outputs)
        printed = next((text for text in plain if "\nRight: 1 " in text), "")
        return re.split(r"\n(?=\d+\. |Right: )", printed) if printed else []

    @property
    def figures(self) -> list[tuple[str, str]]:
        """(PNG in base64, alternative text) of each figure."""
        shown = [o for o in self.outputs if "image/png" in o.get("data", {})]
        return [
            (o.data["image/png"].replace("\n", ""), o.metadata["image/png"]["alt"])
            for o in shown
        ]

    @property
    def _printed(self) -> list[str]:
        streams = (o.text for o in self.outputs if o.output_type == "stream")
        return "".join(streams).splitlines()


def sections(notebook: NotebookNode) -> list[Section]:
    """The notebook cut at its headings, of whatever level."""
    found: list[Section] = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            found[-1].outputs.extend(cell.outputs)
            continue
        parts = HEADING.split(cell.source)
        if parts[0].strip() and found:
            last = found.pop()
            text = f"{last.text}\n{parts[0]}"
            found.append(Section(title=last.title, text=text, outputs=last.outputs))
        for title, text in zip(parts[2::3], parts[3::3], strict=True):
            found.append(Section(title=title, text=text))
    return found


def deck(notebook: NotebookNode) -> str:
    """The whole file: styles, slides and keys in one text."""
    found = sections(notebook)
    levels = ["h1", *["h2"] * len(found)]
    both = zip(found, levels, strict=False)
    slides = [slide for section, level in both for slide in _slides(section, level)]
    page = files("privlab.course").joinpath("slides.html").read_text("utf-8")
    title = re.sub(r"<[^>]*>", "", _inline(found[0].title))
    return page.replace("{{title}}", title).replace("{{slides}}", "\n".join(slides))


def _slides(section: Section, level: str) -> Iterator[str]:
    title = f"<{level}>{_inline(section.title)}</{level}>"
    yield _slide(title, _opening(section))
    for png, alt in section.figures:
        said = html.escape(alt)
        image = f'<img src="data:image/png;base64,{png}" alt="{said}">'
        caption = f"<figcaption>{said}</figcaption>"
        yield _slide(title, f"<figure>{image}{caption}</figure>")
    for asked in section.quiz:
        yield _slide(title, f'<p class="quiz">{html.escape(asked)}</p>')
    if section.claims:
        claims = "".join(f"<li>{html.escape(own)}</li>" for own in section.claims)
        yield _slide(title, f'<ul class="claims">{claims}</ul>')


def _opening(section: Section) -> str:
    """Under the heading: the last sections whole, else the question and the guesses."""
    if section.title in WHOLE:
        return _markdown(END.split(section.text)[0])
    question = QUESTION.search(section.text)
    asked = "".join(map(_guess, section.guesses))
    return (_markdown(question[0]) if question else "") + asked


def _slide(title: str, body: str) -> str:
    return f'<section tabindex="-1">{title}{body}</section>'


def _guess(asked: list[str]) -> str:
    question, *options = map(html.escape, asked)
    listed = "".join(f"<li>{option}</li>" for option in options)
    return f"<p><b>{question}</b></p><ol>{listed}</ol>"


def _inline(text: str) -> str:
    """A heading's markdown, without the paragraph around it."""
    return re.sub(r"^<p>|</p>$", "", _markdown(text).strip())


def _markdown(text: str) -> str:
    """HTML of markdown; links become their text."""

    def formula(found: re.Match) -> str:
        return f'<span class="formula">{as_html(found[1] or found[2])}</span>'

    made = markdown2html_mistune(FORMULA.sub(formula, text))
    return re.sub(r"</?a\b[^>]*>|¶", "", made)


def built(lesson: str) -> Path:
    """The notebook of lesson "3.1"; ``KeyError`` names the lessons there are."""
    folder = sorted((paths.COURSE / "notebooks").glob("*.ipynb"))
    there = {number(path.stem): path for path in folder}
    if lesson not in there:
        raise KeyError(f"no lesson {lesson!r} is built; there are: {', '.join(there)}")
    return there[lesson]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lesson", help="its number, such as 3.1")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="default: slides/NAME.html"
    )


def run(options: argparse.Namespace) -> int:
    """Write the slides and name the file; exit status 1 if there is no such lesson."""
    try:
        source = built(options.lesson)
    except KeyError as error:
        print(error.args[0], file=sys.stderr)
        return 1
    target = options.out or Path("slides") / f"{source.stem}.html"
    try:
        paths.write_whole(target, deck(nbformat.read(source, as_version=4)))
    except OSError as error:
        print(f"{target} cannot be written: {error.strerror}", file=sys.stderr)
        return 1
    print(f"{target}: open it in a browser; arrow keys turn the slides")
    return 0
