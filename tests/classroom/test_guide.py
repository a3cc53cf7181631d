"""The teacher's guide: its links lead somewhere and its commands exist."""

import re

import pytest

from privlab.course import paths
from privlab.course.cli import COMMANDS

PAGES = sorted((paths.COURSE / "classroom").rglob("*.md"))
GUIDE = (paths.COURSE / "classroom" / "README.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_commands_and_files_that_the_guide_names_are_there():
    named = set(re.findall(r"`privlab (\w+)", GUIDE))
    assert {"doctor", "grade", "quiz", "build"} <= named <= set(COMMANDS)
    for name in ("constraints.txt", "pyproject.toml", "source/quiz", "solutions"):
        assert f"`{name}" in GUIDE
        assert (paths.COURSE / name).exists()


@pytest.mark.parametrize(
    "about",
    [
        "An afternoon",
        "Set-up for a room",
        "Handing out",
        "Before the first class",
        "During a lab",
        "Marking",
        "The federated class",
        "When things go wrong",
        "Accessibility",
        "Academic honesty",
        "How the course is versioned",
    ],
)
def test_the_guide_speaks_of(about):
    assert f"\n## {about}\n" in GUIDE


def test_the_readme_sends_teachers_here():
    readme = (paths.COURSE / "README.md").read_text("utf-8")
    section = readme.split("## How a teacher starts")[1]
    assert "(classroom/README.md)" in section
