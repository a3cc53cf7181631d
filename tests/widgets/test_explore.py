"""Widgets driven without a browser: every control moves the experiment, errors show.

``explored`` collects what a lesson explores: it replaces ``widgets.present``, where
every explorer passes on its way to the screen.
"""

import base64
import subprocess
import sys
from dataclasses import dataclass
from functools import cache

import ipywidgets
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from privlab import widgets
from privlab.plots import style
from privlab.widgets import live


@dataclass(frozen=True, kw_only=True)
class Wave:
    height: float
    kind: str

    @property
    def summary(self) -> str:
        return f"The {self.kind} wave is {self.height:g} m high."


def wave(*, height, kind="sine"):
    if height == 0:
        raise ArithmeticError("a wave of 0 m")
    return Wave(height=height, kind=kind)


def draw(result, ax):
    x = np.linspace(0, 2 * np.pi, 100)
    ax.plot(x, result.height * (np.sin if result.kind == "sine" else np.cos)(x))
    return style.label(ax, "Wave", "time (s)", "height (m)")


@pytest.fixture
def explorer():
    return widgets.Explorer(
        wave,
        draw,
        height=widgets.slider("height (m)", 0.0, 1.0, 0.5, 0.1),
        kind=["sine", "cosine"],
    )


@pytest.fixture
def explored(monkeypatch):
    collected = []
    monkeypatch.setattr(widgets, "present", lambda own, view: collected.append(own))
    return collected


def parts(widget, kind):
    """The widgets of one kind in a panel, in the order shown."""
    inner = [part for c in getattr(widget, "children", ()) for part in parts(c, kind)]
    return [widget] if isinstance(widget, kind) else inner


# Controls


def test_a_slider_holds_every_step_from_low_to_high():
    values = widgets.slider("people n", 10, 50, 20, 10).values
    assert values == (10, 20, 30, 40, 50)
    assert all(isinstance(value, int) for value in values)
    assert widgets.slider("b (€)", 0, 0.5, 0.1, 0.1).values == (
        0,
        0.1,
        0.2,
        0.3,
        0.4,
        0.5,
    )


@pytest.mark.parametrize(("low", "high", "value"), [(0.1, 10, 1), (20, 90_000, 5e3)])
def test_a_log_slider_rises_by_one_factor_in_numbers_of_two_digits(low, high, value):
    control = widgets.log_slider("ε (no unit)", low, high, value)
    assert (control.values[0], control.value, control.values[-1]) == (low, value, high)
    assert control.values == tuple(sorted({float(f"{v:.2g}") for v in control.values}))
    # Rounding to two digits moves a number by up to 5 %.
    factors = np.divide(control.values[1:], control.values[:-1])
    assert factors.max() < 10 ** (1 / 20) * 1.1


def test_a_log_slider_of_whole_numbers_holds_whole_numbers():
    values = widgets.log_slider("people n", 1, 1000, 30).values
    assert all(isinstance(value, int) for value in values)


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: widgets.slider("", 0, 1, 0), "label=''"),
        (lambda: widgets.slider("n", 0, 10, 11), "n: value=11"),
        (lambda: widgets.slider("n", 0, 10, 0.5), "n: value=0.5"),
        (lambda: widgets.slider("n", 10, 0, 5), "high=0 must be > low=10"),
        (lambda: widgets.slider("n", 0, 1, 0, 0.3), "step=0.3"),
        (lambda: widgets.slider("n", 0, 10_000, 0), "step=1 makes 10000"),
        (lambda: widgets.log_slider("n", 0, 10, 1), "low=0"),
        (lambda: widgets.log_slider("n", 10, 1, 5), "high=1"),
        (lambda: widgets.log_slider("n", 1, 10, 20), "value=20"),
        (lambda: widgets.choice("kind", ["a", "b"], "c"), "kind: value='c'"),
    ],
)
def test_a_wrong_control_is_refused_by_name(make, named):
    with pytest.raises(ValueError, match=named):
        make()


# The explorer


def test_every_control_at_every_value_shows_the_experiment_at_that_value(explorer):
    for name, control in explorer.controls.items():
        for value in control.values[1:]:
            explorer.set(name, value)
            assert explorer.values[name] == value
            assert explorer.result == wave(**explorer.values)
            assert explorer.summary == explorer.result.summary


def test_moving_away_and_back_gives_the_same_picture(explorer):
    before = explorer.picture
    explorer.set("height", 0.6)
    assert explorer.picture.png != before.png
    explorer.set("height", 0.5)
    assert explorer.picture == before


