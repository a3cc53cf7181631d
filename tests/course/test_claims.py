"""Claims and laws: whole, well formed, and every verdict a line of a lesson."""

import re

import pytest

from privlab.course import paths
from privlab.course.claims import (
    chapters,
    claims,
    claims_by,
    claims_table,
    laws,
    laws_table,
    lesson_link,
)
from privlab.course.contents import CHAPTERS, READY, number
from privlab.plots.claims import VERDICTS

SOURCES = {
    number(path.stem): path.read_text("utf-8")
    for path in (paths.COURSE / "source" / "notebooks").glob("*.py")
}
LESSONS = [own for _, lessons in CHAPTERS for own, _ in lessons]
LINKS = [(own.id, lesson) for own in claims() for lesson in own.lessons]


def made_in(claim_id, text):
    """Whether a ``claim(...)`` of a lesson begins with this id."""
    return re.search(rf'claim\(\s*f?"{claim_id}\b', text) is not None


def test_the_28_claims_are_there_in_order():
    assert [own.id for own in claims()] == [f"C{i:02}" for i in range(1, 29)]
    assert all(own.verdict in VERDICTS for own in claims())
    assert all(own.text.endswith(".") for own in claims())
    assert all(own.correct and "\n" not in own.text for own in claims())


@pytest.mark.parametrize(("claim_id", "lesson"), LINKS)
def test_a_lesson_of_this_edition_makes_the_claim(claim_id, lesson):
    """One that is not there yet is let pass: the line is demanded once it is."""
    assert lesson in LESSONS
    if lesson in READY:
        assert made_in(claim_id, SOURCES[lesson])


def test_every_claim_of_a_lesson_is_in_the_table():
    known = {own.id for own in claims()}
    found = {i for text in SOURCES.values() for i in re.findall(r'"(C\d\d)\b', text)}
    assert found <= known


def test_a_claim_line_is_recognised_only_at_its_start():
    assert made_in("C05", 'claim(\n    "C05: noise", x > 1)')
    assert not made_in("C05", 'claim("as C05 says", x > 1)')
    assert not made_in("C05", "# C05: noise")


def test_verdicts_divide_the_claims_and_so_do_chapters():
    for choices, name in ((VERDICTS, "verdict"), (chapters(), "chapter")):
        parts = [claims_by(**{name: each}).claims for each in choices]
        ids = [own.id for part in parts for own in part]
        assert sorted(ids) == [own.id for own in claims()]


def test_an_unknown_verdict_is_named():
    with pytest.raises(ValueError, match="verdict='maybe'"):
        claims_by(verdict="maybe")


def test_the_table_links_what_is_ready_and_names_the_rest():
    table = claims_table()
    assert table.count("\n") == 29
    assert all(line.count(" | ") == 5 for line in table.splitlines()[2:])
    for target in re.findall(r"\]\(([^)]+)\.ipynb\)", table):
        assert (paths.COURSE / "source" / "notebooks" / f"{target}.py").exists()
    for lesson in LESSONS:
        assert ("](" in lesson_link(lesson)) == (lesson in READY)
    with pytest.raises(ValueError, match=r"lesson='3\.9'"):
        lesson_link("3.9")


DATE = re.compile(r"20\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def test_laws_have_dates_in_order_and_sources():
    dates = [law.date for law in laws()]
    assert all(DATE.fullmatch(date) for date in dates)
    assert dates == sorted(dates)
    assert len({law.name for law in laws()}) == len(dates) >= 8
    for law in laws():
        assert law.event in ("applies", "in force", "published")
        assert law.kind in ("law", "standard", "guideline")
        assert law.says.endswith(".")
        assert re.search(r"\d", law.source)
        if law.kind == "law":
            assert "Art." in law.source
            assert len(law.date) == 10  # a law has a day


def test_a_table_of_laws_has_a_row_for_each():
    lines = laws_table().splitlines()
    assert len(lines) == len(laws()) + 2
    assert all(line.count("|") == 6 for line in lines)
