"""The pages of the book: what folds, what is found, what leads where."""

import sys

import nbformat
import pytest

from privlab.course.book import cells, pages, prose, search, site
from privlab.course.book.mathematics import mathml
from privlab.course.cli import main

V4 = nbformat.v4


def answer(name):
    source = f"# EXERCISE: {name}\nx = 1"
    return V4.new_code_cell(source, metadata={"privlab": {"exercise": name}})


def marks(kind, *found):
    copy = cells.prepared(V4.new_notebook(cells=list(found)), kind)
    return [
        (c.metadata.book.get("opens"), bool(c.metadata.book.get("closes")))
        for c in copy.cells
    ]


WHY = {"metadata": {"tags": ["solution"]}}


def test_a_solution_folds_from_its_answer_to_its_explanation():
    found = (
        V4.new_markdown_cell("# Exercises 1"),
        answer("dp-01"),
        V4.new_code_cell("check()"),
        V4.new_markdown_cell("**Why.**", **WHY),
        V4.new_markdown_cell("## dp-02"),
        V4.new_code_cell("shown = 1"),
        answer("dp-02"),
        answer("dp-03"),
    )
    nothing = (None, False)
    assert marks("exercises", *found) == [nothing] * 8
    assert marks("solutions", *found) == [
        nothing,
        ("dp-01", False),
        nothing,
        (None, True),
        nothing,
        nothing,
        ("dp-02", True),
        ("dp-03", True),
    ]


def test_hints_stand_beside_the_question_and_not_beside_the_solution():
    notebook = V4.new_notebook(cells=[V4.new_code_cell('# hint("dp-01")')])
    (cell,) = cells.prepared(notebook, "exercises").cells
    assert len(cell.metadata.book.hints) == 3
    solutions = [V4.new_markdown_cell("# Exercises"), *notebook.cells]
    copy = cells.prepared(V4.new_notebook(cells=solutions), "solutions")
    assert [c.source for c in copy.cells] == ["# Solutions"]


def test_the_notebook_itself_stays_as_it_was():
    notebook = V4.new_notebook(cells=[V4.new_markdown_cell("# Exercises")])
    cells.prepared(notebook, "solutions")
    assert notebook.cells[0].source == "# Exercises"
    assert notebook.cells[0].metadata == {}


def rendered(text):
    return prose.markdown(text, prose.Renderer(*pages.links("notebooks")))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("`03_1_differential_privacy.ipynb`", "../notebooks/03_1_differential_privacy"),
        ("`exercises/02_concepts.ipynb`", "../exercises/02_concepts.html"),
        ("[2](02_concepts.ipynb)", "../notebooks/02_concepts.html"),
        ("[a page](https://example.org/02.ipynb)", "https://example.org/02.ipynb"),
        ("`dp-01`", "../exercises/03_1_differential_privacy.html#dp-01"),
    ],
)
def test_a_page_or_exercise_that_is_named_is_a_link(text, address):
    assert f'<a href="{address}' in rendered(text)


def test_code_that_names_no_page_stays_code():
    assert rendered("`a < 1` `dp-99` `77_no.ipynb`").count("<a ") == 0
    assert "<code>a &lt; 1</code>" in rendered("`a < 1`")


def test_two_headings_of_the_same_words_have_two_anchors():
    assert rendered("## Why?\n\n## Why?").count('id="why"') == 1
    assert 'id="why-2"' in rendered("## Why?\n\n## Why?")


def test_chinese_words_are_marked_and_markup_is_not_made():
    marked = '<span lang="zh-Hans">隐私</span>'
    assert pages.spoken("privacy 隐私 <b>") == f"privacy {marked} &lt;b&gt;"


def test_words_are_lower_case_and_chinese_goes_in_pairs():
    assert search.words("Clip FIRST, ε-DP") == ["clip", "first", "ε", "dp"]
    assert search.words("差分隐私 噪") == ["差分", "分隐", "隐私", "噪"]


def test_a_heading_weighs_more_than_the_text():
    own = {"address": "a", "page": "p"}
    sections = [
        search.Section(title="x", text="noise noise", **own),
        search.Section(title="noise", text="", **own),
    ]
    assert '"noise":[0,2,1,8]' in search.index(sections)


def test_a_folder_that_holds_something_else_is_left_alone(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(site.Book, "make", lambda self: None)
    (tmp_path / "thesis.txt").write_text("mine")
    assert main(["book", "--to", str(tmp_path)]) == 1
    assert "something else" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_missing_package_is_named_with_the_way_to_get_it(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "privlab.course.book.site", None)
    monkeypatch.delattr("privlab.course.book.site")
    assert main(["book"]) == 1
    assert "pip install -e .[book]" in capsys.readouterr().err


def test_a_formula_that_is_not_understood_stops_the_book(monkeypatch, capsys, tmp_path):
    def make(self):
        mathml(r"\nonsense", display=False)

    monkeypatch.setattr(site.Book, "make", make)
    assert main(["book", "--to", str(tmp_path)]) == 1
    assert "nonsense" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
