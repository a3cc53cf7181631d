"""The quiz widget: reasons at once, a score of first tries, and a still form."""

import ipywidgets
import nbformat
import pytest
from nbclient import NotebookClient

from privlab.widgets.questions import Question, as_html, as_text, ask_all, live

UP = Question(
    text="1 < 2?", options=("no", "yes", "<b>"), right=1, why=("a", "b&", "c")
)
DOWN = Question(text="2 < 1?", options=("no", "yes"), right=0, why=("so", "not so"))


def parts(widget, kind):
    inner = [part for c in getattr(widget, "children", ()) for part in parts(c, kind)]
    return [widget] if isinstance(widget, kind) else inner


def test_a_choice_shows_its_own_reason_at_once():
    box = live([UP, DOWN])
    radio, other = parts(box, ipywidgets.RadioButtons)
    reply = box.children[0].children[2]
    assert radio.value is other.value is None
    radio.value = 0
    assert "Not this one. a" in reply.value
    radio.value = 1
    assert "Right. b&amp;" in reply.value
    assert 'role="status"' in reply.value


def test_the_score_counts_the_first_try_alone():
    box = live([UP, DOWN])
    one, two = parts(box, ipywidgets.RadioButtons)
    score = box.children[-1]
    assert "0 of 2" in score.value
    one.value = 0
    one.value = 1
    assert "0 of 2" in score.value
    two.value = 0
    assert "1 of 2" in score.value


def test_what_is_asked_is_text_and_no_markup():
    titles = parts(live([UP]), ipywidgets.HTML)
    assert titles[0].value == "<b>1. 1 &lt; 2?</b>"
    assert "<b>no" not in as_html([UP])
    assert "<li>&lt;b&gt;</li>" in as_html([UP])


def test_the_still_form_folds_the_answers():
    text = as_html([UP, DOWN])
    assert text.count("<details>") == text.count("</details>") == 2
    before = text.split("<details>")[0]
    assert "b&amp;" not in before
    assert "Right: yes." in text
    assert as_text([UP, DOWN]).splitlines()[-1] == "Right: 1 b, 2 a"


def test_outside_a_notebook_it_is_printed(capsys):
    ask_all([UP])
    assert capsys.readouterr().out == as_text([UP]) + "\n"


@pytest.mark.parametrize("static", ["0", "1"])
def test_in_a_notebook_it_is_live_or_still_and_the_same_twice(monkeypatch, static):
    monkeypatch.setenv("PRIVLAB_STATIC", static)
    code = (
        "from privlab.widgets.questions import Question, ask_all\n"
        "ask_all([Question(text='?', options=('x', 'y'), right=0, why=('p', 'q'))])"
    )

    def outputs():
        cell = nbformat.v4.new_code_cell(code)
        notebook = nbformat.v4.new_notebook(cells=[cell])
        NotebookClient(notebook, store_widget_state=False).execute()
        (shown,) = notebook.cells[0].outputs
        return shown.data

    view = "application/vnd.jupyter.widget-view+json"
    if static == "0":
        assert view in outputs()
    else:
        assert view not in outputs()
        assert outputs() == outputs()
        assert set(outputs()) == {"text/plain", "text/html"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"text": " "}, "text, options and why"),
        ({"options": ("a", "a")}, "all unlike"),
        ({"options": ("a",), "why": ("b",)}, "two or more"),
        ({"why": ("a",)}, "1 reasons for 2 options"),
        ({"right": 2}, "right=2 must be below 2"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(change, named):
    fields = {"text": "?", "options": ("x", "y"), "right": 0, "why": ("p", "q")}
    with pytest.raises(ValueError, match=named):
        Question(**{**fields, **change})
