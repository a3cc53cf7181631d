"""The transformer's laws: attention, causality, the cache, gradients line by line."""

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from privlab.dp import bookkeeping, per_example
from privlab.lm.language_model import line_losses
from privlab.lm.transformer import GPT, attention


@pytest.fixture
def draw():
    return torch.Generator().manual_seed(14)


def small(draw, **size):
    size = {"context": 12, "layers": 2, "heads": 2, "width": 8} | size
    return GPT(11, rng=draw, **size)


@pytest.fixture
def network(draw):
    """Weights a hundred times larger than at the start, so that attention attends."""
    network = small(draw)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=draw), alpha=0.5)
    return network


@pytest.fixture
def tokens(draw):
    return torch.randint(11, (5, 12), generator=draw)


def test_attention_is_torchs(draw):
    q, k, v = torch.randn(3, 2, 4, 7, 5, generator=draw)
    expected = scaled_dot_product_attention(q, k, v, is_causal=True)
    assert torch.allclose(attention(q, k, v), expected, atol=1e-6)


def test_late_queries_see_all_that_came_before(draw):
    q, k, v = torch.randn(3, 2, 4, 7, 5, generator=draw)
    late = attention(q[..., -3:, :], k, v)
    assert torch.allclose(late, attention(q, k, v)[..., -3:, :], atol=1e-6)


def test_future_tokens_change_no_past_logits(network, tokens):
    for now in range(12):
        future = tokens.clone()
        future[:, now + 1 :] = (future[:, now + 1 :] + 1) % 11
        same, other = network(tokens), network(future)
        assert torch.equal(same[:, : now + 1], other[:, : now + 1])
        if now < 11:
            assert not torch.allclose(same[:, now + 1], other[:, now + 1])


def test_every_past_token_matters(network, tokens):
    for past in range(12):
        changed = tokens.clone()
        changed[:, past] = (changed[:, past] + 1) % 11
        assert not torch.allclose(network(tokens)[:, -1], network(changed)[:, -1])


@pytest.mark.parametrize("cut", [1, 5, 11])
def test_the_cache_changes_nothing_but_work(network, tokens, cut):
    before, cache = network.continued(tokens[:, :cut], None)
    after, cache = network.continued(tokens[:, cut:], cache)
    assert torch.allclose(torch.cat([before, after], 1), network(tokens), atol=1e-5)
    assert cache[0][0].shape == (5, 2, 12, 4)


def test_a_line_does_not_see_the_others(network, tokens):
    alone = torch.cat([network(row[None]) for row in tokens])
    assert torch.allclose(alone, network(tokens), atol=1e-5)


def test_both_ways_to_per_example_gradients_agree(network, tokens):
    x, y = tokens[:, :-1], tokens[:, 1:]
    slow, fast = (
        way.clipped_sum(network, line_losses, x, y, 0.5)
        for way in (per_example, bookkeeping)
    )
    assert set(slow.gradient) == {name for name, _ in network.named_parameters()}
    for name, gradient in slow.gradient.items():
        assert torch.allclose(gradient, fast.gradient[name], atol=1e-5), name


def test_the_same_generator_draws_the_same_weights():
    first, again, other = (
        small(torch.Generator().manual_seed(seed)).state_dict() for seed in (1, 1, 2)
    )
    assert all(torch.equal(first[k], again[k]) for k in first)
    assert not torch.equal(first["head.weight"], other["head.weight"])


def test_bad_sizes_and_long_prompts_are_named(network, draw):
    with pytest.raises(ValueError, match="width=9 must be a multiple of heads=2"):
        small(draw, width=9)
    with pytest.raises(ValueError, match="13 tokens do not fit context=12"):
        network(torch.zeros(1, 13, dtype=torch.long))
    with pytest.raises(ValueError, match="layers=0"):
        small(draw, layers=0)
