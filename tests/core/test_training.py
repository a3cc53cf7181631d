"""Plain training: repeatable, and the inputs that it is told to learn from."""

import pytest
import torch

from privlab.core.models import softmax_regression
from privlab.core.training import accuracy, fit


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def halves(n=200):
    x = torch.rand(n, 4, generator=seeded(0))
    return x, (x[:, 0] > 0.5).long()


def trained(**settings):
    x, y = halves()
    return fit(softmax_regression(4, 2), x, y, steps=400, rng=seeded(1), **settings)


def test_a_separable_task_is_learned_and_the_same_seed_gives_the_same_weights():
    once, again = trained(), trained()
    assert accuracy(once, *halves()) > 0.93
    assert torch.equal(once[0].weight, again[0].weight)


def test_the_model_learns_from_the_inputs_it_is_shown():
    def reversed_first(model, x, y):
        return torch.cat([1 - x[:, :1], x[:, 1:]], dim=1)

    assert accuracy(trained(inputs=reversed_first), *halves()) < 0.07


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"steps": 0}, "steps=0"),
        ({"batch": 0}, "batch=0"),
        ({"rate": 0.0}, "rate=0"),
        ({"y": torch.zeros(3)}, "3"),
    ],
)
def test_bad_settings_are_named(settings, named):
    x, y = halves()
    arguments = {"x": x, "y": y, "steps": 1, "rng": seeded(0)} | settings
    with pytest.raises(ValueError, match=named):
        fit(softmax_regression(4, 2), **arguments)
