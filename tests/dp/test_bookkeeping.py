"""The fast clipped sum is the readable one, and opacus's, for every layer it takes."""

import copy
import math

import pytest
import torch
from torch import nn

from privlab.dp import bookkeeping, per_example

# opacus, on a layer that is the first to see the data
pytestmark = pytest.mark.filterwarnings("ignore:Full backward hook is firing")

N, LENGTH, WIDTH, WORDS = 6, 5, 8, 7


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


SEQUENCES = torch.randn(N, LENGTH, WIDTH, generator=seeded(1), dtype=torch.float64)
IMAGES = torch.randn(N, 4, 9, 7, generator=seeded(2), dtype=torch.float64)
TOKENS = torch.randint(WORDS, (N, LENGTH), generator=seeded(3))
TOKENS[:, 0] = 1  # so that nobody's sequence is all padding


class Attention(nn.Module):
    """Self-attention, and an output for everything that its call gives back."""

    def __init__(self, options=None, **settings):
        super().__init__()
        self.attention = nn.MultiheadAttention(WIDTH, 2, batch_first=True, **settings)
        self.options = options or {}

    def forward(self, x):
        output, weights = self.attention(x, x, x, **self.options)
        return torch.cat([output.flatten(1), weights.flatten(1)], dim=1)


class PaddedAttention(Attention):
    def forward(self, x):
        unseen = x[..., 0] > 1
        return self.attention(x, x, x, unseen, need_weights=False)[0]


class MaskPerHead(Attention):
    def forward(self, x):
        mask = (x @ x.mT > 6).repeat_interleave(2, dim=0)
        return self.attention(x, x, x, attn_mask=mask)[0]


class CrossAttention(Attention):
    def forward(self, x):
        return self.attention(x[:, :2], x, 2 * x)[0]


class NarrowKeys(Attention):
    def forward(self, x):
        return self.attention(x, x[..., :4], x[..., :4])[0]


class SequenceFirst(nn.Module):
    """Attention as torch has it by default, between two transpositions."""

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(WIDTH, 2)

    def forward(self, x):
        x = x.transpose(0, 1)
        return self.attention(x, x, x, need_weights=False)[0].transpose(0, 1)


class Transformer(nn.Module):
    """Embeddings, torch's own encoder layer, and an output layer."""

    def __init__(self, mask=None, **settings):
        super().__init__()
        self.words = nn.Embedding(WORDS, WIDTH, padding_idx=0)
        self.positions = nn.Embedding(LENGTH, WIDTH)
        self.block = nn.TransformerEncoderLayer(
            WIDTH, 2, 16, dropout=0, batch_first=True, **settings
        )
        self.output = nn.Linear(WIDTH, WORDS)
        self.mask = mask

    def forward(self, x):
        positions = torch.arange(x.shape[1]).repeat(len(x), 1)
        h = self.words(x) + self.positions(positions)
        padding = None if self.mask is not None else x == 0
        return self.output(self.block(h, self.mask, padding))


