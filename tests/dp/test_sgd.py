"""DP-SGD: sampled by chance, clipped, noised, divided by what was expected."""

import dataclasses
import io
import math
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.optimize import brentq
from scipy.stats import binom, kstest
from torch import nn
from tqdm import tqdm

from privlab.core import progress
from privlab.core.datasets import digits
from privlab.core.models import mlp, softmax_regression
from privlab.core.privacy import Privacy
from privlab.dp import per_example, sgd
from privlab.dp.audit import audit
from privlab.dp.mechanisms import gaussian_delta
from privlab.dp.per_example import ClippedSum
from privlab.dp.sgd import DPSGD, train

N = 40
QUIET = DPSGD(noise_multiplier=0, max_grad_norm=0.5, sampling_rate=0.3)
NOISY = dataclasses.replace(QUIET, noise_multiplier=1.5)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def cross_entropy(outputs, y):
    return F.cross_entropy(outputs, y, reduction="none")


X = torch.randn(N, 6, generator=seeded(1), dtype=torch.float64)
Y = torch.randint(3, (N,), generator=seeded(2))


def network() -> nn.Sequential:
    return mlp(6, 5, 3, rng=seeded(3)).double()


def stepped(algorithm, model, *, seed=4, x=X, y=Y, learning_rate=1.0) -> ClippedSum:
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    return algorithm.step(model, cross_entropy, x, y, optimizer, rng=seeded(seed))


def weights(model) -> torch.Tensor:
    return nn.utils.parameters_to_vector(model.parameters()).detach().clone()


def gradient(model) -> torch.Tensor:
    return torch.cat([p.grad.flatten() for p in model.parameters()])


def linear_epsilon(noise_multiplier, sampling_rate, steps, delta):
    """An accountant that is easy to check."""
    return steps * sampling_rate / noise_multiplier


# The batch


@pytest.mark.parametrize("rate", [0.01, 0.3, 0.97])
def test_everybody_is_drawn_independently_with_the_same_chance(rate):
    algorithm, rounds = dataclasses.replace(QUIET, sampling_rate=rate), 3_000
    rng, seen = seeded(5), torch.zeros(rounds, N)
    for row in seen:
        row[algorithm.draw(N, rng=rng)] = 1
    together = (seen[:, :-1] * seen[:, 1:]).sum(0)
    for counts, chance in [(seen.sum(0), rate), (together, rate**2)]:
        low, high = binom.interval(1 - 1e-6 / N, rounds, chance)
        assert (counts >= low).all()
        assert (counts <= high).all()
    assert seen.sum(1).var() == pytest.approx(N * rate * (1 - rate), rel=0.2)


def test_a_rate_of_one_draws_everybody_in_order():
    everyone = dataclasses.replace(QUIET, sampling_rate=1).draw(N, rng=seeded())
    assert torch.equal(everyone, torch.arange(N))


def test_a_rare_draw_is_as_rare_as_stated():
    """A uniform number of single precision is 0, below any rate, once in 2^24."""
    algorithm = dataclasses.replace(QUIET, sampling_rate=2.0**-40)
    rng = seeded(8)  # single precision would draw 6 here
    drawn = sum(len(algorithm.draw(2**20, rng=rng)) for _ in range(64))
    assert drawn <= binom.isf(1e-6, 64 * 2**20, 2.0**-40)


# The gradient


def test_without_noise_clipping_and_sampling_it_is_plain_gradient_descent():
    model, peer = network(), network()
    algorithm = DPSGD(noise_multiplier=0, max_grad_norm=1e9, sampling_rate=1)
    stepped(algorithm, model)
    cross_entropy(peer(X), Y).mean().backward()
    torch.testing.assert_close(gradient(model), gradient(peer))
    torch.optim.SGD(peer.parameters(), lr=1.0).step()
    torch.testing.assert_close(weights(model), weights(peer))


@pytest.mark.parametrize("seed", range(5))
def test_the_divisor_is_the_expected_size_of_the_batch(seed):
    model = network()
    batch = QUIET.draw(N, rng=seeded(seed))
    total = per_example.clipped_sum(model, cross_entropy, X[batch], Y[batch], 0.5)
    stepped(QUIET, model, seed=seed)
    expected = torch.cat([g.flatten() for g in total.gradient.values()]) / (0.3 * N)
    torch.testing.assert_close(gradient(model), expected)


def test_one_person_moves_the_gradient_by_at_most_the_bound():
    """Add or remove one: nobody else's draw or noise changes, nor does the divisor."""
    algorithm = dataclasses.replace(QUIET, sampling_rate=1)
    total = algorithm.clipped(network(), cross_entropy, X, Y).gradient
    for i in range(N):
        rest = torch.arange(N) != i
        others = algorithm.clipped(network(), cross_entropy, X[rest], Y[rest]).gradient
        moved = [(total[k] - others[k]).flatten() for k in total]
        assert torch.cat(moved).norm() <= 0.5 * (1 + 1e-9)


