"""Masks modulo 2^k and Shamir's shares: inverse, additive, and uniform."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from privlab.he.masking import (
    PRIME,
    joined,
    masked,
    random_mask,
    shares,
    total,
    unmasked,
)

widths = pytest.mark.parametrize("bits", [1, 8, 17, 32, 64])


def numbers(bits, count, seed=0):
    half = 2 ** (bits - 1)
    rng = np.random.default_rng(seed)
    return rng.integers(-half, half, size=count, dtype=np.int64)


@widths
def test_unmasking_undoes_masking_with_negative_numbers_too(bits):
    values, mask = numbers(bits, 1000), random_mask(1000, bits)
    hidden = masked(values, mask, bits)
    assert (hidden <= np.uint64(2**bits - 1)).all()
    assert (unmasked(hidden, mask, bits) == values).all()


@widths
def test_the_sum_of_masked_numbers_unmasks_to_the_sum_modulo_2_to_the_k(bits):
    values = numbers(bits, 50).reshape(5, 10)
    masks = random_mask(50, bits).reshape(5, 10)
    hidden = np.stack([masked(v, m, bits) for v, m in zip(values, masks, strict=True)])
    found = unmasked(total(hidden, bits), total(masks, bits), bits)
    half = 2 ** (bits - 1)
    exact = values.astype(object).sum(axis=0)
    assert found.tolist() == ((exact + half) % (2 * half) - half).tolist()


@pytest.mark.parametrize("value", [0, 7, -100])
def test_a_masked_number_is_uniform_whatever_it_hides(value):
    rng = np.random.default_rng(11)
    hidden = masked(np.full(25_600, value), random_mask(25_600, 8, rng=rng), 8)
    counts = np.bincount(hidden.astype(int), minlength=256)
    assert stats.chisquare(counts).pvalue > 1e-4  # seeded: it cannot turn red


def test_masks_come_from_the_system_unless_a_seed_is_given():
    assert (random_mask(8, 64) != random_mask(8, 64)).any()
    first, again = (random_mask(8, 64, rng=np.random.default_rng(3)) for _ in range(2))
    assert (first == again).all()


@pytest.mark.parametrize("bits", [0, 65, -3])
def test_impossible_widths_are_refused(bits):
    with pytest.raises(ValueError, match="bits="):
        random_mask(1, bits)


def test_floats_are_not_masked():
    with pytest.raises(TypeError, match="whole numbers"):
        masked(np.array([1.5]), random_mask(1, 8), 8)


@pytest.mark.parametrize(("count", "threshold"), [(1, 1), (3, 2), (5, 3), (5, 5)])
def test_any_threshold_of_the_shares_join_to_the_secret(count, threshold):
    secret = 123_456_789_012_345
    points = shares(secret, count, threshold)
    for size in range(threshold, count + 1):
        for chosen in combinations(points, size):
            assert joined(list(chosen)) == secret


def test_one_share_too_few_fits_every_secret_equally():
    # With threshold 2, one point and any secret lie on exactly one line.
    (x, y), _ = shares(1234, 2, 2)
    for secret in (0, 1, 1234, PRIME - 1):
        slope = (y - secret) * pow(x, -1, PRIME) % PRIME
        other = (2, (secret + slope * 2) % PRIME)
        assert joined([(x, y), other]) == secret


def test_shares_of_two_secrets_add_up_to_shares_of_the_sum():
    first, second = shares(1000, 4, 3), shares(PRIME - 1, 4, 3)
    added = [(x, y + z) for (x, y), (_, z) in zip(first, second, strict=True)]
    assert joined(added[1:]) == 999


def test_shamirs_own_formula_by_hand():
    # f(x) = 5 + 3x + 2x^2 at 1, 2, 3
    assert joined([(1, 10), (2, 19), (3, 32)]) == 5


@pytest.mark.parametrize(
    ("secret", "count", "threshold"), [(PRIME, 3, 2), (-1, 3, 2), (1, 2, 3), (1, 2, 0)]
)
def test_impossible_sharings_are_refused(secret, count, threshold):
    with pytest.raises(ValueError, match=r"secret|threshold"):
        shares(secret, count, threshold)


def test_a_share_used_twice_is_refused():
    with pytest.raises(ValueError, match="once"):
        joined([(1, 5), (1, 5)])
