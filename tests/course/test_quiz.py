"""The quiz bank: whole, balanced, and read with errors that name item and field."""

import math
from collections import Counter

import nbformat
import pytest

from privlab.course import notebook as nb
from privlab.course import paths
from privlab.course.contents import CHAPTERS, READY, number
from privlab.course.quiz import QuizError, bank, items, place_of_right, quiz, read

FOLDER = paths.COURSE / "source" / "quiz"
NOTEBOOKS = paths.COURSE / "notebooks"
GOOD = """
lesson = "3.1"
[[item]]
id = "q-3.1-1"
level = 1
question = "Which?"
right = ["this", "it is"]
wrong = [["that", "it is not"], ["the other", "neither"]]
"""


# The course's bank


def test_the_bank_has_over_a_hundred_items_and_no_question_twice():
    assert len(bank()) >= 100
    assert max(Counter(item.text for item in bank()).values()) == 1


@pytest.mark.parametrize("lesson", READY)
def test_every_lesson_has_four_items_or_more_of_two_levels(lesson):
    assert len(items(lesson)) >= 4
    assert len({item.level for item in items(lesson)}) > 1


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda p: p.stem)
def test_a_file_is_named_after_its_lesson(path):
    assert {item.lesson for item in read(path)} == {number(path.stem)}
    assert number(path.stem) in {n for _, lessons in CHAPTERS for n, _ in lessons}


def within_chance(hits, chances):
    """Whether ``hits`` lie within 2.5 deviations of independent ``chances``."""
    expected = sum(chances)
    return abs(hits - expected) <= 2.5 * math.sqrt(sum(p * (1 - p) for p in chances))


@pytest.mark.parametrize("count", [3, 4])
def test_the_right_answer_stands_everywhere_alike(count):
    places = [item.right for item in bank() if len(item.options) == count]
    for place in range(count):
        assert within_chance(places.count(place), [1 / count] * len(places))


REASONS = (", because ", ", since ", ", so ", ", as ")


def test_reasons_and_yes_and_no_do_not_give_the_answer_away():
    right = [item.options[item.right] for item in bank()]
    wrong = [o for item in bank() for o in item.options if o not in right]
    for words in (("Yes",), ("No:", "No,")):
        among = [sum(o.startswith(words) for o in side) for side in (right, wrong)]
        assert min(among) >= 3, words
    reasoned = sum(any(word in o for word in REASONS) for o in wrong)
    assert reasoned <= len(wrong) / 50


def test_the_longest_option_is_right_as_often_as_by_chance_at_most():
    longest = sum(
        max(item.options, key=len) == item.options[item.right] for item in bank()
    )
    chances = [1 / len(item.options) for item in bank()]
    assert longest <= sum(chances) or within_chance(longest, chances)


@pytest.mark.parametrize("item", bank(), ids=lambda item: item.id)
def test_an_item_explains_each_option_and_offers_no_way_out(item):
    assert item.text.endswith(("?", ".", "…"))
    assert all(why.endswith((".", "?", "…")) for why in item.why)
    assert max(map(len, item.options)) <= 90, "a line of the widget"
    words = " ".join(item.options).lower()
    assert "of the above" not in words
    assert "of these" not in words


def asked():
    """Every built lesson that holds a quiz, with the lesson asked about."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code" and cell.source.startswith("quiz("):
                yield path.stem, cell


def test_three_lessons_end_with_their_own_quiz_and_its_present_text():
    found = list(asked())
    assert len(found) >= 3
    for stem, cell in found:
        assert cell.source == f'quiz("{number(stem)}")'
        plain = cell.outputs[0].data["text/plain"]
        for item in items(number(stem)):
            assert item.text in plain, f"privlab build --force {stem}"
        headings = [
            c.source.splitlines()[0]
            for c in nb.read(paths.COURSE / "source/notebooks" / f"{stem}.py").cells
            if c.source.startswith("## ")
        ]
        assert "## Quick check" in headings


# Reading


def written(tmp_path, text):
    path = tmp_path / "03_1_x.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_gives_items_with_the_right_option_among_the_others(tmp_path):
    (item,) = read(written(tmp_path, GOOD))
    assert (item.id, item.lesson, item.level) == ("q-3.1-1", "3.1", 1)
    assert item.options[item.right] == "this"
    assert item.why[item.right] == "it is"
    assert [o for o in item.options if o != "this"] == ["that", "the other"]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("level = 1", "level = 4", "q-3.1-1: level=4"),
        ("level = 1\n", "", "q-3.1-1: missing or unknown field level"),
        ("level = 1", "level = 1\nhint = 2", "q-3.1-1: missing or unknown field hint"),
        ('id = "q-3.1-1"', 'id = "q-3.2-1"', "q-3.2-1: id='q-3.2-1' must begin"),
        ('id = "q-3.1-1"', "id = 7", "7: 'int' object"),
        ('id = "q-3.1-1"\n', "", "item 1: missing or unknown field id"),
        ('["this", "it is"]', '["this"]', "q-3.1-1: right needs pairs"),
        ('["this", "it is"]', '["this", 3]', "q-3.1-1: right needs pairs"),
        ('["this", "it is"]', '["this", ""]', "q-3.1-1: text, options and why"),
        ('["that", "it is not"], ', "", "q-3.1-1: wrong: 1 options must be 2 or 3"),
        ('"that"', '"this"', "q-3.1-1: options="),
        ('"Which?"', '""', "q-3.1-1: text, options and why"),
        ('lesson = "3.1"', "lesson = 3.1", "needs lesson"),
        ("[[item]]", "[item]", "needs lesson"),
        ("level = 1", "level =", "line 5"),
    ],
)
def test_what_is_wrong_is_named_with_file_item_and_field(tmp_path, old, new, named):
    path = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(QuizError) as caught:
        read(path)
    assert str(caught.value).startswith("03_1_x.toml: ")
    assert named in str(caught.value)


def test_an_id_stands_once_in_all_files(course):
    course("source/quiz/a.toml", GOOD)
    course("source/quiz/b.toml", GOOD)
    with pytest.raises(QuizError, match=r"b\.toml: q-3\.1-1: id stands twice"):
        bank()


def test_a_lesson_without_a_quiz_is_named_with_those_that_have_one(course):
    course("source/quiz/a.toml", GOOD)
    with pytest.raises(KeyError, match=r"no quiz for lesson '9'; .* 3\.1"):
        quiz("9")


def test_the_place_follows_from_the_id_alone():
    places = [place_of_right(f"q-9-{i}", 4) for i in range(400)]
    assert places == [place_of_right(f"q-9-{i}", 4) for i in range(400)]
    assert min(Counter(places).values()) > 60
