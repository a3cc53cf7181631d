"""A server's maps under encryption: bounded, refused where they do not fit, blind."""

import numpy as np
import pytest
import torch

from privlab.experiments.encrypted_layer import LINEAR, WIDTH, private
from privlab.experiments.sealed_maps import ServerMap, sealing
from privlab.he.context import SCORE, LevelsExhausted


@pytest.fixture(scope="module")
def data():
    return private(seed=100)


@pytest.mark.parametrize("name", [*LINEAR, "square_feed"])
def test_the_bound_holds_for_the_worst_input(name, data):
    its = data.maps[name]
    width = 4 * WIDTH if name == "contract" else WIDTH
    signs = np.random.default_rng().choice([-2.0, 2.0], size=(500, width))
    outputs = np.stack(its.apply(list(signs.T)), axis=1)
    assert np.abs(outputs).max() <= its.bound(2.0)


def test_numbers_that_could_wrap_around_are_refused(data):
    ask = sealing(data.keys, data.maps, lambda exchange: None)
    with pytest.raises(ValueError, match="meets numbers up to"):
        ask("expand", torch.full((1, 1, WIDTH), 100.0))


def test_a_square_does_not_fit_the_levels_of_a_linear_map(data):
    square = data.maps["square_feed"]
    shallow = ServerMap(
        apply=square.apply, bound=square.bound, parameters=SCORE, steps=square.steps
    )
    ask = sealing(data.keys, {"square_feed": shallow}, lambda exchange: None)
    with pytest.raises(LevelsExhausted):
        ask("square_feed", torch.zeros(1, 1, WIDTH))


def test_the_server_gets_ciphertexts_under_public_keys_only(data):
    seen = []
    its = data.maps["project"]

    def watched(columns):
        seen.extend(columns)
        return its.apply(columns)

    spied = ServerMap(
        apply=watched, bound=its.bound, parameters=its.parameters, steps=its.steps
    )
    ask = sealing(data.keys, {"project": spied}, lambda exchange: None)
    ask("project", torch.ones(1, 3, WIDTH))
    assert len(seen) == WIDTH
    assert not any(each.keys.context.has_secret_key() for each in seen)
    with pytest.raises(ValueError, match="secret"):
        seen[0].data.decrypt()
