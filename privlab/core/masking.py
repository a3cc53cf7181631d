"""Hiding whole numbers by addition: uniform masks modulo 2^k."""

import numpy as np

from privlab.core import checks
from privlab.core.randomness import SYSTEM, RandomBytes


def random_mask(count: int, bits: int, *, rng: RandomBytes = SYSTEM) -> np.ndarray:
    """``count`` independent uniform numbers modulo ``2^bits``, bits <= 64: uint64."""
    checks.whole("count", count, low=0)
    words = np.frombuffer(rng.bytes(8 * count), "<u8")
    return words >> np.uint64(64 - _at_most_64(bits))


def masked(values: np.ndarray, mask: np.ndarray, bits: int) -> np.ndarray:
    """``(x + r) mod 2^bits``: uniform, whatever x is, if r is uniform and used once.

    Shannon 1949. Negative x are welcome: they count down from ``2^bits``. The sum of
    masked numbers is the sum of the numbers under the sum of the masks.
    """
    signed = checks.integers("values", values).astype(np.int64)
    mask = np.asarray(mask).astype(np.uint64)
    return total(np.stack([signed.astype(np.uint64), mask]), bits)


def total(words: np.ndarray, bits: int) -> np.ndarray:
    """The sum over the first axis modulo ``2^bits``: uint64."""
    shift = np.uint64(64 - _at_most_64(bits))
    return (words.sum(axis=0, dtype=np.uint64) << shift) >> shift


def unmasked(words: np.ndarray, mask: np.ndarray, bits: int) -> np.ndarray:
    """``(y - r) mod 2^bits`` as signed numbers from ``-2^(bits-1)``: int64."""
    shift = 64 - _at_most_64(bits)
    with np.errstate(over="ignore"):
        mask = np.asarray(mask).astype(np.uint64)
        high = (np.asarray(words, np.uint64) - mask) << np.uint64(shift)
    return high.astype(np.int64) >> np.int64(shift)


def _at_most_64(bits: int) -> int:
    if checks.whole("bits", bits) > 64:
        raise ValueError(f"bits={bits} must be <= 64")
    return bits
