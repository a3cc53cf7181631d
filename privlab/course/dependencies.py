"""Which files of the library a notebook depends on, read from its imports."""

import ast
from collections.abc import Iterator
from pathlib import Path

from privlab.course import paths


def closure(code: str) -> list[Path]:
    """The files of ``privlab`` that ``code`` imports, directly or through others."""
    found: set[Path] = set()
    waiting = [code]
    while waiting:
        for path in _imported(waiting.pop()):
            if path not in found:
                found.add(path)
                waiting.append(path.read_text("utf-8"))
    return sorted(found)


def _imported(code: str) -> Iterator[Path]:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from a.b import c` may mean the module a.b.c or a name in a.b
            names = [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
        else:
            continue
        for name in names:
            if name.partition(".")[0] == "privlab":
                yield from _files(name)


def _files(module: str) -> Iterator[Path]:
    """The module's file and the ``__init__`` files above it, those that exist."""
    parts = module.split(".")
    for depth in range(1, len(parts) + 1):
        place = paths.COURSE.joinpath(*parts[:depth])
        for path in (place / "__init__.py", place.with_suffix(".py")):
            if path.is_file():
                yield path