def test_noise_has_the_stated_size_and_is_fresh_in_every_entry():
    zero = {"a": torch.zeros(100, 100), "b": torch.zeros(100, 100)}
    noise = NOISY.noisy_mean(zero, N, rng=seeded(6))
    both = torch.cat([value.flatten() for value in noise.values()]).numpy()
    sigma = 1.5 * 0.5 / (0.3 * N)
    assert kstest(both / sigma, "norm").pvalue > 1e-6
    assert both.std() == pytest.approx(sigma, rel=5 / math.sqrt(2 * both.size))
    assert len(np.unique(both)) > 0.99 * both.size
    correlation = float((noise["a"] * noise["b"]).mean()) / sigma**2
    assert abs(correlation) < 5 / math.sqrt(10_000)


def test_noise_is_added_to_the_sum_not_scaled_by_it():
    model, peer = network(), network()
    stepped(NOISY, model)
    stepped(QUIET, peer)
    difference = gradient(model) - gradient(peer)
    rng = seeded(4)
    NOISY.draw(N, rng=rng)
    zero = {k: torch.zeros_like(p) for k, p in model.named_parameters()}
    noise = NOISY.noisy_mean(zero, N, rng=rng)
    expected = torch.cat([value.flatten() for value in noise.values()])
    torch.testing.assert_close(difference, expected)


def test_an_empty_batch_is_a_step_of_noise_alone():
    model = network()
    nobody = dataclasses.replace(NOISY, sampling_rate=1e-9)
    before = weights(model)
    batch = stepped(nobody, model)
    assert batch.norms.shape == batch.losses.shape == (0,)
    sigma = 1.5 * 0.5 / (1e-9 * N)
    assert kstest(gradient(model).numpy() / sigma, "norm").pvalue > 1e-6
    assert not torch.equal(weights(model), before)


@pytest.mark.parametrize("chunk", [1, 5, N, 1_000])
def test_the_size_of_the_chunks_changes_nothing(chunk):
    whole, cut = network(), network()
    expected = stepped(NOISY, whole)
    batch = stepped(dataclasses.replace(NOISY, chunk=chunk), cut)
    torch.testing.assert_close(gradient(cut), gradient(whole), rtol=0, atol=1e-12)
    torch.testing.assert_close(batch.norms, expected.norms)
    torch.testing.assert_close(batch.losses, expected.losses)


def test_the_readable_and_the_fast_sum_train_alike():
    fast, slow = network(), network()
    readable = dataclasses.replace(NOISY, clipped_sum=per_example.clipped_sum)
    for algorithm, model in [(NOISY, fast), (readable, slow)]:
        rng = seeded(7)
        optimizer = torch.optim.Adam(model.parameters())
        for _ in range(4):
            algorithm.step(model, cross_entropy, X, Y, optimizer, rng=rng)
    torch.testing.assert_close(weights(fast), weights(slow), rtol=0, atol=1e-9)


def test_frozen_parameters_do_not_move():
    model = network()
    model[0].requires_grad_(False)
    frozen = weights(model[0])
    stepped(NOISY, model)
    assert torch.equal(weights(model[0]), frozen)
    assert model[0].weight.grad is None


def test_an_old_gradient_is_replaced_not_added_to():
    model, peer = network(), network()
    for p in model.parameters():
        p.grad = torch.full_like(p, 1e6)
    stepped(NOISY, model)
    stepped(NOISY, peer)
    assert torch.equal(gradient(model), gradient(peer))


# Training


def trained(algorithm=NOISY, *, seed=8, steps=50, accountant=linear_epsilon):
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    result = train(
        algorithm,
        model,
        cross_entropy,
        X,
        Y,
        optimizer,
        steps=steps,
        delta=1e-5,
        accountant=accountant,
        rng=seeded(seed),
    )
    return model, result


def test_the_generator_alone_decides_the_result():
    first, history = trained()
    torch.manual_seed(99)
    again, same = trained()
    assert torch.equal(weights(first), weights(again))
    assert history == same
    assert not torch.equal(weights(first), weights(trained(seed=9)[0]))


def test_the_history_has_every_loss_and_the_epsilon_spent():
    _, result = trained()
    assert len(result.losses) == len(result.max_grad_norms) == 50
    assert set(result.max_grad_norms) == {0.5}
    assert result.checkpoints[-1] == 50
    assert len(result.checkpoints) == sgd.REPORTS
    assert result.epsilons == tuple(step * 0.3 / 1.5 for step in result.checkpoints)
    assert result.privacy == Privacy(epsilon=result.epsilons[-1], delta=1e-5)
    assert "50 steps took the loss from" in result.summary
    assert "ε = 10.00 at δ = 1e-05" in result.summary


@pytest.mark.parametrize(("steps", "reports"), [(1, 1), (7, 7), (21, 20)])
def test_short_runs_have_a_checkpoint_for_every_step(steps, reports):
    checkpoints = trained(steps=steps)[1].checkpoints
    assert len(set(checkpoints)) == reports
    assert checkpoints[-1] == steps


