"""What the README shows and says is so."""

import re
import shlex
import subprocess
import sys

import nbformat
import pytest

from privlab.course import notebook as nb
from privlab.course import paths
from privlab.course.exercise import exercises

README = (paths.COURSE / "README.md").read_text("utf-8")
COMMANDS = re.findall(r"^```\n(.+?)\n```$", README, re.M | re.S)


def test_the_commands_come_first_and_there_are_no_others():
    assert COMMANDS == [
        "python lab.py",
        "python lab.py test",
        ".venv/bin/privlab doctor",
    ]
    assert README.index(COMMANDS[0]) < README.index("## ")


# `python lab.py` is run in test_lab.py, and `python lab.py test` runs this.
def test_the_doctor_is_called_as_the_readme_says():
    _, *arguments = shlex.split(COMMANDS[2])
    command = [sys.executable, "-m", "privlab.course.cli", *arguments]
    assert subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0


def test_links_and_pictures_lead_somewhere():
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert targets
    for target in targets:
        assert (paths.COURSE / target).is_file(), target


def test_the_map_lists_every_lesson_and_counts_its_exercises():
    for path in (paths.COURSE / "source" / "notebooks").glob("*.py"):
        assert f"(notebooks/{path.stem}.ipynb)" in README
    for lesson in {exercise.lesson for exercise in exercises().values()}:
        count = sum(exercise.lesson == lesson for exercise in exercises().values())
        assert f"[{count} exercises](exercises/{lesson}.ipynb)" in README


@pytest.mark.parametrize("path", sorted((paths.COURSE / "docs").glob("*.png")))
def test_pictures_are_figures_of_the_lessons(path):
    lessons = (paths.COURSE / "notebooks").glob("*.ipynb")
    built = [nbformat.read(lesson, as_version=4) for lesson in lessons]
    assert any(
        nb.pictures(lesson).get(path.stem) == path.read_bytes() for lesson in built
    )
