"""Low-rank adapters: they start as nothing, alone they train, and they merge."""

import pytest
import torch
from torch import nn

from privlab.dp import bookkeeping, per_example
from privlab.lm.language_model import line_losses, new_model, train
from privlab.lm.lora import LowRank, adapted, adapters, merged, with_adapters

TEXTS = ["the red gate", "the blue lab opens", "Ada is free", "call Ben on Monday"]
WIDTH, LAYERS = 16, 2


@pytest.fixture
def draw():
    return torch.Generator().manual_seed(53)


@pytest.fixture
def base(draw):
    return new_model(TEXTS, layers=LAYERS, heads=2, width=WIDTH, rng=draw)


@pytest.fixture
def tuned(base, draw):
    """Adapters that are no longer zero."""
    model = adapted(base, rank=3, alpha=6, rng=draw)
    return train(model, TEXTS, epochs=3, rate=0.01, rng=draw)


def logits(model):
    x, _ = model.characters.examples(TEXTS, model.network.context)
    with torch.no_grad():
        return model.network(x)


def same(one, other):
    return all(
        torch.equal(one[name], other[name]) for name in one.keys() | other.keys()
    )


def test_the_layer_is_its_formula(draw):
    base = nn.Linear(7, 5)
    low = LowRank(base, rank=2, alpha=6, rng=draw)
    nn.init.normal_(low.B.weight, generator=draw)
    x = torch.randn(3, 4, 7, generator=draw)
    weight = base.weight + 3 * low.B.weight @ low.A.weight
    assert torch.allclose(low(x), x @ weight.T + base.bias, atol=1e-5)


def test_it_starts_equal_to_the_base(base, draw):
    assert torch.equal(logits(adapted(base, rank=4, rng=draw)), logits(base))


def test_training_moves_the_adapters_and_nothing_else(base, tuned):
    changed = tuned.network.state_dict()
    assert not torch.allclose(logits(tuned), logits(base))
    for name, value in base.network.state_dict().items():
        # a layer W that was adapted is called "base" inside its adapter
        inside, dot, end = name.rpartition(".")
        kept = changed.get(name, changed.get(f"{inside}{dot}base.{end}"))
        assert torch.equal(kept, value)
    trainable = {k for k, p in tuned.network.named_parameters() if p.requires_grad}
    assert trainable == adapters(tuned).keys()


def test_the_base_model_is_left_alone(base, draw):
    before = {k: v.clone() for k, v in base.network.state_dict().items()}
    train(adapted(base, rank=2, rng=draw), TEXTS, epochs=2, rng=draw)
    assert same(before, base.network.state_dict())
    assert all(p.requires_grad for p in base.network.parameters())


@pytest.mark.parametrize("rank", [1, 4, 16])
def test_rank_times_sixteen_widths_a_block(base, draw, rank):
    state = adapters(adapted(base, rank=rank, rng=draw))
    assert sum(v.numel() for v in state.values()) == 16 * rank * WIDTH * LAYERS
    assert len(state) == 2 * 4 * LAYERS


def test_merged_is_a_plain_model_with_the_same_logits(base, tuned):
    plain = merged(tuned)
    assert torch.allclose(logits(plain), logits(tuned), atol=1e-6)
    assert plain.weights == base.weights
    assert plain.network.state_dict().keys() == base.network.state_dict().keys()
    assert all(p.requires_grad for p in plain.network.parameters())
    assert adapters(plain) == {}


def test_the_change_of_a_layer_has_the_rank_of_its_adapter(base, tuned):
    layers = zip(
        merged(tuned).network.blocks[0].modules(),
        base.network.blocks[0].modules(),
        strict=True,
    )
    for after, before in layers:
        if isinstance(after, nn.Linear):
            values = torch.linalg.svdvals(after.weight - before.weight)
            assert values[2] > 1e-4 > 100 * values[3]


def test_adapters_carry_all_that_was_learned(base, tuned, draw):
    other = adapted(base, rank=3, alpha=6, rng=draw)
    assert not same(adapters(other), adapters(tuned))
    moved = with_adapters(other, adapters(tuned))
    assert torch.equal(logits(moved), logits(tuned))
    assert torch.equal(logits(other), logits(base)), "the model itself stays"


def test_adapters_are_a_copy(tuned):
    before = logits(tuned)
    for value in adapters(tuned).values():
        value.zero_()
    assert torch.equal(logits(tuned), before)


def test_bookkeeping_clips_adapters_as_their_definition_does(tuned):
    x, y = tuned.characters.examples(TEXTS, tuned.network.context)
    _, norms = per_example.gradients(tuned.network, line_losses, x, y)
    bound = float(norms.mean()) / 20
    fast, slow = (
        way.clipped_sum(tuned.network, line_losses, x, y, bound)
        for way in (bookkeeping, per_example)
    )
    assert fast.gradient.keys() == adapters(tuned).keys()
    assert (slow.norms > bound).any(), "clipping must matter in this test"
    for name, value in slow.gradient.items():
        assert torch.allclose(fast.gradient[name], value, atol=1e-5)


def test_the_same_seed_gives_the_same_adapters(base):
    one, two = (
        adapters(adapted(base, rank=2, rng=torch.Generator().manual_seed(5)))
        for _ in range(2)
    )
    assert same(one, two)


@pytest.mark.parametrize("rank", [0, 17])
def test_a_rank_that_no_layer_has_is_named(base, draw, rank):
    with pytest.raises(ValueError, match=f"rank={rank} must be"):
        adapted(base, rank=rank, rng=draw)


def test_a_second_adapter_is_refused(tuned, draw):
    with pytest.raises(ValueError, match="merge them first"):
        adapted(tuned, rank=2, rng=draw)


def test_adapters_of_another_model_are_refused(tuned):
    with pytest.raises(ValueError, match="must name the adapters"):
        with_adapters(tuned, {"blocks.0.project.A.weight": torch.zeros(3, WIDTH)})
