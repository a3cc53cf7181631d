"""Depth, precision, security: one modulus pays for all three."""

import math
from dataclasses import dataclass

from privlab.he.security import MOST_BITS

SPARE = 10  # bits that the first prime has above the scale: results up to 2^9


@dataclass(frozen=True, kw_only=True)
class RingChoice:
    """One ring size: the bits it may spend, those asked for, the precision they buy."""

    size: int
    limit: int
    spent: int
    digits: float
    kilobytes: float

    @property
    def fits(self) -> bool:
        return self.spent <= self.limit


@dataclass(frozen=True, kw_only=True)
class RingChoices:
    """What ``depth`` multiplications in a row cost at every ring size."""

    depth: int
    prime_bits: int
    rings: tuple[RingChoice, ...]

    @property
    def smallest(self) -> RingChoice | None:
        """The smallest ring that is 128-bit secure, if there is one."""
        return next((ring for ring in self.rings if ring.fits), None)

    @property
    def summary(self) -> str:
        spent = self.rings[0].spent
        ask = f"{self.depth} levels of {self.prime_bits} bits need {spent} bits"
        if self.smallest is None:
            return f"{ask}: more than any ring here may spend at 128-bit security."
        return (
            f"{ask}: the smallest secure ring is N = {self.smallest.size}, with about "
            f"{self.smallest.digits:.1f} digits and {self.smallest.kilobytes:,.0f} kB "
            "a fresh ciphertext."
        )


def level_budget(*, depth: int, prime_bits: int) -> RingChoices:
    """First and special prime of ``prime_bits + 10``, and ``depth`` primes between.

    Rescaling rounds: about ``sqrt(N / 18)`` units in a coefficient (ternary secret),
    ``sqrt(N / 2)`` times that in a slot, of ``2^prime_bits`` units that make 1.0.
    """
    spent = 2 * (prime_bits + SPARE) + depth * prime_bits
    rings = tuple(
        RingChoice(
            size=size,
            limit=limit,
            spent=spent,
            digits=math.log10(2**prime_bits / (size / 6)),
            kilobytes=2 * size * (depth + 1) * 8 / 1000,
        )
        for size, (limit, *_) in MOST_BITS.items()
    )
    return RingChoices(depth=depth, prime_bits=prime_bits, rings=rings)
