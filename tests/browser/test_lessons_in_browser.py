"""Lessons as a learner meets them: JupyterLab in a real browser, Run All, a slider."""

import sys
from pathlib import Path

import nbformat
import pytest
from contrast import too_faint
from jupyter_lab import (
    cell_errors,
    changed_figure,
    explorers,
    figure,
    move_far,
    move_slider,
    open_notebook,
    run_all,
    screenshot_outputs,
    tab_to,
    use_theme,
    visiting,
)

LESSONS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
ALWAYS = ("00", "03_1", "09")  # without --whole: a short one, a long one, a search box

EXPERIMENT = """
from dataclasses import dataclass
import numpy as np
from privlab import widgets
from privlab.plots import style

@dataclass(frozen=True, kw_only=True)
class Wave:
    height: float
    kind: str

    @property
    def summary(self):
        return f"The {self.kind} wave is {self.height:g} m < 10 m high."

def wave(*, height, kind):
    if height == 3:
        raise ArithmeticError("a wave of 3 m")
    return Wave(height=height, kind=kind)

def draw(result, ax):
    x = np.linspace(0, 6, 100)
    ax.plot(x, result.height * np.sin(x), label=result.kind)
    ax.legend()
    return style.label(ax, "Wave", "time (s)", "height (m)")
"""
FOLLOWING = """
widgets.explore(
    wave, draw,
    height=widgets.slider("height of the wave above the mean sea level (m)", 1, 3, 1),
    kind=["sine", "cosine"],
)
"""
ON_RUN = """
widgets.explore_on_run(
    wave, draw, kind="slow", height=widgets.log_slider("height (m)", 0.1, 10, 1)
)
"""
TOY = [
    "import sys; print(sys.executable)",
    EXPERIMENT,
    FOLLOWING,
    FOLLOWING,
    ON_RUN,
    'widgets.ask("Higher or lower?", ["higher", "lower"], lambda own: print(own, "!"))',
    'widgets.show(wave(height=2, kind="still"), draw)',
]
IN_THE_DARK = [
    EXPERIMENT,
    FOLLOWING,
    ON_RUN,
    "from privlab.course.lesson import claim, predict, source",
    'claim("twice two is four", 2 * 2 == 4)',
    'predict("dark", "Higher or lower?", options=["higher", "lower"])',
    "from privlab.course.check import check, hint, progress",
    'check("dp-01", lambda low, high, n: high - low)',
    'check("dp-01", lambda low, high, n: (high - low) / n)',
    'hint("dp-01")',
    "progress()",
    "source(claim)",
]
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}


@pytest.fixture(scope="module")
def toy(browser, lab, artefacts):
    """A page with a small notebook of every kind of widget, all cells run."""
    with visiting(browser, lab, artefacts / "toy") as page:
        open_notebook(page, lab, written(TOY, lab.folder / "toy.ipynb"))
        run_all(page)
        assert cell_errors(page) == []
        yield page


def written(sources, path):
    """The name of a new notebook at ``path``, with one code cell per source."""
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), path)
    return path.name


@pytest.mark.parametrize(
    ("source", "message"),
    [("1 / 0", "ZeroDivisionError: division by zero"), ("1 +", "SyntaxError: ")],
)
def test_a_broken_cell_and_the_cells_it_stops_are_reported(
    source, message, browser, lab, artefacts
):
    with visiting(browser, lab, artefacts / "broken") as page:
        sources = ["import sys; print('a warning', file=sys.stderr)", source, "2"]
        open_notebook(page, lab, written(sources, lab.folder / "broken.ipynb"))
        run_all(page)
        page.get_by_text(message).wait_for()
        errors = cell_errors(page)
        assert len(errors) == 2, errors
        assert message in errors[0]
        assert errors[1] == "code cell 2 has not run"


def test_a_notebook_runs_in_this_python_and_shows_all_its_widgets(toy, artefacts):
    toy.get_by_text(sys.executable, exact=True).wait_for()
    assert explorers(toy).count() == 3
    assert len(screenshot_outputs(toy, artefacts / "toy")) == 5


