"""Lab plans: one for each lesson, whole, as long as they say, true to the lesson."""

import re
from functools import cache

import pytest

from privlab.course import notebook as nb
from privlab.course import paths
from privlab.course.contents import CHAPTERS, READY, number
from privlab.course.exercise import exercises

FOLDER = paths.COURSE / "classroom" / "plans"
SOURCES = paths.COURSE / "source" / "notebooks"
PLANS = {number(path.stem): path for path in sorted(FOLDER.glob("*.md"))}
SECTIONS = [
    "Aim and prerequisites",
    "45 minutes",
    "90 minutes",
    "Common wrong answers",
    "Discussion",
    "Board",
    "Rubric for open questions",
]
ID = re.compile(r"`([a-z]+-\d+)`")
plans = pytest.mark.parametrize("lesson", PLANS)


@cache
def sections(lesson):
    """The text under each heading of a plan, in order."""
    text = re.sub(r"```.*?```", "a board", PLANS[lesson].read_text("utf-8"), flags=re.S)
    parts = re.split(r"^## (.+)$", text, flags=re.M)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def rows(text):
    """The cells of a table's rows, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in lines]
    return cells[2:]


@cache
def lesson_source(lesson):
    """The headings of a lesson's source, and its code as one text."""
    path = SOURCES / f"{PLANS[lesson].stem}.py"
    cells = nb.read(path).cells
    prose = "\n".join(c.source for c in cells if c.cell_type == "markdown")
    code = "\n".join(c.source for c in cells if c.cell_type == "code")
    return set(re.findall(r"^##+ (.+)$", prose, re.M)), code


def test_every_lesson_has_a_plan_named_after_it():
    assert set(READY) <= set(PLANS)
    assert set(PLANS) <= {n for _, lessons in CHAPTERS for n, _ in lessons}
    for path in SOURCES.glob("*.py"):
        assert PLANS[number(path.stem)].stem == path.stem


@plans
def test_a_plan_has_its_sections_in_order_and_none_is_empty(lesson):
    assert list(sections(lesson)) == SECTIONS
    assert all(len(text.strip()) > 5 for text in sections(lesson).values())


@plans
@pytest.mark.parametrize("total", [45, 90])
def test_minutes_add_up(lesson, total):
    found = [
        int(minutes) for minutes, _, _ in rows(sections(lesson)[f"{total} minutes"])
    ]
    assert sum(found) == total
    assert min(found) > 0


@plans
def test_what_a_plan_points_to_is_in_the_lesson(lesson):
    if lesson not in READY:
        pytest.skip("not in this edition yet")
    headings, code = lesson_source(lesson)
    words = set(re.findall(r"[\w-]+", code))
    tables = (sections(lesson)[f"{total} minutes"] for total in (45, 90))
    places = [p for t in tables for *_, where in rows(t) for p in where.split(" · ")]
    pointing = [p for p in places if p.startswith(("§ ", "`"))]
    for place in pointing:
        assert place[2:] in headings or place.strip("`") in words, place
    assert pointing == places


@plans
def test_exercises_and_mistakes_that_a_plan_names_are_there(lesson):
    text = PLANS[lesson].read_text("utf-8")
    assert set(ID.findall(text)) <= set(exercises())
    own = {e.id: e for e in exercises().values() if number(e.lesson) == lesson}
    table = rows(sections(lesson)["Common wrong answers"])
    assert len(table) >= 3
    for exercise, mistake, said in table:
        assert said.endswith((".", "?"))
        if exercise != "–":
            assert mistake.strip("`") in own[exercise.strip("`")].mistakes


@plans
def test_discussion_and_rubric_say_what_a_good_answer_has(lesson):
    questions = re.findall(
        r"^\d\. .+?(?=^\d\. |\Z)", sections(lesson)["Discussion"], re.M | re.S
    )
    assert len(questions) >= 3
    assert all("*A good answer has:*" in " ".join(q.split()) for q in questions)
    assert [p for p, _ in rows(sections(lesson)["Rubric for open questions"])] == [
        "2",
        "1",
        "0",
    ]
