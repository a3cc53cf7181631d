"""Masks modulo 2^k: inverse, additive, and uniform."""

import numpy as np
import pytest
from scipy import stats

from privlab.core.masking import masked, random_mask, total, unmasked

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