class TiedTransformer(Transformer):
    """The output layer is the table of words."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.output.weight = self.words.weight


CAUSAL = torch.full((LENGTH, LENGTH), -math.inf, dtype=torch.float64).triu(1)
BLOCKED = torch.eye(LENGTH, dtype=torch.bool).roll(1, 0)
LAYERS = {
    "linear": (lambda: nn.Linear(WIDTH, 3), SEQUENCES[:, 0]),
    "linear, no bias": (lambda: nn.Linear(WIDTH, 3, bias=False), SEQUENCES[:, 0]),
    "linear on sequences": (lambda: nn.Linear(WIDTH, 3), SEQUENCES),
    "linear on sequences, by ghost norm": (lambda: nn.Linear(WIDTH, 60), SEQUENCES),
    "linear on images": (lambda: nn.Linear(7, 3), IMAGES),
    "convolution": (lambda: nn.Conv2d(4, 3, 3), IMAGES),
    "convolution, by ghost norm": (lambda: nn.Conv2d(4, 30, (8, 6)), IMAGES),
    "convolution, strided": (
        lambda: nn.Conv2d(4, 3, 3, stride=(2, 1), padding=(1, 2), dilation=(2, 1)),
        IMAGES,
    ),
    "convolution, same": (
        lambda: nn.Conv2d(4, 3, (3, 4), padding="same", dilation=(1, 2)),
        IMAGES,
    ),
    "convolution, valid": (lambda: nn.Conv2d(4, 3, 2, padding="valid"), IMAGES),
    "convolution, grouped": (lambda: nn.Conv2d(4, 6, 3, groups=2), IMAGES),
    "convolution, depthwise": (lambda: nn.Conv2d(4, 8, 3, groups=4), IMAGES),
    "embedding": (lambda: nn.Embedding(WORDS, 4), TOKENS),
    "embedding, one word": (lambda: nn.Embedding(WORDS, 4), TOKENS[:, 1]),
    "layer norm": (lambda: nn.LayerNorm(WIDTH), SEQUENCES),
    "layer norm, one row": (lambda: nn.LayerNorm(WIDTH), SEQUENCES[:, 0]),
    "layer norm, two axes": (lambda: nn.LayerNorm((LENGTH, WIDTH)), SEQUENCES),
    "group norm": (lambda: nn.GroupNorm(2, 4), IMAGES),
    "group norm on rows": (lambda: nn.GroupNorm(2, WIDTH), SEQUENCES[:, 0]),
}
BEYOND_OPACUS = {  # version 1.6 ignores padding_mode and padding_idx, for example
    "convolution, circular": (
        lambda: nn.Conv2d(4, 3, 3, padding=1, padding_mode="circular"),
        IMAGES,
    ),
    "embedding, padded": (lambda: nn.Embedding(WORDS, 4, padding_idx=-6), TOKENS),
    "attention": (Attention, SEQUENCES),
    "attention, no bias": (lambda: Attention(bias=False), SEQUENCES),
    "attention, masked": (lambda: Attention({"attn_mask": BLOCKED}), SEQUENCES),
    "attention, padded": (PaddedAttention, SEQUENCES),
    "attention, a mask per head": (MaskPerHead, SEQUENCES),
    "attention, weights of each head": (
        lambda: Attention({"average_attn_weights": False}),
        SEQUENCES,
    ),
    "attention, sequence first": (SequenceFirst, SEQUENCES),
    "cross-attention": (CrossAttention, SEQUENCES),
    "transformer": (Transformer, TOKENS),
    "transformer, causal": (lambda: Transformer(CAUSAL, norm_first=True), TOKENS),
    "transformer, tied": (TiedTransformer, TOKENS),
    "in place": (
        lambda: nn.Sequential(
            nn.Linear(WIDTH, 9), nn.ReLU(inplace=True), nn.Linear(9, 3)
        ),
        SEQUENCES,
    ),
    "a layer used twice": (
        lambda: nn.Sequential(*[nn.Linear(WIDTH, WIDTH)] * 2),
        SEQUENCES,
    ),
}
CASES = LAYERS | BEYOND_OPACUS
EVERY = pytest.mark.parametrize(("build", "x"), CASES.values(), ids=CASES)


def scores(outputs, y):
    """A loss that is curved in every output, and of another size for everybody."""
    rows = outputs.flatten(1)
    return (rows.sin() * torch.linspace(0.5, 2, rows.shape[1])).sum(dim=1) * y


def built(build) -> nn.Module:
    torch.manual_seed(5)
    model = build().double()
    for (
        p
    ) in model.parameters():  # biases of attention and norms start at 0, weights at 1
        nn.init.normal_(p, std=0.5, generator=seeded(p.numel()))
    return model


TARGETS = torch.linspace(0.01, 3, N, dtype=torch.float64)


def differences(first, second) -> float:
    """The largest relative difference of two sums, tensor by tensor."""
    return max(
        float((first[k] - second[k]).norm() / first[k].norm().clamp(min=1e-6))
        for k in first
    )


def middle_norm(model, x) -> float:
    """A bound that about half of the examples exceed."""
    norms = per_example.clipped_sum(model, scores, x, TARGETS, 1.0).norms
    return float(norms.median())


@EVERY
def test_the_fast_sum_is_the_readable_sum(build, x):
    model = built(build)
    bound = middle_norm(model, x)
    slow = per_example.clipped_sum(model, scores, x, TARGETS, bound)
    fast = bookkeeping.clipped_sum(model, scores, x, TARGETS, bound)
    assert slow.norms.min() < bound < slow.norms.max()
    assert differences(slow.gradient, fast.gradient) < 1e-12
    torch.testing.assert_close(fast.norms, slow.norms, rtol=1e-12, atol=0)
    torch.testing.assert_close(fast.losses, slow.losses, rtol=1e-12, atol=1e-15)


def opacus_sum(rows: dict[str, torch.Tensor], bound: float):
    """The clipped sum and the norms of opacus's per-example gradients."""
    norms = torch.stack([g.flatten(1).norm(dim=1) for g in rows.values()]).norm(dim=0)
    factors = (bound / norms).clamp(max=1)
    return {k: torch.tensordot(factors, g, dims=1) for k, g in rows.items()}, norms


