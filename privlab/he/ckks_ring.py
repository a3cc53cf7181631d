"""Polynomials modulo X^N + 1 with huge coefficients: the ring that CKKS works in.

A coefficient modulo ``Q = q_1 q_2 ... q_k`` is stored as its k remainders (residue
number system), and a polynomial modulo q_i as its values at the N roots of X^N + 1
(number theoretic transform): both turn multiplication into entry by entry products.
Reading material, not for production: no care is taken to hide timing.
"""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

LONGEST_PRIME = 46  # bits: so ``times`` knows every quotient well enough


@dataclass(frozen=True)
class Ring:
    """``Z_Q[X] / (X^size + 1)``; elements are int64 ``(..., k, size)`` arrays.

    ``size`` is a power of two; ``primes`` are different, each 1 modulo ``2 size``. Row
    i holds the values modulo ``primes[i]`` at the roots ``w^(2 reversed(j) + 1)``.
    """

    size: int
    primes: tuple[int, ...]

    def __post_init__(self):
        if self.size < 4 or self.size & (self.size - 1):
            raise ValueError(f"size={self.size} must be a power of two, at least 4")
        if len(set(self.primes)) != len(self.primes) or not self.primes:
            raise ValueError(f"primes={self.primes} must be different, at least one")
        for prime in self.primes:
            if prime % (2 * self.size) != 1 or prime >= 1 << LONGEST_PRIME:
                raise ValueError(
                    f"prime={prime} must be 1 modulo {2 * self.size} and have at most "
                    f"{LONGEST_PRIME} bits"
                )

    @cached_property
    def modulus(self) -> int:
        """Q, the product of the primes."""
        return math.prod(self.primes)

    @cached_property
    def column(self) -> np.ndarray:
        """The primes as a column that broadcasts over elements: (k, 1)."""
        return np.array(self.primes)[:, None]

    def first(self, count: int) -> "Ring":
        """The ring with only the first ``count`` primes."""
        return Ring(self.size, self.primes[:count])

    def add(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        total = a + b
        return total - self.column * (total >= self.column)

    def subtract(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        gap = a - b
        return gap + self.column * (gap < 0)

    def multiply(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """The product of polynomials modulo X^N + 1: values times values."""
        product = times(a, b, self.column)
        return product + self.column * (product < 0)

    def element(self, coefficients: np.ndarray) -> np.ndarray:
        """The element with these whole coefficients: int64 (..., N) to (..., k, N)."""
        return self._rows(transformed, coefficients[..., None, :] % self.column)

    def coefficients(self, values: np.ndarray) -> np.ndarray:
        """The coefficients modulo each prime, in [0, prime): (..., k, N)."""
        return self._rows(transformed_back, values)

    def _rows(self, transform, rows: np.ndarray) -> np.ndarray:
        done = np.empty_like(rows)
        for index in np.ndindex(rows.shape[:-1]):
            done[index] = transform(rows[index], self.primes[index[-1]])
        return done

    def without_last(self, values: np.ndarray) -> np.ndarray:
        """``round(a / q_k)`` in the ring of the other primes: q_k is divided out.

        ``a - [a mod q_k]`` is a multiple of q_k, so the division is exact; what is lost
        is the remainder, at most 1/2 of a unit in every coefficient.
        """
        rest, last = self.first(len(self.primes) - 1), self.primes[-1]
        remainder = Ring(self.size, (last,)).coefficients(values[..., -1:, :])
        remainder = rest.element(_centred(remainder[..., 0, :], last))
        inverses = np.array([[pow(last, -1, prime)] for prime in rest.primes])
        return rest.multiply(rest.subtract(values[..., :-1, :], remainder), inverses)

    def whole(self, values: np.ndarray) -> np.ndarray:
        """The coefficients as whole numbers in [-Q/2, Q/2): an array of Python ints."""
        residues = self.coefficients(values).astype(object)
        total = 0
        for residue, prime in zip(residues, self.primes, strict=True):
            others = self.modulus // prime
            total = total + residue * (others * pow(others, -1, prime))
        return (total + self.modulus // 2) % self.modulus - self.modulus // 2

    def substitute(self, values: np.ndarray, power: int) -> np.ndarray:
        """a(X^power), power odd: only the order of the values changes.

        The value of a(X^g) at the root w^e is the value of a(X) at w^(e g).
        """
        return values[..., _reordered(self.size, power)]


def transformed(a: np.ndarray, prime: int) -> np.ndarray:
    """Coefficients to values: the negacyclic transform of Longa and Naehrig 2016.

    Each pass splits every ``a mod (X^2t - w^2)`` into ``a mod (X^t - w)`` and
    ``a mod (X^t + w)``, until only numbers are left. Entry j of block b stands at
    ``j blocks + b``, so the two halves of all blocks are the two halves of the array.
    Sums are reduced at the end only: each pass adds less than one prime to their size.
    """
    half, blocks = len(a) // 2, 1
    while blocks < len(a):
        roots = np.tile(
            _root_powers(prime, len(a))[blocks : 2 * blocks], half // blocks
        )
        low, high = a[:half], times(a[half:], roots, prime)
        a = np.stack([low + high, low - high], axis=-1).reshape(-1)
        blocks *= 2
    return a % prime


def transformed_back(a: np.ndarray, prime: int) -> np.ndarray:
    """Values to coefficients: the passes of ``transformed`` undone, last one first."""
    half, blocks = len(a) // 2, len(a) // 2
    powers = _root_powers(prime, len(a), -1)
    while blocks:
        roots = np.tile(powers[blocks : 2 * blocks], half // blocks)
        low, high = a[0::2], a[1::2]
        a = np.concatenate(
            [times(low + high, 1, prime), times(low - high, roots, prime)]
        )
        blocks //= 2
    return times(a, pow(2 * half, -1, prime), prime) % prime


def times(a: np.ndarray, b: np.ndarray | int, prime: np.ndarray | int) -> np.ndarray:
    """A number equal to ``a b`` modulo the prime, smaller than it, of either sign.

    In 64 bits, for ``|a| < 15 prime``, ``0 <= b < prime < 2^46``: floating point finds
    the quotient up to one. The product and the quotient times prime both overflow, but
    their difference is small, and right modulo 2^64.
    """
    return a * b - prime * np.rint(a * (b * (1 / prime))).astype(np.int64)


def _centred(residues: np.ndarray, prime: int) -> np.ndarray:
    return residues - prime * (residues > prime // 2)


@lru_cache(maxsize=256)
def _root_powers(prime: int, size: int, sign: int = 1) -> np.ndarray:
    """``w^(sign reversed(j))`` for j < size, w a primitive 2·size-th root of unity."""
    w = pow(primitive_root_of_unity(prime, 2 * size), sign, prime)
    powers = np.ones(size, np.int64)
    for bit in range(size.bit_length() - 1):  # w^(size/2^(bit+1)) for that bit of j
        factor = pow(w, size >> (bit + 1), prime)
        half = 1 << bit
        powers[half : 2 * half] = times(powers[:half], factor, prime) % prime
    return powers


def primitive_root_of_unity(prime: int, order: int) -> int:
    """A w with ``w^(order/2) = -1`` modulo the prime, order a power of two."""
    for base in range(2, prime):
        w = pow(base, (prime - 1) // order, prime)
        if pow(w, order // 2, prime) == prime - 1:
            return w
    raise ValueError(f"order={order} must divide {prime} - 1")


@lru_cache(maxsize=256)
def _reordered(size: int, power: int) -> np.ndarray:
    bits = size.bit_length() - 1
    places = np.arange(size)
    reverse = sum(((places >> bit) & 1) << (bits - 1 - bit) for bit in range(bits))
    exponents = (2 * reverse + 1) * power % (2 * size)
    return reverse[(exponents - 1) // 2]
