"""What lesson 5.4 says of chance, with five seeds instead of its one."""

import numpy as np
import pytest

from privlab.experiments import answering_store as store
from privlab.experiments import cleaned_chat as chat
from privlab.experiments import decision
from privlab.experiments import disguised_prompts as prompts
from privlab.experiments.scrubbed_lines import (
    CAREFUL,
    KNOWN,
    TEXTS,
    carelessly,
    grouped,
    linked,
    scrubbed,
)
from privlab.lm.corpus import write

SEEDS = range(100, 105)
seeds = pytest.mark.parametrize("seed", SEEDS)


# Scrubbing


@seeds
def test_scrubbing_by_lists_and_by_patterns(seed):
    few = scrubbed(text="customers", style="strict", names=60, careless=0, seed=seed)
    assert few.scores["name"].recall < 0.6
    hurry = {"text": "customers", "names": 100, "careless": 30, "seed": seed}
    strict, tolerant = (scrubbed(style=style, **hurry) for style in CAREFUL)
    assert strict.recall < 0.85
    assert tolerant.recall == 1
    assert tolerant.precision < strict.precision
    chinese = scrubbed(style="strict", **hurry | {"text": "customers in Chinese"})
    assert chinese.precision < strict.precision


def test_a_full_name_needs_both_halves():
    # 60 % of each half: about 36 % of the pairs, whatever the list
    shares = [
        scrubbed(text="customers", style="strict", names=60, careless=0, seed=s)
        .scores["name"]
        .recall
        for s in range(100, 130)
    ]
    assert np.mean(shares) == pytest.approx(0.36, abs=0.06)


@pytest.mark.parametrize("text", TEXTS)
def test_a_careless_line_keeps_its_truth(text):
    for line in write(text, 50, rng=np.random.default_rng()):
        typed = carelessly(line)
        for (kind, value), (start, stop) in zip(
            typed.private, typed.spans, strict=True
        ):
            assert typed.text[start:stop] == value
            assert kind in dict(line.private)
    assert grouped("1234567", (3, 4)) == "123 4567"


@seeds
def test_three_harmless_words_name_most_people(seed):
    city, day, goods = (linked(known=k, people=100, seed=seed) for k in KNOWN)
    assert city.named == 0
    assert city.named < day.named < goods.named
    # 448 combinations: (1 - 1/448)^99 = 0.80, a deviation of about 0.05
    assert goods.named == pytest.approx(0.8, abs=0.25)
    assert goods.right.all()


# What a model learns of cleaned text


@seeds
def test_scrubbing_hides_what_has_a_form_and_single_copies_help_every_form(seed):
    as_it_is, hidden, single = chat.all_ways(seed=seed).by_form
    assert as_it_is.min() > 10
    assert hidden[0] < 6
    assert hidden[1:].min() > 11
    assert single.mean() < 8


def test_controls_are_no_more_exposed_than_chance_allows():
    # 15 doors, none ever planted: the mean of 1.44 bits has a deviation of 0.37
    runs = [chat.learned(way=way, seed=s) for way in chat.WAYS for s in SEEDS]
    assert np.mean([run.control for run in runs]) < 1.44 + 5 * 0.37


@seeds
def test_near_copies_go_and_some_ordinary_lines_with_them(seed):
    data, chosen = chat.office(seed=seed), chat.near_copies(threshold=0.7, seed=seed)
    assert len(data.lines) == 150 + 8 * len(data.canaries)
    for canary in data.canaries:
        assert sum(canary.text in line for line in data.lines) == chat.COPIES
    lines = set(data.lines)
    left = [sum(c.text in line for line in lines) for c in data.canaries]
    assert np.mean(left) > 5
    assert 1 <= chosen.copies.mean() < 1.2
    assert 0.6 < chosen.ordinary < 0.9
    assert chat.near_copies(threshold=0.9, seed=seed).copies.mean() > 4


# The store


@seeds
def test_a_store_recites_and_a_late_filter_tells_what_exists(seed):
    everybody, late, early = (
        store.asked(access=a, k=4, seed=seed) for a in store.ACCESS
    )
    assert everybody.shares[-1] > 0.3
    assert late.shares[-1] == early.shares[-1] == 0
    assert late.told[0] > 0.9
    assert late.told[1] < 0.1
    assert not early.told.any()


@seeds
@pytest.mark.parametrize("epsilon", [0.3, 1.0, 3.0])
def test_one_patient_changes_no_chance_by_more_than_the_promise(seed, epsilon):
    rare, common = (
        store.voted(illness=i, epsilon=epsilon, seed=seed)
        for i in (store.RARE, store.COMMON)
    )
    assert max(rare.ratio, common.ratio) <= np.exp(epsilon) * (1 + 1e-9)
    assert rare.votes[:, rare.usual].tolist() == [1, 0]


@seeds
def test_what_many_take_is_answered_and_what_one_takes_is_not(seed):
    rare, common = (
        store.voted(illness=i, epsilon=1.0, seed=seed)
        for i in (store.RARE, store.COMMON)
    )
    assert common.chances[0, common.usual] > 0.5
    assert rare.chances[0, rare.usual] < 0.1


# Prompts


@seeds
def test_near_words_keep_the_kind_and_hide_the_word(seed):
    crude, fine = (
        prompts.disguised(mechanism=m, epsilon="8", seed=seed)
        for m in prompts.MECHANISMS
    )
    assert crude.own > 0.9
    assert fine.own < 0.2
    assert fine.kind > 0.7


@seeds
def test_many_messages_undo_the_disguise(seed):
    run = prompts.disguised(mechanism="near word", epsilon="16", seed=seed)
    once, often = run.guessed.right[2, [0, -1]]
    assert often > once + 0.2
    assert often > 0.45


def test_the_exact_share_is_the_share_that_is_sent():
    runs = [
        prompts.disguised(mechanism="near word", epsilon="16", seed=s) for s in SEEDS
    ]
    sent = np.mean([run.guessed.right[0, 0] for run in runs])
    # about 500 words: six standard deviations, and words as common as in the language
    assert sent == pytest.approx(np.mean([run.own for run in runs]), abs=0.13)


def test_words_have_the_kind_of_their_list():
    words = ("Ada", "Ben", "gout", "has", "takes")
    ada, ben, gout, has, takes = prompts.kinds(words)
    assert ada == ben
    assert len({ada, gout, has, takes}) == 4


# The table


def test_the_table_has_a_row_for_each_remedy():
    rows = decision.on_the_device(seed=SEEDS[0]) + decision.at_the_store(seed=SEEDS[0])
    lines = decision.table(rows).splitlines()
    assert len(lines) == 2 + len(rows)
    assert all(line.count("|") == 5 for line in lines)
