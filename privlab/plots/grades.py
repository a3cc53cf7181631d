"""The class's results: a bar for each question."""

from typing import Protocol

from matplotlib.axes import Axes

from privlab.plots import style

LOOKS = {
    "passed": style.fill(2),
    "in part": style.fill(4),
    "not passed": style.fill(1),
    "no answer": {"color": "white", "edgecolor": style.GREY},
    "no mark yet": {"color": "white", "edgecolor": style.BLACK, "hatch": "xxx"},
}
LABEL = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}


class ClassGrades(Protocol):
    """Numbers of students, one entry a question, by how their answers did."""

    questions: tuple[str, ...]
    passed: tuple[int, ...]
    partly: tuple[int, ...]
    failed: tuple[int, ...]
    missing: tuple[int, ...]
    unmarked: tuple[int, ...]


def draw_grades(grades: ClassGrades, ax: Axes) -> Axes:
    """The students of each question end to end, by how their answers did.

    Each piece has its own hatch and its number as text; questions run from the top,
    and what nobody got is not in the legend.
    """
    count = len(grades.questions)
    # 0.4 inches a bar; the title, the axis and the legend need 1.8 more
    ax.figure.set_size_inches(style.WIDE[0], 1.8 + 0.4 * count)
    kinds = (grades.passed, grades.partly, grades.failed, grades.missing)
    starts = [0] * count
    for (name, look), widths in zip(
        LOOKS.items(), (*kinds, grades.unmarked), strict=True
    ):
        if any(widths):
            bars = ax.barh(grades.questions, widths, left=starts, label=name, **look)
            numbers = [str(width) if width else "" for width in widths]
            ax.bar_label(bars, numbers, label_type="center", bbox=LABEL)
        starts = [start + width for start, width in zip(starts, widths, strict=True)]
    ax.set_ylim(count - 0.5, -0.5)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.grid(visible=False, axis="y")
    ax.figure.legend(loc="outside lower center", ncols=len(LOOKS))
    return style.label(ax, "The class", "students (count)", "question (id)")
