"""A quiz as a learner meets it: the keyboard alone, and the reason at once."""

import nbformat
import pytest
from jupyter_lab import open_notebook, run_all, visiting

from privlab.course.quiz import items

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
CODE = 'from privlab.course.quiz import quiz\nquiz("3.1")'


@pytest.fixture
def page(browser, lab, artefacts):
    cell = nbformat.v4.new_code_cell(CODE)
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=KERNEL)
    nbformat.write(notebook, lab.folder / "quiz.ipynb")
    with visiting(browser, lab, artefacts / "quiz") as page:
        open_notebook(page, lab, "quiz.ipynb")
        run_all(page)
        yield page


def press(page, key, times):
    for _ in range(times):
        page.keyboard.press(key)


def test_keys_choose_and_the_reason_follows(page):
    item, second = items("3.1")[:2]
    page.locator('input[type="radio"]').first.focus()
    page.keyboard.press("Space")
    status = page.get_by_role("status")
    told = "Right." if item.right == 0 else "Not this one."
    status.filter(has_text=f"{told} {item.why[0]}").wait_for()
    press(page, "Tab", item.right)
    page.keyboard.press("Space")
    status.filter(has_text=f"Right. {item.why[item.right]}").wait_for()
    press(page, "Tab", len(item.options) - item.right)  # to the next question
    page.keyboard.press("Space")
    status.filter(has_text=second.why[0]).wait_for()
    first_tries = [item.right == 0, second.right == 0]
    status.filter(
        has_text=f"{sum(first_tries)} of {len(items('3.1'))} right"
    ).wait_for()


def test_no_option_is_cut_off(page):
    cut = page.evaluate(
        "[...document.querySelectorAll('.widget-radio-box label')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1"
        " || e.scrollHeight > e.clientHeight + 4).map(e => e.innerText)"
    )
    assert cut == []
