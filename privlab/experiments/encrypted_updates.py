"""CKKS for federated learning: what clients and server do with the keys they have."""

from collections.abc import Callable, Sequence

import numpy as np

from privlab.core import checks
from privlab.he import vectors, wire
from privlab.he.keyholder import PublicKeys, SecretKeys


def encrypting(keys: PublicKeys, *, clients: int) -> Callable[[np.ndarray], bytes]:
    """``encrypt``: numbers (d,) to one message, ``slots`` of them in a ciphertext.

    ``ValueError`` for numbers that ``clients`` of them could add up beyond the set's
    range: CKKS would wrap around without a word.
    """
    checks.whole("clients", clients)

    def encrypt(values: np.ndarray) -> bytes:
        own = keys.parameters
        room = 2**own.integer_bits / clients
        if np.abs(values).max() >= room:
            raise ValueError(
                f"values beyond {room:g} could overflow in a sum of {clients} under "
                f"{own.name!r}: scale them down, or take a set with more integer bits"
            )
        parts = np.split(values, np.arange(own.slots, len(values), own.slots))
        return wire.packed([vectors.encrypt(keys, part) for part in parts])

    return encrypt


def adding(keys: PublicKeys) -> Callable[[Sequence[bytes]], bytes]:
    """``add``, for the server: every message is screened, then added slot by slot."""

    def add(messages: Sequence[bytes]) -> bytes:
        first, *others = wire.all_unpacked(keys, messages)
        for other in others:
            first = [a + b for a, b in zip(first, other, strict=True)]
        return wire.packed(first)

    return add


def decrypting(keys: SecretKeys) -> Callable[[bytes], np.ndarray]:
    """``decrypt``, for clients: the numbers (d,) of a message."""

    def decrypt(message: bytes) -> np.ndarray:
        parts = wire.unpacked(keys.public, message)
        return np.concatenate([vectors.decrypt(keys, part) for part in parts])

    return decrypt
