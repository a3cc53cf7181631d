"""Invented text: right formats, nobody's numbers, secrets planted as often as asked."""

import re
from collections import Counter

import numpy as np
import pytest

from privlab.lm import corpus, identifiers
from privlab.lm.corpus import Canary, door_codes, planted, write

KINDS = list(corpus.TEMPLATES)
kinds = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def rng():
    return np.random.default_rng(14)


@pytest.mark.parametrize(
    "number", ["4111111111111111", "378282246310005", "5555555555554444"]
)
def test_published_test_cards_pass_luhn(number):
    assert identifiers.is_card(number)
    assert identifiers.luhn_digit("7992739871") == "3"  # the standard's usual example


def test_the_standards_example_is_a_resident_id():
    assert identifiers.resident_digit("11010519491231002") == "X"  # GB 11643-1999, A
    assert identifiers.WEIGHTS == (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def changed(number):
    """The number with each single digit replaced by each other digit."""
    for place, old in enumerate(number):
        for new in set("0123456789") - {old}:
            yield number[:place] + new + number[place + 1 :]


@pytest.mark.parametrize(
    ("draw", "valid"),
    [
        (identifiers.card, identifiers.is_card),
        (identifiers.resident_id, identifiers.is_resident_id),
    ],
)
def test_a_number_is_valid_and_no_single_wrong_digit_is(draw, valid, rng):
    for _ in range(20):
        number = draw(rng=rng)
        assert valid(number)
        assert not any(map(valid, changed(number)))


def test_swapped_neighbours_are_noticed(rng):
    for _ in range(50):
        for draw, valid in (
            (identifiers.card, identifiers.is_card),
            (identifiers.resident_id, identifiers.is_resident_id),
        ):
            number = draw(rng=rng)
            for i in range(len(number) - 1):
                pair = number[i : i + 2]
                swapped = number[:i] + pair[::-1] + number[i + 2 :]
                if pair[0] == pair[1] or swapped == number:
                    continue
                blind = valid is identifiers.is_card and set(pair) == {"0", "9"}
                assert valid(swapped) == blind


@pytest.mark.parametrize("text", ["", "12a", "１２３", "-1"])
def test_what_is_no_number_is_refused(text):
    assert not identifiers.is_card(text)
    assert not identifiers.is_resident_id(text)
    for digit in (identifiers.luhn_digit, identifiers.resident_digit):
        with pytest.raises(ValueError, match="body="):
            digit(text)


@kinds
def test_numbers_are_in_ranges_of_nobody(kind, rng):
    values = [v for line in write(kind, 300, rng=rng) for v in line.private]
    forms = {
        "card": r"9999\d{12}",
        "phone": r"555-01\d\d",
        "mobile": r"100\d{8}",
        "resident_id": r"9900\d\d(19|20)\d\d[01]\d[0-3]\d{4}[\dX]",
    }
    for form, value in values:
        if form in forms:
            assert re.fullmatch(forms[form], value)
    assert {form for form, _ in values} & set(forms)


@kinds
def test_private_values_stand_where_the_spans_say(kind, rng):
    for line in write(kind, 300, rng=rng):
        assert [line.text[a:b] for a, b in line.spans] == [v for _, v in line.private]
        assert all(line.text.count(value) == 1 for _, value in line.private)
        assert len(line.text) < 64


@kinds
def test_the_same_seed_writes_the_same_text(kind):
    first, again, other = (
        write(kind, 50, rng=np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_canaries_are_planted_as_often_as_asked(rng):
    texts = [line.text for line in write("chat", 50, rng=rng)]
    canaries = door_codes(5, rng=rng)
    repeats = [0, 1, 2, 4, 8]
    together = Counter(planted(texts, canaries, repeats, rng=rng))
    assert [together[canary.text] for canary in canaries] == repeats
    assert together - Counter(c.text for c in canaries for _ in range(8)) == Counter(
        texts
    )


def test_every_door_has_one_code_and_codes_are_uniform(rng):
    canaries = [c for _ in range(100) for c in door_codes(60, rng=rng)]
    assert len({c.prefix for c in canaries[:60]}) == 60
    counts = Counter("".join(c.secret for c in canaries))
    # 24,000 uniform digits: each count within six standard deviations of 2,400
    assert all(abs(counts[d] - 2400) < 6 * 46.5 for d in "0123456789")
    assert canaries[0].space == 10_000


def test_bad_input_is_named(rng, tmp_path):
    with pytest.raises(ValueError, match="secret='12a4'"):
        Canary(prefix="x ", secret="12a4")
    with pytest.raises(ValueError, match="secret=''"):
        Canary(prefix="x ", secret="")
    with pytest.raises(ValueError, match="kind='poem'"):
        write("poem", 3, rng=rng)
    with pytest.raises(ValueError, match="count=61"):
        door_codes(61, rng=rng)
    empty = tmp_path / "empty.txt"
    empty.write_text("\n \n")
    with pytest.raises(ValueError, match="holds no text"):
        corpus.from_file(empty, longest=10)


def test_a_file_of_ones_own_works_too(tmp_path):
    path = tmp_path / "own.txt"
    path.write_text("first line\n\n 第二行 \n", encoding="utf-8")
    assert corpus.from_file(path, longest=5) == ["first", "第二行"]