def test_what_is_not_a_control_reaches_the_experiment_untouched():
    constant = np.arange(3)

    def compute(*, data, n):
        assert data is constant
        return Wave(height=n, kind="sine")

    n = widgets.slider("n (m)", 1, 2, 1)
    assert list(widgets.Explorer(compute, draw, data=constant, n=n).controls) == ["n"]


def test_a_lessons_own_call_finds_what_its_widget_has_computed():
    """``functools.cache`` takes the same arguments in another order as others."""

    @cache
    def compute(*, height, kind):
        return Wave(height=height, kind=kind)

    heights = widgets.slider("height (m)", 1, 2, 1)
    widgets.Explorer(compute, draw, height=heights, kind="sine")
    compute(height=1, kind="sine")
    assert compute.cache_info().hits == 1


def test_a_failed_move_raises_and_keeps_values_result_and_picture(explorer):
    before = explorer.values, explorer.result, explorer.picture
    with pytest.raises(ArithmeticError, match="0 m"):
        explorer.set("height", 0.0)
    assert (explorer.values, explorer.result, explorer.picture) == before


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("height", 2, "height"),
        ("kind", "square", "kind: 'square'"),
        ("x", 1, "name='x'"),
    ],
)
def test_a_value_that_no_control_offers_is_refused_by_name(
    explorer, name, value, named
):
    with pytest.raises(ValueError, match=named):
        explorer.set(name, value)


def test_a_redraw_computes_once_and_draws_once():
    """What it costs beyond these two is measured by ``python -m bench course``."""
    calls = []

    def counted(**controls):
        calls.append("compute")
        return wave(**controls)

    def drawn(result, ax):
        calls.append("draw")
        return draw(result, ax)

    height = widgets.slider("height (m)", 0.1, 1.0, 0.5, 0.1)
    explorer = widgets.Explorer(counted, drawn, height=height)
    calls.clear()
    explorer.set("height", 0.7)
    assert calls == ["compute", "draw"]


def test_a_lesson_can_be_collected_and_the_first_frame_must_work(explored):
    height = widgets.slider("height (m)", 1, 3, 2)
    assert widgets.explore(wave, draw, height=height) is None
    assert widgets.explore_on_run(wave, draw, height=height) is None
    assert [own.values for own in explored] == [{"height": 2}] * 2
    with pytest.raises(ArithmeticError, match="0 m"):
        widgets.explore(wave, draw, height=0)


# The widgets


@pytest.mark.parametrize("view", [live.following, live.on_run])
def test_every_control_has_its_whole_label_and_starts_at_its_value(explorer, view):
    panel = view(explorer)
    knobs = panel.children[: len(explorer.controls)]
    for control, knob in zip(explorer.controls.values(), knobs, strict=True):
        assert (knob.description, knob.value) == (control.label, control.value)
        assert knob.style.description_width == "initial"


def test_the_figure_follows_each_knob(explorer):
    panel = live.following(explorer)
    (figure,) = parts(panel, ipywidgets.HTML)
    height, kind = panel.children[:2]
    seen = {figure.value}
    for knob, value in [(height, 0.3), (kind, "cosine"), (height, 0.1 + 0.2 + 0.4)]:
        knob.value = value
        assert figure.value.count(explorer.summary) == 2, "alternative text and caption"
        seen.add(figure.value)
    assert explorer.values == {"height": 0.7, "kind": "cosine"}
    assert len(seen) == 4


@pytest.mark.parametrize(
    ("low", "high", "step"), [(0.25, 2.25, 0.5), (1e-5, 5e-5, 1e-5), (10, 50, 20)]
)
def test_a_slider_shows_every_value_with_all_its_digits(low, high, step):
    control = widgets.slider("height (m)", low, high, low, step)
    knob = live.following(widgets.Explorer(wave, draw, height=control)).children[0]
    shown = [float(format(value, knob.readout_format)) for value in control.values]
    assert shown == list(control.values)


def test_a_log_slider_and_its_widget_agree():
    control = widgets.log_slider("height (m)", 0.1, 10, 1)
    explorer = widgets.Explorer(wave, draw, height=control)
    knob = live.following(explorer).children[0]
    assert [label for label, _ in knob.options][::20] == ["0.1", "1", "10"]
    knob.index = 0
    assert explorer.values == {"height": 0.1}


def test_a_failing_move_replaces_the_figure_and_the_next_one_restores_it(explorer):
    panel = live.following(explorer)
    (figure,) = parts(panel, ipywidgets.HTML)
    with pytest.raises(ArithmeticError, match="0 m"):
        panel.children[0].value = 0.0
    assert "<img" not in figure.value
    panel.children[0].value = 0.2
    assert explorer.summary in figure.value


