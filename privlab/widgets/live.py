"""The same with ipywidgets, for a front end that sends every move back."""

import base64
import html
from collections.abc import Callable
from decimal import Decimal
from functools import singledispatch

import ipywidgets

from privlab.plots.figure import Picture
from privlab.widgets.controls import Choice, Control, LogSlider, Slider, Text
from privlab.widgets.explorer import Explorer

# Every label whole, whatever its length; the slider takes the rest of the line.
WHOLE_LABEL = {"description_width": "initial"}
LINE = {"width": "auto", "max_width": "720px"}


def following(explorer: Explorer) -> ipywidgets.VBox:
    """Controls above the figure, which follows each move.

    A front end waits for one redraw to end before it sends the next move, and then
    sends only the last one, so a slow redraw skips positions and never lags behind.
    """
    panel = _Panel(explorer)
    for knob in panel.knobs.values():
        knob.observe(lambda _change: panel.redraw(), names="value")
    return ipywidgets.VBox([*panel.knobs.values(), panel.figure, panel.problems])


def on_run(explorer: Explorer) -> ipywidgets.VBox:
    """The same for slow experiments: a button runs one at the controls' values."""
    panel = _Panel(explorer)
    button = ipywidgets.Button(description="Run", button_style="primary")
    status = ipywidgets.HTML()

    def run(_button):
        button.disabled, status.value = True, "Running …"
        try:
            panel.redraw()
        finally:
            button.disabled, status.value = False, ""

    def invite(_change):
        status.value = "The figure shows the last run; press Run for these values."

    button.on_click(run)
    for knob in panel.knobs.values():
        knob.observe(invite, names="value")
    line = ipywidgets.HBox([button, status])
    return ipywidgets.VBox([*panel.knobs.values(), line, panel.figure, panel.problems])


def question(
    text: str, options: list[str], on_choice: Callable[[str], None]
) -> ipywidgets.VBox:
    """Radio buttons under ``text``, none chosen; what ``on_choice`` prints is below."""
    radio = ipywidgets.RadioButtons(options=options, value=None, layout=LINE)
    answer = ipywidgets.Output()

    def reply(change):
        answer.outputs = ()
        with answer:
            on_choice(change["new"])

    radio.observe(reply, names="value")
    title = ipywidgets.HTML(f"<b>{html.escape(text)}</b>")
    return ipywidgets.VBox([title, radio, answer])


class _Panel:
    """The parts that both ways of exploring share."""

    def __init__(self, explorer: Explorer):
        self.explorer = explorer
        self.knobs = {name: _knob(c) for name, c in explorer.controls.items()}
        self.figure = ipywidgets.HTML(_figure(explorer.picture))
        self.problems = ipywidgets.Output()

    def redraw(self) -> None:
        """Show the experiment at the knobs' values, or the exception that it raised."""
        self.problems.outputs = ()
        with self.problems:
            try:
                self.explorer.redraw({n: k.value for n, k in self.knobs.items()})
                self.figure.value = _figure(self.explorer.picture)
            except Exception:
                # The old figure would pass for an answer to the new values.
                self.figure.value = "<p>The experiment failed at these values:</p>"
                raise


def _figure(picture: Picture) -> str:
    summary = html.escape(picture.summary)
    data = base64.b64encode(picture.png).decode()
    fitting = "display: block; max-width: 100%; height: auto"
    return (
        f'<img src="data:image/png;base64,{data}" alt="{summary}" '
        f'width="{picture.width}" style="{fitting}">'
        f'<p style="margin: 0">{summary}</p>'
    )


@singledispatch
def _knob(control: Control) -> ipywidgets.DOMWidget:
    raise TypeError(f"control={control!r} has no widget")


@_knob.register
def _(control: Slider):
    whole = isinstance(control.step, int)
    kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
    digits = max(-Decimal(str(own)).as_tuple().exponent for own in control.values)
    return kind(
        description=control.label,
        min=control.values[0],
        max=control.values[-1],
        step=control.step,
        value=control.value,
        readout_format="d" if whole else f".{digits}f",
        style=WHOLE_LABEL,
        layout=LINE,
    )


@_knob.register
def _(control: LogSlider):
    return ipywidgets.SelectionSlider(
        description=control.label,
        options=[(f"{number:.12g}", number) for number in control.values],
        value=control.value,
        style=WHOLE_LABEL,
        layout=LINE,
    )


@_knob.register
def _(control: Choice):
    return ipywidgets.Dropdown(
        description=control.label,
        options=control.values,
        value=control.value,
        style=WHOLE_LABEL,
        layout=LINE,
    )


@_knob.register
def _(control: Text):
    return ipywidgets.Text(
        description=control.label,
        value=control.value,
        continuous_update=False,
        style=WHOLE_LABEL,
        layout=LINE,
    )
