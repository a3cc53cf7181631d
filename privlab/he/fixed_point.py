"""Real numbers in Paillier: fixed-point encoding, and many numbers in one message."""

from dataclasses import dataclass

import numpy as np

from privlab.core import checks
from privlab.core.randomness import SYSTEM, RandomBytes
from privlab.he.paillier import Ciphertext, PrivateKey, PublicKey


@dataclass(frozen=True, kw_only=True)
class EncryptedNumber:
    """``round(x 2^fraction_bits)``, encrypted; negative numbers count down from n.

    The number of fraction bits is public and exact: sums need equal ones, a product
    adds them up.
    """

    ciphertext: Ciphertext
    fraction_bits: int

    def __add__(self, other: "EncryptedNumber") -> "EncryptedNumber":
        bits = max(self.fraction_bits, other.fraction_bits)
        total = self.aligned(bits).ciphertext + other.aligned(bits).ciphertext
        return EncryptedNumber(ciphertext=total, fraction_bits=bits)

    def aligned(self, fraction_bits: int) -> "EncryptedNumber":
        """The same number with more fraction bits; fewer would lose digits."""
        checks.whole("fraction_bits", fraction_bits, low=self.fraction_bits)
        factor = 1 << (fraction_bits - self.fraction_bits)
        return EncryptedNumber(
            ciphertext=self.ciphertext * factor, fraction_bits=fraction_bits
        )

    def times(self, factor: float, *, fraction_bits: int) -> "EncryptedNumber":
        """The product with a public factor, rounded to ``fraction_bits``."""
        return EncryptedNumber(
            ciphertext=self.ciphertext * fixed(factor, fraction_bits),
            fraction_bits=self.fraction_bits + fraction_bits,
        )


def fixed(value: float, fraction_bits: int) -> int:
    """``round(value 2^fraction_bits)``, exactly."""
    top, bottom = checks.number("value", value).as_integer_ratio()
    shifted = top << fraction_bits
    return (2 * shifted + bottom) // (2 * bottom)  # half rounds up


def encrypt(
    key: PublicKey, value: float, *, fraction_bits: int, rng: RandomBytes = SYSTEM
) -> EncryptedNumber:
    """Encrypt a real number; ``OverflowError`` beyond a third of n, up or down."""
    message = as_message(fixed(value, fraction_bits), key.n)
    ciphertext = key.encrypt(message, rng=rng)
    return EncryptedNumber(ciphertext=ciphertext, fraction_bits=fraction_bits)


def decrypt(key: PrivateKey, number: EncryptedNumber) -> float:
    """The real number; ``OverflowError`` where it landed in the middle third of n."""
    whole = from_message(key.decrypt(number.ciphertext), key.public.n)
    return whole / (1 << number.fraction_bits)


def as_message(whole: int, n: int) -> int:
    """A signed whole number as a residue mod n: [0, n/3) up, [2n/3, n) down."""
    if abs(whole) >= n // 3:
        raise OverflowError(
            f"a number of {whole.bit_length()} bits does not fit into a key of "
            f"{n.bit_length()}: take a longer key or fewer fraction bits"
        )
    return whole % n


def from_message(message: int, n: int) -> int:
    """The signed number in a residue mod n.

    The middle third is nobody's: a sum that grew too large falls there first. (A much
    larger one runs round, unseen: bound your sums beforehand.)
    """
    if message < n // 3:
        return message
    if message > n - n // 3:
        return message - n
    raise OverflowError("a sum under encryption grew beyond a third of n")


def packed(values: np.ndarray, *, fraction_bits: int, width: int) -> int:
    """Many fixed-point numbers in one whole number: ``sum v_i 2^(width i)``.

    Packed numbers add entry by entry as long as every entry stays below
    ``2^(width - 1)`` in size. ``OverflowError`` if one does not at the start.
    """
    entries = [fixed(float(value), fraction_bits) for value in np.ravel(values)]
    if any(abs(entry) >= 1 << (width - 1) for entry in entries):
        raise OverflowError(f"an entry needs more than width={width} bits")
    return sum(entry << (width * place) for place, entry in enumerate(entries))


def unpacked(whole: int, count: int, *, fraction_bits: int, width: int) -> np.ndarray:
    """The ``count`` numbers that ``packed`` put together, or their sums."""
    values, half = np.empty(count), 1 << (width - 1)
    for place in range(count):
        entry = (whole + half) % (2 * half) - half
        values[place] = entry / (1 << fraction_bits)
        whole = (whole - entry) >> width
    return values
