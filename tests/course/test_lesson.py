"""What a lesson says: claims that hold, the code that runs, guesses remembered."""

import inspect

import numpy as np
import pytest

from privlab.core.privacy import Privacy
from privlab.course import lesson, record
from privlab.course.lesson import ClaimError, claim, predict, reveal


@pytest.mark.parametrize("true", [True, np.True_, np.float64(1) < 2])
def test_a_true_claim_is_ticked(true, capsys):
    claim("noise hides people", true)
    assert capsys.readouterr().out == "✓ noise hides people\n"


@pytest.mark.parametrize("false", [False, np.False_, np.float64("nan") < 2])
def test_a_false_claim_stops_the_lesson_and_prints_nothing(false, capsys):
    with pytest.raises(ClaimError, match="noise hides nobody"):
        claim("noise hides nobody", false)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "vague",
    [1, 0.5, "yes", None, [True], np.array(True), np.array([True, True]), np.int64(1)],
    ids=repr,
)
def test_a_claim_needs_one_truth_value(vague, capsys):
    with pytest.raises(TypeError, match="one truth value"):
        claim("something", vague)
    assert capsys.readouterr().out == ""


def test_the_code_shown_is_the_code_that_runs(monkeypatch):
    shown = []
    monkeypatch.setattr(lesson, "display", shown.append)
    lesson.source(claim, Privacy)
    text = shown[0].data
    assert text.startswith("```python\n")
    assert text.endswith("```")
    assert inspect.getsource(claim) in text
    assert inspect.getsource(Privacy) in text


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        ([], "The answer: more.\n"),
        (["more"], "Your guess was right: more.\n"),
        (["less"], "You guessed: less. The answer: more.\n"),
        (["less", "more"], "Your guess was right: more.\n"),
    ],
)
def test_reveal_comes_back_to_the_guess(home, monkeypatch, capsys, choices, told):
    def ask(question, options, on_choice):
        assert (question, options) == ("More or less noise?", ["more", "less"])
        for option in choices:
            on_choice(option)

    monkeypatch.setattr("privlab.widgets.ask", ask)
    predict("q", "More or less noise?", options=["more", "less"])
    reveal("another", "nothing was guessed")
    reveal("q", "more")
    assert capsys.readouterr().out == f"The answer: nothing was guessed.\n{told}"


def test_where_nobody_can_answer_the_question_is_printed(home, capsys):
    predict("q", "More or less noise?", options=["more", "less"])
    assert capsys.readouterr().out == "More or less noise?\n  - more\n  - less\n"
    assert record.guess("q") is None
