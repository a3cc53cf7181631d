"""Controls as data: what a reader may choose, independent of what will show it."""

import math
from dataclasses import dataclass
from numbers import Integral
from typing import Any

from privlab.core import checks

# More positions than this are more than a slider has pixels.
MOST_POSITIONS = 1000
POSITIONS_PER_DECADE = 20


@dataclass(frozen=True, kw_only=True)
class Control:
    """A visible ``label`` (with the unit), the ``values`` to choose from, the first.

    ``ValueError`` where the label is empty or ``value`` is not among ``values``.
    """

    label: str
    values: tuple
    value: Any

    def __post_init__(self):
        if not self.label:
            raise ValueError(f"label={self.label!r} must not be empty")
        if self.value not in self.values:
            raise ValueError(
                f"{self.label}: value={self.value!r} must be one of {self.values}"
            )

    def nearest(self, value: Any) -> Any:
        """``value`` itself, if it may be chosen; else ``ValueError``."""
        if value not in self.values:
            raise ValueError(f"{self.label}: {value!r} must be one of {self.values}")
        return value


@dataclass(frozen=True, kw_only=True)
class Slider(Control):
    """Evenly spaced numbers, rising."""

    @property
    def step(self) -> float:
        return self.values[1] - self.values[0]

    def nearest(self, value: float) -> float:
        """The slider's number next to ``value``: a browser's 0.30000000000000004."""
        low, high = self.values[0], self.values[-1]
        if not low <= checks.number(self.label, value) <= high:
            raise ValueError(f"{self.label}: {value} must lie in [{low}, {high}]")
        return min(self.values, key=lambda own: abs(own - value))


@dataclass(frozen=True, kw_only=True)
class LogSlider(Slider):
    """Numbers rising by about the same factor."""


@dataclass(frozen=True, kw_only=True)
class Choice(Control):
    """Named alternatives."""


@dataclass(frozen=True, kw_only=True)
class Text(Control):
    """One line that the reader types; ``values`` are examples, ``value`` among them."""

    def nearest(self, value: str) -> str:
        """``value`` without the blanks around it; ``ValueError`` if nothing is left."""
        if not value.strip():
            raise ValueError(f"{self.label}: type something")
        return value.strip()


def slider(
    label: str, low: float, high: float, value: float, step: float = 1
) -> Slider:
    """The numbers from ``low`` to ``high`` in steps; integers if all four are.

    ``ValueError`` unless ``low < high`` lie a whole number of steps apart, and
    ``value`` on one of them.
    """
    if checks.number("high", high) <= low:
        raise ValueError(f"high={high} must be > low={low}")
    count = (high - low) / checks.positive("step", step)
    if count < 1 or not math.isclose(count, round(count)):
        raise ValueError(f"step={step} must divide high - low = {high - low:g}")
    if count > MOST_POSITIONS:
        raise ValueError(f"step={step} makes {count:g} positions; take a longer step")
    kind = _kind(low, high, value, step)
    # Twelve digits drop what adding steps makes up: 0.30000000000000004.
    spaced = (float(f"{low + i * step:.12g}") for i in range(round(count) + 1))
    return Slider(label=label, values=tuple(map(kind, spaced)), value=value)


def log_slider(label: str, low: float, high: float, value: float) -> LogSlider:
    """About 20 numbers per decade, of two digits; integers if all three are.

    ``low``, ``high`` and ``value`` are among them as given. ``ValueError`` unless
    ``0 < low <= value <= high`` and ``low < high``.
    """
    decades = math.log10(checks.positive("high", high) / checks.positive("low", low))
    if decades <= 0:
        raise ValueError(f"high={high} must be > low={low}")
    if not low <= checks.number("value", value) <= high:
        raise ValueError(f"value={value} must lie in [{low}, {high}]")
    count = math.ceil(decades * POSITIONS_PER_DECADE)
    spaced = (low * 10 ** (i / POSITIONS_PER_DECADE) for i in range(count))
    kind = _kind(low, high, value)
    rounded = {kind(float(f"{number:.2g}")) for number in spaced}
    inside = {number for number in rounded if low < number < high}
    values = sorted({kind(low), kind(value), kind(high)} | inside)
    return LogSlider(label=label, values=tuple(values), value=kind(value))


def choice(label: str, options: list[str], value: str | None = None) -> Choice:
    """One of ``options``, at first ``value`` (by default the first of them)."""
    first = options[0] if value is None else value
    return Choice(label=label, values=tuple(options), value=first)


def text(label: str, value: str, *others: str) -> Text:
    """A line to type, at first ``value``; ``others`` are further examples."""
    return Text(label=label, values=(value, *others), value=value)


def _kind(*numbers: float) -> type:
    """``int`` if all the numbers are whole by type, else ``float``."""
    return int if all(isinstance(number, Integral) for number in numbers) else float
