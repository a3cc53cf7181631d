"""Encrypted vectors on TenSEAL, guarded: other keys, lengths, levels are errors.

TenSEAL itself adds up ciphertexts of different keys and reads past its own memory where
a message claims a wrong length. Nothing guards against a product that outgrows
2^integer_bits: it spoils every slot, unseen. Bound it beforehand (``Circuit.largest``,
``LevelBudget.check``).
"""

from dataclasses import dataclass, field
from numbers import Real

import numpy as np
import tenseal as ts

from privlab.core import checks
from privlab.he.context import LevelsExhausted
from privlab.he.keyholder import PublicKeys, SecretKeys


@dataclass(frozen=True, kw_only=True, eq=False)
class Encrypted:
    """Numbers in the slots of one ciphertext, under ``keys``; ``+``, ``-``, ``*``.

    The other operand is ``Encrypted``, a number, or an array of the same length. Each
    ``*`` takes one ``level``; ``sum`` needs Galois keys. Errors: ``LevelsExhausted``,
    ``ValueError`` for other keys, other lengths, or numbers that are not finite.
    """

    keys: PublicKeys
    data: ts.CKKSVector = field(repr=False)

    __array_ufunc__ = None  # array * Encrypted is ours to compute, not numpy's

    def __len__(self) -> int:
        return self.data.size()

    @property
    def level(self) -> int:
        """How many multiplications are left."""
        return self.data.ciphertext()[0].coeff_modulus_size() - 1

    def __add__(self, other):
        operand = self._operand(other)
        if self._is_below(other):
            return self._with(operand + self.data)
        return self._with(self.data + operand)

    def __sub__(self, other):
        operand = self._operand(other)
        if self._is_below(other):
            return self._with(-(operand - self.data))
        return self._with(self.data - operand)

    def __rsub__(self, other):
        return self._with(-self.data + self._operand(other))

    def __mul__(self, other):
        operand = self._operand(other)
        factors = [each for each in (self, other) if isinstance(each, Encrypted)]
        if min(each.level for each in factors) < 1:
            raise LevelsExhausted(
                f"no level is left of the {self.keys.parameters.levels} of "
                f"{self.keys.parameters.name!r}: plan the circuit with LevelBudget and "
                "take a deeper set, or let the key holder decrypt and encrypt again"
            )
        if self._is_below(other):
            return self._with(operand * self.data)
        return self._with(self.data * operand)

    __radd__, __rmul__ = __add__, __mul__

    def sum(self) -> "Encrypted":
        """The sum of all slots, as a vector of one: about log2(slots) rotations."""
        if not self.keys.rotates:
            raise ValueError(
                "a sum over slots rotates them, and these keys have no Galois keys: "
                "make them with new_keys_with_rotations(parameters)"
            )
        return self._with(self.data.sum())

    def _with(self, data: ts.CKKSVector) -> "Encrypted":
        return Encrypted(keys=self.keys, data=data)

    def _is_below(self, other) -> bool:
        """Whether ``other`` must come first: the engine spoils a higher second one."""
        return isinstance(other, Encrypted) and self.level < other.level

    def _operand(self, other):
        """What TenSEAL takes: its vector, a float, or a list of floats."""
        if isinstance(other, Encrypted):
            same_keys(self.keys, other.keys)
            self._same_length(len(other))
            return other.data
        if isinstance(other, Real):
            return checks.number("operand", other)
        values = checks.finite("operand", other)
        self._same_length(values.size)
        return values.tolist()

    def _same_length(self, length: int) -> None:
        if length != len(self):
            raise ValueError(f"lengths {len(self)} and {length} must be the same")


def encrypt(keys: PublicKeys, values: np.ndarray) -> Encrypted:
    """Encrypt up to ``slots`` finite numbers, each below 2^integer_bits."""
    values, own = checks.finite("values", values), keys.parameters
    if values.ndim != 1 or not values.size:
        raise ValueError(f"values of shape {values.shape} must be one list of numbers")
    if values.size > own.slots:
        raise ValueError(
            f"{values.size} numbers do not fit into the {own.slots} slots of "
            f"{own.name!r}: split them into {-(-values.size // own.slots)} vectors"
        )
    largest = np.abs(values).max()
    if largest >= 2**own.integer_bits:
        raise ValueError(
            f"values reach {largest:g}, but {own.name!r} holds numbers below "
            f"{2**own.integer_bits}: scale them down"
        )
    data = ts.ckks_vector(keys.context, values.tolist())
    return Encrypted(keys=keys, data=data)


def decrypt(keys: SecretKeys, encrypted: Encrypted) -> np.ndarray:
    """The numbers, for the key holder alone.

    Never publish them with all their digits: their noise betrays the key to whoever
    knows the ciphertext (Li and Micciancio 2021).
    """
    same_keys(keys.public, encrypted.keys)
    return np.array(encrypted.data.decrypt(keys.context.secret_key()))


def columns(keys: PublicKeys, table: np.ndarray) -> list[Encrypted]:
    """One ciphertext for each column of ``table`` (n, d): its slots are the rows.

    Then arithmetic on columns treats all n rows at once, at the price of one.
    """
    table = checks.finite("table", table)
    if table.ndim != 2:
        raise ValueError(f"table of shape {table.shape} must have rows and columns")
    return [encrypt(keys, column) for column in table.T]


def same_keys(mine: PublicKeys, theirs: PublicKeys) -> None:
    """``ValueError`` where two key pairs differ."""
    if mine.fingerprint != theirs.fingerprint:
        raise ValueError(
            f"keys {mine.fingerprint} and {theirs.fingerprint} do not belong together: "
            "encrypt both vectors with the same public keys"
        )
