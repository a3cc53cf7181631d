"""Questions with one right option, asked one after the other with a reason for each.

Where a front end listens, radio buttons: the tabulator goes from option to option, the
space bar chooses, and the reason appears at once. Elsewhere the questions, with their
answers folded.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass

import ipywidgets
from IPython import get_ipython
from IPython.display import display, publish_display_data

from privlab import widgets
from privlab.widgets.live import LINE


@dataclass(frozen=True, kw_only=True)
class Question:
    """A text, its options, the number of the right one, and why each is or is not.

    ``ValueError`` names what is wrong: fewer than two options, two alike, an empty
    text, a missing reason, or a ``right`` that is no option's number.
    """

    text: str
    options: tuple[str, ...]
    right: int
    why: tuple[str, ...]

    def __post_init__(self):
        if not all(part.strip() for part in (self.text, *self.options, *self.why)):
            raise ValueError("text, options and why must not be empty")
        if len(set(self.options)) != len(self.options) or len(self.options) < 2:
            raise ValueError(f"options={self.options} must be two or more, all unlike")
        if len(self.why) != len(self.options):
            raise ValueError(f"{len(self.why)} reasons for {len(self.options)} options")
        if self.right not in range(len(self.options)):
            raise ValueError(f"right={self.right} must be below {len(self.options)}")


def ask_all(questions: Sequence[Question]) -> None:
    """Display the questions; the score below counts first choices."""
    if widgets._is_driven():
        display(live(questions))
    elif get_ipython() is None:
        print(as_text(questions))
    else:
        shown = {"text/plain": as_text(questions), "text/html": as_html(questions)}
        publish_display_data(shown)


def live(questions: Sequence[Question]) -> ipywidgets.VBox:
    """A box for each question, and under them how many were right at the first try."""
    first: dict[int, bool] = {}
    score = ipywidgets.HTML(_score(first, len(questions)))

    def note(number: int, right: bool) -> None:
        first.setdefault(number, right)
        score.value = _score(first, len(questions))

    boxes = [_box(number, own, note) for number, own in enumerate(questions, 1)]
    return ipywidgets.VBox([*boxes, score])


def _box(number: int, question: Question, note) -> ipywidgets.VBox:
    title = ipywidgets.HTML(f"<b>{number}. {html.escape(question.text)}</b>")
    options = [(text, place) for place, text in enumerate(question.options)]
    radio = ipywidgets.RadioButtons(options=options, value=None, layout=LINE)
    reply = ipywidgets.HTML(_status(""))

    def answer(change):
        right = change["new"] == question.right
        verdict = "Right." if right else "Not this one."
        reply.value = _status(f"{verdict} {question.why[change['new']]}")
        note(number, right)

    radio.observe(answer, names="value")
    return ipywidgets.VBox([title, radio, reply])


def _score(first: dict[int, bool], total: int) -> str:
    return _status(f"{sum(first.values())} of {total} right at the first try.")


def _status(text: str) -> str:
    """A line that a screen reader says aloud when it changes."""
    return f'<p role="status" style="margin: 0">{html.escape(text)}</p>'


def as_text(questions: Sequence[Question]) -> str:
    """The questions and options, and the letters of the right ones at the end."""
    lines, letters = [], []
    for number, own in enumerate(questions, 1):
        lines += [f"{number}. {own.text}"]
        lines += [f"   {_letter(i)}) {text}" for i, text in enumerate(own.options)]
        letters.append(f"{number} {_letter(own.right)}")
    return "\n".join([*lines, f"Right: {', '.join(letters)}"])


def as_html(questions: Sequence[Question]) -> str:
    """A numbered list; the answer and the reasons are folded under each question."""
    return f"<ol>{''.join(map(_item, questions))}</ol>"


def _item(question: Question) -> str:
    options = "".join(f"<li>{html.escape(text)}</li>" for text in question.options)
    reasons = "".join(
        f"<li>{'Right' if i == question.right else 'No'}: {html.escape(why)}</li>"
        for i, why in enumerate(question.why)
    )
    answer = html.escape(question.options[question.right])
    return (
        f"<li><p><b>{html.escape(question.text)}</b></p>"
        f'<ol type="a">{options}</ol><details><summary>Answer and reasons</summary>'
        f'<p>Right: {answer}.</p><ol type="a">{reasons}</ol></details></li>'
    )


def _letter(number: int) -> str:
    return "abcdefgh"[number]
