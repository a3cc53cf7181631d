"""Scrubbing finds what it is told to find, and its score is the truth."""

import re

import numpy as np
import pytest

from privlab.lm import scrub
from privlab.lm.corpus import TEMPLATES, Line, write
from privlab.lm.words import CHINESE, ENGLISH

NAMES = [w for t in (ENGLISH, CHINESE) for w in t["given"] + t["family"]]
FULL = scrub.Scrubber(patterns=scrub.PRINTED, lists={"name": NAMES})


@pytest.mark.parametrize("kind", sorted(TEMPLATES))
@pytest.mark.parametrize("patterns", [scrub.PRINTED, scrub.TYPED])
def test_printed_numbers_and_listed_names_are_all_caught(kind, patterns):
    lines = write(kind, 100, rng=np.random.default_rng())
    own = scrub.Scrubber(patterns=patterns, lists={"name": NAMES})
    scores = scrub.scored(own, lines)
    for value, score in scores.items():
        if value not in ("illness", "drug"):
            assert score.recall == 1
    for line in lines:
        hidden = own.scrub(line.text)
        assert not any(v in hidden for k, v in line.private if k in scrub.PRINTED)


def test_a_find_is_replaced_by_its_kind():
    text = "call Ada Abel at 555-0123 or pay by 9999123412341234"
    assert FULL.scrub(text) == "call [NAME] at [PHONE] or pay by [CARD]"
    assert FULL.scrub("请给王伟打电话10012345678") == "请给[NAME]打电话[MOBILE]"


@pytest.mark.parametrize("text", ["Adaline", "x555-0123", "99991234123412345", "ada"])
def test_no_piece_of_a_longer_word_or_number_is_found(text):
    assert FULL.scrub(text) == text


def test_numbers_in_groups_are_found_by_tolerant_patterns_only():
    text = "pay by 9999 1234 1234 1234, call 555 0123 or 100 1234 5678"
    text += ", id 990011 19900101 123x"
    assert FULL.find(text) == []
    kinds = [f.kind for f in scrub.Scrubber(patterns=scrub.TYPED).find(text)]
    assert kinds == ["card", "phone", "mobile", "resident_id"]


def test_scrubbing_twice_changes_nothing_more():
    for line in write("clinic", 50, rng=np.random.default_rng()):
        once = FULL.scrub(line.text)
        assert FULL.scrub(once) == once


def test_the_score_counts_wrong_finds_and_half_caught_values():
    half = scrub.Scrubber(lists={"name": ["Ada", "Park"]}, flags=re.IGNORECASE)
    lines = [
        Line(text="Ada Abel pays", private=(("name", "Ada Abel"),)),
        Line(text="Ada Park pays", private=(("name", "Ada Park"),)),
        Line(text="the park is open"),
    ]
    score = scrub.scored(half, lines)["name"]
    assert score == scrub.Score(finds=3, right=2, values=2, caught=1)
    assert (score.precision, score.recall) == (2 / 3, 1 / 2)


def test_nothing_found_is_nothing_wrong():
    score = scrub.Score(finds=0, right=0, values=0, caught=0)
    assert score.precision == score.recall == 1


def test_who_fits_a_text_fits_all_its_words():
    register = [("Arden", "Monday"), ("Arden", "Friday"), ("Bexley", "Monday")]
    assert scrub.candidates("tea for [NAME] in Arden on Monday", register) == [0]
    assert scrub.candidates("tea for [NAME] in Arden", [(r[0],) for r in register]) == [
        0,
        1,
    ]


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="patterns and lists are empty"):
        scrub.Scrubber(lists={"name": []})
    with pytest.raises(ValueError, match="kind='a b'"):
        scrub.Scrubber(patterns={"a b": "x"})
    with pytest.raises(ValueError, match="lines is empty"):
        scrub.scored(FULL, [])
