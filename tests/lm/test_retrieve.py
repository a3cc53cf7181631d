"""The store: best first, filters that hold or leak, votes that hardly move."""

import numpy as np
import pytest

from privlab.lm.corpus import write
from privlab.lm.retrieve import Store, peeled

TEXTS = ("Ada has gout", "Ben has asthma", "Ada has gout too", "Carla called")
STORE = Store(texts=TEXTS, owners=("x", "y", "y", "x"))


def test_a_record_asked_for_word_for_word_comes_first():
    for text in TEXTS:
        assert STORE.answer(text, k=1) == (text,)
        assert STORE.scores(text).max() == pytest.approx(1)


def test_answers_are_by_falling_score():
    scores = STORE.scores("has gout")
    places = STORE.nearest("has gout", k=4)
    assert list(scores[places]) == sorted(scores, reverse=True)


def test_a_score_depends_on_no_other_record():
    alone = Store(texts=TEXTS[:1], owners=("x",))
    assert alone.scores("gout") == pytest.approx(STORE.scores("gout")[:1])


def test_filtered_first_a_store_holds_nothing_of_others():
    own = STORE.of("x")
    assert own.texts == ("Ada has gout", "Carla called")
    assert own.answer("Ben has asthma", k=2) == ("Ada has gout", "Carla called")


def test_filtered_afterwards_answers_are_missing():
    asked = {"k": 2, "owner": "x"}
    assert STORE.answer_then_filter("Ada has gout", **asked) == ("Ada has gout",)
    assert STORE.answer_then_filter("Ben has asthma", k=1, owner="x") == ()


def test_one_record_moves_no_vote_by_more_than_one():
    rng = np.random.default_rng()
    lines = [line.text for line in write("clinic", 120, rng=rng)]
    answers = ("asthma", "gout", "Monday", "card", "a")
    store = Store(texts=tuple(lines[:80]), owners=("x",) * 80)
    votes = store.votes("who has gout?", answers, near=15)
    for text in lines[80:]:
        more = store.with_record(text, "x").votes("who has gout?", answers, near=15)
        assert np.abs(more - votes).max() <= 1
    assert votes[-1] == 15


def test_peeling_chooses_each_place_once_and_the_best_if_without_noise():
    scores = np.array([3.0, 9.0, 1.0, 5.0])
    assert peeled(scores, k=3, choose=lambda s: int(np.argmax(s))) == [1, 3, 0]
    rng = np.random.default_rng()
    drawn = peeled(scores, k=4, choose=lambda s: int(rng.integers(len(s))))
    assert sorted(drawn) == [0, 1, 2, 3]


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="0 and 0"):
        Store(texts=(), owners=())
    with pytest.raises(ValueError, match="4 and 1"):
        Store(texts=TEXTS, owners=("x",))
    with pytest.raises(ValueError, match="k=5 must be <= 4"):
        STORE.answer("gout", k=5)
    with pytest.raises(ValueError, match="k=0"):
        STORE.answer("gout", k=0)
    with pytest.raises(ValueError, match="owner='z'"):
        STORE.of("z")
    with pytest.raises(ValueError, match="owner='z'"):
        STORE.answer_then_filter("gout", k=1, owner="z")
    with pytest.raises(ValueError, match="k=3 must be <= 2"):
        peeled(np.zeros(2), k=3, choose=np.argmax)
