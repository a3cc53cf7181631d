"""Which files of the library a notebook depends on, read from its imports."""

import ast
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

from privlab.course import paths


def closure(*starts: Path) -> list[Path]:
    """``starts`` and the files of ``privlab`` they import, directly or through others.

    The numbers a module reads, ``data/NAME.*`` beside NAME.py, count as its own.
    ``SyntaxError`` names a file that is not plain Python; a notebook's magics are not.
    """
    found: set[Path] = set()
    waiting = list(starts)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found |= {path, *path.parent.glob(f"data/{path.stem}.*")}
            waiting += _imported(path)
    return sorted(found)


def module_files(name: str) -> Iterator[Path]:
    """The module's file and the ``__init__`` files above it, those that exist."""
    parts = name.split(".")
    for depth in range(1, len(parts) + 1):
        place = paths.COURSE.joinpath(*parts[:depth])
        for path in (place / "__init__.py", place.with_suffix(".py")):
            if path.is_file():
                yield path


def _imported(path: Path) -> Iterator[Path]:
    package = ".".join(path.parent.relative_to(paths.COURSE).parts)
    for node in ast.walk(ast.parse(path.read_text("utf-8"), path.name)):
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
