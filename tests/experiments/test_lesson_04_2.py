"""What lesson 4.2 says of chance, with five seeds instead of its one."""

import numpy as np
import pytest

from privlab.core.datasets import diabetes
from privlab.experiments.encrypted_regression import design, with_ckks, with_paillier
from privlab.experiments.level_budget import level_budget
from privlab.experiments.lwe_noise import RUNS, example_keys, noise_growth
from privlab.experiments.scale_drift import scale_drift
from privlab.experiments.slots import OPERATIONS, slots_after
from privlab.experiments.xor_mean import xor_mean
from privlab.he import ckks
from privlab.he.ckks_keys import Parameters, keys
from privlab.he.misuse import key_from_decryption
from privlab.he.paillier import Ciphertext, private_key
from privlab.he.security import MOST_BITS

seeds = pytest.mark.parametrize("seed", range(5))


@seeds
def test_doubling_a_ciphertext_is_not_doubling_the_number(seed):
    rng = np.random.default_rng(seed)
    key = private_key(64, rng=rng)
    seven = key.public.encrypt(7, rng=rng)
    n = key.public.n
    doubled = Ciphertext(value=2 * seven.value % n**2, key=key.public)
    assert key.decrypt(doubled) != 14
    assert key.decrypt(seven + seven) == 14


@seeds
def test_the_xor_mean_misses_on_random_scores_too(seed):
    scores = np.random.default_rng(seed).integers(25, 347, 442)
    result = xor_mean(values=scores, people=442, key=0)
    assert result.found[0] == round(scores.mean())
    # The bits of uniform scores are half ones, so a few more keys come near.
    assert result.lucky < 0.1
    assert np.median(result.errors) > 20


@seeds
def test_noise_grows_until_every_sum_is_wrong_and_more_modulus_helps(seed):
    few = noise_growth(added=5, modulus_bits=16, seed=seed)
    many = noise_growth(added=100, modulus_bits=16, seed=seed)
    wide = noise_growth(added=100, modulus_bits=20, seed=seed)
    assert few.failures == wide.failures == 0
    assert many.failures > 0.9


@seeds
def test_the_experiments_noise_is_that_of_real_ciphertexts(seed):
    """Mean and deviation of 200 real sums of 4, against those of the experiment."""
    rng = np.random.default_rng(seed)
    secret, public = example_keys(16)
    real = []
    for _ in range(200):
        total = public.encrypt(0, rng=rng)
        for _ in range(3):
            total = total + public.encrypt(0, rng=rng)
        real.append(secret.noise(total, 0) / secret.parameters.step)
    model = noise_growth(added=4, modulus_bits=16, seed=seed).noise
    error = model.std() * np.sqrt(1 / 200 + 1 / RUNS)
    assert abs(np.mean(real) - model.mean()) < 6 * error
    # a standard error of 6.5 % for the ratio of deviations; six of them
    assert np.std(real) == pytest.approx(model.std(), rel=0.4)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("steps", [0, 1, 7])
def test_slots_hold_what_plain_numbers_give(operation, steps):
    assert slots_after(operation=operation, steps=steps).error < 1e-6


@seeds
def test_the_nominal_scale_drifts_to_6_and_the_exact_one_stays(seed):
    drift = scale_drift(prime_bits=21, seed=seed)
    assert drift.nominal[-1] == pytest.approx(5.982, abs=0.1)
    assert drift.exact_errors[-1] < 0.02


def test_longer_primes_drift_less_and_the_exact_scale_is_always_nearer():
    drifts = [scale_drift(prime_bits=bits, seed=0) for bits in (24, 30, 38)]
    nominal = [drift.nominal_errors[-1] for drift in drifts]
    exact = [drift.exact_errors[-1] for drift in drifts]
    assert nominal == sorted(nominal, reverse=True)
    assert all(e < n / 3 for e, n in zip(exact, nominal, strict=True))
    assert exact[1] < 1e-4


def test_a_deeper_or_more_precise_circuit_never_needs_a_smaller_ring():
    def smallest(depth, prime_bits):
        ring = level_budget(depth=depth, prime_bits=prime_bits).smallest
        return ring.size if ring else max(MOST_BITS) + 1

    sizes = np.array([[smallest(d, b) for b in range(20, 37)] for d in range(1, 30)])
    assert (np.diff(sizes, axis=0) >= 0).all()
    assert (np.diff(sizes, axis=1) >= 0).all()
    assert smallest(6, 30) == 16384
    assert smallest(6, 21) == 8192


@pytest.mark.parametrize("size", [1024, 4096])
def test_the_budgets_digits_are_those_of_a_real_product(size):
    """The formula counts one rounding; a product has a few, and slots differ."""
    ring = next(r for r in level_budget(depth=1, prime_bits=30).rings if r.size == size)
    rng = np.random.default_rng(1)
    own = keys(Parameters(size=size, lengths=(40, 30, 40), scale=2**30), rng=rng)
    x = rng.uniform(-1, 1, size // 2)
    c = ckks.encrypt(own.public, x, rng=rng)
    squared = ckks.decrypt(own.secret, ckks.times(c, c, own.evaluation))
    digits = -np.log10(np.std(squared - x**2))
    assert abs(digits - ring.digits) < 0.8


@seeds
def test_a_shared_decryption_gives_the_key_and_averages_beat_thin_flooding(seed):
    rng = np.random.default_rng(seed)
    own = keys(Parameters(size=256, lengths=(40, 30, 40), scale=2**30), rng=rng)
    c = ckks.encrypt(own.public, rng.normal(size=128), rng=rng)
    s = own.secret.coefficients
    assert (key_from_decryption(c, ckks.decrypt_complex(own.secret, c)) == s).all()
    thin = [ckks.flooded(own.secret, c, bound=2, rng=rng) for _ in range(600)]
    assert (key_from_decryption(c, thin[0]) == s).mean() < 0.05
    assert (key_from_decryption(c, np.mean(thin, axis=0)) == s).all()


@pytest.fixture(scope="module")
def statistician():
    return private_key(1024, rng=np.random.default_rng(0))


@pytest.mark.parametrize("hospitals", [1, 2, 7])
def test_paillier_regression_loses_rounding_only(statistician, hospitals):
    result = with_paillier(
        diabetes(),
        hospitals=hospitals,
        key=statistician,
        fraction_bits=26,
        rng=np.random.default_rng(hospitals),
    )
    assert result.sums_error <= hospitals * 2**-27 + 1e-9  # 1e-9: floats of the check
    assert result.error <= result.bound < 1e-5


@seeds
def test_ckks_regression_agrees_with_the_open_data(seed):
    parameters = Parameters(size=8192, lengths=(46, 40, 40, 46), scale=2**40)
    data, rng = diabetes().rows(np.arange(100)), np.random.default_rng(seed)
    result = with_ckks(data, parameters=parameters, rng=rng)
    assert result.error <= result.bound < 1e-3
    weights, *_ = np.linalg.lstsq(design(data), data.target)
    assert result.encrypted == pytest.approx(weights, abs=1e-3)
