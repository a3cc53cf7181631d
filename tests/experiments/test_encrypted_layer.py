"""A layer under CKKS: right, and what it costs and shows."""

import pytest

from privlab.experiments import encrypted_layer as e

SEEDS = range(100, 105)
seeds = pytest.mark.parametrize("seed", SEEDS)
each_feed = pytest.mark.parametrize("feed", list(e.FEEDS))


@seeds
@each_feed
def test_ciphertexts_give_what_numbers_give(seed, feed):
    run = e.sealed(feed=feed, seed=seed)
    # SCORE errs by 4e-5 of numbers near 1, and a layer norm may stretch that
    assert run.error < 0.02
    assert run.same > 0.9
    assert run.bytes > 10 * run.open_bytes
    assert run.seconds > 20 * run.open_seconds


@seeds
def test_a_square_costs_little_quality(seed):
    data = e.private(seed=seed)
    whole = data.model.perplexity(data.fresh)
    gelu, square = (e.perplexity(data, feed) for feed in e.FEEDS)
    assert gelu == pytest.approx(whole, rel=1e-4)
    assert square < 1.05 * whole


@seeds
def test_every_linear_map_is_solved_and_the_square_not_by_equations(seed):
    for name in e.LINEAR:
        assert e.solved(name=name, seed=seed).errors[-1] < 0.001
    assert e.solved(name="square_feed", seed=seed).errors[-1] > 0.05
