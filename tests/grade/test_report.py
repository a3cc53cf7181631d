"""The feedback page: properties in words, whatever a stranger's text holds."""

import dataclasses
import re
from html.parser import HTMLParser

import pytest

from privlab.course.grade import page, results
from privlab.course.grade.report import feedback
from privlab.course.grade.results import student_from_data

HOSTILE = (
    "</title><script>alert(1)</script><img src=x onerror='alert(1)'>\x00\ud800\u202e"
)


class Page(HTMLParser):
    """The tags, their attributes and the text of a page."""

    def __init__(self, html: str):
        super().__init__()
        self.tags, self.attributes, self.words = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, *attribute) for attribute in attributes]

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def values(self, name: str) -> list[str]:
        return [value for _, attribute, value in self.attributes if attribute == name]


@pytest.fixture
def shown(lesson):
    """``shown(student)`` is that student's page."""
    names = {name: question.exercise.lesson for name, question in lesson.items()}
    return lambda student: Page(feedback(student, names))


def with_messages(question, *messages):
    """The same result with these messages of its properties."""
    pairs = zip(question.properties, messages, strict=True)
    told = tuple(dataclasses.replace(one, message=text) for one, text in pairs)
    return dataclasses.replace(question, properties=told)


def test_a_strangers_text_is_text_and_no_markup(shown, student, graded):
    wrong = with_messages(graded("dp-01", "wrong", "wrong"), HOSTILE, "")
    found = shown(student(HOSTILE, wrong, notes=(HOSTILE,)))
    plain = shown(student("Ann", with_messages(wrong, "x", ""), notes=("x",)))
    assert found.tags == plain.tags
    assert {name for _, name, _ in found.attributes} == {
        name for _, name, _ in plain.attributes
    }
    assert found.text.count("<script>alert(1)</script>") == 4  # the title's among them
    assert "\x00" not in found.text
    assert "\u202e" not in found.text
    "".join(found.words).encode()


def test_the_page_loads_nothing(shown, student, graded):
    found = shown(student("Ann", graded("dp-01", "pass")))
    assert not {"script", "link", "img", "iframe", "object"} & set(found.tags)
    assert not found.values("src")
    assert all(target.startswith("#") for target in found.values("href"))
    [policy] = [v for v in found.values("content") if v.startswith("default-src")]
    assert "'none'" in policy


def test_each_question_has_its_anchor_and_a_link_to_it(shown, student, lesson):
    found = shown(student("Ann"))
    assert found.values("href") == [f"#{name}" for name in lesson]
    assert [v for v in found.values("id") if v in lesson] == list(lesson)


@pytest.mark.parametrize("verdict", results.VERDICTS)
def test_every_verdict_has_its_own_words_and_a_sign(shown, student, graded, verdict):
    question = dataclasses.replace(graded("dp-01", "pass", "wrong"), verdict=verdict)
    sign, words, _ = page.LOOKS[verdict]
    assert f"{sign} {words}" in shown(student("Ann", question)).text
    assert words not in [page.LOOKS[v][1] for v in results.VERDICTS if v != verdict]


def test_properties_are_named_with_their_messages(shown, student, graded):
    question = with_messages(
        graded("dp-02", "pass", "wrong", "pass"), "", "told why", ""
    )
    text = shown(student("Ann", question)).text
    assert "✓ passed · property 0" in text
    assert re.search("✗ not passed · property 1 ?told why", text)
    assert "1.33 of 2 points" in text


def test_an_answer_without_a_mark_counts_neither_way(shown, student, graded):
    broken = graded("dp-08", "pass", "grader-error", note="part_of_the_check: oops")
    ann = student("Ann", graded("dp-01", "pass"), broken)
    assert (ann.points, ann.possible) == (1, 9)
    text = shown(ann).text
    assert "1 of 9 points" in text
    assert "One answer has no mark yet" in text
    assert "part_of_the_check" not in text
    assert "property 0" not in text.rpartition("dp-08")[2]


@pytest.mark.parametrize(
    ("isolation", "words"),
    [("bubblewrap", "a sandbox (bubblewrap)"), ("limits only", "without a sandbox")],
)
def test_the_page_says_how_answers_were_shut_in(shown, student, isolation, words):
    ann = dataclasses.replace(student("Ann"), isolation=isolation)
    assert words in shown(ann).text


def test_a_result_comes_back_from_its_data(student, graded):
    ann = student(HOSTILE, graded("dp-02", "pass", "wrong"), notes=("odd",))
    assert student_from_data(ann.as_data()) == ann
