"""The small models have the sizes they state, and their randomness is an argument."""

import pytest
import torch

from privlab.core.models import cnn, mlp, softmax_regression

MODELS = {
    "softmax regression": lambda rng: softmax_regression(64, 10),
    "mlp": lambda rng: mlp(64, 32, 10, rng=rng),
    "cnn": lambda rng: cnn(8, 10, rng=rng),
}
ALL = pytest.mark.parametrize("build", MODELS.values(), ids=MODELS)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def weights(model) -> torch.Tensor:
    return torch.nn.utils.parameters_to_vector(model.parameters()).detach()


@ALL
@pytest.mark.parametrize("count", [0, 1, 5])
def test_rows_of_pixels_become_rows_of_scores(build, count):
    assert build(seeded(0))(torch.zeros(count, 64)).shape == (count, 10)


@pytest.mark.parametrize(
    ("model", "size"),
    [
        (softmax_regression(64, 10), 650),
        (mlp(784, 256, 10, rng=seeded(0)), 203_530),
        (cnn(8, 10, rng=seeded(0)), 25_938),
    ],
)
def test_models_have_the_stated_number_of_parameters(model, size):
    assert weights(model).numel() == size


@pytest.mark.parametrize("build", [MODELS["mlp"], MODELS["cnn"]], ids=["mlp", "cnn"])
def test_the_generator_alone_decides_the_weights(build):
    first = weights(build(seeded(1)))
    torch.manual_seed(99)
    assert torch.equal(weights(build(seeded(1))), first)
    rng = seeded(1)
    assert not torch.equal(weights(build(rng)), weights(build(rng)))


@pytest.mark.parametrize("build", [MODELS["mlp"], MODELS["cnn"]], ids=["mlp", "cnn"])
def test_the_global_generator_is_left_alone(build):
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    build(seeded(0))
    assert torch.equal(torch.rand(4), expected)


def test_softmax_regression_starts_undecided():
    assert not weights(softmax_regression(5, 3)).any()


@ALL
def test_no_model_mixes_the_rows_of_a_batch(build):
    model, x = build(seeded(2)), torch.randn(6, 64, generator=seeded(3))
    alone = torch.cat([model(row[None]) for row in x])
    torch.testing.assert_close(model(x), alone)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: softmax_regression(0, 10), "features=0 must be >= 1"),
        (lambda: softmax_regression(64, 1), "classes=1 must be >= 2"),
        (lambda: mlp(64, 0, 10, rng=seeded(0)), "hidden=0 must be >= 1"),
        (lambda: cnn(3, 10, rng=seeded(0)), "side=3 must be >= 4"),
    ],
)
def test_impossible_sizes_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
