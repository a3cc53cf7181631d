"""The course at a glance: a row for each chapter, a box for each lesson."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from privlab.plots import style

COLUMNS = 5


@dataclass(frozen=True, kw_only=True)
class CourseMap:
    """Chapters with their lessons ``(number, short title)``, and which are there."""

    chapters: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    ready: frozenset[str]

    @property
    def summary(self) -> str:
        lessons = [number for _, row in self.chapters for number, _ in row]
        ready = [number for number in lessons if number in self.ready]
        return (
            f"{len(lessons)} lessons in {len(self.chapters)} chapters; "
            f"in this edition: {', '.join(ready)}."
        )


def draw_course_map(result: CourseMap, ax: Axes) -> Axes:
    """One row a chapter, from the top; a dashed box is a lesson still to come."""
    ax.figure.set_size_inches(8.2, 0.58 * len(result.chapters) + 0.6)
    for row, (chapter, lessons) in enumerate(result.chapters):
        ax.text(-0.05, -row, chapter, ha="right", va="center", fontweight="bold")
        for column, (number, title) in enumerate(lessons):
            _box(ax, column, -row, f"{number}\n{title}", number in result.ready)
    ax.set(xlim=(-1.35, COLUMNS), ylim=(-len(result.chapters) + 0.4, 0.6))
    ax.set_axis_off()
    return ax


def _box(ax: Axes, x: float, y: float, text: str, ready: bool) -> None:
    look = {"facecolor": style.SKY, "linestyle": "-"}
    if not ready:
        look = {"facecolor": "white", "linestyle": "--"}
    box = FancyBboxPatch((x, y - 0.36), 0.93, 0.72, boxstyle="round,pad=0.01", **look)
    ax.add_patch(box)
    ax.text(x + 0.465, y, text, ha="center", va="center", fontsize=9, linespacing=1.3)