def test_the_accountant_is_asked_about_this_algorithm():
    asked = []

    def accountant(**question):
        asked.append(question)
        return 1.0

    trained(steps=2, accountant=accountant)
    common = {"noise_multiplier": 1.5, "sampling_rate": 0.3, "delta": 1e-5}
    assert asked == [common | {"steps": 1}, common | {"steps": 2}]


def test_training_without_noise_promises_nothing():
    _, result = trained(QUIET, steps=3)
    assert set(result.epsilons) == {math.inf}
    with pytest.raises(ValueError, match="epsilon=inf must be finite"):
        _ = result.privacy


def test_the_bar_shows_loss_epsilon_and_time_left(monkeypatch):
    screen = io.StringIO()
    shown = partial(tqdm, file=screen, disable=False, mininterval=0, miniters=1)
    monkeypatch.setattr(progress, "bar", lambda work, what, unit: shown(work))
    _, result = trained(steps=5)
    text = screen.getvalue()
    assert f"loss={result.losses[3]:.3f}, epsilon={result.epsilons[3]:.2f}" in text
    assert "4/5 [00:00<00:00" in text


def test_private_training_learns_the_digits():
    data, test = digits().split(0.25, rng=np.random.default_rng(0))
    x, y = torch.tensor(data.features / 16).float(), torch.tensor(data.target)
    model = softmax_regression(64, 10)
    algorithm = DPSGD(noise_multiplier=2, max_grad_norm=1, sampling_rate=0.25)
    optimizer = torch.optim.SGD(model.parameters(), lr=4.0)
    settings = {"steps": 60, "delta": 1e-5, "accountant": linear_epsilon}
    train(algorithm, model, cross_entropy, x, y, optimizer, rng=seeded(), **settings)
    scores = model(torch.tensor(test.features / 16).float())
    assert (scores.argmax(dim=1).numpy() == test.target).mean() > 0.85


# Every epsilon is attacked


PEOPLE = torch.zeros(4, 2, dtype=torch.float64), torch.zeros(4, dtype=torch.int64)
CANARY = torch.tensor([[30.0, 0.0]], dtype=torch.float64), torch.ones(1).long()


def noisy_gradient(algorithm):
    """One step on everybody, as a mechanism: the gradient along the canary's."""

    def mechanism(people, *, rng):
        model = softmax_regression(2, 2).double()
        x, y = people
        seed = int(rng.integers(2**62))
        optimizer = torch.optim.SGD(model.parameters())
        algorithm.step(model, cross_entropy, x, y, optimizer, rng=seeded(seed))
        first, second = model[0].weight.grad[:, 0]
        return (first - second) * len(x)

    return mechanism


def attacked(algorithm) -> float:
    with_canary = tuple(torch.cat(pair) for pair in zip(PEOPLE, CANARY, strict=True))
    return audit(
        noisy_gradient(algorithm),
        PEOPLE,
        with_canary,
        trials=600,
        rng=np.random.default_rng(0),
        delta=DELTA,
    ).epsilon_lower


ONE_STEP = DPSGD(noise_multiplier=1.4, max_grad_norm=1, sampling_rate=1)
DELTA = 1e-3
PROMISED = brentq(lambda epsilon: gaussian_delta(1.4, epsilon, 1) - DELTA, 0, 10)


def test_one_step_keeps_the_promise_of_its_noise():
    assert attacked(ONE_STEP) <= PROMISED


def unclipped(model, loss, x, y, max_grad_norm) -> ClippedSum:
    return per_example.clipped_sum(model, loss, x, y, 1e9)


@pytest.mark.parametrize(
    "broken",
    [
        dataclasses.replace(ONE_STEP, clipped_sum=unclipped),
        dataclasses.replace(ONE_STEP, noise_multiplier=0.14),
    ],
    ids=["without clipping", "a tenth of the noise"],
)
def test_a_step_without_its_protection_is_caught(broken):
    assert attacked(broken) > PROMISED


# What is refused


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"noise_multiplier": -1}, "noise_multiplier=-1 must be >= 0"),
        ({"noise_multiplier": math.nan}, "noise_multiplier=nan must be finite"),
        ({"max_grad_norm": 0}, "max_grad_norm=0 must be > 0"),
        ({"sampling_rate": 0}, "sampling_rate=0 must be > 0"),
        ({"sampling_rate": 1.01}, "sampling_rate=1.01 must be <= 1"),
        ({"chunk": 0}, "chunk=0 must be >= 1"),
    ],
)
def test_impossible_parameters_are_named_at_construction(change, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(NOISY, **change)


@pytest.mark.parametrize(("rows", "targets"), [(N, N - 1), (0, 0)])
def test_one_row_and_one_target_per_person_are_needed(rows, targets):
    with pytest.raises(ValueError, match=f"x has {rows} rows and y {targets}"):
        stepped(NOISY, network(), x=X[:rows], y=Y[:targets])


def test_a_run_needs_a_step():
    with pytest.raises(ValueError, match="steps=0 must be >= 1"):
        trained(steps=0)