def test_a_slow_experiment_runs_only_when_told(explorer):
    panel = live.on_run(explorer)
    (button,) = parts(panel, ipywidgets.Button)
    status, figure = parts(panel, ipywidgets.HTML)
    before = figure.value
    panel.children[0].value = 0.3
    assert (figure.value, explorer.values["height"]) == (before, 0.5)
    assert "press Run" in status.value
    button.click()
    assert (figure.value != before, explorer.values["height"]) == (True, 0.3)
    assert status.value == ""


def test_the_run_button_is_off_while_an_experiment_runs_and_on_after_it_fails(caplog):
    seen = []

    def compute(*, height):
        seen.extend(own.disabled for own in buttons)
        return wave(height=height)

    buttons = []
    height = widgets.slider("height (m)", 0, 1, 1)
    panel = live.on_run(widgets.Explorer(compute, draw, height=height))
    buttons += parts(panel, ipywidgets.Button)
    panel.children[0].value = 0
    buttons[0].click()
    assert (seen, buttons[0].disabled) == ([True], False)
    # Outside a kernel ipywidgets logs what a click raises.
    assert "a wave of 0 m" in caplog.text


def test_a_text_is_any_line_but_an_empty_one():
    control = widgets.text("sentence", "one", "two")
    assert (control.value, control.values) == ("one", ("one", "two"))
    assert control.nearest(" 第三 ") == "第三"
    with pytest.raises(ValueError, match="sentence: type something"):
        control.nearest("  ")
    with pytest.raises(ValueError, match="label"):
        widgets.text("", "one")


def test_a_typed_text_moves_its_figure():
    explorer = widgets.Explorer(
        wave, draw, height=1, kind=widgets.text("kind", "sine", "cosine")
    )
    panel = live.following(explorer)
    (box,) = parts(panel, ipywidgets.Text)
    before = explorer.picture
    box.value = "cosine"
    assert explorer.values == {"kind": "cosine"}
    assert explorer.picture != before


def test_a_question_starts_unanswered_and_calls_back_with_each_choice():
    chosen = []
    box = live.question("More noise or less?", ["more", "less"], chosen.append)
    (radio,) = parts(box, ipywidgets.RadioButtons)
    assert radio.value is None
    radio.value = "less"
    radio.value = "more"
    assert chosen == ["less", "more"]


# Where no front end answers

LESSON = """
from dataclasses import dataclass
from privlab import widgets

@dataclass(frozen=True)
class Dot:
    height: int
    summary: str = "A dot at $1 & <2>."

def draw(result, ax):
    return ax.scatter(0, result.height)

widgets.explore(Dot, draw, height=widgets.slider("h (m)", 1, 3, 2))
widgets.show(Dot(1), draw)
widgets.ask("Up or down?", ["up", "down"], print)
"""


def executed(static, monkeypatch):
    """The notebook after a run of LESSON in a kernel of its own."""
    monkeypatch.setenv("PRIVLAB_STATIC", static)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(LESSON)])
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    return notebook


def test_a_built_notebook_holds_figures_with_text_and_no_widget_state(monkeypatch):
    notebook = executed("1", monkeypatch)
    image, caption, *_, question = notebook.cells[0].outputs
    assert base64.b64decode(image.data["image/png"]).startswith(b"\x89PNG")
    assert image.data["text/plain"] == "A dot at $1 & <2>."
    assert image.metadata["image/png"]["alt"] == "A dot at $1 & <2>."
    assert caption.data == {"text/html": "<p>A dot at $1 &amp; &lt;2&gt;.</p>"}
    assert question.text == "Up or down?\n  - up\n  - down\n"
    assert len(notebook.cells[0].outputs) == 5
    assert "widgets" not in notebook.metadata
    assert executed("1", monkeypatch).cells[0].outputs == notebook.cells[0].outputs


def test_a_live_kernel_shows_widgets_and_plain_figures(monkeypatch):
    kinds = [
        "application/vnd.jupyter.widget-view+json" in output.data
        for output in executed("", monkeypatch).cells[0].outputs
    ]
    assert kinds == [True, False, False, True]


def test_a_plain_interpreter_prints_the_sentence_and_the_question(capsys):
    widgets.explore(wave, draw, height=1)
    widgets.ask("Up or down?", ["up"], print)
    assert capsys.readouterr().out == (
        "The sine wave is 1 m high.\nUp or down?\n  - up\n"
    )


def test_importing_the_widgets_loads_nothing_heavy():
    code = "import sys, privlab.widgets; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    assert "ipywidgets" in loaded
    assert not {"torch", "tenseal", "flwr", "sklearn", "matplotlib.pyplot"} & {*loaded}
