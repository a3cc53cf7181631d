"""The builder: same bytes each time, only what changed, nobody's edit lost."""

import json
import subprocess
import sys

import nbformat
import pytest

from privlab.course import build as builder
from privlab.course import paths
from privlab.course.build import BuildError, build, check, make, state, targets

LESSON = """
# %% [markdown]
# # Übungen 练习

# %%
from privlab.dp import laplace
"""
BUILT = [
    "notebooks/01_lesson.ipynb",
    "exercises/01_double.ipynb",
    "solutions/01_double.ipynb",
]


@pytest.fixture(autouse=True)
def _small_library(course, exercise_source):
    course("privlab/dp/laplace.py", "from privlab.core import checks")
    course("privlab/dp/other.py", "")
    course("privlab/core/checks.py", "")
    course("source/notebooks/01_lesson.py", LESSON)


@pytest.fixture(autouse=True)
def ran(monkeypatch):
    """Names of the notebooks that ran, without a kernel."""
    names = []

    def execute(notebook, name, *, folder):
        assert folder.is_dir()
        names.append(name)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                line = nbformat.v4.new_output("stream", name="stdout", text="好\n")
                cell.outputs = [line]

    monkeypatch.setattr(builder, "execute", execute)
    return names


def built(name):
    return paths.COURSE / name


def states():
    return {target.name: state(target) for target in targets([])}


def test_one_source_gives_a_lesson_and_another_an_exercise_and_its_solution(ran):
    assert states() == dict.fromkeys(BUILT, "missing")
    assert build([], force=False) == 0
    assert states() == dict.fromkeys(BUILT, "current")
    assert ran == ["notebooks/01_lesson.ipynb", "solutions/01_double.ipynb"]
    exercise = built("exercises/01_double.ipynb").read_text("utf-8")
    assert "2 * x" not in exercise
    assert "好\\n" not in exercise, "an exercise is handed out without outputs"
    for name in BUILT:
        nbformat.validate(json.loads(built(name).read_text("utf-8")))


def test_building_again_changes_nothing_and_by_force_gives_the_same_bytes(ran):
    build([], force=False)
    first = {name: built(name).read_bytes() for name in BUILT}
    ran.clear()
    assert build([], force=False) == 0
    assert ran == []
    assert build([], force=True) == 0
    assert len(ran) == 2
    assert {name: built(name).read_bytes() for name in BUILT} == first


def test_another_process_builds_the_same_exercise(course):
    """String hashing differs from process to process; the bytes must not."""
    build([], force=False)
    code = f"""
from pathlib import Path
from privlab.course import paths
paths.COURSE = Path({str(paths.COURSE)!r})
from privlab.course.build import make, targets
[target] = [t for t in targets([]) if t.kind == "exercises"]
sys.stdout.buffer.write(make(target).encode())
"""
    run = [sys.executable, "-c", "import sys" + code]
    again = subprocess.run(run, capture_output=True, check=True).stdout
    assert again == built("exercises/01_double.ipynb").read_bytes()


@pytest.mark.parametrize(
    ("changed", "stale"),
    [
        ("privlab/dp/laplace.py", {BUILT[0]}),
        ("privlab/core/checks.py", {BUILT[0]}),
        ("privlab/dp/other.py", set()),
        ("privlab/core/new.py", set()),
        ("source/notebooks/01_lesson.py", {BUILT[0]}),
        ("source/exercises/01_double.py", {BUILT[1], BUILT[2]}),
        ("source/exercises/01_double_checks.py", {BUILT[1], BUILT[2]}),
        ("privlab/course/notebook.py", {*BUILT}),
    ],
)
def test_only_what_depends_on_a_changed_file_runs_again(course, ran, changed, stale):
    build([], force=False)
    file = paths.COURSE / changed
    before = file.read_text("utf-8") if file.exists() else ""
    course(changed, before + "\n# changed\n")
    assert {name for name, now in states().items() if now == "stale"} == stale
    ran.clear()
    assert build([], force=False) == 0
    assert set(ran) == {name for name in stale if not name.startswith("exercises")}
    assert set(states().values()) == {"current"}


def test_another_version_of_a_pinned_package_makes_everything_stale(course):
    build([], force=False)
    course("pyproject.toml", '[project]\ndependencies = ["numpy==2.4.7"]')
    assert states() == dict.fromkeys(BUILT, "stale")


def test_a_library_file_that_the_checks_import_counts_for_the_solution(course):
    checks = paths.COURSE / "source/exercises/01_double_checks.py"
    course(
        "source/exercises/01_double_checks.py",
        "import privlab.core.checks\n" + checks.read_text("utf-8"),
    )
    build([], force=False)
    course("privlab/core/checks.py", "changed = True")
    assert [n for n, now in states().items() if now == "stale"] == [BUILT[0], BUILT[2]]


def test_a_lessons_quiz_counts_for_it(course):
    course("source/quiz/01_lesson.toml", "")
    build([], force=False)
    course("source/quiz/01_lesson.toml", "[[item]]")
    assert [n for n, now in states().items() if now == "stale"] == [BUILT[0]]


def test_line_ends_of_the_system_make_nothing_stale():
    build([], force=False)
    for path in paths.COURSE.rglob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    for name in BUILT:  # as git may check them out
        built(name).write_bytes(built(name).read_bytes().replace(b"\n", b"\r\n"))
    assert set(states().values()) == {"current"}


def jupyterlab_saves(notebook):
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.13.1"}
    notebook["metadata"]["kernelspec"]["display_name"] = "Python 3"
    notebook["cells"][-1]["execution_count"] = 12
    notebook["cells"][-1]["metadata"]["execution"] = {"iopub.status.busy": "now"}
    notebook["nbformat_minor"] = 4
    for cell in notebook["cells"]:
        del cell["id"]
        cell["source"] = "".join(cell["source"])


