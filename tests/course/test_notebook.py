"""From a source to the learner's notebook and the solved one."""

import copy
import json

import nbformat
import pytest

from privlab.course import notebook as nb

ASSIGNED = """
### BEGIN SOLUTION
a = 1
b = a + 1
a = b
  c = "no name of the top level"
### END SOLUTION
"""
TWICE = """
def f(x):
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION


class G:
\tdef g(self):
\t\t### BEGIN SOLUTION
\t\treturn 2
\t\t### END SOLUTION
\tkept = 1
"""
HIDDEN = """
f(1)
### BEGIN HIDDEN TESTS
assert f(2) == 2
### END HIDDEN TESTS
g()
"""


@pytest.mark.parametrize(
    ("source", "learner", "reader"),
    [
        ("x = 1", "x = 1", "x = 1"),
        (
            "def f():\n  ### BEGIN SOLUTION\n  return 1\n  ### END SOLUTION",
            "def f():\n  # YOUR CODE HERE\n  raise NotImplementedError",
            "def f():\n  return 1",
        ),
        (
            "def f():\n    ### BEGIN SOLUTION  \n    return 1\n    ### END SOLUTION\t",
            "def f():\n    # YOUR CODE HERE\n    raise NotImplementedError",
            "def f():\n    return 1",
        ),
        (
            ASSIGNED,
            "\na = ...  # YOUR ANSWER HERE\nb = ...  # YOUR ANSWER HERE",
            '\na = 1\nb = a + 1\na = b\n  c = "no name of the top level"',
        ),
        (
            TWICE,
            "\ndef f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError\n\n\n"
            "class G:\n\tdef g(self):\n\t\t# YOUR CODE HERE\n"
            "\t\traise NotImplementedError\n\tkept = 1",
            "\ndef f(x):\n    return x\n\n\n"
            "class G:\n\tdef g(self):\n\t\treturn 2\n\tkept = 1",
        ),
        (HIDDEN, "\nf(1)\ng()", "\nf(1)\ng()"),
        (
            "s = r'\\1 \\g<body>'\n### BEGIN SOLUTION\nt = r'\\1'\n### END SOLUTION",
            "s = r'\\1 \\g<body>'\nt = ...  # YOUR ANSWER HERE",
            "s = r'\\1 \\g<body>'\nt = r'\\1'",
        ),
    ],
    ids=["none", "last", "blanks", "values", "two and tabs", "hidden", "escapes"],
)
def test_a_region_is_a_place_to_write_or_an_answer(source, learner, reader):
    assert nb.starter(source) == learner
    assert nb.solved(source) == reader


def test_a_solution_that_leaves_the_learner_nothing_is_refused():
    with pytest.raises(ValueError, match="in the solution:\nprint"):
        nb.starter("### BEGIN SOLUTION\nprint(1)\n### END SOLUTION")


@pytest.mark.parametrize(
    "source",
    [
        "### BEGIN SOLUTION\nanswer = 42",
        "answer = 42\n### END SOLUTION",
        "### BEGIN SOLUTIONS\nanswer = 42\n### END SOLUTIONS",
        "#### BEGIN SOLUTION\nanswer = 42\n#### END SOLUTION",
        "    ### begin solution\n    answer = 42\n    ### end solution",
        "### BEGIN SOLUTION\nanswer = 42\n### END HIDDEN TESTS",
        "### BEGIN HIDDEN TESTS\nassert answer == 42",
    ],
)
@pytest.mark.parametrize("form", [nb.for_learner, nb.for_reader])
def test_a_region_that_is_not_closed_is_refused_not_handed_out(source, form):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    with pytest.raises(ValueError, match="is no complete region of code"):
        form(notebook)


def test_a_region_in_a_text_is_refused(course):
    text = "# %% [markdown]\n# ### BEGIN SOLUTION\n# 42\n# ### END SOLUTION\n"
    notebook = nb.read(course("source/exercises/01.py", text))
    with pytest.raises(ValueError, match="'### BEGIN SOLUTION' is no complete region"):
        nb.for_learner(notebook)


def test_the_learner_sees_no_solution_and_the_reader_no_marker(exercise_source):
    notebook = nb.read(exercise_source)
    before = copy.deepcopy(notebook)
    learner, reader = nb.for_learner(notebook), nb.for_reader(notebook)
    assert notebook == before, "neither form changes the other's notebook"
    for secret in ("2 * x", "SECRET", "solution", "SOLUTION"):
        assert secret not in nb.dumps(learner)
    assert "2 * x" in nb.dumps(reader)
    assert "SECRET" in nb.dumps(reader)
    assert "### " not in nb.dumps(reader)
    for notebook in (learner, reader):
        compile("\n".join(nb.answers(notebook).values()), "answers", "exec")


def test_a_cell_has_the_same_id_in_every_form(exercise_source):
    notebook = nb.read(exercise_source)
    learner, reader = nb.for_learner(notebook), nb.for_reader(notebook)
    ids = [cell.id for cell in reader.cells]
    assert [cell.id for cell in learner.cells] == ids[: len(learner.cells)]
    assert "answer-ex-01" in ids


def test_an_answer_cell_is_found_by_its_marker(exercise_source):
    learner = nb.for_learner(nb.read(exercise_source))
    assert list(nb.answers(learner)) == ["ex-01"]
    assert nb.answers(learner)["ex-01"].endswith("raise NotImplementedError")
    marked = [cell.metadata.get("privlab") for cell in learner.cells]
    assert marked == [None, None, {"exercise": "ex-01"}]


