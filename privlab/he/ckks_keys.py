"""Parameters and keys of CKKS, and the switch from one secret to another.

Cheon, Kim, Kim and Song 2017, with the full residue number system of Cheon, Han, Kim,
Kim and Song 2018. Reading material, not for production.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from privlab.core import checks
from privlab.core.randomness import SYSTEM, RandomBytes
from privlab.he.ckks_ring import Ring
from privlab.he.primes import transform_primes
from privlab.he.sampling import small_noise, ternary, uniform
from privlab.he.security import security


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Ring size N, a chain of primes, a special prime for switching keys, a scale.

    ``lengths`` are bits: first prime, one for each level, special prime last, as in
    TenSEAL's ``coeff_mod_bit_sizes``. Every rescaling uses up the last level's prime;
    the first stays, and must hold the results: it needs ``scale`` and some bits more.
    """

    size: int
    lengths: tuple[int, ...]
    scale: int

    def __post_init__(self):
        if len(self.lengths) < 2:
            raise ValueError(
                f"lengths={self.lengths} needs a first and a special prime"
            )
        checks.whole("scale", self.scale, low=2)
        primes = transform_primes(self.lengths, self.size)
        if primes[0] <= 2 * self.scale:
            raise ValueError(
                f"scale={self.scale} is too large for a first prime of "
                f"{self.lengths[0]} bits: at the last level 1.0 would run round it"
            )

    @cached_property
    def full(self) -> Ring:
        """The ring of the keys: all primes, the special one last."""
        return Ring(self.size, transform_primes(self.lengths, self.size))

    @property
    def primes(self) -> tuple[int, ...]:
        """The primes of a fresh ciphertext."""
        return self.full.primes[:-1]

    @property
    def levels(self) -> int:
        """How many rescalings a fresh ciphertext allows."""
        return len(self.lengths) - 2

    @property
    def slots(self) -> int:
        return self.size // 2

    @property
    def secure(self) -> bool:
        """Whether the modulus is short enough for 128-bit security at this size."""
        return security(self.size, math.log2(self.full.modulus)) >= 128

    def ring(self, level: int) -> Ring:
        """The ring of a ciphertext with so many levels left."""
        return self.full.first(level + 1)

    def switching_ring(self, level: int) -> Ring:
        """The same with the special prime."""
        return Ring(self.size, self.primes[: level + 1] + self.full.primes[-1:])


@dataclass(frozen=True, kw_only=True, eq=False)
class SecretKey:
    """A polynomial s with coefficients -1, 0, 1; nothing prints it."""

    coefficients: np.ndarray = field(repr=False)
    parameters: Parameters


@dataclass(frozen=True, kw_only=True, eq=False)
class PublicKey:
    """``(-a s + e, a)`` modulo all primes: shape (2, k + 1, N)."""

    parts: np.ndarray = field(repr=False)
    parameters: Parameters


@dataclass(frozen=True, kw_only=True, eq=False)
class EvaluationKeys:
    """What a server needs to compute: nothing here decrypts.

    ``product`` switches from s^2 to s after a multiplication, ``rotations[r]`` from
    ``s(X^(5^r))`` to s after a rotation by r slots; each (k, 2, k + 1, N).
    """

    product: np.ndarray = field(repr=False)
    rotations: dict[int, np.ndarray] = field(repr=False)
    parameters: Parameters


@dataclass(frozen=True, kw_only=True, eq=False)
class Keys:
    """The three keys that belong together. Only the owner keeps all of them."""

    secret: SecretKey
    public: PublicKey
    evaluation: EvaluationKeys


def keys(
    parameters: Parameters,
    *,
    rotations: Iterable[int] = (),
    rng: RandomBytes = SYSTEM,
) -> Keys:
    """Fresh keys; ``rotations`` names the numbers of slots that a server may rotate."""
    full, size = parameters.full, parameters.size
    coefficients = ternary(size, rng=rng)
    s = full.element(coefficients)
    rotated = {
        steps: switching_key(full.substitute(s, galois(steps, size)), s, full, rng=rng)
        for steps in rotations
    }
    return Keys(
        secret=SecretKey(coefficients=coefficients, parameters=parameters),
        public=PublicKey(parts=encrypted_zero(s, full, rng=rng), parameters=parameters),
        evaluation=EvaluationKeys(
            product=switching_key(full.multiply(s, s), s, full, rng=rng),
            rotations=rotated,
            parameters=parameters,
        ),
    )


def galois(steps: int, size: int) -> int:
    """``5^steps mod 2N``: X to this power moves slot j + steps to slot j."""
    return pow(5, steps % (size // 2), 2 * size)


def encrypted_zero(s: np.ndarray, ring: Ring, *, rng: RandomBytes) -> np.ndarray:
    """``(-a s + e, a)``, a uniform, e small: (2, k, N). Ring-LWE says it looks random.

    Lyubashevsky, Peikert and Regev 2010. Values of a uniform polynomial are uniform,
    so a is drawn as values.
    """
    a = np.stack([uniform(prime, ring.size, rng=rng) for prime in ring.primes])
    noise = ring.element(small_noise(ring.size, rng=rng))
    return np.stack([ring.subtract(noise, ring.multiply(a, s)), a])


def switching_key(
    old: np.ndarray, s: np.ndarray, full: Ring, *, rng: RandomBytes
) -> np.ndarray:
    """For each prime q_i an encryption under s of ``P g_i old``: (k, 2, k + 1, N).

    ``g_i`` is 1 modulo q_i and 0 modulo the others, so ``P g_i old`` differs from zero
    in row i alone. P, the special prime, is divided out again by ``switched``.
    """
    rows = []
    for i, prime in enumerate(full.primes[:-1]):
        row = encrypted_zero(s, full, rng=rng)
        row[0, i] = (
            row[0, i] + full.multiply(old, full.primes[-1] % full.column)[i]
        ) % prime
        rows.append(row)
    return np.stack(rows)


def switched(values: np.ndarray, key: np.ndarray, parameters: Parameters) -> np.ndarray:
    """Two parts that decrypt under s to ``values * old``, plus small noise: (2, k, N).

    ``values = sum_i d_i g_i`` with digits ``d_i = [values]_(q_i)``, so
    ``round(sum_i d_i key_i / P)`` does it. The digits are below q_i: the noise is
    about ``sqrt(k N) 3.2 q / P``, small if P is no shorter than the longest prime.
    """
    level = len(values) - 1
    ring, wider = parameters.ring(level), parameters.switching_ring(level)
    residues = ring.coefficients(values)
    digits = wider.element(residues - ring.column * (residues > ring.column // 2))
    rows = [*range(level + 1), len(parameters.primes)]
    products = wider.multiply(digits[:, None], key[: level + 1, :, rows])
    return wider.without_last(products.sum(axis=0) % wider.column)
