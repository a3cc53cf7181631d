"""An experiment whose parameters can be varied: the part that needs no front end."""

from collections.abc import Callable
from typing import Any

from privlab.plots.figure import Draw, Picture, Result, picture
from privlab.widgets.controls import Control, choice


class Explorer:
    """``compute`` and ``draw`` at the present ``values`` of the ``controls``.

    A keyword that holds a ``Control``, or a list of strings (a choice labelled with
    the keyword), can be varied; any other is a constant. ``values``, ``result`` and
    ``picture`` always belong together: where an experiment fails, all three stay as
    they were, and the exception is the caller's.
    """

    controls: dict[str, Control]
    values: dict[str, Any]
    result: Result
    picture: Picture

    def __init__(self, compute: Callable[..., Result], draw: Draw, /, **arguments: Any):
        arguments = {name: _control(name, arg) for name, arg in arguments.items()}
        self.controls = {n: a for n, a in arguments.items() if isinstance(a, Control)}
        self._arguments, self._compute, self._draw = arguments, compute, draw
        self.redraw({name: c.value for name, c in self.controls.items()})

    @property
    def summary(self) -> str:
        """What the picture shows, in one sentence."""
        return self.picture.summary

    def redraw(self, values: dict[str, Any]) -> None:
        """Run the experiment once at ``values``, one for each control."""
        values = {name: c.nearest(values[name]) for name, c in self.controls.items()}
        # As they were written: for functools.cache, another order is another call.
        result = self._compute(**{**self._arguments, **values})
        self.picture = picture(result, self._draw)
        self.values, self.result = values, result

    def set(self, name: str, value: Any) -> None:
        """Move one control, as a reader does."""
        if name not in self.controls:
            raise ValueError(f"name={name!r} must be one of {list(self.controls)}")
        self.redraw({**self.values, name: value})


def _control(name: str, argument: Any) -> Any:
    """``argument``, or the choice that a list of strings is short for."""
    listed = isinstance(argument, list) and argument
    if listed and all(isinstance(own, str) for own in argument):
        return choice(name, argument)
    return argument
