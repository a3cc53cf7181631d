"""Calibration inverts accounting, whoever the accountant is, training included."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from privlab.core.models import mlp
from privlab.dp.accounting import (
    advanced_epsilon,
    basic_epsilon,
    gdp_epsilon_estimate,
    pld_epsilon,
    rdp_epsilon,
)
from privlab.dp.calibration import certified_epsilon, noise_multiplier
from privlab.dp.mechanisms import Gaussian
from privlab.dp.sgd import DPSGD, train

ACCOUNTANTS = [
    certified_epsilon,
    rdp_epsilon,
    advanced_epsilon,
    basic_epsilon,
    gdp_epsilon_estimate,
]
OPACUS = {"epsilon": 8.0, "delta": 1e-5, "sampling_rate": 0.04, "steps": 2250}


@pytest.mark.parametrize("accountant", ACCOUNTANTS)
@pytest.mark.parametrize(
    ("epsilon", "rate", "steps"), [(0.5, 0.02, 300), (4.0, 0.3, 20), (2.0, 1.0, 5)]
)
def test_the_noise_keeps_the_promise_and_less_would_not(
    accountant, epsilon, rate, steps
):
    aim = {"delta": 1e-5, "sampling_rate": rate, "steps": steps}
    noise = noise_multiplier(epsilon=epsilon, accountant=accountant, **aim)
    assert accountant(noise_multiplier=noise, **aim) <= epsilon
    assert accountant(noise_multiplier=noise * (1 - 3e-4), **aim) > epsilon


@settings(deadline=None, derandomize=True, max_examples=20)
@given(
    st.floats(0.1, 4),
    st.floats(0.05, 1),
    st.integers(20, 1_000),
    st.floats(1.05, 3),
)
def test_a_stricter_promise_needs_more_noise(epsilon, rate, steps, factor):
    def noise(epsilon, rate, steps):
        return noise_multiplier(
            epsilon=epsilon,
            delta=1e-6,
            sampling_rate=rate,
            steps=steps,
            accountant=rdp_epsilon,
        )

    here = noise(epsilon, rate, steps) * (1 - 2e-4)
    assert noise(epsilon / factor, rate, steps) >= here
    assert noise(epsilon, min(rate * factor, 1), steps) >= here
    assert noise(epsilon, rate, 2 * steps) >= here


@pytest.mark.parametrize("epsilon", [0.1, 1.0, 10.0])
def test_one_release_of_the_whole_data_needs_the_gaussians_sigma(epsilon):
    sigma = Gaussian(epsilon=epsilon, delta=1e-5, sensitivity=1).sigma
    found = noise_multiplier(epsilon=epsilon, delta=1e-5, sampling_rate=1, steps=1)
    assert sigma * (1 - 1e-9) <= found <= sigma * (1 + 1e-4)


@pytest.mark.parametrize(
    ("accountant", "published"),
    [
        (rdp_epsilon, 1.416),
        (certified_epsilon, 1.34765625),
        (gdp_epsilon_estimate, 1.3232421875),
    ],
)
def test_the_published_noise(accountant, published):
    # opacus searches until epsilon is within 0.01 of the target, from below
    found = noise_multiplier(accountant=accountant, **OPACUS)
    assert found == pytest.approx(published, rel=3e-3)


def test_certified_noise_is_less_than_that_of_the_looser_accountant():
    certified = noise_multiplier(**OPACUS)
    assert certified < 0.96 * noise_multiplier(accountant=rdp_epsilon, **OPACUS)


def test_certified_epsilon_is_the_upper_bound():
    setting = {"noise_multiplier": 1.0, "sampling_rate": 0.1, "steps": 9, "delta": 1e-5}
    assert certified_epsilon(**setting) == pld_epsilon(**setting).high


def test_noise_that_decides_nothing_is_refused():
    aim = {"sampling_rate": 0.001, "steps": 5}
    with pytest.raises(ValueError, match=r"epsilon=1 at delta=0.01 needs no noise"):
        noise_multiplier(epsilon=1, delta=0.01, **aim)
    with pytest.raises(ValueError, match="epsilon=1e-09 at delta=1e-12 is out of re"):
        noise_multiplier(epsilon=1e-9, delta=1e-12, accountant=rdp_epsilon, **aim)


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.floats(), st.floats())
def test_what_is_no_promise_is_refused(epsilon, delta):
    if 0 < epsilon < float("inf") and 0 < delta < 1:
        return
    with pytest.raises(ValueError, match=r"(epsilon|delta)="):
        noise_multiplier(epsilon=epsilon, delta=delta, sampling_rate=0.1, steps=10)


# Training


@pytest.mark.parametrize("accountant", [certified_epsilon, rdp_epsilon])
def test_training_reports_what_the_accountant_says(accountant):
    steps, delta = 45, 1e-5
    noise = noise_multiplier(
        epsilon=2.0, delta=delta, sampling_rate=0.25, steps=steps, accountant=accountant
    )
    rng = torch.Generator().manual_seed(0)
    model = mlp(4, 8, 2, rng=rng)
    x = torch.randn(64, 4, generator=rng)
    y = torch.randint(2, (64,), generator=rng)
    result = train(
        DPSGD(noise_multiplier=noise, max_grad_norm=1.0, sampling_rate=0.25),
        model,
        lambda outputs, y: F.cross_entropy(outputs, y, reduction="none"),
        x,
        y,
        torch.optim.SGD(model.parameters(), lr=0.1),
        steps=steps,
        delta=delta,
        accountant=accountant,
        rng=rng,
    )
    expected = [
        accountant(noise_multiplier=noise, sampling_rate=0.25, steps=count, delta=delta)
        for count in result.checkpoints
    ]
    assert list(result.epsilons) == expected
    assert np.all(np.diff(result.epsilons) > 0)
    assert 1.99 < result.privacy.epsilon <= 2
