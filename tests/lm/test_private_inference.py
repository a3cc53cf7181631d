"""A layer by parts is the layer; a square is near GELU; equations solve for maps."""

import numpy as np
import pytest
import torch
from torch.nn.functional import gelu

from privlab.lm.private_inference import (
    attended,
    fed,
    fed_by_squares,
    map_from,
    square_feed,
)
from privlab.lm.transformer import Block


@pytest.fixture(scope="module")
def block():
    torch.manual_seed(0)
    return Block(8, 2).double().requires_grad_(False)


@pytest.fixture(scope="module")
def h():
    rng = torch.Generator().manual_seed(1)
    return torch.randn(3, 10, 8, generator=rng, dtype=torch.double)


def test_the_parts_asked_for_in_the_open_are_the_block(block, h):
    names = []

    def ask(name, x):
        names.append(name)
        return getattr(block, name)(x)

    assert torch.allclose(fed(block, attended(block, h, ask), ask), block(h, None)[0])
    assert names == ["query_key_value", "project", "expand", "contract"]


def test_the_square_is_the_nearest_parabola(block, h):
    parts = square_feed(block, h)
    x = h.flatten(0, 1).numpy()
    found = (x @ parts["first"] + parts["first_bias"]) ** 2 @ parts["second"]
    z = block.expand(h)
    parabola = np.polynomial.Polynomial.fit(z.flatten(), gelu(z).flatten(), 2)
    expected = block.contract(torch.tensor(parabola(z.numpy()))).flatten(0, 1)
    assert found + parts["second_bias"] == pytest.approx(expected.numpy(), abs=1e-9)


def test_the_square_is_asked_for_in_one(block, h):
    asked = []
    fed_by_squares(block, h, lambda name, x: asked.append(name) or x)
    assert asked == ["square_feed"]


def test_inputs_without_a_bend_are_named():
    flat = Block(8, 2).requires_grad_(False)
    flat.expand.weight.zero_()
    flat.expand.bias.copy_(torch.linspace(1.5, 2.5, 32))  # GELU is concave there
    with pytest.raises(ValueError, match="must be > 0"):
        square_feed(flat, torch.zeros(2, 8))


def test_one_row_more_than_inputs_gives_the_map():
    rng = np.random.default_rng()
    W, b = rng.normal(size=(3, 5)), rng.normal(size=3)
    inputs = rng.normal(size=(6, 5))
    found = map_from(inputs, inputs @ W.T + b)
    assert found[0] == pytest.approx(W, abs=1e-6)
    assert found[1] == pytest.approx(b, abs=1e-6)


def test_behind_a_layer_norm_the_map_is_known_though_not_the_matrix():
    rng = np.random.default_rng()
    W, b = rng.normal(size=(3, 5)), rng.normal(size=3)
    inputs = rng.normal(size=(40, 5))
    inputs -= inputs.mean(axis=1, keepdims=True)
    found, bias = map_from(inputs[:20], inputs[:20] @ W.T + b)
    assert inputs[20:] @ found.T + bias == pytest.approx(inputs[20:] @ W.T + b)
    assert not np.allclose(found, W, atol=1e-3)


def test_too_few_rows_are_named():
    with pytest.raises(ValueError, match="has 5 rows, needs 6"):
        map_from(np.zeros((5, 5)), np.zeros((5, 2)))