def reader_types(notebook):
    notebook["cells"][-1]["source"] += ["# my note"]


def reader_runs_and_gets_another_output(notebook):
    notebook["cells"][-1]["outputs"] = []


def someone_forges_the_stamp(notebook):
    notebook["metadata"]["privlab"]["content"] = "0" * 64


def someone_removes_the_stamp(notebook):
    del notebook["metadata"]["privlab"]


@pytest.mark.parametrize(
    ("edit", "now"),
    [
        (jupyterlab_saves, "current"),
        (reader_types, "edited"),
        (reader_runs_and_gets_another_output, "edited"),
        (someone_forges_the_stamp, "edited"),
        (someone_removes_the_stamp, "edited"),
    ],
)
def test_only_what_a_reader_sees_makes_a_file_edited(edit, now):
    build([], force=False)
    file = built(BUILT[0])
    notebook = json.loads(file.read_text("utf-8"))
    edit(notebook)
    file.write_text(json.dumps(notebook, indent=4), "utf-8")
    assert states()[BUILT[0]] == now


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"cells": 3, "metadata": {}}',
        b'{"cells": [], "metadata": []}',
        b'{"cells": [{}], "metadata": {"privlab": {"content": ""}}}',
        b'{"nbformat": 3, "worksheets": [], "metadata": {}}',
        b"<<<<<<< HEAD\n{}\n=======\n{}\n",
        b"\xff\xfe\x00",
    ],
)
def test_a_file_that_is_no_notebook_of_ours_counts_as_edited(text):
    build([], force=False)
    built(BUILT[0]).write_bytes(text)
    assert states()[BUILT[0]] == "edited"


def test_an_edited_file_is_refused_by_name_and_the_rest_is_built(ran, capsys):
    build([], force=False)
    edited, stale = built(BUILT[1]), built(BUILT[0])
    edited.write_text("mine", "utf-8")
    stale.unlink()
    ran.clear()
    assert build([], force=False) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"not overwritten, edited by hand: {BUILT[1]}. ")
    assert "--force" in said
    assert edited.read_text("utf-8") == "mine"
    assert ran == [BUILT[0]]
    assert build([], force=True) == 0
    assert set(states().values()) == {"current"}


def test_an_edit_is_seen_even_where_the_source_has_changed_too(course):
    build([], force=False)
    built(BUILT[0]).write_text("mine", "utf-8")
    course("source/notebooks/01_lesson.py", LESSON + "\n# %%\nx = 2\n")
    assert states()[BUILT[0]] == "edited"


def test_a_failed_build_leaves_the_old_file(monkeypatch, course):
    build([], force=False)
    before = built(BUILT[0]).read_bytes()
    course("source/notebooks/01_lesson.py", LESSON + "\n# %%\nx = 2\n")

    def execute(notebook, name, *, folder):
        raise BuildError(name)

    monkeypatch.setattr(builder, "execute", execute)
    with pytest.raises(BuildError, match="01_lesson"):
        build([], force=False)
    assert built(BUILT[0]).read_bytes() == before
    assert states()[BUILT[0]] == "stale"


def test_a_source_edited_while_its_notebook_runs_is_stale_afterwards(
    monkeypatch, course
):
    def execute(notebook, name, *, folder):
        course("source/notebooks/01_lesson.py", LESSON + "\n# %%\nx = 2\n")

    monkeypatch.setattr(builder, "execute", execute)
    [lesson] = targets(["01_lesson"])
    paths.write_whole(lesson.path, make(lesson))
    assert state(lesson) == "stale"


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ([], BUILT),
        (["01_d"], BUILT[1:]),
        (["01_l", "01_double"], BUILT),
        (["0"], BUILT),
    ],
)
def test_a_start_of_a_name_chooses_what_is_built(wanted, names):
    assert [target.name for target in targets(wanted)] == names


def test_a_name_that_fits_nothing_is_refused(capsys):
    with pytest.raises(BuildError, match="no source's name starts with '09_9'"):
        build(["01_lesson", "09_9"], force=False)


def test_check_is_silent_about_a_current_course(capsys):
    build([], force=False)
    capsys.readouterr()
    assert check([]) == 0
    assert capsys.readouterr() == ("", "")


def test_check_names_what_is_not_as_its_source_says_and_builds_nothing(course, capsys):
    build([], force=False)
    capsys.readouterr()
    built(BUILT[0]).unlink()
    built(BUILT[1]).write_text("mine", "utf-8")
    course("source/exercises/01_double_checks.py", "# gone")
    course("notebooks/00_old.ipynb", "")
    before = {path: path.read_bytes() for path in paths.COURSE.rglob("*.ipynb")}
    assert check([]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "notebooks/01_lesson.ipynb: missing",
        "exercises/01_double.ipynb: edited",
        "solutions/01_double.ipynb: stale",
        "notebooks/00_old.ipynb: orphan: its source is gone",
    ]
    after = {path: path.read_bytes() for path in paths.COURSE.rglob("*.ipynb")}
    assert after == before


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("# %%\n%time x = 1\n", r"bad\.py, line 2: not Python: %time x = 1"),
        ("# %%\n### BEGIN SOLUTION\nx = 1\n", "'### BEGIN SOLUTION' is no complete"),
        ("# %% [markdown]\n# ## ex-77\n", "no exercise 'ex-77'"),
    ],
)
def test_a_source_that_cannot_be_built_is_named(course, text, told):
    course("source/notebooks/02_bad.py", text)
    with pytest.raises(BuildError, match=rf"^notebooks/02_bad\.ipynb: .*{told}"):
        build(["02_bad"], force=False)
    assert not built("notebooks/02_bad.ipynb").exists()
