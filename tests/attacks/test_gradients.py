"""Images from gradients: exact where algebra reaches, good, bad and hopeless cases."""

import pytest
import torch

from privlab.attacks.gradients import (
    clipped,
    cosine_inversion,
    deep_leakage,
    gradient,
    label_of,
    linear_inputs,
    local_update,
    noisy,
    strongest,
)
from privlab.core.datasets import digits
from privlab.core.models import cnn, mlp, softmax_regression

seeds = pytest.mark.parametrize("seed", range(5))


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def batch(size, seed):
    data = digits()
    rows = torch.randperm(len(data), generator=seeded(seed))[:size]
    x = torch.tensor(data.features / 16, dtype=torch.float32)
    return x[rows], torch.tensor(data.target)[rows]


def network(seed):
    return mlp(64, 128, 10, rng=seeded(seed))


def first_guess(size, seed):
    return torch.rand(size, 64, generator=seeded(seed + 1000))


def length(update):
    return sum(float((part**2).sum()) for part in update) ** 0.5


# What is sent


def test_one_local_step_is_the_gradient_and_the_model_stays():
    x, y = batch(4, 0)
    model = network(0)
    weights = [p.clone() for p in model.parameters()]
    sent = local_update(model, x, y, steps=1, rate=0.1)
    for a, b in zip(sent, gradient(model, x, y), strict=True):
        torch.testing.assert_close(a, b, atol=1e-6, rtol=1e-4)
    assert all(map(torch.equal, model.parameters(), weights))


def test_several_local_steps_are_those_of_plain_gradient_descent():
    x, y = batch(4, 0)
    model, copy = network(0), network(0)
    optimizer = torch.optim.SGD(copy.parameters(), lr=0.1)
    for _ in range(5):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(copy(x), y).backward()
        optimizer.step()
    sent = local_update(model, x, y, steps=5, rate=0.1)
    for part, old, new in zip(sent, model.parameters(), copy.parameters(), strict=True):
        torch.testing.assert_close(part, (old - new) / 0.5, atol=1e-5, rtol=1e-4)


def test_clipping_shortens_to_the_bound_and_leaves_short_updates_alone():
    update = gradient(network(0), *batch(4, 0))
    assert length(clipped(update, 0.1)) == pytest.approx(0.1, rel=1e-5)
    for a, b in zip(clipped(update, 1e6), update, strict=True):
        assert torch.equal(a, b)


def test_noise_has_the_deviation_it_was_asked_for():
    update = gradient(network(0), *batch(4, 0))
    other = noisy(update, 0.5, rng=seeded(0))
    noise = torch.cat([(a - b).ravel() for a, b in zip(other, update, strict=True)])
    # 9,610 numbers: a standard error of 0.0036
    assert float(noise.std()) == pytest.approx(0.5, abs=0.02)


# The exact case


@seeds
@pytest.mark.parametrize("build", [network, lambda seed: softmax_regression(64, 10)])
def test_a_single_image_comes_back_exactly_from_a_linear_layer(seed, build):
    x, y = batch(1, seed)
    model = build(seed).double()
    update = gradient(model, x.double(), y)
    found = linear_inputs(update[0], update[1])
    torch.testing.assert_close(
        found.images, x.double().expand(len(found.images), -1), atol=1e-9, rtol=0
    )
    torch.testing.assert_close(strongest(found, update[1]), x.double())


@seeds
def test_the_label_of_a_single_image_is_the_negative_entry(seed):
    x, y = batch(1, seed)
    update = gradient(network(seed), x, y)
    assert label_of(update[3]) == int(y)
    assert int((update[3] < 0).sum()) == 1


@seeds
def test_for_a_batch_each_row_gives_a_mixture_of_the_images(seed):
    x, y = batch(4, seed)
    model = softmax_regression(64, 10).double()
    update = gradient(model, x.double(), y)
    found = linear_inputs(update[0], update[1])
    weights = (0.1 - torch.nn.functional.one_hot(y, 10).double())[:, found.labels].T
    mixture = weights @ x.double() / weights.sum(1, keepdim=True)
    torch.testing.assert_close(found.images, mixture, atol=1e-9, rtol=1e-6)


@seeds
def test_clipping_does_not_touch_the_exact_case_and_noise_does(seed):
    x, y = batch(1, seed)
    update = gradient(network(seed), x, y)

    def quality(sent):
        image = strongest(linear_inputs(sent[0], sent[1]), sent[1])
        return float(((image - x) ** 2).mean())

    assert quality(clipped(update, 0.01)) < 1e-9
    assert quality(noisy(clipped(update, 0.01), 0.01, rng=seeded(seed))) > 0.1


def test_a_bias_without_gradient_is_refused():
    with pytest.raises(ValueError, match="bias_gradient"):
        linear_inputs(torch.ones(2, 3), torch.zeros(2))


# The searches


def test_deep_leakage_finds_images_and_labels_in_most_of_the_cases():
    right = []
    for seed in range(6):
        x, y = batch(1, seed)
        model = network(seed)
        found = deep_leakage(
            model,
            gradient(model, x, y),
            start=first_guess(1, seed),
            classes=10,
            rounds=8,
            rng=seeded(seed),
        )
        assert found.misfit >= 0
        right.append(found.rebuilt(x) == 1 and bool((found.labels == y).all()))
    assert sum(right) >= 4


@seeds
def test_the_cosine_attack_rebuilds_an_image_and_clipping_is_no_obstacle(seed):
    x, y = batch(1, seed)
    model = network(seed)
    update = gradient(model, x, y)
    start = first_guess(1, seed)
    for sent in (update, clipped(update, 0.01)):
        found = cosine_inversion(model, sent, y, start=start, steps=200)
        assert found.rebuilt(x, decibels=25) == 1
        assert 0 <= found.images.min() <= found.images.max() <= 1


def cosine_quality(seed, size, steps=1, noise=0.0):
    x, y = batch(size, seed)
    model = network(seed)
    update = local_update(model, x, y, steps=steps, rate=0.5)
    sent = noisy(update, noise * length(update), rng=seeded(seed))
    start = first_guess(size, seed)
    found = cosine_inversion(model, sent, y, start=start, steps=100)
    return float(found.quality(x).mean())


@seeds
def test_it_fails_for_large_batches_local_steps_and_noise(seed):
    alone = cosine_quality(seed, 1)
    assert alone > 25
    assert cosine_quality(seed, 16) < alone - 5
    assert cosine_quality(seed, 1, steps=20) < alone - 3
    assert cosine_quality(seed, 1, noise=0.1) < 20


def test_a_convolutional_network_gives_its_image_away_to_the_best_of_some_tries():
    x, y = batch(1, 0)
    model = cnn(8, 10, rng=seeded(0))
    update = gradient(model, x, y)
    tries = [
        cosine_inversion(model, update, y, start=first_guess(1, seed), steps=150)
        for seed in range(3)
    ]
    best = min(tries, key=lambda found: found.misfit)  # which the adversary can see
    assert float(best.quality(x)) > 18


def test_the_best_of_the_images_found_counts_for_each_true_one():
    x, _ = batch(3, 0)
    model = softmax_regression(64, 10)
    found = linear_inputs(*gradient(model, x[:1], torch.tensor([3])))
    assert found.rebuilt(x) == pytest.approx(1 / 3)
    assert found.quality(x).argmax() == 0
