"""One gradient per person, clipped: what the definition promises."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from privlab.core.models import cnn, mlp
from privlab.dp import bookkeeping, per_example

BOTH = pytest.mark.parametrize(
    "clipped_sum",
    [per_example.clipped_sum, bookkeeping.clipped_sum],
    ids=["per_example", "bookkeeping"],
)
N = 12


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def cross_entropy(outputs, y):
    return F.cross_entropy(outputs, y, reduction="none")


@pytest.fixture
def task():
    """A small network and 12 people, in double precision."""
    model = mlp(6, 5, 3, rng=seeded()).double()
    x = 3 * torch.randn(N, 6, generator=seeded(1), dtype=torch.float64)
    return model, cross_entropy, x, torch.randint(3, (N,), generator=seeded(2))


def length(gradient) -> float:
    return float(torch.cat([g.flatten() for g in gradient.values()]).norm())


def plain(model, loss, x, y) -> dict[str, torch.Tensor]:
    """The gradient of the summed loss, as any training would take it."""
    names, parameters = zip(*model.named_parameters(), strict=True)
    total = torch.autograd.grad(loss(model(x), y).sum(), parameters)
    return dict(zip(names, total, strict=True))


def test_gradients_have_a_row_per_example_and_add_up(task):
    rows, losses = per_example.gradients(*task)
    assert {k: len(g) for k, g in rows.items()} == dict.fromkeys(rows, N)
    torch.testing.assert_close({k: g.sum(0) for k, g in rows.items()}, plain(*task))
    torch.testing.assert_close(losses, cross_entropy(task[0](task[2]), task[3]))


def test_gradients_are_those_that_vmap_takes(task):
    model, loss, x, y = task

    def one(parameters, x, y):
        outputs = torch.func.functional_call(model, parameters, (x[None],))
        return loss(outputs, y[None])[0]

    parameters = {k: p.detach() for k, p in model.named_parameters()}
    peer = torch.func.vmap(torch.func.grad(one), in_dims=(None, 0, 0))
    torch.testing.assert_close(
        per_example.gradients(*task)[0], peer(parameters, x, y), rtol=0, atol=1e-12
    )


@BOTH
def test_a_bound_that_nobody_reaches_changes_nothing(clipped_sum, task):
    torch.testing.assert_close(clipped_sum(*task, 1e6).gradient, plain(*task))


@BOTH
@pytest.mark.parametrize("bound", [1e-3, 0.5, 2.0, 40.0])
def test_one_example_never_weighs_more_than_the_bound(clipped_sum, task, bound):
    model, loss, x, y = task
    alone = [clipped_sum(model, loss, x[[i]], y[[i]], bound) for i in range(N)]
    for part in alone:
        own = min(float(part.norms), bound)
        assert length(part.gradient) == pytest.approx(own, rel=1e-12)
    everyone = clipped_sum(*task, bound)
    torch.testing.assert_close(
        everyone.gradient, per_example.added(alone).gradient, rtol=0, atol=1e-12
    )


@BOTH
@pytest.mark.parametrize("bound", [0.1, 3.0])
def test_removing_anyone_moves_the_sum_by_at_most_the_bound(clipped_sum, task, bound):
    model, loss, x, y = task
    everyone = clipped_sum(*task, bound).gradient
    for i in range(N):
        others = torch.arange(N) != i
        rest = clipped_sum(model, loss, x[others], y[others], bound).gradient
        moved = {k: everyone[k] - rest[k] for k in rest}
        assert length(moved) <= bound * (1 + 1e-9)


@BOTH
def test_the_bound_holds_in_single_precision_and_for_extreme_data(clipped_sum):
    model = mlp(6, 5, 3, rng=seeded())
    x = torch.logspace(-6, 6, N)[:, None] * torch.randn(N, 6, generator=seeded(4))
    y = torch.randint(3, (N,), generator=seeded(5))
    for i in range(N):
        one = clipped_sum(model, cross_entropy, x[[i]], y[[i]], 0.7)
        assert length(one.gradient) <= 0.7 * (1 + 1e-6)


@BOTH
def test_a_gradient_of_zero_stays_zero(clipped_sum, task):
    model, _, x, y = task
    nothing = clipped_sum(model, lambda out, y: 0 * out.sum(dim=1), x, y, 1.0)
    assert length(nothing.gradient) == 0
    assert not nothing.norms.any()


@BOTH
def test_an_empty_batch_sums_to_zeros_of_the_right_shapes(clipped_sum, task):
    model, loss, x, y = task
    empty = clipped_sum(model, loss, x[:0], y[:0], 1.0)
    shapes = {k: p.shape for k, p in model.named_parameters()}
    assert {k: g.shape for k, g in empty.gradient.items()} == shapes
    assert length(empty.gradient) == 0
    assert empty.norms.shape == empty.losses.shape == (0,)


@BOTH
def test_frozen_parameters_are_left_out_of_sum_and_norm(clipped_sum, task):
    model, _, x, y = task
    model[0].requires_grad_(False)
    model[2].bias.requires_grad_(False)
    result = clipped_sum(*task, 1e6)
    assert list(result.gradient) == ["2.weight"]
    hidden, p = model[:2](x), model(x).softmax(dim=1)
    wrong = p - F.one_hot(y, 3)
    torch.testing.assert_close(result.norms, wrong.norm(dim=1) * hidden.norm(dim=1))


@BOTH
def test_nothing_is_left_behind_on_the_model(clipped_sum, task):
    model = task[0]
    before = [p.clone() for p in model.parameters()]
    clipped_sum(*task, 1.0)
    assert all(p.grad is None for p in model.parameters())
    assert all(map(torch.equal, before, model.parameters()))


@BOTH
def test_results_carry_no_graph(clipped_sum, task):
    result = clipped_sum(*task, 1.0)
    kept = [*result.gradient.values(), result.norms, result.losses]
    assert not any(tensor.requires_grad for tensor in kept)


def test_added_batches_are_one_batch():
    model = cnn(8, 4, rng=seeded()).double()
    x = torch.randn(7, 64, generator=seeded(6), dtype=torch.float64)
    y = torch.randint(4, (7,), generator=seeded(7))
    whole = bookkeeping.clipped_sum(model, cross_entropy, x, y, 0.3)
    cut = per_example.added(
        [
            bookkeeping.clipped_sum(model, cross_entropy, x[rows], y[rows], 0.3)
            for rows in (slice(0, 3), slice(3, 3), slice(3, 7))
        ]
    )
    torch.testing.assert_close(vars(cut), vars(whole), rtol=0, atol=1e-12)


# What is refused


IMAGES = torch.zeros(4, 2, 6, 6)
TOKENS = torch.zeros(4, 3, dtype=torch.int64)
REFUSED = {
    "BatchNorm": (nn.BatchNorm2d(2), IMAGES, r"1 \(BatchNorm2d\) mixes .* GroupNorm"),
    "averages": (
        nn.InstanceNorm2d(2, track_running_stats=True),
        IMAGES,
        r"1 \(InstanceNorm2d\) averages .* track_running_stats=False",
    ),
    "max_norm": (
        nn.Embedding(5, 2, max_norm=1.0),
        TOKENS,
        r"1 \(Embedding\) shortens the rows .* max_norm=None",
    ),
    "scale_grad_by_freq": (
        nn.Embedding(5, 2, scale_grad_by_freq=True),
        TOKENS,
        r"1 \(Embedding\) divides .* scale_grad_by_freq=False",
    ),
    "frozen": (nn.Linear(6, 2).requires_grad_(False), IMAGES, "no trainable parameter"),
}


@BOTH
@pytest.mark.parametrize(("layer", "x", "message"), REFUSED.values(), ids=REFUSED)
def test_layers_without_a_gradient_per_person_are_named(clipped_sum, layer, x, message):
    model = nn.Sequential(nn.Identity(), layer, nn.Flatten())
    with pytest.raises(ValueError, match=message):
        clipped_sum(model, cross_entropy, x, torch.zeros(4, dtype=torch.int64), 1.0)


@BOTH
def test_batch_norm_at_rest_mixes_nobody(clipped_sum):
    norm = nn.BatchNorm1d(6).requires_grad_(False).eval()
    model = nn.Sequential(norm, nn.Linear(6, 3))
    result = clipped_sum(
        model, cross_entropy, torch.ones(4, 6), torch.zeros(4, dtype=torch.int64), 1.0
    )
    assert list(result.gradient) == ["1.weight", "1.bias"]


@BOTH
@pytest.mark.parametrize("loss", [F.cross_entropy, lambda out, y: out])
def test_a_loss_that_is_not_one_number_per_example_is_refused(clipped_sum, task, loss):
    model, _, x, y = task
    with pytest.raises(ValueError, match=r"loss gives shape .* use reduction='none'"):
        clipped_sum(model, loss, x, y, 1.0)


@BOTH
def test_a_loss_without_gradient_is_refused(clipped_sum, task):
    model, _, x, y = task
    with pytest.raises(ValueError, match="loss carries no gradient"):
        clipped_sum(model, lambda outputs, y: outputs.detach().sum(dim=1), x, y, 1.0)


@BOTH
@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_data_that_are_not_finite_are_refused(clipped_sum, task, bad):
    model, loss, x, y = task
    x[3, 2] = bad
    with pytest.raises(ValueError, match="gradient of 1 examples is not finite"):
        clipped_sum(model, loss, x, y, 1.0)


@BOTH
@pytest.mark.parametrize("bound", [0, -1.0, float("nan")])
def test_an_impossible_bound_is_named(clipped_sum, task, bound):
    with pytest.raises(ValueError, match=f"max_grad_norm={bound} must be"):
        clipped_sum(*task, bound)
