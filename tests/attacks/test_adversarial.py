"""Adversarial examples: laws of the ball, closed forms, an attack redone in numpy."""

import itertools

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from privlab.attacks.adversarial import (
    L2Ball,
    LinfBall,
    adversarial_training,
    climbed,
    fgsm,
    input_gradient,
    pgd,
)
from privlab.core.datasets import digits
from privlab.core.models import cnn, mlp, softmax_regression
from privlab.core.training import fit

BALLS = [LinfBall(radius=0.1), L2Ball(radius=0.5)]
balls = pytest.mark.parametrize("ball", BALLS, ids=["Linf", "L2"])


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def random_linear(features, classes, seed):
    model = softmax_regression(features, classes).double()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, generator=seeded(seed))
    return model


def some_rows(n=20, d=6, classes=4, seed=0, low=0.0, high=1.0):
    x = low + (high - low) * torch.rand(n, d, generator=seeded(seed)).double()
    return x, torch.randint(classes, (n,), generator=seeded(seed + 1))


def losses(model, x, y):
    with torch.no_grad():
        return cross_entropy(model(x), y, reduction="none")


@pytest.fixture(scope="module")
def images():
    data = digits()
    x = torch.tensor(data.features / 16, dtype=torch.float32)
    return x, torch.tensor(data.target)


@pytest.fixture(scope="module")
def network(images):
    x, y = images
    model = mlp(64, 32, 10, rng=seeded(0))
    return fit(model, x[:1000], y[:1000], steps=200, rng=seeded(1))


# The balls


@balls
def test_projection_ends_in_the_ball_and_leaves_what_is_inside(ball):
    change = torch.randn(50, 6, generator=seeded(0))
    inside = ball.project(change)
    assert (ball.size(inside) <= ball.radius * (1 + 1e-6)).all()
    torch.testing.assert_close(ball.project(0.999 * inside), 0.999 * inside)


@balls
def test_projection_is_the_nearest_point_of_the_ball(ball):
    change = 2 * torch.randn(50, 6, generator=seeded(0))
    nearest = (change - ball.project(change)).norm(dim=1)
    for seed in range(20):
        other = ball.draw(change, rng=seeded(seed))
        assert (nearest <= (change - other).norm(dim=1) + 1e-6).all()


@balls
def test_the_steepest_change_has_size_one_and_beats_every_other(ball):
    gradient = torch.randn(50, 6, generator=seeded(0))
    best = ball.steepest(gradient)
    torch.testing.assert_close(ball.size(best), torch.ones(50))
    for seed in range(20):
        other = ball.draw(gradient, rng=seeded(seed)) / ball.radius
        assert ((gradient * other).sum(1) <= (gradient * best).sum(1) + 1e-6).all()


@balls
def test_random_changes_fill_the_ball_evenly(ball):
    change = ball.draw(torch.zeros(40_000, 2), rng=seeded(0))
    # a quarter of the area is within half the radius; five standard errors are 0.011
    assert (ball.size(change) <= ball.radius).all()
    inner = (ball.size(change) <= ball.radius / 2).double().mean()
    assert float(inner) == pytest.approx(0.25, abs=0.011)


# Where they end


@balls
@pytest.mark.parametrize("seed", range(3))
def test_adversarial_inputs_stay_in_the_ball_and_among_the_pixels(
    ball, seed, images, network
):
    x, y = (part[:100] for part in images)
    found = pgd(network, x, y, ball=ball, step=0.1, steps=5, rng=seeded(seed))
    assert (ball.size(found.adversarial - x) <= ball.radius + 1e-6).all()
    assert found.adversarial.min() >= 0
    assert found.adversarial.max() <= 1


@pytest.mark.parametrize("epsilon", [0.0, 0.03, 0.5])
def test_fgsm_stays_in_the_ball_and_moves_a_free_pixel_by_all_of_it(
    epsilon, images, network
):
    x, y = (part[:100] for part in images)
    change = (fgsm(network, x, y, epsilon=epsilon).adversarial - x).abs()
    assert change.max() == pytest.approx(epsilon)


def test_a_ball_without_size_changes_nothing(images, network):
    x, y = (part[:50] for part in images)
    for ball in (LinfBall(radius=0), L2Ball(radius=0)):
        found = pgd(network, x, y, ball=ball, step=0.1, steps=3, rng=seeded(0))
        assert torch.equal(found.adversarial, x)
        assert found.changed == 0


