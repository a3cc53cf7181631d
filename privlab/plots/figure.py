"""From a result and its drawing to a picture: PNG bytes and a sentence."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from privlab.plots import style


class Result(Protocol):
    """What an experiment returns: frozen data with one sentence about itself."""

    @property
    def summary(self) -> str: ...


Draw = Callable[[Result, Axes], Axes]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A PNG of ``width`` x ``height`` pixels, and the sentence that says what it shows.

    Raises ``ValueError`` unless ``summary`` is one non-empty line: it is the text of
    every reader who does not see the picture.
    """

    png: bytes
    width: int
    height: int
    summary: str

    def __post_init__(self):
        if not self.summary.strip() or "\n" in self.summary:
            raise ValueError(f"summary={self.summary!r} must be one line of text")


def picture(result: Result, draw: Draw) -> Picture:
    """Draw ``result`` in the course's style; the same result gives the same bytes.

    ``draw(result, ax)`` gets one empty ``Axes`` of ``style.WIDE`` inches. It may split
    it with ``style.panels``, and ask for more with ``ax.figure.set_size_inches``.
    """
    # A Figure made without pyplot is known to nobody else, so it is freed on return.
    with matplotlib.rc_context(style.RC):
        figure = Figure()
        draw(result, figure.add_subplot())
        for axes in figure.axes:
            _leave_decades(axes.xaxis)
            _leave_decades(axes.yaxis)
        buffer = io.BytesIO()
        # The Software field holds matplotlib's version: it would change the bytes.
        FigureCanvasAgg(figure).print_png(buffer, metadata={"Software": None})
    width, height = (figure.get_size_inches() * figure.dpi).astype(int).tolist()
    return Picture(
        png=buffer.getvalue(), width=width, height=height, summary=result.summary
    )


def _leave_decades(axis: Axis) -> None:
    """No ticks between the powers of ten: drawing them takes as long as all the rest.

    Where an axis spans less than two decades, they carry the numbers.
    """
    least, most = np.sort(axis.get_view_interval())
    if isinstance(axis.get_minor_locator(), LogLocator) and most >= 100 * least:
        axis.set_minor_locator(NullLocator())
