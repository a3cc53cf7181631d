"""Forgetting: what each way does, and a score that follows its law."""

import numpy as np
import pytest
import torch
from scipy import stats

from privlab.lm.extract import secret_bits
from privlab.lm.language_model import line_losses, new_model, train
from privlab.lm.unlearn import ascend, departures, mixture, shards, without

TEXTS = ["a code 12", "b code 34", "tea at two", "no tea", "a code 12"]


def model(seed, *, layers=1):
    rng = torch.Generator().manual_seed(seed)
    own = new_model(TEXTS, context=16, layers=layers, heads=2, width=8, rng=rng)
    return train(own, TEXTS, epochs=2, rng=rng)


def test_every_copy_goes_and_the_order_stays():
    assert without(TEXTS, ["a code 12", "not there"]) == TEXTS[1:4]


def test_ascent_makes_the_forgotten_lines_dearer():
    own, steps = model(0), []
    before = own.bits(TEXTS[:1])
    ascend(own, TEXTS[:1], steps=3, rate=0.05, after_step=steps.append)
    assert own.bits(TEXTS[:1]) > before
    assert steps == [1, 2, 3]


def test_one_small_step_raises_the_loss_by_the_rate_times_the_squared_gradient():
    own, rate = model(0), 1e-3
    x, y = own.characters.examples(TEXTS[:2], 16)
    own.network.double()
    loss = line_losses(own.network(x), y).mean()
    gradient = torch.autograd.grad(loss, list(own.network.parameters()))
    expected = rate * sum((part**2).sum() for part in gradient)
    ascend(own, TEXTS[:2], steps=1, rate=rate)
    with torch.no_grad():
        risen = line_losses(own.network(x), y).mean() - loss
    assert risen.item() == pytest.approx(expected.item(), rel=0.05)


def test_a_mixture_gives_the_mean_of_the_probabilities():
    parts = [model(seed) for seed in range(3)]
    together = mixture(parts)
    every = [each.token_bits(TEXTS) for each in (together, *parts)]
    for rows in zip(*every, strict=True):
        own, *others = rows
        assert 2**-own == pytest.approx(np.mean([2**-each for each in others], axis=0))


def test_a_mixture_writes_from_its_cache_as_without():
    together = mixture([model(0), model(1, layers=2)])
    bits = secret_bits(together, "a code ", alphabet="1234", length=2)
    rows = together.token_bits([f"a code {a}{b}" for a in "1234" for b in "1234"])
    assert bits == pytest.approx([row[7:9].sum() for row in rows], rel=1e-4)


def test_a_mixture_needs_one_alphabet():
    other = new_model(["xyz"], context=16, layers=1, heads=2, width=8, rng=rng(0))
    with pytest.raises(ValueError, match="same characters"):
        mixture([model(0), other])


def rng(seed):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("count", [1, 3, 7])
def test_an_owner_is_in_one_shard_only(count):
    owners = np.random.default_rng().integers(0, 30, size=200)
    places = shards(owners, count)
    assert set(places) <= set(range(count))
    for owner in set(owners):
        assert len(set(places[owners == owner])) == 1


def test_departures_of_one_more_model_follow_students_t():
    draws = np.random.default_rng().normal(7, 3, size=(6, 20_000))
    off = departures(draws[0], draws[1:])
    # a Kolmogorov-Smirnov test that rejects the truth once in 10^7
    assert stats.kstest(off, stats.t(4).cdf).pvalue > 1e-7


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"retrained \(2, 3\)"):
        departures(np.zeros(3), np.zeros((2, 3)))
    with pytest.raises(ValueError, match="rate=0"):
        ascend(model(0), TEXTS, steps=1, rate=0)
    with pytest.raises(ValueError, match="steps=0"):
        ascend(model(0), TEXTS, steps=0, rate=1.0)
    with pytest.raises(ValueError, match="count=0"):
        shards([1], 0)
