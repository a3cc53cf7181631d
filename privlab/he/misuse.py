"""Sound schemes used wrongly, and what that gives away."""

from collections.abc import Iterable

import numpy as np

from privlab.he import ckks
from privlab.he.ckks_encoding import encode
from privlab.he.paillier import Ciphertext


def pad_from_known(ciphertexts: np.ndarray, place: int, value: int) -> np.ndarray:
    """Every plaintext under a pad that was used for all, from a single known one.

    ``r = y_i XOR x_i`` for the known i, and ``x_j = y_j XOR r`` for the others.
    """
    return ciphertexts ^ (ciphertexts[place] ^ value)


def by_dictionary(ciphertext: Ciphertext, guesses: Iterable[int], r: int) -> int | None:
    """The message of an encryption whose r is known, by encrypting the guesses too.

    None if no guess fits. With a fresh random r there is nothing to compare with.
    """
    for guess in guesses:
        if ciphertext.key.encrypt_with(guess, r) == ciphertext:
            return guess
    return None


def difference_under_same_r(first: Ciphertext, second: Ciphertext) -> int:
    """``m_1 - m_2`` mod n of two encryptions that share their r, whatever it is.

    ``c_1 / c_2 = (1 + n)^(m_1 - m_2) = 1 + n (m_1 - m_2) mod n^2``.
    """
    n = first.key.n
    quotient = first.value * pow(second.value, -1, n**2) % n**2
    if quotient % n != 1:
        raise ValueError("these two ciphertexts do not share their r")
    return quotient // n


def key_from_decryption(
    ciphertext: ckks.Ciphertext, decrypted: np.ndarray
) -> np.ndarray:
    """The secret key of CKKS, from a ciphertext and its decrypted complex slots.

    Li and Micciancio 2021, "On the Security of Homomorphic Encryption on Approximate
    Numbers": the slots give the phase ``c_0 + c_1 s`` back exactly, noise included,
    so ``s = (phase - c_0) / c_1``. Where the slots were blurred, the result is random.
    ``ValueError`` where c_1 has no inverse (rare: take another ciphertext).
    """
    lowest = ckks.lowered(ciphertext, 0)
    ring, prime = lowest.ring, lowest.ring.primes[0]
    phase = ring.element(encode(decrypted, ring.size, lowest.scale))
    inverse = np.array(
        [[pow(value, -1, prime) for value in lowest.parts[1, 0].tolist()]]
    )
    s = ring.multiply(ring.subtract(phase, lowest.parts[0]), inverse)
    return ring.whole(s).astype(np.int64)
