"""Which files of the library a notebook depends on, read from its imports."""

import ast
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

from privlab.course import paths

DATA = (".csv", ".json")


def closure(*starts: Path) -> list[Path]:
    """``starts`` and the files of ``privlab`` they import, directly or through others.

    The data that a module names, beside it or in ``data`` there, count as its own.
    ``SyntaxError`` names a file that is not plain Python; a notebook's magics are not.
    """
    found: set[Path] = set()
    waiting = list(starts)
    while waiting:
        path = waiting.pop()
        if path not in found:
            tree = ast.parse(path.read_text("utf-8"), path.name)
            found |= {path, *_read_by(tree, path.parent)}
            waiting += _imported(tree, path.parent)
    return sorted(found)


def module_files(name: str) -> Iterator[Path]:
    """The module's file and the ``__init__`` files above it, those that exist."""
    parts = name.split(".")
    for depth in range(1, len(parts) + 1):
        place = paths.COURSE.joinpath(*parts[:depth])
        for path in (place / "__init__.py", place.with_suffix(".py")):
            if path.is_file():
                yield path


def _read_by(tree: ast.Module, folder: Path) -> Iterator[Path]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and str(node.value).endswith(DATA):
            places = (folder / node.value, folder / "data" / node.value)
            yield from (place for place in places if place.is_file())


def _imported(tree: ast.Module, folder: Path) -> Iterator[Path]:
    package = ".".join(folder.relative_to(paths.COURSE).parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            # `from a.b import c` may mean the module a.b.c or a name in a.b
            names = [module, *(f"{module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            if name.partition(".")[0] == "privlab":
                yield from module_files(name)
