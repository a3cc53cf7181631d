"""Regev's encryption: a number hidden by small noise, and the noise that grows.

Regev 2005, "On Lattices, Learning with Errors, Random Linear Codes, and
Cryptography". Reading material, at sizes that let one look inside.
"""

from dataclasses import dataclass, field

import numpy as np

from privlab.core import checks
from privlab.core.randomness import SYSTEM, RandomBytes
from privlab.he.sampling import small_noise, uniform


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Messages mod ``messages``, ciphertexts mod ``modulus``, secrets of ``dimension``.

    ``modulus`` is a multiple of ``messages``: the messages sit ``step`` apart on a
    circle of length ``modulus``, and noise below ``step / 2`` is rounded away.
    """

    dimension: int = 256
    modulus: int = 2**16
    messages: int = 16

    def __post_init__(self):
        if checks.whole("dimension", self.dimension) > 2**14:
            raise ValueError(f"dimension={self.dimension} must be <= 2^14")
        checks.whole("messages", self.messages, low=2)
        if self.modulus % self.messages or not 1 < self.modulus <= 2**24:
            raise ValueError(
                f"modulus={self.modulus} must be a multiple of "
                f"messages={self.messages}, and at most 2^24"
            )

    @property
    def step(self) -> int:
        return self.modulus // self.messages

    @property
    def samples(self) -> int:
        """Rows of the public key: 1.1 (n + 1) times the bits of q: sums then hide m."""
        return 11 * (self.dimension + 1) * self.modulus.bit_length() // 10


@dataclass(frozen=True, kw_only=True, eq=False)
class Ciphertext:
    """``(u, v)`` with ``v - <u, s> = step m + noise`` modulo the modulus."""

    u: np.ndarray
    v: int
    parameters: Parameters

    def __add__(self, other: "Ciphertext") -> "Ciphertext":
        """The messages add, and so do the noises."""
        modulus = self.parameters.modulus
        return Ciphertext(
            u=(self.u + other.u) % modulus,
            v=(self.v + other.v) % modulus,
            parameters=self.parameters,
        )

    def __mul__(self, factor: int) -> "Ciphertext":
        """The message times a small public number, and the noise times the same."""
        modulus = self.parameters.modulus
        factor %= modulus
        return Ciphertext(
            u=self.u * factor % modulus,
            v=self.v * factor % modulus,
            parameters=self.parameters,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class PublicKey:
    """Noisy equations about the secret: ``b = A s + e``, A uniform, e small."""

    A: np.ndarray
    b: np.ndarray
    parameters: Parameters

    def encrypt(self, message: int, *, rng: RandomBytes = SYSTEM) -> Ciphertext:
        """Add up a random half of the equations, and the message on the right side."""
        modulus, step = self.parameters.modulus, self.parameters.step
        chosen = uniform(2, len(self.b), rng=rng).astype(bool)
        v = int(self.b[chosen].sum()) + step * checks.whole("message", message, low=0)
        return Ciphertext(
            u=self.A[chosen].sum(axis=0) % modulus,
            v=v % modulus,
            parameters=self.parameters,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class SecretKey:
    """The vector s."""

    s: np.ndarray = field(repr=False)
    parameters: Parameters

    def phase(self, ciphertext: Ciphertext) -> int:
        """``v - <u, s>`` mod the modulus: the message's place plus the noise."""
        return int((ciphertext.v - ciphertext.u @ self.s) % self.parameters.modulus)

    def decrypt(self, ciphertext: Ciphertext) -> int:
        """The message whose place is nearest to the phase."""
        step = self.parameters.step
        return (self.phase(ciphertext) + step // 2) // step % self.parameters.messages

    def noise(self, ciphertext: Ciphertext, message: int) -> int:
        """How far the phase is from the place of ``message``: in ``[-q/2, q/2)``."""
        modulus, half = self.parameters.modulus, self.parameters.modulus // 2
        gap = self.phase(ciphertext) - self.parameters.step * message
        return (gap + half) % modulus - half


def keys(
    parameters: Parameters, *, rng: RandomBytes = SYSTEM
) -> tuple[SecretKey, PublicKey]:
    """A fresh secret, uniform mod the modulus, and its public key."""
    rows, columns = parameters.samples, parameters.dimension
    modulus = parameters.modulus
    s = uniform(modulus, columns, rng=rng)
    A = uniform(modulus, rows * columns, rng=rng).reshape(rows, columns)
    b = (A @ s + small_noise(rows, rng=rng)) % modulus
    secret = SecretKey(s=s, parameters=parameters)
    return secret, PublicKey(A=A, b=b, parameters=parameters)