def test_a_heading_is_completed_by_the_exercise(exercise_source):
    heading = nb.read(exercise_source).cells[1].source
    line = "## ex-01 · Double it\n\n●●○ · 3 minutes · 2 points\n\nReturn twice"
    assert heading.startswith(line)


def test_a_heading_without_an_exercise_is_refused(course):
    with pytest.raises(KeyError, match="no exercise 'ex-77'"):
        nb.read(course("source/exercises/01.py", "# %% [markdown]\n# ## ex-77\n"))


REPEATED = """
# %%
x = 1

# %%
x = 1

# %% [markdown]
# x = 1

# %%
x = 1
"""


def test_ids_are_stable_and_unique_even_where_text_repeats(course):
    path = course("source/notebooks/01.py", REPEATED)
    ids = [cell.id for cell in nb.read(path).cells]
    assert len(set(ids)) == 4
    assert [cell.id for cell in nb.read(path).cells] == ids
    course("source/notebooks/01.py", REPEATED + "\n# %%\nnew = 2\n")
    assert [cell.id for cell in nb.read(path).cells][:4] == ids, "others keep theirs"


def test_the_line_ends_of_the_system_change_nothing(exercise_source):
    unix = nb.read(exercise_source)
    exercise_source.write_bytes(exercise_source.read_bytes().replace(b"\n", b"\r\n"))
    assert b"\r\n" in exercise_source.read_bytes()
    assert nb.dumps(nb.read(exercise_source)) == nb.dumps(unix)


COMMENTED = """
# %%
# copy the list
# %matplotlib inline
x = 1  # é 好
"""


def test_what_is_a_comment_in_the_source_stays_one(course):
    cell = nb.read(course("source/notebooks/01.py", COMMENTED)).cells[0]
    assert cell.source == COMMENTED.strip().partition("\n")[2]


def test_tags_are_kept_and_other_metadata_is_not(course):
    text = '# %% tags=["nbval-ignore-output"] scrolled=true\nx = 1\n'
    cell = nb.read(course("source/notebooks/01.py", text)).cells[0]
    assert cell.metadata == {"tags": ["nbval-ignore-output"]}


def test_a_built_notebook_is_valid_4_5_and_the_same_bytes_each_time(exercise_source):
    notebook = nb.read(exercise_source)
    text = nb.dumps(notebook)
    nbformat.validate(json.loads(text))
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert text == nb.dumps(nbformat.reads(text, as_version=4))
    assert text == nb.dumps(nb.read(exercise_source))
    assert text.endswith("}\n")
    assert "Übungen · 练习" in text, "readable in a diff"


def executed():
    data = {"text/plain": "1", "application/json": {"b": [1.5], "a": None}}
    outputs = [
        nbformat.v4.new_output("stream", name="stdout", text="a\r\nb\n\n  c"),
        nbformat.v4.new_output(
            "display_data", {"image/png": "aGk=\n", "x/y": "\u2028"}
        ),
        nbformat.v4.new_output("execute_result", data, execution_count=1),
    ]
    cells = [
        nbformat.v4.new_markdown_cell("é\n\n好\n", id="a"),
        nbformat.v4.new_code_cell("1\n", outputs=outputs, execution_count=1, id="b"),
    ]
    return nbformat.v4.new_notebook(cells=cells, metadata={"privlab": {}})


def test_the_fingerprint_survives_writing_and_reading():
    notebook = executed()
    assert nb.content(nbformat.v4.reads(nb.dumps(notebook))) == nb.content(notebook)


def as_saved_by_jupyterlab(notebook):
    notebook.metadata["kernelspec"] = {"display_name": "x", "name": "python3"}
    notebook.metadata["language_info"] = {"name": "python", "version": "3.13.0"}
    notebook.cells[0].metadata["editable"] = True
    notebook.cells[0].id = "c"
    for cell in notebook.cells[1:]:
        cell.metadata.update(execution={"iopub.status.busy": "2026-01-01"}, tags=["t"])
        cell.execution_count = cell.outputs[2].execution_count = 17


def test_the_fingerprint_ignores_times_counts_ids_and_tags():
    notebook = executed()
    as_saved_by_jupyterlab(notebook)
    assert nb.content(notebook) == nb.content(executed())


def edit_text(cells):
    cells[0].source += "!"


def edit_output(cells):
    cells[1].outputs[0].text = "b"


def edit_picture(cells):
    cells[1].outputs[1].data["image/png"] = "aGl="


def edit_json(cells):
    cells[1].outputs[2].data["application/json"]["b"][0] = 1.25


def clear_output(cells):
    cells[1].outputs = []


def change_kind(cells):
    cells[0].cell_type = "raw"


@pytest.mark.parametrize(
    "edit",
    [
        edit_text,
        edit_output,
        edit_picture,
        edit_json,
        clear_output,
        change_kind,
        list.reverse,
        list.pop,
    ],
)
def test_the_fingerprint_changes_with_anything_a_reader_sees(edit):
    notebook = executed()
    edit(notebook.cells)
    assert nb.content(notebook) != nb.content(executed())


def test_a_fingerprint_counts_where_one_text_ends():
    assert nb.digest("ab", "c") != nb.digest("a", "bc")
    assert nb.digest("ab", "c") == nb.digest("ab", "c")
    assert nb.digest() != nb.digest("a")
