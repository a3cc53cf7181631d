"""What two clients do with each other while a server carries their messages.

They agree on a secret (X25519), stretch it into a mask (ChaCha20), and send each other
sealed letters (ChaCha20-Poly1305). The ciphers are those of the package cryptography.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy import ndarray

from privlab.core.masking import random_mask
from privlab.core.randomness import SYSTEM, RandomBytes

KEY_BYTES = 32
NONCE_BYTES = 12


def new_secret_key(*, rng: RandomBytes = SYSTEM) -> bytes:
    """32 random bytes: an X25519 secret key (RFC 7748), or the seed of a mask."""
    return rng.bytes(KEY_BYTES)


def public_key(secret: bytes) -> bytes:
    """The public key ``g^secret`` on the curve: 32 bytes that anyone may see."""
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def agreed(secret: bytes, public: bytes, purpose: bytes) -> bytes:
    """``HKDF(g^(secret_1 secret_2))``: both sides of a pair get the same 32 bytes.

    Diffie and Hellman 1976 over X25519, hashed by HKDF (RFC 5869); another ``purpose``
    gives independent bytes. ``ValueError`` for a public key of low order. Nothing here
    says *whose* public key it is: a server that swaps keys sits in the middle.
    """
    own = X25519PrivateKey.from_private_bytes(secret)
    point = own.exchange(X25519PublicKey.from_public_bytes(public))
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(point)


def mask(seed: bytes, count: int, bits: int) -> ndarray:
    """PRG(seed): ``count`` pseudorandom numbers modulo ``2^bits``, uint64.

    The same seed always gives the same mask, so two clients that agreed on a seed
    share a mask of any length without sending it. Use a seed for one vector only.
    """
    return random_mask(count, bits, rng=_KeyStream(seed))


class _KeyStream:
    """ChaCha20's stream for a seed, as a source of random bytes."""

    def __init__(self, seed: bytes):
        algorithm = algorithms.ChaCha20(seed, nonce=bytes(16))
        self.encryptor = Cipher(algorithm, mode=None).encryptor()

    def bytes(self, count: int, /) -> bytes:
        return self.encryptor.update(bytes(count))


def sealed(
    key: bytes, letter: bytes, about: bytes, *, rng: RandomBytes = SYSTEM
) -> bytes:
    """The letter encrypted and authenticated with ``about``: nonce, text, tag."""
    nonce = rng.bytes(NONCE_BYTES)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, letter, about)


def opened(key: bytes, letter: bytes, about: bytes) -> bytes:
    """The letter in the clear; ``ValueError`` if one bit of it or ``about`` changed."""
    nonce, text = letter[:NONCE_BYTES], letter[NONCE_BYTES:]
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, text, about)
    except InvalidTag:
        raise ValueError("a sealed letter was changed on its way") from None
