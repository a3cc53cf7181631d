"""A layer under CKKS: right, guarded, and what it costs and shows."""

import numpy as np
import pytest
import torch

from privlab.experiments import encrypted_layer as e
from privlab.he.context import SCORE, LevelsExhausted

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


@pytest.mark.parametrize("name", [*e.LINEAR, "square_feed"])
def test_the_bound_holds_for_the_worst_input(name):
    its = e.private(seed=100).maps[name]
    width = 4 * e.WIDTH if name == "contract" else e.WIDTH
    signs = np.random.default_rng().choice([-2.0, 2.0], size=(500, width))
    outputs = np.stack(its.apply(list(signs.T)), axis=1)
    assert np.abs(outputs).max() <= its.bound(2.0)


def test_numbers_that_could_wrap_around_are_refused():
    data = e.private(seed=100)
    ask = e.sealing(data.keys, data.maps, lambda exchange: None)
    with pytest.raises(ValueError, match="meets numbers up to"):
        ask("expand", torch.full((1, 1, e.WIDTH), 100.0))


def test_a_square_does_not_fit_the_levels_of_a_linear_map():
    data = e.private(seed=100)
    square = data.maps["square_feed"]
    shallow = e.ServerMap(
        apply=square.apply, bound=square.bound, parameters=SCORE, steps=square.steps
    )
    ask = e.sealing(data.keys, {"square_feed": shallow}, lambda exchange: None)
    with pytest.raises(LevelsExhausted):
        ask("square_feed", torch.zeros(1, 1, e.WIDTH))


def test_the_server_gets_ciphertexts_under_public_keys_only():
    data, seen = e.private(seed=100), []
    its = data.maps["project"]

    def watched(columns):
        seen.extend(columns)
        return its.apply(columns)

    spied = e.ServerMap(
        apply=watched, bound=its.bound, parameters=its.parameters, steps=its.steps
    )
    ask = e.sealing(data.keys, {"project": spied}, lambda exchange: None)
    ask("project", torch.ones(1, 3, e.WIDTH))
    assert len(seen) == e.WIDTH
    assert not any(each.keys.context.has_secret_key() for each in seen)
    with pytest.raises(ValueError, match="secret"):
        seen[0].data.decrypt()
