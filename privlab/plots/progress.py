"""The learner's progress: a bar for each lesson."""

from typing import Protocol

from matplotlib.axes import Axes

from privlab.plots import style

LOOKS = {
    "passed": style.fill(2),
    "tried": style.fill(1),
    "to do": {"color": "white", "edgecolor": style.GREY},
}
LABEL = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}


class Standing(Protocol):
    """Numbers of exercises, one entry a lesson: passed, tried in vain, and in all."""

    lessons: tuple[str, ...]
    passed: tuple[int, ...]
    tried: tuple[int, ...]
    total: tuple[int, ...]


def draw_progress(standing: Standing, ax: Axes) -> Axes:
    """Passed, tried and still to do, end to end in a bar as long as the lesson.

    Each piece has its own hatch and its number as text; lessons run from the top.
    """
    count = len(standing.lessons)
    # 0.4 inches a bar; the title, the axis and the legend need 1.8 more
    ax.figure.set_size_inches(style.WIDE[0], 1.8 + 0.4 * count)
    rows = zip(standing.passed, standing.tried, standing.total, strict=True)
    pieces = [(passed, tried, total - passed - tried) for passed, tried, total in rows]
    for index, (name, look) in enumerate(LOOKS.items()):
        widths = [piece[index] for piece in pieces]
        starts = [sum(piece[:index]) for piece in pieces]
        bars = ax.barh(standing.lessons, widths, left=starts, label=name, **look)
        numbers = [str(width) if width else "" for width in widths]
        ax.bar_label(bars, numbers, label_type="center", bbox=LABEL)
    ax.set_ylim(count - 0.5, -0.5)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.grid(visible=False, axis="y")
    ax.figure.legend(loc="outside lower center", ncols=len(LOOKS))
    return style.label(ax, "Exercises", "exercises (count)", "lesson (name)")
