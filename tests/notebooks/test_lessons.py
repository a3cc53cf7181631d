"""Every lesson: its form, its built file, and each of its widgets moved once."""

import re

import nbformat
import pytest

from privlab import widgets
from privlab.course import build
from privlab.course import notebook as nb
from privlab.widgets import live

TARGETS = list(build.targets([]))
LESSONS = [target for target in TARGETS if target.kind == "notebooks"]
lessons = pytest.mark.parametrize("lesson", LESSONS, ids=lambda target: target.name)
FEWEST_WIDGETS = {"00_start_here": 1, "03_1_differential_privacy": 4}


def code_cells(lesson):
    return [c.source for c in nb.read(lesson.source).cells if c.cell_type == "code"]


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_the_built_notebook_is_what_its_source_says(target):
    assert build.state(target) == "current"


def test_nothing_is_built_without_a_source():
    assert build.orphans() == []


@lessons
def test_cells_are_short_and_narrow(lesson):
    for source in code_cells(lesson):
        lines = source.splitlines()
        assert len(lines) <= 15, source
        assert max(map(len, lines)) <= 80, source


@lessons
def test_a_lesson_redefines_nothing_of_the_library_and_makes_claims(lesson):
    code = "\n".join(code_cells(lesson))
    assert code.count("claim(") >= 3
    assert "class " not in code


@lessons
def test_every_figure_has_its_sentence_and_no_widget_is_stored(lesson):
    built = nbformat.read(lesson.path, as_version=4)
    assert "widgets" not in built.metadata
    outputs = [o for c in built.cells for o in c.get("outputs", [])]
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert pictures
    for output in pictures:
        assert output.data["text/plain"] == output.metadata["image/png"]["alt"]
        assert output.data["text/plain"].endswith(".")


@lessons
def test_prose_and_code_keep_to_their_places(lesson):
    """The Chinese edition translates markdown; figures and code stay as they are."""
    chinese = re.compile("[\u4e00-\u9fff]")
    cells = nb.read(lesson.source).cells
    assert not any(chinese.search(c.source) for c in cells if c.cell_type == "code")
    assert any(chinese.search(c.source) for c in cells if c.cell_type == "markdown")


@pytest.fixture(scope="module")
def explorers():
    """Run each lesson's code here, once, and collect the widgets that it shows."""
    found = {}

    def of(lesson):
        if lesson.name not in found:
            shown = []
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(
                    widgets, "present", lambda e, view: shown.append((e, view))
                )
                exec("\n".join(code_cells(lesson)), {"__name__": "lesson"})
            found[lesson.name] = shown
        return found[lesson.name]

    return of


@lessons
def test_every_control_of_every_widget_changes_its_figure(lesson, explorers):
    shown = explorers(lesson)
    assert len(shown) >= FEWEST_WIDGETS.get(lesson.source.stem, 3)
    for explorer, view in shown:
        view(explorer)  # its live form can be made
        first, before = explorer.values, explorer.picture
        for name, control in explorer.controls.items():
            other = [value for value in control.values if value != control.value]
            ends = other[:1] if view is live.on_run else (other[0], other[-1])
            for value in ends:  # of a slow experiment one end, mostly the quick one
                explorer.redraw({**first, name: value})
                assert explorer.picture != before, f"{name}={value}"
        explorer.redraw(first)
        assert explorer.picture == before, f"{first} gives another picture again"
