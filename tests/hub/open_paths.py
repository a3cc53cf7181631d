"""A program that sees the course where every account can read it.

In a test the course, or the Python that runs it, is often below a folder that only
root may enter (a home, a temporary clone); on a class server neither is. So the hub
under test runs in a mount name space of its own, in which those folders stand open and
hold nothing but the course and Python. Nothing outside of it changes.
"""

import shlex
import sys
from pathlib import Path


def shut(path: Path) -> Path | None:
    """The first folder on the way to ``path``, or it itself, that others cannot enter.

    The list goes through links, as the system does.
    """
    for place in [*reversed(path.parents), path]:
        if place.is_dir() and (place.stat().st_mode & 0o005) != 0o005:
            return place
    real = path.resolve()
    return shut(real) if real != path else None


def opened(command: list[str], needed: list[Path], stash: Path) -> list[str]:
    """``command``, so started that everybody reaches what is ``needed``."""
    hidden = {path: place for path in needed if (place := shut(path))}
    if not hidden:
        return command
    pieces = [piece for path, place in hidden.items() for piece in _pieces(path, place)]
    script = ["set -e"]
    for number, piece in enumerate(pieces):
        script.append(_bind(piece, stash / str(number), piece.is_dir()))
    tops = [p for p in hidden.values() if not set(hidden.values()) & set(p.parents)]
    for top in dict.fromkeys(tops):
        script.append(f"mount -t tmpfs -o mode=755 tmpfs {shlex.quote(str(top))}")
    for number, piece in enumerate(pieces):
        script.append(_bind(stash / str(number), piece, piece.is_dir()))
    script.append('exec "$@"')
    return ["unshare", "--mount", "sh", "-c", "\n".join(script), "sh", *command]


def _pieces(path: Path, place: Path) -> list[Path]:
    """What to show of ``path``: it, or what is in it where it is itself shut."""
    return (
        [p for p in path.iterdir() if not p.is_symlink()] if path == place else [path]
    )


def _bind(source: Path, target: Path, is_folder: bool) -> str:
    here, there = shlex.quote(str(source)), shlex.quote(str(target))
    make = f"mkdir -p {there}"
    if not is_folder:
        make = f"mkdir -p {shlex.quote(str(target.parent))}; touch {there}"
    return f"{make}; mount --bind {here} {there}"


def needed_by_python() -> list[Path]:
    """Where this Python and its packages are, whatever led to it."""
    program = Path(sys.executable).resolve()
    places = [Path(sys.prefix), Path(sys.base_prefix).resolve(), program.parents[1]]
    return list(dict.fromkeys(places))
