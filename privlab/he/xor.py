"""Encryption that adds bits: the one-time pad, and Goldwasser and Micali's scheme."""

import math
from dataclasses import dataclass, field

import numpy as np

from privlab.core import checks
from privlab.core.randomness import SYSTEM, RandomBytes, uniform_below
from privlab.he.primes import random_prime


def xor_pad(values: np.ndarray, pad: np.ndarray | int) -> np.ndarray:
    """``x XOR r`` entry by entry; applied twice it gives x back.

    Perfectly secret where every entry has a uniform r of its own, used once (Shannon
    1949). With one r for all, as in the article, the differences show.
    """
    return checks.integers("values", values) ^ pad


@dataclass(frozen=True, kw_only=True)
class BitKey:
    """Goldwasser and Micali 1982: ``E(b) = r^2 (-1)^b mod n`` for one bit b.

    p and q are 3 modulo 4, so -1 is a square modulo neither; without them nobody is
    known to tell the squares modulo n from the others of the same Jacobi symbol.
    """

    p: int = field(repr=False)
    q: int = field(repr=False)

    def __post_init__(self):
        if self.p % 4 != 3 or self.q % 4 != 3 or self.p == self.q:
            raise ValueError("p and q must be two different primes, 3 modulo 4")

    @property
    def n(self) -> int:
        """The public key."""
        return self.p * self.q

    def decrypt(self, ciphertext: int) -> int:
        """0 for a square, 1 for none: Euler's criterion modulo p."""
        return int(pow(ciphertext, (self.p - 1) // 2, self.p) != 1)


def encrypt_bit(bit: int, n: int, *, rng: RandomBytes = SYSTEM) -> int:
    """A fresh encryption of one bit; multiply two mod n, and their bits are XORed."""
    if bit not in (0, 1):
        raise ValueError(f"bit={bit} must be 0 or 1")
    while math.gcd(r := uniform_below(n, rng=rng), n) != 1:
        pass
    return r * r * (n - 1) ** bit % n


def bit_key(bits: int = 2048, *, rng: RandomBytes = SYSTEM) -> BitKey:
    """Two fresh primes, 3 modulo 4, with a product of ``bits`` bits."""
    checks.whole("bits", bits, low=16)

    def prime(length: int, other: int = 0) -> int:
        while (p := random_prime(length, rng=rng)) % 4 != 3 or p == other:
            pass
        return p

    p = prime((bits + 1) // 2)
    return BitKey(p=p, q=prime(bits // 2, other=p))
