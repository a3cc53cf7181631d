"""Every lesson on two cores: run, memory, slowest widget; and ``import privlab``.

A lesson runs as `privlab build` runs it, in a kernel held to ``CORES`` cores, with two
cells more. The first collects the widgets. The last moves every control of those that
follow at once to both ends and a place between, and takes the time of each frame,
drawing included. A widget's time is the median of its frames, a lesson's that of its
slowest widget; one with a Run button may take longer and is only counted.
Seconds are from the first cell to the last. Memory is the most that the kernel and its
children held together, looked at ten times a second. These figures have limits, no
peers.
"""

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

import nbformat
import psutil

from bench._table import Row
from privlab.course import paths
from privlab.course.execution import execute

CORES, LOOKS, IMPORTS = 2, 0.1, 9  # cores; seconds between looks; imports timed
COURSE_MINUTES, LESSON_SECONDS, LESSON_MB = 12, 60, 1500
FRAME_MS, IMPORT_MS = 200, 200
FIRST = """
import time as bench_time
from privlab import widgets as bench_widgets
bench_shown, bench_present = [], bench_widgets.present
def bench_collect(explorer, view):
    bench_shown.append((explorer, view))
    bench_present(explorer, view)
bench_widgets.present = bench_collect
bench_start = bench_time.perf_counter()
"""
LAST = """
bench_spent = bench_time.perf_counter() - bench_start
import json as bench_json
from privlab.widgets import live as bench_live
bench_frames = []
for bench_one in [e for e, view in bench_shown if view is bench_live.following]:
    bench_frames.append([])
    for bench_name, bench_control in bench_one.controls.items():
        bench_values = [v for v in bench_control.values if v != bench_control.value]
        for bench_value in {0, len(bench_values) // 2, len(bench_values) - 1}:
            bench_move = {**bench_one.values, bench_name: bench_values[bench_value]}
            bench_begin = bench_time.perf_counter()
            bench_one.redraw(bench_move)
            bench_frames[-1].append(bench_time.perf_counter() - bench_begin)
print(bench_json.dumps([bench_spent, len(bench_shown), bench_frames]))
"""
ROW = "{:32} {:>8} {:>8} {:>8} {:>12}"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Seconds, megabytes at most, widgets, the slowest widget's milliseconds."""

    name: str
    seconds: float
    megabytes: float
    widgets: int
    frame: float

    @property
    def over(self) -> list[str]:
        """The limits that it breaks."""
        broken = {
            f"{self.seconds:.0f} s": self.seconds > LESSON_SECONDS,
            f"{self.megabytes:.0f} MB": self.megabytes > LESSON_MB,
            f"a widget of {self.frame:.0f} ms": self.frame > FRAME_MS,
        }
        return [f"{self.name}: {what}" for what, is_over in broken.items() if is_over]


def main() -> list[Row]:
    if hasattr(os, "sched_setaffinity"):  # kernels inherit it; not on every system
        os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:CORES]))
    print(ROW.format("lesson", "s", "MB", "widgets", "slowest, ms"))
    lessons = []
    for path in sorted((paths.COURSE / "notebooks").glob("*.ipynb")):
        lessons.append(_measured(path))
        own = lessons[-1]
        numbers = (f"{own.seconds:.1f}", f"{own.megabytes:.0f}", own.widgets)
        print(ROW.format(own.name, *numbers, f"{own.frame:.0f}"), flush=True)
    return _report(lessons, _import_ms())


def _report(lessons: list[Measured], importing: float) -> list[Row]:
    whole = sum(own.seconds for own in lessons)
    slowest = max(lessons, key=lambda own: own.seconds)
    largest = max(lessons, key=lambda own: own.megabytes)
    worst = max(lessons, key=lambda own: own.frame)
    over = [broken for own in lessons for broken in own.over]
    over += [f"the course: {whole:.0f} s"] if whole > 60 * COURSE_MINUTES else []
    over += [f"import: {importing:.0f} ms"] if importing > IMPORT_MS else []
    # so little is lost in the scatter of two starts of Python
    told = f"{importing:.0f} ms" if importing >= 5 else "under 5 ms"
    print(f"whole course {whole / 60:.1f} min; import privlab {told}")
    print(f"over the limit: {'; '.join(over) or 'nothing'}")
    return [
        _row("All lessons", f"{whole / 60:.1f} min", f"{COURSE_MINUTES} min"),
        _row(f"Slowest lesson, {slowest.name}", f"{slowest.seconds:.0f} s", "60 s"),
        _row(f"Largest, {largest.name}", f"{largest.megabytes:.0f} MB", "1500 MB"),
        _row(f"Slowest widget, {worst.name}", f"{worst.frame:.0f} ms", "200 ms"),
        _row("`import privlab`", told, "200 ms"),
    ]


def _row(job: str, ours: str, limit: str) -> Row:
    return Row(job=job, ours=ours, peer="limit", theirs=limit, ratio="")


def _measured(path) -> Measured:
    notebook = nbformat.read(path, as_version=4)
    ends = [nbformat.v4.new_code_cell(text.strip()) for text in (FIRST, LAST)]
    notebook.cells = [ends[0], *notebook.cells, ends[1]]
    with _Memory() as memory:
        execute(notebook, path.name, folder=path.parent)
    (told,) = notebook.cells[-1].outputs
    seconds, widgets, frames = json.loads(told.text)
    return Measured(
        name=path.stem,
        seconds=seconds,
        megabytes=memory.most / 1e6,
        widgets=widgets,
        frame=1e3 * max(map(statistics.median, frames), default=0),
    )


class _Memory:
    """The most that all descendants of this process hold together, in bytes."""

    def __init__(self):
        self.most, self._over = 0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(LOOKS):
            held = map(_held, psutil.Process().children(recursive=True))
            self.most = max(self.most, sum(held))


def _held(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.NoSuchProcess:  # it ended between two looks
        return 0


def _import_ms() -> float:
    """The median of what ``import privlab`` adds to the start of Python."""

    def start(code: str) -> float:
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - begin

    added = [start("import privlab") - start("pass") for _ in range(IMPORTS)]
    return 1e3 * statistics.median(added)
