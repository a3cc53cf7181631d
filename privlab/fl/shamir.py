"""Shamir's secret sharing: any t of n shares give the secret, t - 1 say nothing."""

import math
from collections.abc import Sequence

from privlab.core import checks
from privlab.core.randomness import SYSTEM, RandomBytes, uniform_below

PRIME = 2**256 + 297  # the first prime above 2^256: any 32 bytes are a number below it

Share = tuple[int, int]  # a point (x, f(x)) of the polynomial


def shares(
    secret: int, count: int, threshold: int, *, rng: RandomBytes = SYSTEM
) -> list[Share]:
    """Points ``(x, f(x))``, x = 1..count, of a random polynomial with f(0) = secret.

    Shamir 1979, "How to Share a Secret": ``f(x) = secret + a_1 x + ... + a_{t-1}
    x^{t-1}`` modulo ``PRIME``, all a_i uniform. The t = ``threshold`` coefficients are
    determined by as many points. With one point fewer every secret is as likely as
    before. Shares of two secrets at the same x add up to shares of their sum.
    ``ValueError`` for a secret outside [0, PRIME) and unless threshold <= count.
    """
    if checks.whole("secret", secret, low=0) >= PRIME:
        raise ValueError(f"secret of {secret.bit_length()} bits must be < 2^256 + 297")
    if checks.whole("threshold", threshold) > checks.whole("count", count):
        raise ValueError(f"threshold={threshold} must be <= count={count}")
    higher = [uniform_below(PRIME, rng=rng) for _ in range(threshold - 1)]
    return [(x, _value([secret, *higher], x)) for x in range(1, count + 1)]


def joined(points: Sequence[Share]) -> int:
    """f(0) of the polynomial through the points, by Lagrange's formula.

    ``sum_i y_i prod_{j != i} x_j / (x_j - x_i)`` modulo ``PRIME``. Too few points
    give a number, and no warning: it is simply another secret.
    """
    places = [x for x, _ in points]
    if len(set(places)) != len(places):
        raise ValueError(f"x={places}: each share may be used once")
    secret = 0
    for x, y in points:
        others = [other for other in places if other != x]
        below = math.prod(other - x for other in others)
        secret += y * math.prod(others) * pow(below, -1, PRIME)
    return secret % PRIME


def _value(coefficients: Sequence[int], x: int) -> int:
    """f(x) by Horner's rule: ``(... (a_{t-1} x + a_{t-2}) x + ...) x + a_0``."""
    value = 0
    for coefficient in reversed(coefficients):
        value = (value * x + coefficient) % PRIME
    return value
