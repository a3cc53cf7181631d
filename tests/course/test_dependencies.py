"""Which files a notebook depends on: those it imports, however it says so."""

import ast
import subprocess
import sys

import pytest

from privlab.course import paths
from privlab.course.dependencies import closure, module_files

LIBRARY = {
    "privlab/__init__.py": "",
    "privlab/core/__init__.py": "",
    "privlab/core/checks.py": "import numpy",
    "privlab/dp/__init__.py": "",
    "privlab/dp/laplace.py": "from privlab.core import checks",
    "privlab/dp/lazy.py": "def f():\n    from privlab.dp.laplace import Laplace",
    "privlab/dp/relative.py": "from . import laplace\nfrom ..core.checks import number",
    "privlab/dp/egg.py": "import privlab.dp.hen",
    "privlab/dp/hen.py": "import privlab.dp.egg",
    "privlab/dp/table.py": "FILE = 'table.json'",
    "privlab/dp/data/table.json": "{}",
    "privlab/dp/data/other.json": "{}",
}
TOP, CORE, DP = "__init__", "core/__init__", "dp/__init__"
CHECKS = {TOP, CORE, "core/checks"}
LAPLACE = {*CHECKS, DP, "dp/laplace"}


@pytest.fixture
def imported(course):
    """Names of the library's files that a notebook with this code depends on."""
    for path, text in LIBRARY.items():
        course(path, text)

    def names(code):
        start = course("source/notebooks/01_lesson.py", code)
        files = closure(start)
        assert start in files
        library = paths.COURSE / "privlab"
        return {
            path.relative_to(library).as_posix().removesuffix(".py")
            for path in files
            if path != start
        }

    return names


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("import numpy, os.path", set()),
        ("import privlab", {TOP}),
        ("import privlabs.core", set()),
        ("import privlab.core.checks", CHECKS),
        ("import numpy, privlab.core.checks as c", CHECKS),
        ("from privlab.core import checks", CHECKS),
        ("from privlab.core.checks import number", CHECKS),
        ("from privlab.core.checks import *", CHECKS),
        ("from privlab.core import (\n  other,\n  checks as c,\n)", CHECKS),
        ("from privlab.nowhere import x", {TOP}),
        ("def f():\n    if 1:\n        import privlab.core", {TOP, CORE}),
        ("# import privlab.core\n'import privlab.core'", set()),
        ("from privlab.dp.laplace import Laplace", LAPLACE),
        ("import privlab.dp.lazy", LAPLACE | {"dp/lazy"}),
        ("import privlab.dp.relative", LAPLACE | {"dp/relative"}),
        ("import privlab.dp.egg", {TOP, DP, "dp/egg", "dp/hen"}),
        ("import privlab.dp.table", {TOP, DP, "dp/table", "dp/data/table.json"}),
        ("import privlab.core.checks\nimport privlab.dp.lazy", LAPLACE | {"dp/lazy"}),
    ],
)
def test_the_files_are_those_imported_and_theirs_in_turn(imported, code, names):
    assert imported(code) == names


def test_the_answer_does_not_depend_on_the_order_of_the_starts(imported, course):
    one = course("source/notebooks/02.py", "import privlab.dp.lazy")
    two = course("source/notebooks/03.py", "import privlab.dp.egg")
    imported("")
    assert closure(one, two) == closure(two, one) == sorted(closure(one, two))


@pytest.mark.parametrize("magic", ["%matplotlib inline", "!ls", "x = = 1"])
def test_what_is_not_python_is_named_with_its_line(imported, magic):
    with pytest.raises(SyntaxError) as caught:
        imported(f"import privlab\n{magic}\n")
    assert (caught.value.filename, caught.value.lineno) == ("01_lesson.py", 2)


def test_in_the_real_library_it_finds_what_python_loads():
    code = "import sys, privlab.course.check; print(*sys.modules, sep='\\n')"
    run = [sys.executable, "-c", code]
    names = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    ours = [name for name in names.split() if name.partition(".")[0] == "privlab"]
    loaded = {path for name in ours for path in module_files(name)}
    assert len(loaded) >= 6
    assert loaded <= set(closure(*module_files("privlab.course.check")))


@pytest.mark.parametrize(
    "path", sorted((paths.COURSE / "source").rglob("*.py")), ids=lambda path: path.stem
)
def test_every_import_of_the_course_leads_to_a_file(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("privlab."):
            found = list(module_files(node.module))
            assert found[-1].stem in (node.module.rpartition(".")[2], "__init__")
            assert len(found) >= node.module.count(".") + 1
