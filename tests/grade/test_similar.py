"""Likeness of answers: seen through layout, blind to what everybody was given."""

import re
import time
from itertools import combinations

import pytest

from privlab.course.grade.similar import ALIKE, jaccard, shingles, similar
from privlab.course.grade.submissions import Answer, Submission


def handed_in(**codes: str) -> list[Submission]:
    """One submission for each student, all to dp-08."""
    return [
        Submission(student=name, answers={"dp-08": Answer(exercise="dp-08", code=code)})
        for name, code in codes.items()
    ]


@pytest.fixture
def pairs(starters, right):
    """``pairs(Ann=code, ...)``: who is alike in dp-08, with the likeness."""

    def found(**codes: str):
        these = {"dp-08": starters["dp-08"]}, {"dp-08": right["dp-08"]}
        return {
            (p.student, p.other): p.similarity
            for p in similar(handed_in(**codes), *these)
        }

    return found


@pytest.fixture
def hoeffding(lesson):
    """A right answer to dp-08 that goes another way than the course's."""
    return lesson["dp-08"].exercise.also_right[1]


def test_layout_and_comments_hide_nothing(pairs, hoeffding):
    disguised = re.sub(r"\n", "\r\n\r\n", hoeffding).replace(" + ", "+")
    disguised = disguised.replace("def margin", "# all my own work\ndef margin")
    assert pairs(Ann=hoeffding, Bob=disguised) == {("Ann", "Bob"): 1.0}


def test_a_changed_name_here_and_there_hides_little(pairs, hoeffding):
    changed = hoeffding.replace("margin(first_outputs)", "edge(first_outputs)")
    [likeness] = pairs(Ann=hoeffding, Bob=changed).values()
    assert ALIKE <= likeness < 1


def test_who_is_like_the_solution_is_told_once(pairs, right):
    assert pairs(Ann=right["dp-08"], Bob=right["dp-08"]) == {
        ("Ann", ""): 1.0,
        ("Bob", ""): 1.0,
    }


def test_right_answers_that_go_different_ways_are_not_alike(lesson, starters):
    for name, question in lesson.items():
        ways = [question.reference, *question.exercise.also_right]
        own = [shingles(way) - shingles(starters[name]) for way in ways]
        assert all(jaccard(a, b) < ALIKE / 2 for a, b in combinations(own, 2)), name


def test_what_was_handed_out_makes_nobody_alike(pairs, starters):
    assert pairs(Ann=starters["dp-08"], Bob=starters["dp-08"]) == {}


def test_short_answers_say_nothing(right, starters):
    answer = Answer(exercise="dp-01", code=right["dp-01"])
    class_ = [Submission(student=name, answers={"dp-01": answer}) for name in "ab"]
    assert similar(class_, {"dp-01": starters["dp-01"]}, {"dp-01": "pass"}) == ()


@pytest.mark.parametrize(
    "text",
    ["'" * 10**6, '"\\' * 10**6, "#" * 10**6, "(" * 10**6, "x" * 10**7, "\ud800\0"],
)
def test_hostile_text_is_cut_up_in_no_time(pairs, text):
    start = time.perf_counter()
    pairs(Ann=text, Bob=text)
    assert time.perf_counter() - start < 5


def test_jaccard_is_the_share_of_what_both_have():
    one, other = frozenset("abc"), frozenset("bcd")
    assert jaccard(one, other) == jaccard(other, one) == 0.5
    assert jaccard(one, one) == 1
    assert jaccard(one, frozenset("xyz")) == 0
