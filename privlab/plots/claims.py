"""The article's claims with their verdicts, and the laws on a line of time."""

from dataclasses import dataclass

from matplotlib.axes import Axes

from privlab.plots import style

VERDICTS = ("holds", "holds if", "says nothing", "wrong")
MARKS = dict(zip(VERDICTS, ("o", "D", "s", "X"), strict=True))
MOST_LETTERS, MOST_TOLD = 90, 14


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One statement of the article, its ``verdict``, and the form that is correct.

    ``lessons`` are numbers, that which settles the claim first.
    """

    id: str
    section: str
    text: str
    verdict: str
    correct: str
    lessons: tuple[str, ...]

    @property
    def chapter(self) -> str:
        """The article's chapter that makes the claim first."""
        return self.section[0]


@dataclass(frozen=True, kw_only=True)
class Claims:
    """Some of the claims, and what they were chosen by."""

    chosen: str
    claims: tuple[Claim, ...]

    def count(self, verdict: str) -> int:
        return sum(each.verdict == verdict for each in self.claims)

    @property
    def summary(self) -> str:
        counts = ", ".join(f"{self.count(v)} {v}" for v in VERDICTS if self.count(v))
        return f"{self.chosen}: {len(self.claims)} claims ({counts or 'none'})."


def draw_claims(result: Claims, ax: Axes) -> Axes:
    """A row for each claim: a mark by its verdict, its id, how it ought to read.

    Of more than ``MOST_TOLD`` only marks: nobody reads that much in a figure.
    """
    told = len(result.claims) <= MOST_TOLD
    ax.figure.set_size_inches(8.6, 1.3 + 0.27 * max(len(result.claims), 3))
    for row, each in enumerate(result.claims):
        column = VERDICTS.index(each.verdict)
        ax.plot(column, row, MARKS[each.verdict], markersize=9, color=style.BLUE)
        if told:
            said = each.text if each.verdict == "holds" else each.correct
            ax.text(3.6, row, _short(said), va="center", fontsize=8)
    ax.set_xticks(range(len(VERDICTS)), VERDICTS, fontsize=8, rotation=25)
    rows = [f"{each.id}, lesson {each.lessons[0]}" for each in result.claims]
    ax.set_yticks(range(len(rows)), rows, fontsize=8)
    ax.set(xlim=(-0.5, 14 if told else 3.5), ylim=(max(len(rows), 1) - 0.4, -0.6))
    ax.grid(axis="x", visible=False)
    title = f"{result.chosen}: what is true of {len(rows)} claims"
    return style.label(ax, title, "verdict (in words)", "claim (number)")


def _short(text: str) -> str:
    if len(text) <= MOST_LETTERS:
        return text
    return text[: MOST_LETTERS - 1].rsplit(" ", 1)[0] + " …"