def test_an_attack_leaves_the_model_as_it_was(images, network):
    x, y = (part[:50] for part in images)
    before = [p.clone() for p in network.parameters()]
    fgsm(network, x, y, epsilon=0.1)
    for parameter, old in zip(network.parameters(), before, strict=True):
        assert torch.equal(parameter, old)
        assert not x.requires_grad


# Linear models, where the answer is known


@pytest.mark.parametrize("classes", [2, 4, 10])
@pytest.mark.parametrize("epsilon", [0.05, 0.5, 2.0])
def test_fgsm_never_lowers_the_loss_of_a_linear_model(classes, epsilon):
    model = random_linear(6, classes, seed=classes)
    x, y = some_rows(200, classes=classes)
    moved = fgsm(model, x, y, epsilon=epsilon).adversarial
    assert (losses(model, moved, y) >= losses(model, x, y) - 1e-12).all()


@pytest.mark.parametrize("classes", [2, 4])
def test_inside_the_pixels_the_loss_rises_by_epsilon_times_the_gradient(classes):
    """Convexity: f(x + d) >= f(x) + <gradient, d>, and <., d> is epsilon ||.||_1."""
    model = random_linear(6, classes, seed=classes)
    x, y = some_rows(200, classes=classes, low=0.1, high=0.9)
    slope = input_gradient(model, x, y).abs().sum(1)
    rise = losses(model, fgsm(model, x, y, epsilon=0.1).adversarial, y)
    assert (rise >= losses(model, x, y) + 0.1 * slope - 1e-12).all()


def test_for_two_classes_fgsm_is_the_best_of_all_corners_of_the_ball():
    model = random_linear(6, 2, seed=0)
    x, y = some_rows(30, classes=2)
    found = losses(model, fgsm(model, x, y, epsilon=0.3).adversarial, y)
    corners = [
        losses(model, (x + 0.3 * torch.tensor(signs).double()).clamp(0, 1), y)
        for signs in itertools.product([-1, 1], repeat=6)
    ]
    torch.testing.assert_close(found, torch.stack(corners).amax(0))


@pytest.mark.parametrize(
    ("ball", "dual"), [(LinfBall(radius=0.1), 1), (L2Ball(radius=0.1), 2)]
)
def test_for_two_classes_the_margin_falls_by_radius_times_the_dual_norm(ball, dual):
    model = random_linear(6, 2, seed=0)
    x, y = some_rows(30, classes=2, low=0.2, high=0.8)
    moved = climbed(model, x, y, ball=ball, step=0.1, steps=20, rng=seeded(0))

    def margin(rows):
        scores = model(rows).detach()
        return (
            scores.gather(1, y[:, None])[:, 0] - scores.gather(1, 1 - y[:, None])[:, 0]
        )

    weights = model[0].weight.detach()
    fall = ball.radius * (weights[0] - weights[1]).norm(dual)
    torch.testing.assert_close(margin(x) - margin(moved), fall.expand(30))


# The same attacks, written again without torch


def numpy_gradient(weights, x, y):
    """The gradient of the cross-entropy of linear, ReLU, linear, by hand."""
    w1, b1, w2, b2 = weights
    hidden = x @ w1.T + b1
    scores = np.maximum(hidden, 0) @ w2.T + b2
    chances = np.exp(scores - scores.max(1, keepdims=True))
    chances /= chances.sum(1, keepdims=True)
    chances[np.arange(len(y)), y] -= 1
    return ((chances @ w2) * (hidden > 0)) @ w1


def in_double(network):
    model = mlp(64, 32, 10, rng=seeded(0)).double()
    model.load_state_dict(network.state_dict())
    return model, [p.detach().numpy() for p in model.parameters()]


def test_fgsm_is_that_of_a_calculation_by_hand(images, network):
    model, weights = in_double(network)
    x, y = images[0][:200].double(), images[1][:200]
    found = fgsm(model, x, y, epsilon=0.1).adversarial.numpy()
    slope = numpy_gradient(weights, x.numpy(), y.numpy())
    np.testing.assert_allclose(input_gradient(model, x, y).numpy(), slope, atol=1e-12)
    expected = np.clip(x.numpy() + 0.1 * np.sign(slope), 0, 1)
    np.testing.assert_allclose(found, expected, atol=1e-12)


