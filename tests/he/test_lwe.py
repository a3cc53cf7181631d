"""Regev's encryption: it decrypts, it adds, its noise does what the formula says."""

import numpy as np
import pytest

from privlab.he.lwe import Parameters, keys
from privlab.he.sampling import COIN_PAIRS, NOISE_DEVIATION, small_noise, uniform

PARAMETERS = Parameters(dimension=64, modulus=2**16, messages=16)
SECRET, PUBLIC = keys(PARAMETERS, rng=np.random.default_rng(5))


def encrypted(message, seed=0):
    return PUBLIC.encrypt(message, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("message", range(16))
def test_decryption_undoes_encryption(message):
    assert SECRET.decrypt(encrypted(message)) == message


def test_messages_and_noises_add():
    for a, b in ((3, 4), (9, 12), (15, 15)):
        x, y = encrypted(a, 1), encrypted(b, 2)
        assert SECRET.decrypt(x + y) == (a + b) % 16
        assert SECRET.noise(x + y, a + b) == SECRET.noise(x, a) + SECRET.noise(y, b)


@pytest.mark.parametrize("factor", [0, 1, 3, -2])
def test_message_and_noise_are_multiplied_by_a_public_number(factor):
    x = encrypted(5)
    assert SECRET.decrypt(x * factor) == 5 * factor % 16
    assert SECRET.noise(x * factor, 5 * factor) == factor * SECRET.noise(x, 5)


def test_fresh_noise_has_the_deviation_of_a_sum_of_half_the_rows():
    noises = [SECRET.noise(encrypted(0, seed), 0) for seed in range(400)]
    # Given the key, the noise is a sum over random rows of e: variance sum(e^2) / 4
    # around sum(e) / 2.
    e = (PUBLIC.b - PUBLIC.A @ SECRET.s) % PARAMETERS.modulus
    e = np.where(e > PARAMETERS.modulus // 2, e - PARAMETERS.modulus, e)
    assert abs(e).max() <= COIN_PAIRS
    deviation = np.sqrt((e**2).sum()) / 2
    # 400 draws: 3.5 % and 5 % are one standard error; six of each
    assert np.std(noises) == pytest.approx(deviation, rel=0.22)
    assert abs(np.mean(noises) - e.sum() / 2) < 6 * deviation / 20


def test_decryption_fails_exactly_when_the_noise_passes_half_a_step():
    total, added = encrypted(0), 1
    while SECRET.decrypt(total) == 0:
        total, added = total + total, 2 * added
    noise = SECRET.noise(encrypted(0) * (added // 2), 0)
    assert abs(noise) < PARAMETERS.step / 2
    assert abs(2 * noise) >= PARAMETERS.step / 2


def test_without_noise_gaussian_elimination_would_find_the_secret_and_noise_hides_it():
    prime = Parameters(dimension=8, modulus=2**16, messages=2)
    secret, public = keys(prime)
    rows = public.A[:8].astype(float)
    exact = np.linalg.solve(rows, (public.A[:8] @ secret.s).astype(float))
    assert np.rint(exact).astype(int).tolist() == secret.s.tolist()
    assert ((public.A @ secret.s - public.b) % prime.modulus != 0).mean() > 0.5


def test_two_encryptions_of_one_message_differ_and_keys_too():
    x, y = PUBLIC.encrypt(3), PUBLIC.encrypt(3)
    assert (x.u != y.u).any()
    small = Parameters(dimension=8)
    assert (keys(small)[0].s != keys(small)[0].s).any()


def test_small_noise_is_the_centred_binomial():
    draws = small_noise(100_000, rng=np.random.default_rng(0))
    assert abs(draws).max() <= COIN_PAIRS
    assert abs(draws.mean()) < 6 * NOISE_DEVIATION / np.sqrt(100_000)
    assert draws.std() == pytest.approx(NOISE_DEVIATION, rel=0.015)


@pytest.mark.parametrize("bound", [2, 3, 1000, 2**40 + 1])
def test_uniform_draws_stay_below_and_reach_all_quarters(bound):
    draws = uniform(bound, 4000, rng=np.random.default_rng(1))
    assert draws.min() >= 0
    assert draws.max() < bound
    # 4000 draws: the mean's standard error is bound / sqrt(12 4000); six of them
    assert abs(draws.mean() - (bound - 1) / 2) < 6 * bound / np.sqrt(48_000)


@pytest.mark.parametrize(
    "wrong",
    [
        {"dimension": 0},
        {"dimension": 2**15},
        {"modulus": 1000, "messages": 16},
        {"modulus": 2**25},
        {"messages": 1},
    ],
)
def test_impossible_parameters_are_refused(wrong):
    with pytest.raises(ValueError, match="="):
        Parameters(**wrong)
