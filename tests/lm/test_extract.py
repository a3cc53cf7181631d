"""Extraction against brute force, exposure against its law, on a tiny model."""

import itertools

import numpy as np
import pytest
import torch
from scipy import stats

from privlab.lm import extract
from privlab.lm.corpus import Canary
from privlab.lm.language_model import greedy, new_model, train

CANARY = Canary(prefix="k ", secret="1203", alphabet="0123")
TEXTS = ["k 1203", "say 33", "y 12", "no 0", "so 21"]


@pytest.fixture(scope="module")
def model():
    rng = torch.Generator().manual_seed(14)
    small = new_model(TEXTS, context=10, layers=1, heads=2, width=16, rng=rng)
    return train(small, TEXTS, epochs=60, batch=2, rate=1e-2, rng=rng)


def after(model, prefix, texts, *, ended):
    """Bits of each text after the prefix, one by one and without a cache."""
    stop = None if ended else -1
    rows = model.token_bits([prefix + text for text in texts])
    return np.array([row[len(prefix) : stop].sum() for row in rows])


def all_of(alphabet, length):
    return ["".join(p) for p in itertools.product(alphabet, repeat=length)]


@pytest.mark.parametrize("rows", [3, 10**6])
def test_secret_bits_are_those_of_each_secret_alone(model, rows, monkeypatch):
    monkeypatch.setattr(extract, "ROWS", rows)
    bits = extract.secret_bits(model, "k ", alphabet="0123", length=3)
    alone = after(model, "k ", all_of("0123", 3), ended=False)
    assert bits == pytest.approx(alone, abs=1e-4)


def test_a_full_beam_finds_the_likeliest_lines_and_width_1_is_greedy(model):
    letters = model.characters.known[1:]
    lines = [text for n in range(3) for text in all_of(letters, n)]
    bits = after(model, "k ", lines, ended=True)
    full = extract.beam(model, "k ", width=10**6, length=3)
    ended = [found for found in full if len(found.text) < 3]
    best = np.argsort(bits)[:5]
    assert [found.text for found in ended[:5]] == [lines[i] for i in best]
    assert [found.bits for found in ended[:5]] == pytest.approx(bits[best], abs=1e-4)
    one = extract.beam(model, "k ", width=1, length=6)
    assert [found.text for found in one] == greedy(model, ["k "], length=6)


def test_a_wider_beam_never_finds_less(model):
    best = [extract.beam(model, "", width=w, length=5)[0].bits for w in (1, 4, 64)]
    assert best == sorted(best, reverse=True)


def test_rank_and_exposure_by_hand():
    bits = np.array([5.0, 1.0, 3.0, 3.0])
    assert [extract.rank(bits, own) for own in bits] == [4, 1, 3, 3]
    assert extract.exposure(bits, 1.0) == 2
    assert extract.exposure(bits, 5.0) == 0


def test_exposure_of_what_was_never_seen_follows_its_law():
    """Pr[exposure >= x] = 2^-x for whole x; the mean is near 1/ln 2."""
    bits = np.random.default_rng(14).normal(size=1024)
    every = np.array([extract.exposure(bits, own) for own in bits])
    for x in range(11):
        assert (every >= x).mean() == 2.0**-x
    assert every.mean() == pytest.approx(1 / np.log(2), abs=0.01)


def test_canary_exposure_is_the_exposure_by_brute_force(model):
    secrets = all_of("0123", 4)
    bits = after(model, "k ", secrets, ended=False)
    expected = extract.exposure(bits, bits[secrets.index("1203")])
    assert extract.canary_exposure(model, CANARY) == pytest.approx(expected)
    assert expected > 5  # it was learned: 8 is the cap


@pytest.mark.parametrize("shape", [-3.0, 0.0, 5.0])
def test_sampled_exposure_is_right_where_the_law_is_skew_normal(shape):
    law = stats.skewnorm(shape, loc=12, scale=2)
    bits = law.rvs(size=20_000, random_state=np.random.default_rng(14))
    for share in (0.5, 0.1, 1e-3):
        own = law.ppf(share)
        sampled = extract.exposure_by_sampling(bits, own)
        assert sampled == pytest.approx(-np.log2(share), abs=0.1 - np.log10(share) / 2)


def test_sampled_and_exact_exposure_agree_on_a_model(model):
    bits = extract.secret_bits(model, "say ", alphabet="0123", length=5)
    own = float(np.quantile(bits, 0.2))
    exact = extract.exposure(bits, own)
    assert extract.exposure_by_sampling(bits, own) == pytest.approx(exact, abs=1)
    with pytest.raises(ValueError, match="bits holds 3 values"):
        extract.exposure_by_sampling(bits[:3], own)


def test_the_tempered_chance_is_a_law_over_all_texts(model):
    for temperature in (0.3, 1.0, 3.0):
        canaries = [
            Canary(prefix="k ", secret=secret, alphabet=model.characters.known)
            for secret in all_of(model.characters.known, 2)
        ]
        chances = [extract.tempered(model, c, [temperature])[0] for c in canaries]
        assert sum(chances) == pytest.approx(1)
    bits = after(model, "k ", ["1203"], ended=False)
    chance = extract.tempered(model, CANARY, [1.0])
    assert -np.log2(chance) == pytest.approx(bits, abs=1e-4)


def test_a_cold_sample_gives_what_greedy_gives(model):
    greedy_text = greedy(model, ["k "], length=4)[0]
    for secret in ("1203", "3333"):
        canary = Canary(prefix="k ", secret=secret)
        chance = extract.tempered(model, canary, [1e-3])[0]
        assert chance == pytest.approx(float(secret == greedy_text), abs=1e-6)


def test_recited_texts_are_those_that_greedy_completes(model):
    texts = ["k 1203", "k 3333", "no 0", "say"]
    rest = [greedy(model, [text[:3]], length=6)[0] for text in texts]
    expected = [r == text[3:] != "" for r, text in zip(rest, texts, strict=True)]
    assert extract.recited(model, texts, prompt=3).tolist() == expected
    assert expected[0]
    assert not expected[1]


def test_appearances_count_lines_not_places():
    assert extract.appearances("ab", ["abab", "xaby", "ba"]) == 2
    assert extract.appearances("zz", ["abab"]) == 0


def test_scores_rank_the_learned_above_the_others(model):
    rng = torch.Generator().manual_seed(1)
    reference = new_model(TEXTS, context=10, layers=1, heads=2, width=16, rng=rng)
    learned, other = (model.token_bits([text]) for text in ("k 1203", "k 3021"))
    assert extract.loss_score(learned) > extract.loss_score(other)
    assert extract.min_k_score(learned) > extract.min_k_score(other)
    easy, hard = (reference.token_bits([text]) for text in ("k 1203", "k 3021"))
    assert extract.ratio_score(learned, easy) > extract.ratio_score(other, hard)
    assert extract.ratio_score(learned, learned) == pytest.approx([1])


def test_min_k_is_the_mean_of_the_worst():
    bits = [np.array([1.0, 5.0, 2.0, 0.0, 0.0, 4.0, 3.0]), np.array([2.0])]
    assert extract.min_k_score(bits, share=0.3) == pytest.approx([-4.5, -2])  # 2 of 7
    assert extract.min_k_score(bits, share=0.999) == pytest.approx([-2.5, -2])
    assert extract.loss_score(bits) == pytest.approx([-15 / 7, -2])
    with pytest.raises(ValueError, match="share"):
        extract.min_k_score(bits, share=0)
