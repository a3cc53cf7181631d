"""Terms that a search found, each at the lesson that teaches it first."""

from dataclasses import dataclass

from matplotlib.axes import Axes

from privlab.plots import style

MOST_SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class Term:
    """An English term, its Chinese forms, the lesson that teaches it, one sentence.

    ``also`` are other words by which the lessons mean it; an ``everyday`` word has
    other senses besides.
    """

    name: str
    chinese: tuple[str, ...]
    lesson: str
    also: tuple[str, ...]
    definition: str
    everyday: bool = False

    def __str__(self) -> str:
        chinese = " / ".join(self.chinese)
        return f"{self.name} ({chinese}), lesson {self.lesson}: {self.definition}"


@dataclass(frozen=True, kw_only=True)
class Found:
    """The terms that fit a word, best first, and all lessons in course order."""

    terms: tuple[Term, ...]
    lessons: tuple[str, ...]

    @property
    def summary(self) -> str:
        if not self.terms:
            return "No term of the glossary fits."
        return f"{len(self.terms)} found. {self.terms[0]}"


def draw_found(result: Found, ax: Axes) -> Axes:
    """One row a term, best on top; a square at its lesson, and the lesson's number."""
    shown = result.terms[:MOST_SHOWN]
    for row, term in enumerate(shown):
        column = result.lessons.index(term.lesson)
        ax.plot(column, row, "s", markersize=11, color=style.BLUE)
        ax.annotate(
            term.lesson, (column, row), xytext=(10, -4), textcoords="offset points"
        )
    ax.set_yticks(range(len(shown)), [term.name for term in shown])
    ax.set_xticks(range(len(result.lessons)), result.lessons, fontsize=8, rotation=60)
    ax.set(xlim=(-0.8, len(result.lessons)), ylim=(max(len(shown), 1) - 0.4, -0.6))
    title = f"{len(shown)} of {len(result.terms)} terms found"
    return style.label(ax, title, "first taught in lesson (number)", "term (English)")
