"""Parameter sets of the CKKS engine TenSEAL: what each of them holds, errs by, weighs.

The modulus of a fresh ciphertext is a product of primes. Every multiplication uses one
prime up, so their number is the depth that a circuit may have; and the longer the
whole modulus, the weaker the encryption at a given ring degree.
"""

import math
from dataclasses import dataclass
from functools import cached_property

from privlab.core import checks
from privlab.he.primes import transform_primes
from privlab.he.security import MOST_BITS, security

DEVIATION = 3.2  # of the encryption noise, the Standard's choice
TAIL = 18
WORD = 8  # bytes in which the engine keeps a coefficient modulo one prime


class LevelsExhausted(ValueError):
    """A circuit is deeper than its parameter set."""


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Ring ``degree`` N, the length of each prime in bits, and the scale 2^scale_bits.

    ``prime_bits`` are, in order: the prime that holds the result, one prime for each
    multiplication, and the special prime of key switching. ``ValueError`` below 128
    bits of security (``MOST_BITS``) and where the result would have no room.
    """

    name: str
    degree: int
    prime_bits: tuple[int, ...]
    scale_bits: int

    def __post_init__(self):
        if self.degree not in MOST_BITS:
            raise ValueError(f"degree={self.degree} must be one of {list(MOST_BITS)}")
        if len(self.prime_bits) < 3:
            raise ValueError(f"prime_bits={self.prime_bits} must be at least 3 lengths")
        if self.security < 128:
            raise ValueError(
                f"prime_bits={self.prime_bits} sum up to {self.modulus_bits}: at "
                f"degree={self.degree} more than {MOST_BITS[self.degree][0]} bits of "
                "modulus are below 128-bit security; shorten the primes or double "
                "the degree"
            )
        checks.whole("scale_bits", self.scale_bits)
        if self.integer_bits < 1:
            raise ValueError(
                f"scale_bits={self.scale_bits} must be at least 2 below the first "
                f"prime's {self.prime_bits[0]} bits, or the result has no room"
            )

    @property
    def slots(self) -> int:
        """How many numbers one ciphertext holds: N / 2."""
        return self.degree // 2

    @property
    def levels(self) -> int:
        """How many multiplications may follow each other."""
        return len(self.prime_bits) - 2

    @property
    def modulus_bits(self) -> int:
        return sum(self.prime_bits)

    @property
    def security(self) -> int:
        """256, 192 or 128 bits by the Standard's table, 0 below them."""
        return security(self.degree, self.modulus_bits)

    @property
    def integer_bits(self) -> int:
        """After the last multiplication numbers must stay below 2^integer_bits."""
        return self.prime_bits[0] - self.scale_bits - 1

    @cached_property
    def primes(self) -> tuple[int, ...]:
        """The primes that the engine picks for these lengths."""
        return transform_primes(self.prime_bits, self.degree)

    def drift(self, depth: int) -> float:
        """What 1.0 becomes after ``depth`` multiplications by 1.0, minus 1.

        Multiplying makes the scale s^2, rescaling divides it by the level's prime q;
        TenSEAL then calls the result s again, so the value is off by s / q each time.
        """
        self._within(depth)
        last_first = self.primes[-2:0:-1][:depth]
        return math.prod(2**self.scale_bits / q for q in last_first) - 1

    def noise(self, depth: int) -> float:
        """A planned standard deviation in a slot, after ``depth`` products near 1.

        Rounding to whole coefficients, variance 1/12 each, is spread by a ternary key
        of 2N/3 nonzeros: N^2/36 in a slot, for a fresh number and for each rescaling.
        On top, DEVIATION^2 N^2/24 a product, as if keys were switched after rescaling.
        The engine switches first, so with fresh factors the noise is 2.4 to 2.8 times
        smaller; factors that are used again use up that room.
        """
        self._within(depth)
        rounding, switching = 1 / 36, DEVIATION**2 / 24
        variance = (1 + 2 * depth) * rounding + depth * switching
        grown = 1 + self.drift(depth)
        return grown * self.degree * math.sqrt(variance) / 2**self.scale_bits

    def error(self, depth: int) -> float:
        """Drift and ``TAIL`` standard deviations of noise: no slot should be worse.

        Noise is a rounding error times the key's own slot, two normal numbers: its
        tails are Laplace's, and one slot in e^25 goes beyond 18 deviations.
        """
        return abs(self.drift(depth)) + TAIL * self.noise(depth)

    def _within(self, depth: int) -> None:
        if checks.whole("depth", depth, low=0) > self.levels:
            raise LevelsExhausted(f"depth={depth}: {self.name!r} has {self.levels}")

    @property
    def ciphertext_bytes(self) -> int:
        """A fresh ciphertext: two polynomials; on the wire compression saves a bit."""
        return 2 * self.degree * WORD * (self.levels + 1)

    @property
    def switching_bytes(self) -> int:
        """One key that brings a ciphertext back to the secret key (relinearisation)."""
        return 2 * self.degree * WORD * (self.levels + 1) * (self.levels + 2)

    @property
    def rotation_bytes(self) -> int:
        """The keys for rotations by all powers of two, both ways: 2 log2(N) - 2."""
        return (2 * int(math.log2(self.degree)) - 2) * self.switching_bytes

    @property
    def summary(self) -> str:
        return (
            f"{self.name!r}: {self.slots} slots, depth {self.levels}, error "
            f"up to {self.error(self.levels):.0e}, {self.security}-bit security, "
            f"{self.ciphertext_bytes / 1e3:.0f} kB a ciphertext."
        )


SCORE = Parameters(name="score", degree=4096, prime_bits=(38, 32, 38), scale_bits=32)
SHALLOW = Parameters(
    name="shallow", degree=8192, prime_bits=(60, 40, 40, 60), scale_bits=40
)
NETWORK = Parameters(
    name="network", degree=8192, prime_bits=(49, 40, 40, 40, 49), scale_bits=40
)
TRAINING = Parameters(
    name="training", degree=8192, prime_bits=(41, *4 * (34,), 41), scale_bits=34
)
DEEP = Parameters(
    name="deep", degree=16384, prime_bits=(55, *8 * (40,), 55), scale_bits=40
)
# the cheapest first
SETS = (SCORE, SHALLOW, NETWORK, TRAINING, DEEP)

# As in TenSEAL's logistic-regression tutorial: secure, and its numbers drift away.
TUTORIAL = Parameters(
    name="tutorial", degree=8192, prime_bits=(40, *6 * (21,), 40), scale_bits=21
)