def opacus_rows(peer) -> dict[str, torch.Tensor]:
    return {
        k.removeprefix("_module."): p.grad_sample for k, p in peer.named_parameters()
    }


@pytest.mark.parametrize(("build", "x"), LAYERS.values(), ids=LAYERS)
def test_the_fast_sum_is_that_of_opacus(build, x):
    from opacus.grad_sample import GradSampleModule

    model = built(build)
    bound = middle_norm(model, x)
    peer = GradSampleModule(copy.deepcopy(model), loss_reduction="sum")
    scores(peer(x), TARGETS).sum().backward()
    expected, norms = opacus_sum(opacus_rows(peer), bound)
    fast = bookkeeping.clipped_sum(model, scores, x, TARGETS, bound)
    torch.testing.assert_close(fast.norms, norms, rtol=1e-12, atol=0)
    assert differences(expected, fast.gradient) < 1e-12


def test_attention_is_that_of_opacus():
    from opacus.grad_sample import GradSampleModule
    from opacus.validators import ModuleValidator

    model = built(SequenceFirst)
    bound = middle_norm(model, SEQUENCES)
    same = ModuleValidator.fix(copy.deepcopy(model.attention)).double()
    same.load_state_dict(model.attention.state_dict())  # fix() rounds to float32
    peer = GradSampleModule(same, batch_first=False, loss_reduction="sum")
    output = peer(*[SEQUENCES.transpose(0, 1)] * 3)[0].transpose(0, 1)
    scores(output, TARGETS).sum().backward()
    expected, norms = opacus_sum(opacus_rows(peer), bound)
    fast = bookkeeping.clipped_sum(model, scores, SEQUENCES, TARGETS, bound)
    torch.testing.assert_close(fast.norms, norms, rtol=1e-12, atol=0)
    for kind in ("weight", "bias"):
        packed = torch.cat([expected[f"{part}linear.{kind}"] for part in "qkv"])
        ours = fast.gradient[f"attention.in_proj_{kind}"]
        torch.testing.assert_close(ours, packed, rtol=1e-10, atol=1e-12)


class Scores(nn.Module):
    """``scores`` as opacus wants a loss: with a ``reduction`` to set."""

    reduction = "mean"

    def forward(self, outputs, y):
        return scores(outputs, y)


def test_the_fast_sum_is_that_of_opacus_ghost_clipping():
    from opacus.grad_sample import GradSampleModuleFastGradientClipping
    from opacus.optimizers import DPOptimizerFastGradientClipping
    from opacus.utils.fast_gradient_clipping_utils import DPLossFastGradientClipping

    model = built(
        lambda: nn.Sequential(
            nn.Conv2d(4, 6, 3), nn.Tanh(), nn.Flatten(2), nn.Linear(35, 3)
        )
    )
    bound = middle_norm(model, IMAGES)
    peer = GradSampleModuleFastGradientClipping(
        copy.deepcopy(model), max_grad_norm=bound
    )
    optimizer = DPOptimizerFastGradientClipping(
        torch.optim.SGD(peer.parameters()),
        noise_multiplier=0,
        max_grad_norm=bound,
        expected_batch_size=N,
    )
    loss = DPLossFastGradientClipping(peer, optimizer, Scores())
    loss(peer(IMAGES), TARGETS).backward()
    expected = {k.removeprefix("_module."): p.grad for k, p in peer.named_parameters()}
    fast = bookkeeping.clipped_sum(model, scores, IMAGES, TARGETS, bound)
    # opacus divides by norm + 1e-6, so it clips a little more
    assert differences(expected, fast.gradient) < 1e-6


@pytest.mark.parametrize(
    "name", ["linear", "linear on sequences", "convolution", "embedding", "transformer"]
)
def test_a_gradient_that_is_one_number_repeated_is_no_exception(name):
    build, x = CASES[name]
    model = built(build)
    arguments = (model, lambda outputs, y: outputs.flatten(1).sum(dim=1) * y, x)
    slow = per_example.clipped_sum(*arguments, TARGETS, 1.0)
    fast = bookkeeping.clipped_sum(*arguments, TARGETS, 1.0)
    assert differences(slow.gradient, fast.gradient) < 1e-12


# What is refused, by name and with a remedy


class Module(nn.Module):
    """A linear layer used by ``forward(self, x)``, a function given."""

    def __init__(self, forward):
        super().__init__()
        self.linear = nn.Linear(WIDTH, WIDTH)
        self.other = nn.Linear(WIDTH, WIDTH).requires_grad_(False)
        self.scale = nn.Parameter(torch.ones(WIDTH)).requires_grad_(False)
        self.table = nn.Embedding(LENGTH, WIDTH).requires_grad_(False)
        self.body = forward

    def forward(self, x):
        return self.body(self, x)


