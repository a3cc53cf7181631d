"""Random arrays for lattice keys, exact, from any source of random bytes."""

import numpy as np

from privlab.core.randomness import RandomBytes

# Differences of two sums of 21 fair bits: standard deviation sqrt(21/2) = 3.24.
COIN_PAIRS = 21
NOISE_DEVIATION = (COIN_PAIRS / 2) ** 0.5


def uniform(bound: int, count: int, *, rng: RandomBytes) -> np.ndarray:
    """``count`` independent whole numbers in [0, bound), 2 <= bound < 2^63: int64."""
    shift = np.uint64(64 - (bound - 1).bit_length())
    kept = np.empty(0, np.int64)
    while len(kept) < count:
        words = _words(count, rng) >> shift
        kept = np.concatenate([kept, words[words < bound].astype(np.int64)])
    return kept[:count]


def ternary(count: int, *, rng: RandomBytes) -> np.ndarray:
    """``count`` independent draws from -1, 0, 1: int64."""
    return uniform(3, count, rng=rng) - 1


def small_noise(count: int, *, rng: RandomBytes) -> np.ndarray:
    """``count`` draws of the centred binomial noise: int64, -21 .. 21.

    The standard deviation, 3.24, is the one of the homomorphic encryption standard
    (Albrecht et al. 2018); coins instead of a Gaussian make the sampling exact.
    """
    words, mask = _words(count, rng), np.uint64((1 << COIN_PAIRS) - 1)
    ups = np.bitwise_count(words & mask).astype(np.int64)
    downs = np.bitwise_count((words >> np.uint64(COIN_PAIRS)) & mask)
    return ups - downs


def _words(count: int, rng: RandomBytes) -> np.ndarray:
    return np.frombuffer(rng.bytes(8 * count), "<u8")
