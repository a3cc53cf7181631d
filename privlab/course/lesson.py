"""What a lesson says aloud: a guess before the run, a claim that has run."""

import inspect
from collections.abc import Callable

import numpy as np
from IPython.display import Markdown, display

from privlab.course import record


class ClaimError(Exception):
    """A sentence of the course turned out false."""


def claim(sentence: str, condition: bool) -> None:
    """Print ``sentence`` with a tick if ``condition`` is true; else ``ClaimError``.

    Every result that the prose reports is such a line, so a lesson cannot say what
    its own run does not show.
    """
    if not isinstance(condition, bool | np.bool_):
        raise TypeError(f"claim needs one truth value, got {condition!r}")
    if not condition:
        raise ClaimError(sentence)
    print(f"✓ {sentence}")


def source(*objects: Callable) -> None:
    """Show the library's own code of functions and classes, as it will run."""
    code = "\n\n".join(inspect.getsource(thing) for thing in objects)
    display(Markdown(f"```python\n{code}```"))


def predict(question_id: str, question: str, *, options: list[str]) -> None:
    """Ask for a guess before the run; ``reveal`` comes back to it."""
    from privlab.widgets import ask

    ask(question, options, lambda option: record.note_guess(question_id, option))


def reveal(question_id: str, answer: str) -> None:
    """Show the answer to an earlier ``predict`` beside what the learner guessed."""
    guess = record.guess(question_id)
    if guess is None:
        print(f"The answer: {answer}.")
    elif guess == answer:
        print(f"Your guess was right: {answer}.")
    else:
        print(f"You guessed: {guess}. The answer: {answer}.")