@balls
def test_pgd_is_that_of_a_calculation_by_hand(ball, images, network):
    model, weights = in_double(network)
    x, y = images[0][:200].double(), images[1][:200]
    found = pgd(model, x, y, ball=ball, step=0.04, steps=10, rng=seeded(7))
    rows, labels, r = x.numpy(), y.numpy(), ball.radius
    moved = np.clip(rows + ball.draw(x, rng=seeded(7)).numpy(), 0, 1)
    for _ in range(10):
        g = numpy_gradient(weights, moved, labels)
        if isinstance(ball, LinfBall):
            change = np.clip(moved + 0.04 * np.sign(g) - rows, -r, r)
        else:
            change = moved + 0.04 * g / np.linalg.norm(g, axis=1)[:, None] - rows
            lengths = np.linalg.norm(change, axis=1)[:, None]
            change = np.where(lengths > r, change * r / lengths, change)
        moved = np.clip(rows + change, 0, 1)
    np.testing.assert_allclose(found.adversarial.numpy(), moved, atol=1e-9)


# What they achieve


@pytest.mark.parametrize("seed", range(3))
def test_pgd_is_stronger_than_fgsm_which_is_stronger_than_chance(seed, images, network):
    x, y = (part[1000:1400] for part in images)
    ball = LinfBall(radius=0.1)
    many = pgd(network, x, y, ball=ball, step=0.025, steps=10, rng=seeded(seed))
    once = fgsm(network, x, y, epsilon=0.1)
    chance = (x + ball.draw(x, rng=seeded(seed))).clamp(0, 1)
    assert losses(network, many.adversarial, y).mean() > 1.03 * (
        losses(network, once.adversarial, y).mean()
    )
    assert losses(network, once.adversarial, y).mean() > 3 * (
        losses(network, chance, y).mean()
    )
    assert many.accuracy_after <= once.accuracy_after < many.accuracy_before - 0.3


def test_a_convolutional_network_is_attacked_the_same_way(images):
    x, y = images
    model = fit(cnn(8, 10, rng=seeded(0)), x[:600], y[:600], steps=120, rng=seeded(1))
    found = fgsm(model, x[1000:1200], y[1000:1200], epsilon=0.15)
    assert found.accuracy_after < found.accuracy_before - 0.3


@pytest.mark.parametrize("seed", range(3))
def test_adversarial_training_withstands_the_attack_it_has_seen(seed, images):
    x, y = images
    ball = LinfBall(radius=0.1)
    models = [mlp(64, 64, 10, rng=seeded(seed)) for _ in range(2)]
    fit(models[0], x[:800], y[:800], steps=200, rng=seeded(1))
    adversarial_training(
        models[1], x[:800], y[:800], ball=ball, steps=200, rng=seeded(1)
    )
    plain, robust = (
        pgd(
            model, x[800:], y[800:], ball=ball, step=0.025, steps=10, rng=seeded(2)
        ).accuracy_after
        for model in models
    )
    assert robust > plain + 0.2


def test_the_result_counts_decisions_and_says_so(images, network):
    x, y = (part[:100] for part in images)
    found = fgsm(network, x, y, epsilon=0.2)
    with torch.no_grad():
        after = network(found.adversarial).argmax(1)
    assert torch.equal(after, found.after)
    assert found.accuracy_after == pytest.approx((after == y).double().mean().item())
    assert found.changed == pytest.approx(
        (after != found.before).double().mean().item()
    )
    assert f"{found.accuracy_after:.0%}" in found.summary


# Bad input


@pytest.mark.parametrize("kind", [LinfBall, L2Ball])
@pytest.mark.parametrize("radius", [-0.1, float("nan")])
def test_no_ball_has_such_a_radius(kind, radius):
    with pytest.raises(ValueError, match="radius="):
        kind(radius=radius)


@pytest.mark.parametrize("x", [torch.ones(2, 6) * 16, -torch.ones(2, 6), torch.ones(6)])
def test_inputs_must_be_rows_of_pixels(x):
    with pytest.raises(ValueError, match="x "):
        fgsm(softmax_regression(6, 2), x, torch.tensor([0, 1]), epsilon=0.1)


@pytest.mark.parametrize(
    ("step", "steps", "named"), [(0, 1, "step="), (1, 0, "steps=")]
)
def test_steps_are_needed(step, steps, named):
    x, y = some_rows(4, 6, 2)
    with pytest.raises(ValueError, match=named):
        climbed(
            random_linear(6, 2, 0),
            *(x, y),
            ball=LinfBall(radius=0.1),
            step=step,
            steps=steps,
            rng=seeded(0),
        )
