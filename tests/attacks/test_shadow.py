"""Many models at once are the same models as one by one."""

from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch.optim import SGD, Adam

from privlab.attacks.shadow import batches, halves, train_shadows
from privlab.core.models import cnn, mlp, softmax_regression

PEOPLE, CLASSES = 48, 3
BUILDS = {
    "mlp": partial(mlp, 16, 5, CLASSES),
    "cnn": partial(cnn, 4, CLASSES),
    "softmax": lambda *, rng: softmax_regression(16, CLASSES),
}
OPTIMIZERS = {
    "sgd": partial(SGD, lr=0.1, momentum=0.9),
    "adam": partial(Adam, lr=0.01, weight_decay=0.1),
}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def data():
    return (
        torch.randn(PEOPLE, 16, generator=seeded(1)),
        torch.randint(CLASSES, (PEOPLE,), generator=seeded(2)),
    )


def unequal(models):
    """Training sets of different sizes, one of them a single person."""
    inside = torch.rand(models, PEOPLE, generator=seeded(3)) < 0.4
    inside[0] = torch.arange(PEOPLE) == 7
    return inside


def one_by_one(build, x, y, inside, optimizer, *, epochs, size, rng):
    """The plain way: a module, an optimizer and a loop for each model."""
    models = [build(rng=rng) for _ in inside]
    work = list(batches(inside, size=size, epochs=epochs, rng=rng))
    for k, model in enumerate(models):
        steps = optimizer(model.parameters())
        for rows, weights in work:
            own = rows[k][weights[k] > 0]
            steps.zero_grad()
            F.cross_entropy(model(x[own]), y[own], reduction="sum").div(
                max(len(own), 1)
            ).backward()
            steps.step()
    return torch.stack([model(x) for model in models]).detach()


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
@pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS)
@pytest.mark.parametrize("members", [unequal(6), halves(6, PEOPLE, rng=seeded())])
def test_all_at_once_equals_one_by_one(data, build, optimizer, members):
    setting = {"epochs": 4, "size": 8}
    together = train_shadows(
        build, *data, members, optimizer=optimizer, rng=seeded(4), **setting
    )
    alone = one_by_one(build, *data, members, optimizer, rng=seeded(4), **setting)
    torch.testing.assert_close(together.logits(data[0]), alone, rtol=1e-3, atol=1e-3)


def test_one_of_the_models_says_what_all_say_together(data):
    shadows = train_shadows(
        BUILDS["mlp"],
        *data,
        halves(4, PEOPLE, rng=seeded()),
        optimizer=OPTIMIZERS["adam"],
        epochs=1,
        rng=seeded(),
    )
    assert len(shadows) == 4
    for k in range(4):
        torch.testing.assert_close(shadows.one(k)(data[0]), shadows.logits(data[0])[k])


def test_a_model_knows_nothing_of_those_who_are_not_inside(data):
    x, y = data
    inside = unequal(4)
    changed = x.clone()
    changed[~inside[1]] = 100.0
    setting = {"optimizer": OPTIMIZERS["adam"], "epochs": 3}
    first = train_shadows(BUILDS["mlp"], x, y, inside, rng=seeded(), **setting)
    second = train_shadows(BUILDS["mlp"], changed, y, inside, rng=seeded(), **setting)
    assert torch.equal(first.one(1)(x), second.one(1)(x))
    assert not torch.equal(first.one(2)(x), second.one(2)(x))


@pytest.mark.parametrize("people", [10, 11])
def test_everybody_is_in_half_of_the_models(people):
    inside = halves(20, people, rng=seeded())
    assert inside.sum(dim=0).tolist() == [10] * people
    assert set(inside.sum(dim=1).tolist()) <= {people // 2, people - people // 2}


def test_halves_are_drawn_evenly():
    # 4,000 pairs: a standard error of 0.008; six of them
    inside = halves(8000, 6, rng=seeded())[::2].double()
    assert (inside.mean(dim=0) - 0.5).abs().max() < 0.05
    together = (inside[:, 0] * inside[:, 1]).mean()  # 3 of 6: (1/2)(2/5)
    assert together == pytest.approx(0.2, abs=0.04)


def test_an_epoch_shows_every_member_once_and_nobody_else_counts():
    inside = unequal(5)
    seen = torch.zeros(inside.shape)
    for rows, weights in batches(inside, size=7, epochs=3, rng=seeded()):
        seen.scatter_add_(1, rows, weights)
    assert torch.equal(seen, 3 * inside.float())


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"inside": torch.ones(2, 47, dtype=torch.bool)}, ValueError, "one each"),
        ({"inside": torch.ones(2, PEOPLE)}, TypeError, "bool"),
        ({"y": torch.zeros(PEOPLE, dtype=torch.long)}, ValueError, "single class"),
        ({"inside": torch.zeros(2, PEOPLE, dtype=torch.bool)}, ValueError, "model 0"),
    ],
)
def test_bad_input_is_refused_by_name(data, change, error, text):
    given = {"x": data[0], "y": data[1], "inside": unequal(2)} | change
    with pytest.raises(error, match=text):
        train_shadows(
            BUILDS["mlp"],
            *given.values(),
            optimizer=OPTIMIZERS["sgd"],
            epochs=1,
            rng=seeded(),
        )


def test_models_come_in_pairs():
    with pytest.raises(ValueError, match="models=3 must be even"):
        halves(3, 10, rng=seeded())
