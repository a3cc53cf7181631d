"""Experiments to play with: the only package that knows ipywidgets.

``explore`` and ``explore_on_run`` let a reader vary an experiment, ``show`` displays
one result, ``ask`` a question. Where no front end can send a move back, each shows
its first frame as an ordinary figure with its summary, and stores no widget state.
"""

import gc
import os
from collections.abc import Callable
from typing import Any

from IPython import get_ipython
from IPython.display import display

from privlab.plots.figure import Draw, Result, picture
from privlab.widgets import live, still
from privlab.widgets.controls import choice, log_slider, slider, text
from privlab.widgets.explorer import Explorer

__all__ = [
    "Explorer",
    "ask",
    "choice",
    "explore",
    "explore_on_run",
    "log_slider",
    "show",
    "slider",
    "text",
]


def explore(compute: Callable[..., Result], draw: Draw, /, **controls: Any) -> None:
    """Display ``draw(compute(**values), ax)`` under controls that redraw it.

    ``compute`` is pure and answers within 0.2 s (else use ``explore_on_run``); its
    result has a ``summary`` of one sentence. A keyword is a ``slider``, a
    ``log_slider``, a ``choice``, a ``text``, a list of strings, or a constant of
    ``compute``.
    An exception at the first frame is raised here; later ones appear in its place.
    """
    present(Explorer(compute, draw, **controls), live.following)


def explore_on_run(
    compute: Callable[..., Result], draw: Draw, /, **controls: Any
) -> None:
    """As ``explore``, for slow experiments: after the first frame, a button redraws."""
    present(Explorer(compute, draw, **controls), live.on_run)


def present(explorer: Explorer, view: Callable) -> None:
    """Display ``view(explorer)`` if a front end can drive it, else its picture.

    Every explorer of a lesson passes here: a test replaces this function to collect
    them, and moves their controls by ``Explorer.set``.
    """
    # Else the collector looks through all of torch, 0.3 s, in the middle of a movement.
    gc.collect()
    gc.freeze()
    if _is_driven():
        display(view(explorer))
    else:
        still.picture(explorer.picture)


def show(result: Result, draw: Draw) -> None:
    """Display one result as a figure with its summary."""
    still.picture(picture(result, draw))


def ask(question: str, options: list[str], on_choice: Callable[[str], None]) -> None:
    """Let the reader choose one of ``options``; each choice calls ``on_choice``."""
    if _is_driven():
        display(live.question(question, options, on_choice))
    else:
        still.question(question, options)


def _is_driven() -> bool:
    """Whether a front end may be listening: in a kernel, unless PRIVLAB_STATIC=1.

    A kernel cannot ask who is there, so whoever runs a notebook to store its outputs
    says so by that variable.
    """
    if os.environ.get("PRIVLAB_STATIC") == "1":
        return False
    return getattr(get_ipython(), "kernel", None) is not None
