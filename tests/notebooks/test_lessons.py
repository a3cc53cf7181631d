"""Every lesson: its form, its built file, and each of its widgets moved once."""

import ast
import functools
import re
from symtable import symtable

import nbformat
import pytest

from privlab import widgets
from privlab.course import build
from privlab.course import notebook as nb
from privlab.widgets import live
from privlab.widgets.controls import Slider

TARGETS = list(build.targets([]))
LESSONS = [target for target in TARGETS if target.kind == "notebooks"]
lessons = pytest.mark.parametrize("lesson", LESSONS, ids=lambda target: target.name)
WIDGETS = {"explore", "explore_on_run"}
# Quantities without a unit; other numbers name the thing they count, or a unit in ( ).
PURE = re.compile(r"[εδασ]|rate|share|ratio|probability")
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


def assigned(table):
    """The names that a statement gives a value."""
    symbols = table.get_symbols()
    return {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}


def read(table):
    """The names that a statement takes from the notebook, in its functions as well."""
    symbols = (s for s in table.get_symbols() if s.is_referenced() and s.is_global())
    inner = (read(child) for child in table.get_children())
    return {s.get_name() for s in symbols}.union(*inner)


def widget_code(sources):
    """The statements that show a widget, and those before that make what they need.

    The others run, and are compared, with the built notebook. What a statement
    changes in place is not seen.
    """
    cells = (ast.get_source_segment(s, n) for s in sources for n in ast.parse(s).body)
    kept, needed = [], set()
    for statement in reversed(list(cells)):
        names = symtable(statement, "statement", "exec")
        if needed & assigned(names) or WIDGETS & read(names):
            kept.insert(0, statement)
            needed = needed - assigned(names) | read(names)
    return "\n".join(kept)


@functools.cache
def explored(lesson):
    """The widgets of a lesson, made once for all tests of them."""
    return collected(widget_code(code_cells(lesson)))


def collected(code):
    """What the code shows: each widget's explorer and its live form."""
    shown = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(widgets, "present", lambda e, view: shown.append((e, view)))
        exec(code, {"__name__": "lesson"})
    return shown


def test_all_that_a_widget_needs_is_kept_and_nothing_else():
    cells = [
        ("from lesson import explore, claim", "a = 1"),
        ("b = [a for claim in range(3)]", "a = 2", "c = a"),
        ("def draw(x):\n    return b[x]", "claim('not needed', c > a)"),
        ("explore(draw, n=a)", "claim('after it', b)"),
    ]
    sources = ["\n".join(cell) for cell in cells]
    kept = [*cells[0], *cells[1][:2], cells[2][0], cells[3][0]]
    assert widget_code(sources) == "\n".join(kept)


def says_its_unit(control):
    """A unit in parentheses, a count of what the label names, or a pure number."""
    whole = all(isinstance(value, int) for value in control.values)
    return re.search(r"\(.+\)$", control.label) or whole or PURE.search(control.label)


def test_a_length_without_its_unit_is_found():
    assert not says_its_unit(widgets.slider("height", 0, 1, 0.5, 0.5))
    assert says_its_unit(widgets.slider("height (m)", 0, 1, 0.5, 0.5))
    assert says_its_unit(widgets.slider("people", 0, 10, 5))


@lessons
def test_every_control_has_a_visible_label_with_its_unit_and_every_frame_a_text(lesson):
    for explorer, view in explored(lesson):
        assert explorer.summary.endswith(".")
        for control, knob in zip(
            explorer.controls.values(), view(explorer).children, strict=False
        ):
            assert knob.description == control.label
            assert not isinstance(control, Slider) or says_its_unit(control), control


@lessons
def test_every_control_of_every_widget_changes_its_figure(lesson):
    shown = explored(lesson)
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