def trained(name: str, forward):
    """Build a ``Module`` in which the part ``name`` is trained as well."""

    def build():
        module = Module(forward)
        getattr(module, name).requires_grad_(True)
        return module

    return build


def changed_in_place(module, x):
    h = 2 * x
    output = module.linear(h)
    h += 1
    return h + output


def recurrent():
    return nn.Sequential(nn.LSTM(WIDTH, 3, batch_first=True), First(), nn.Linear(3, 2))


class First(nn.Module):
    def forward(self, outputs):
        return outputs[0]


def across_people(module, x):
    return module.linear(x.transpose(0, 1)).transpose(0, 1)


def numbered(module, x):
    return module.linear(x) + module.table(torch.arange(LENGTH))


NO_RULE = "there is no rule: build the layer from Linear, .* per_example.clipped_sum"
KEEP_ROWS = "keep the batch as the first dimension"
REFUSED = {
    "a bare parameter": (
        trained("scale", lambda m, x: m.linear(x) * m.scale),
        f"scale is used by mul, for which {NO_RULE}",
    ),
    "a product by hand": (
        trained("other", lambda m, x: m.linear(x) @ m.other.weight),
        f"other.weight is used by matmul, for which {NO_RULE}",
    ),
    "a parameter as input": (
        trained("scale", lambda m, x: m.linear(x) + m.other(m.scale)),
        f"scale is used by linear, for which {NO_RULE}",
    ),
    "a recurrent layer": (recurrent, f"0.weight_ih_l0 is used by lstm, .*{NO_RULE}"),
    "numbered positions": (
        trained("table", numbered),
        f"layer of table.weight gives 5 rows for 1 examples: {KEEP_ROWS}",
    ),
    "people and positions in one dimension": (
        lambda: Module(lambda m, x: m.linear(x.flatten(0, 1)).view(x.shape)),
        f"layer of linear.weight gives 5 rows for 1 examples: {KEEP_ROWS}",
    ),
    "sequence first": (lambda: Module(across_people), KEEP_ROWS),
    "an input changed in place": (
        lambda: Module(changed_in_place),
        r"input of linear was changed in place .* write h = h \+",
    ),
    "an unused layer": (
        trained("other", lambda m, x: m.linear(x)),
        "other.weight took no part in the loss: freeze it",
    ),
    "keys of another width": (
        lambda: NarrowKeys(kdim=4, vdim=4),
        "no rule for kdim, .*: use",
    ),
    "extra keys": (lambda: Attention(add_bias_kv=True), "no rule for kdim, .*: use"),
    "an extra zero": (
        lambda: Attention(add_zero_attn=True),
        "no rule for kdim, .*: use",
    ),
}


@pytest.mark.parametrize(("build", "message"), REFUSED.values(), ids=REFUSED)
def test_what_has_no_rule_is_refused_by_name(build, message):
    with pytest.raises(ValueError, match=message):
        bookkeeping.clipped_sum(built(build), scores, SEQUENCES, TARGETS, 1.0)


def test_positions_are_not_taken_for_people_when_there_are_as_many():
    """Six people and six positions: every shape is right, every norm would be wrong."""
    square = SEQUENCES[:LENGTH]
    assert square.shape[:2] == (LENGTH, LENGTH)
    for build in (trained("table", numbered), lambda: Module(across_people)):
        with pytest.raises(ValueError, match=KEEP_ROWS):
            bookkeeping.clipped_sum(built(build), scores, square, TARGETS[:5], 1.0)


def test_attention_across_people_is_refused():
    model = built(Attention)
    model.attention.batch_first = False
    with pytest.raises(ValueError, match=KEEP_ROWS):
        bookkeeping.clipped_sum(model, scores, SEQUENCES, TARGETS, 1.0)


@pytest.mark.parametrize("name", ["a bare parameter", "a recurrent layer"])
def test_the_readable_sum_is_a_remedy(name):
    result = per_example.clipped_sum(
        built(REFUSED[name][0]), scores, SEQUENCES, TARGETS, 1.0
    )
    assert result.norms.isfinite().all()
    assert result.norms.all()


def test_frozen_parts_may_be_used_in_any_way():
    model = built(lambda: Module(lambda m, x: m.linear(x) * m.scale + m.table.weight))
    slow = per_example.clipped_sum(model, scores, SEQUENCES, TARGETS, 1.0)
    fast = bookkeeping.clipped_sum(model, scores, SEQUENCES, TARGETS, 1.0)
    assert list(fast.gradient) == ["linear.weight", "linear.bias"]
    assert differences(slow.gradient, fast.gradient) < 1e-12
