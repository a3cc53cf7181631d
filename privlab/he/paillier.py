"""Paillier's cryptosystem: sums of numbers under encryption, exactly.

Paillier 1999, "Public-Key Cryptosystems Based on Composite Degree Residuosity
Classes", with g = n + 1. Reading material: Python's ``pow`` does not hide its timing.
"""

import math
from dataclasses import dataclass, field
from functools import cached_property

from privlab.core import checks
from privlab.core.randomness import SYSTEM, RandomBytes, uniform_below
from privlab.he.primes import is_prime, random_prime


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """The modulus n: whoever has it can encrypt and add, and cannot decrypt."""

    n: int

    def encrypt(self, message: int, *, rng: RandomBytes = SYSTEM) -> "Ciphertext":
        """``(1 + n)^m r^n mod n^2`` with a fresh r: no two encryptions are alike."""
        return self.encrypt_with(message, self._unit(rng))

    def encrypt_with(self, message: int, r: int) -> "Ciphertext":
        """Encrypt with a given r; ``(1 + n)^m = 1 + nm mod n^2`` saves one power.

        For published vectors and for reading: an r used twice, or guessed, is no
        protection. ``ValueError`` unless ``0 <= message < n`` and r is a unit mod n.
        """
        checks.whole("message", message, low=0)
        if message >= self.n:
            raise ValueError(f"message={message} must be < n={self.n}")
        if math.gcd(r, self.n) != 1:
            raise ValueError(f"r={r} must have no common factor with n={self.n}")
        square = self.n**2
        value = (1 + self.n * message) * pow(r, self.n, square) % square
        return Ciphertext(value=value, key=self)

    def _unit(self, rng: RandomBytes) -> int:
        while True:
            r = uniform_below(self.n, rng=rng)
            if math.gcd(r, self.n) == 1:
                return r


@dataclass(frozen=True, kw_only=True)
class Ciphertext:
    """An encrypted number mod n: ``x + y`` and ``x * 3`` act on what is inside.

    ``+`` and ``*`` add no fresh randomness: pass ``refreshed()`` on, not the bare
    result, where the other side knows the terms.
    """

    value: int
    key: PublicKey = field(repr=False)

    def __post_init__(self):
        if not 0 < self.value < self.key.n**2 or math.gcd(self.value, self.key.n) != 1:
            raise ValueError(f"value={self.value} is no ciphertext under this key")

    def __add__(self, other: "Ciphertext") -> "Ciphertext":
        """``E(a) E(b) = (1 + n)^(a+b) (r s)^n``: an encryption of a + b."""
        if not isinstance(other, Ciphertext):
            return NotImplemented
        if other.key != self.key:
            raise ValueError("ciphertexts under two different keys cannot be added")
        return Ciphertext(value=self.value * other.value % self.key.n**2, key=self.key)

    def __mul__(self, factor: int) -> "Ciphertext":
        """``E(a)^k = (1 + n)^(ka) (r^k)^n``: encrypts k a; k may be negative."""
        if not isinstance(factor, int):
            return NotImplemented
        value = pow(self.value, factor % self.key.n, self.key.n**2)
        return Ciphertext(value=value, key=self.key)

    __rmul__ = __mul__

    def refreshed(self, *, rng: RandomBytes = SYSTEM) -> "Ciphertext":
        """The same number in a ciphertext that cannot be linked to this one."""
        return self + self.key.encrypt(0, rng=rng)


@dataclass(frozen=True, kw_only=True)
class PrivateKey:
    """The two primes behind n; nothing prints them."""

    p: int = field(repr=False)
    q: int = field(repr=False)

    def __post_init__(self):
        for name, prime in vars(self).copy().items():
            if not is_prime(prime):
                raise ValueError(f"{name} must be a prime number")
        coprime = math.gcd(self.p * self.q, (self.p - 1) * (self.q - 1)) == 1
        if self.p == self.q or not coprime:
            raise ValueError("p and q must differ, and neither divide the other's p-1")

    @cached_property
    def public(self) -> PublicKey:
        return PublicKey(n=self.p * self.q)

    def decrypt(self, ciphertext: Ciphertext) -> int:
        """The number mod n, by the Chinese remainder theorem (Paillier 1999, sec. 7).

        Modulo p, ``c^(p-1) = 1 + (p-1) n m mod p^2`` because the r cancels (Fermat).
        Two powers of half the length and half the exponent: about 4 times faster.
        """
        self._own(ciphertext)
        p, q = self.p, self.q
        at_p, at_q = (self._modulo(prime, ciphertext.value) for prime in (p, q))
        return at_q + q * ((at_p - at_q) * pow(q, -1, p) % p)

    def _modulo(self, prime: int, value: int) -> int:
        """The message modulo one of the two primes."""
        cofactor = self.public.n // prime
        logarithm = (pow(value, prime - 1, prime**2) - 1) // prime
        return logarithm * pow(-cofactor, -1, prime) % prime

    def decrypt_by_the_book(self, ciphertext: Ciphertext) -> int:
        """``L(c^lambda mod n^2) / L((1+n)^lambda mod n^2) mod n``, L(x) = (x - 1)/n."""
        self._own(ciphertext)
        n, exponent = self.public.n, math.lcm(self.p - 1, self.q - 1)
        logarithm = (pow(ciphertext.value, exponent, n**2) - 1) // n
        return logarithm * pow(exponent, -1, n) % n

    def _own(self, ciphertext: Ciphertext) -> None:
        if ciphertext.key != self.public:
            raise ValueError("this ciphertext was made with another key")


def private_key(bits: int = 2048, *, rng: RandomBytes = SYSTEM) -> PrivateKey:
    """Two fresh random primes whose product has exactly ``bits`` bits.

    2048 bits are the least that count as safe today (112-bit security, NIST SP
    800-57); shorter ones are for reading.
    """
    checks.whole("bits", bits, low=16)
    p = random_prime((bits + 1) // 2, rng=rng)
    while (q := random_prime(bits // 2, rng=rng)) == p:
        pass
    return PrivateKey(p=p, q=q)
