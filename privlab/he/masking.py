"""Hiding numbers by addition: masks modulo 2^k, and Shamir's shares over a prime."""

import numpy as np

from privlab.core import checks
from privlab.core.randomness import SYSTEM, RandomBytes, uniform_below

PRIME = 2**127 - 1  # Mersenne's; secrets and shares are numbers below it


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
    return total(np.stack([signed.astype(np.uint64), mask]), bits)


def total(words: np.ndarray, bits: int) -> np.ndarray:
    """The sum over the first axis modulo ``2^bits``: uint64."""
    shift = np.uint64(64 - _at_most_64(bits))
    return (words.sum(axis=0, dtype=np.uint64) << shift) >> shift


def unmasked(words: np.ndarray, mask: np.ndarray, bits: int) -> np.ndarray:
    """``(y - r) mod 2^bits`` as signed numbers from ``-2^(bits-1)``: int64."""
    shift = 64 - _at_most_64(bits)
    with np.errstate(over="ignore"):
        high = (np.asarray(words, np.uint64) - mask) << np.uint64(shift)
    return high.astype(np.int64) >> np.int64(shift)


def _at_most_64(bits: int) -> int:
    if checks.whole("bits", bits) > 64:
        raise ValueError(f"bits={bits} must be <= 64")
    return bits


def shares(
    secret: int, count: int, threshold: int, *, rng: RandomBytes = SYSTEM
) -> list[tuple[int, int]]:
    """Points ``(x, f(x))``, x = 1..count, of a random polynomial with f(0) = secret.

    Shamir 1979. The degree is ``threshold - 1``: so many points determine it, and one
    fewer say nothing at all about the secret. Arithmetic is modulo ``PRIME``; shares
    of two secrets at the same x add up to shares of their sum.
    """
    if not 0 <= checks.whole("secret", secret, low=0) < PRIME:
        raise ValueError(f"secret={secret} must be < 2^127 - 1")
    if checks.whole("threshold", threshold) > checks.whole("count", count):
        raise ValueError(f"threshold={threshold} must be <= count={count}")
    higher = [uniform_below(PRIME, rng=rng) for _ in range(threshold - 1)]
    powers = list(enumerate([secret, *higher]))
    return [
        (x, sum(c * pow(x, k, PRIME) for k, c in powers) % PRIME)
        for x in range(1, count + 1)
    ]


def joined(points: list[tuple[int, int]]) -> int:
    """f(0) of the polynomial through the points, by Lagrange's formula.

    ``sum_i y_i prod_{j != i} x_j / (x_j - x_i)`` modulo ``PRIME``. Too few points
    give a number, and no warning: it is simply another secret.
    """
    places = [x for x, _ in points]
    if len(set(places)) != len(places):
        raise ValueError(f"points={places}: each share may be used once")
    secret = 0
    for x, y in points:
        for other in places:
            if other != x:
                y = y * other * pow(other - x, -1, PRIME) % PRIME
        secret += y
    return secret % PRIME
