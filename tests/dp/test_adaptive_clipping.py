"""The clipping norm finds the wanted quantile, and the count is paid for."""

import dataclasses
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from privlab.core.models import softmax_regression
from privlab.dp.adaptive_clipping import AdaptiveDPSGD
from privlab.dp.sgd import train

ADAPTIVE = AdaptiveDPSGD(
    noise_multiplier=1.0,
    max_grad_norm=0.1,
    sampling_rate=0.25,
    target_quantile=0.5,
    clip_rate=0.2,
    count_noise=10.0,
)
N = 800


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def settled(algorithm, norms: torch.Tensor, rounds: int = 150) -> float:
    """The clipping norm after many batches from people with these norms."""
    rng = seeded(1)
    for _ in range(rounds):
        batch = algorithm.draw(len(norms), rng=rng)
        algorithm = algorithm.adapted(norms[batch], len(norms), rng=rng)
    return algorithm.max_grad_norm


@pytest.mark.parametrize("quantile", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("start", [0.01, 1.0, 50.0])
def test_the_norm_moves_to_the_target_quantile(quantile, start):
    norms = torch.tensor(np.random.default_rng(0).lognormal(size=N))
    algorithm = dataclasses.replace(
        ADAPTIVE, target_quantile=quantile, max_grad_norm=start
    )
    reached = settled(algorithm, norms)
    assert float((norms <= reached).double().mean()) == pytest.approx(quantile, abs=0.1)


@pytest.mark.parametrize("z", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("count_noise", [1.6, 10.0])
def test_count_and_gradients_together_cost_the_stated_noise(z, count_noise):
    """The squares of sensitivity over noise add up: 1 / z_g^2 + (1/2)^2 / s^2."""
    algorithm = dataclasses.replace(
        ADAPTIVE, noise_multiplier=z, count_noise=count_noise
    )
    spent = algorithm.gradient_noise_multiplier**-2 + (0.5 / count_noise) ** 2
    assert spent**-0.5 == pytest.approx(z, rel=1e-12)
    assert algorithm.gradient_noise_multiplier > z


def test_the_larger_noise_is_what_the_gradients_get():
    tight = dataclasses.replace(ADAPTIVE, count_noise=0.6)
    assert tight.gradient_noise_multiplier == pytest.approx(1 / math.sqrt(11 / 36))
    zero = {"w": torch.zeros(20_000, dtype=torch.float64)}
    noise = tight.noisy_mean(zero, N, rng=seeded())["w"] * 0.25 * N / 0.1
    assert float(noise.std()) == pytest.approx(1 / math.sqrt(11 / 36), rel=0.03)


def test_one_person_moves_the_count_by_a_half():
    """Norms above and below the bound: add or remove one, from the same noise."""
    norms = torch.tensor([0.05, 0.07, 3.0, 0.2, 0.01])
    for i in range(len(norms)):
        rest = norms[torch.arange(len(norms)) != i]
        everyone = ADAPTIVE.adapted(norms, N, rng=seeded(2)).max_grad_norm
        without = ADAPTIVE.adapted(rest, N, rng=seeded(2)).max_grad_norm
        moved = abs(math.log(everyone / without)) * 0.25 * N / ADAPTIVE.clip_rate
        assert moved == pytest.approx(0.5)


def test_the_count_has_the_stated_noise_even_when_nobody_came():
    rng, none = seeded(3), torch.zeros(0)
    moves = [
        math.log(ADAPTIVE.adapted(none, N, rng=rng).max_grad_norm / 0.1)
        for _ in range(4_000)
    ]
    # log C moves by -clip_rate (1/2 + noise / (q n) - target), and the target is 1/2.
    expected = 0.2 * 10.0 / (0.25 * N)
    assert np.std(moves) == pytest.approx(expected, rel=5 / math.sqrt(2 * 4_000))
    assert np.mean(moves) == pytest.approx(0, abs=5 * expected / math.sqrt(4_000))


def test_without_noise_the_median_norm_stays():
    still = dataclasses.replace(
        ADAPTIVE, noise_multiplier=0, max_grad_norm=2.0, count_noise=1e-9
    )
    norms = torch.linspace(1.0, 3.0, 201)[torch.arange(201) != 100]
    assert still.adapted(norms, N, rng=seeded()).max_grad_norm == pytest.approx(2.0)


def test_training_uses_and_records_the_moving_norm():
    x = torch.randn(N, 5, generator=seeded(4))
    y = (x[:, 0] > 0).long()
    model = softmax_regression(5, 2)
    result = train(
        ADAPTIVE,
        model,
        lambda outputs, y: F.cross_entropy(outputs, y, reduction="none"),
        x,
        y,
        torch.optim.SGD(model.parameters(), lr=0.5),
        steps=30,
        delta=1e-5,
        accountant=lambda noise_multiplier, **_: noise_multiplier,
        rng=seeded(5),
    )
    assert result.max_grad_norms[0] == 0.1
    assert result.max_grad_norms[-1] > 0.5
    assert len(set(result.max_grad_norms)) == 30
    assert set(result.epsilons) == {1.0}  # the accountant sees the noise of both


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target_quantile": 1}, "target_quantile=1 must lie strictly between"),
        ({"clip_rate": 0}, "clip_rate=0 must be > 0"),
        ({"count_noise": 0.5}, "count_noise=0.5 must be > noise_multiplier / 2 = 0.5"),
        ({"count_noise": -1}, "count_noise=-1 must be > 0"),
        ({"sampling_rate": 2}, "sampling_rate=2 must be <= 1"),
    ],
)
def test_impossible_parameters_are_named_at_construction(change, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(ADAPTIVE, **change)
