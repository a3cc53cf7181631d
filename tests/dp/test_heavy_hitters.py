"""Frequent words are found, rare ones lost, and everybody is asked once."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from privlab.core.privacy import Privacy
from privlab.dp import heavy_hitters
from privlab.dp.audit import audit
from privlab.dp.heavy_hitters import PrefixSearch
from privlab.dp.local import OptimisedUnaryEncoding

laws = settings(deadline=None, derandomize=True)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def crowd(common: dict[str, int], *, others: int, seed: int) -> list[str]:
    """People who share the ``common`` words, and others with words of their own."""
    rng, length = np.random.default_rng(seed), len(next(iter(common)))
    rare = rng.choice(list(LETTERS), size=(others, length))
    return [word for word, n in common.items() for _ in range(n)] + [
        "".join(letters) for letters in rare
    ]


@pytest.mark.parametrize("seed", range(5))
def test_the_common_words_are_found_among_12_million(seed):
    words = crowd(
        {"apple": 9_000, "berry": 7_000, "cloud": 5_000}, others=9_000, seed=seed
    )
    search = PrefixSearch(epsilon=4, alphabet=LETTERS, length=5, keep=6)
    found = search.release(words, rng=np.random.default_rng(seed))
    assert found.words[:3] == ("apple", "berry", "cloud")
    truth = np.array([9, 7, 5]) / 30
    gaps = np.abs(found.frequencies.shares[:3] - truth)
    assert np.all(gaps <= 5 * found.frequencies.standard_errors[:3])


@pytest.mark.parametrize("seed", range(10))
def test_with_everything_kept_every_word_is_estimated(seed):
    rng, every = np.random.default_rng(seed), ["00", "01", "10", "11"]
    words = rng.choice(every, p=rng.dirichlet(np.ones(4)), size=2_000).tolist()
    search = PrefixSearch(epsilon=9, alphabet="01", length=2, keep=4)
    found = search.release(words, rng=rng)
    assert sorted(found.words) == every
    assert np.all(np.diff(found.frequencies.shares) <= 0)
    truth = np.array([words.count(word) / 2_000 for word in found.words])
    gaps = np.abs(found.frequencies.shares - truth)
    assert np.all(gaps <= 5 * found.frequencies.standard_errors + 0.01)


def test_more_epsilon_finds_more():
    words = crowd({"tea": 900, "rum": 600, "gin": 300}, others=1_200, seed=2)

    def found(epsilon):
        search = PrefixSearch(epsilon=epsilon, alphabet=LETTERS, length=3, keep=4)
        return sum(
            len({"tea", "rum", "gin"} & set(search.release(words, rng=rng).words))
            for rng in map(np.random.default_rng, range(10))
        )

    counts = [found(epsilon) for epsilon in (0.1, 0.8, 4)]
    assert counts == sorted(set(counts))
    assert counts[-1] >= 25


def test_everybody_is_asked_once_with_the_whole_epsilon(monkeypatch):
    asked = []

    class Counting(OptimisedUnaryEncoding):
        def release(self, values, *, rng):
            asked.append((len(values), self.epsilon))
            return super().release(values, rng=rng)

    monkeypatch.setattr(heavy_hitters, "OptimisedUnaryEncoding", Counting)
    search = PrefixSearch(epsilon=1, alphabet="01", length=3, keep=2)
    search.release(["010"] * 10, rng=np.random.default_rng(0))
    assert asked == [(4, 1), (3, 1), (3, 1)]


@pytest.mark.parametrize("pair", [("00", "11"), ("00", "01")])
def test_no_audit_finds_more_than_the_promise(pair):
    search = PrefixSearch(epsilon=1, alphabet="01", length=2, keep=1)

    def answer(word, *, rng):
        return search.release([word, "01"], rng=rng).words[0]

    rng = np.random.default_rng(3)
    found = audit(answer, *pair, trials=2_000, rng=rng, score=float)
    assert found.epsilon_lower <= 1
    assert search.privacy == Privacy(epsilon=1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["ab", "abc"], "the word 'abc' must be 2 of 'abc'"),
        (["ab", "ax"], "the word 'ax' must be 2 of 'abc'"),
        (["ab"], "1 words: each of 2 groups needs 1"),
    ],
)
def test_words_that_cannot_be_spelled_are_refused(words, message):
    search = PrefixSearch(epsilon=1, alphabet="abc", length=2, keep=1)
    with pytest.raises(ValueError, match=message):
        search.release(words, rng=np.random.default_rng(0))


@laws
@given(st.floats(), st.sampled_from(["ab", "", "aba"]), st.integers(-1, 2))
def test_impossible_parameters_are_named(epsilon, alphabet, whole):
    assume(not (0 < epsilon < math.inf and alphabet == "ab" and whole >= 1))
    with pytest.raises(ValueError, match=r"(epsilon|alphabet|length|keep)="):
        PrefixSearch(epsilon=epsilon, alphabet=alphabet, length=whole, keep=whole)
