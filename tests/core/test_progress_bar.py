"""The bar: it passes everything on, and can be silenced, in a notebook too."""

import io
from contextlib import redirect_stderr

import pytest
from tqdm.notebook import tqdm_notebook

from privlab.core import progress


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0)
    monkeypatch.delenv("TQDM_DISABLE", raising=False)


def shown() -> str:
    with redirect_stderr(io.StringIO()) as screen:
        assert list(progress.bar(range(3), "counting", unit="step")) == [0, 1, 2]
    return screen.getvalue()


def test_a_long_wait_shows_what_is_done_and_leaves_nothing_behind(impatient):
    assert "counting" in shown()
    assert shown().endswith("\r")


def test_work_without_a_length_may_say_how_much_it_is(impatient):
    assert progress.bar(iter(range(3)), "counting", total=3).total == 3
    assert progress.bar(iter(range(3)), "counting").total is None


def test_a_short_wait_shows_nothing(impatient, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 60)
    assert shown() == ""


def test_the_variable_silences_it(impatient, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    assert shown() == ""


def test_the_variable_silences_it_in_a_notebook(impatient, monkeypatch):
    monkeypatch.setattr(progress, "tqdm", tqdm_notebook)
    assert not progress.bar(range(3), "counting").disable
    monkeypatch.setenv("TQDM_DISABLE", "1")
    assert progress.bar(range(3), "counting").disable