def test_a_slider_moved_by_the_keyboard_changes_figure_and_summary(toy):
    output = explorers(toy).nth(0)
    before = figure(output)
    assert before[1] == "The sine wave is 1 m < 10 m high."
    move_slider(toy, output)
    after = changed_figure(toy, output, before)
    assert after[1] == "The sine wave is 2 m < 10 m high."
    output.locator("p", has_text=after[1]).wait_for()
    output.get_by_label("kind").select_option("cosine")
    assert changed_figure(toy, output, after)[1].startswith("The cosine wave")


def test_an_experiment_that_fails_says_so_in_place_and_recovers(toy):
    output = explorers(toy).nth(1)
    before = figure(output)
    move_slider(toy, output, "End")
    output.get_by_text("ArithmeticError: a wave of 3 m").wait_for()
    assert output.locator("img").count() == 0
    assert len(cell_errors(toy)) == 1
    move_slider(toy, output, "Home")
    output.locator("img").wait_for()
    assert figure(output) == before
    assert cell_errors(toy) == []


def test_the_run_button_redraws_a_slow_experiment(toy):
    output = explorers(toy).nth(2)
    before = figure(output)
    move_slider(toy, output)
    output.get_by_text("press Run").wait_for()
    assert figure(output) == before
    output.get_by_role("button", name="Run").click()
    after = changed_figure(toy, output, before)
    assert after[1] == "The slow wave is 1.1 m < 10 m high."


def test_the_keyboard_alone_is_enough(toy):
    """Tab to a control, arrows to move it, Enter on Run; back again by Shift + Tab."""
    output = explorers(toy).nth(2)
    before = figure(output)
    explorers(toy).nth(1).locator("select").focus()
    tab_to(toy, output.locator(".noUi-handle"))
    toy.keyboard.press("ArrowRight")
    output.get_by_text("press Run").wait_for()
    tab_to(toy, output.get_by_role("button", name="Run"))
    toy.keyboard.press("Enter")
    after = changed_figure(toy, output, before)
    assert after[1] == "The slow wave is 1.3 m < 10 m high."


def test_a_question_answers_the_option_chosen(toy):
    toy.get_by_label("lower").check()
    toy.get_by_text("lower !", exact=True).wait_for()


def test_outputs_can_be_read_in_jupyterlabs_dark_theme(browser, lab, artefacts):
    use_theme(lab, "JupyterLab Dark")
    try:
        with visiting(browser, lab, artefacts / "dark") as page:
            open_notebook(page, lab, written(IN_THE_DARK, lab.folder / "dark.ipynb"))
            assert page.evaluate("document.body.dataset.jpThemeLight") == "false"
            run_all(page)
            assert cell_errors(page) == []
            screenshot_outputs(page, artefacts / "dark")
            outputs = page.locator(".jp-OutputArea-output")
            assert outputs.count() > 8
            faint = [own for each in outputs.all() if (own := too_faint(each))]
            assert faint == []
    finally:
        use_theme(lab, "")


def case(path):
    """A lesson to be opened: each if all are, else three."""
    marks = () if path.stem.startswith(ALWAYS) else pytest.mark.whole
    return pytest.param(path, id=path.stem, marks=marks)


# A slow experiment's Run button is pressed in the toy; in lessons that takes too long.
# tests/notebooks/test_lessons.py moves every control of these, too, without a browser.
@pytest.mark.parametrize("lesson", map(case, LESSONS))
def test_a_lesson_runs_whole_and_each_widget_moves_its_figure(
    lesson, browser, lab, artefacts
):
    with visiting(browser, lab, artefacts / lesson.stem) as page:
        open_notebook(page, lab, lesson.name)
        notes = page.locator(".jp-Notebook abbr[title]").count()
        assert notes == lesson.read_text("utf-8").count("<abbr title=")
        run_all(page)
        assert cell_errors(page) == []
        screenshot_outputs(page, artefacts / lesson.stem)
        at_once = explorers(page).filter(has_not=page.get_by_role("button")).all()
        before = [figure(output) for output in at_once]
        assert before
        for output in at_once:
            move_far(page, output)
        for output, shown in zip(at_once, before, strict=True):
            changed_figure(page, output, shown)
        assert cell_errors(page) == []
