"""Six ways to send one permitted answer: who learns what, and who can change it."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from privlab.dp.discrete import DiscreteLaplace

COUNT = 127  # patients without Li: the middle of what one byte holds
NONCE, TAG = 12, 32  # bytes


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """One way to send a byte: ``open`` gives it back, or None if it was tampered with.

    ``place`` is where the byte, or its encryption, lies in what is sent.
    """

    seal: Callable[[bytes, bytes, bytes], bytes]
    open: Callable[[bytes, bytes], bytes | None]
    place: int


def _signature(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, hashlib.sha256)


def _signed(key: bytes, sent: bytes) -> bytes | None:
    message, signature = sent[:-TAG], sent[-TAG:]
    return message if hmac.compare_digest(signature, _signature(key, message)) else None


def _stream(key: bytes, nonce: bytes, message: bytes) -> bytes:
    """AES in counter mode: the message XOR a key stream, so its own inverse."""
    return Cipher(AES(key), CTR(nonce + bytes(4))).encryptor().update(message)


def _unsealed(key: bytes, sent: bytes) -> bytes | None:
    try:
        return AESGCM(key).decrypt(sent[:NONCE], sent[NONCE:], None)
    except InvalidTag:
        return None


PLAIN = Envelope(seal=lambda key, nonce, m: m, open=lambda key, sent: sent, place=0)
SIGNED = Envelope(
    seal=lambda key, nonce, m: m + _signature(key, m), open=_signed, place=0
)
ENCRYPTED = Envelope(
    seal=lambda key, nonce, m: nonce + _stream(key, nonce, m),
    open=lambda key, sent: _stream(key, sent[:NONCE], sent[NONCE:]),
    place=NONCE,
)
SEALED = Envelope(
    seal=lambda key, nonce, m: nonce + AESGCM(key).encrypt(nonce, m, None),
    open=_unsealed,
    place=NONCE,
)
# name: (envelope, whether noise is added before)
PROTECTIONS = {
    "open": (PLAIN, False),
    "signed": (SIGNED, False),
    "encrypted": (ENCRYPTED, False),
    "sealed": (SEALED, False),
    "noisy": (PLAIN, True),
    "noisy, sealed": (SEALED, True),
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one protection achieved, in shares from 0 to 1; ``error`` in people."""

    wire: float
    reader: float
    accepted: float
    error: float


@dataclass(frozen=True, kw_only=True)
class Protections:
    """The outcome of each protection by its name."""

    epsilon: float
    outcomes: dict[str, Outcome]

    @property
    def summary(self) -> str:
        sealed, both = self.outcomes["sealed"], self.outcomes["noisy, sealed"]
        return (
            f"A sealed count tells the wire nothing ({sealed.wire:.0%} right guesses) "
            f"and its reader everything ({sealed.reader:.0%}); with noise at ε = "
            f"{self.epsilon:g} the reader is right in {both.reader:.0%}."
        )


def protections(*, epsilon: float, seed: int, trials: int = 500) -> Protections:
    """Send the count of ill patients, in half of all runs with Li among them.

    Whoever is on the wire sees and changes the bytes sent; the reader holds the key.
    Both guess whether Li is ill.
    """
    rng = np.random.default_rng(seed)
    noise = DiscreteLaplace(epsilon=epsilon, sensitivity=1)
    ill = rng.permutation(np.arange(trials) % 2)
    exact = COUNT + ill
    noisy = [noise.release(int(count), rng=rng) for count in exact]
    noisy = np.clip(noisy, 0, 255)  # what a byte holds; costs no privacy
    return Protections(
        epsilon=epsilon,
        outcomes={
            name: _outcome(envelope, noisy if hidden else exact, ill, rng)
            for name, (envelope, hidden) in PROTECTIONS.items()
        },
    )


def _outcome(envelope: Envelope, counts, ill, rng: np.random.Generator) -> Outcome:
    key = rng.bytes(32)  # a real key comes from the system, not from a seed
    drawn = rng.bytes(NONCE * len(counts))
    nonces = [drawn[i : i + NONCE] for i in range(0, len(drawn), NONCE)]
    pairs = zip(nonces, counts, strict=True)
    sent = [envelope.seal(key, nonce, bytes([n])) for nonce, n in pairs]
    opened = [envelope.open(key, message) for message in sent]
    changed = [envelope.open(key, _flipped(m, envelope.place)) for m in sent]
    return Outcome(
        wire=right_guesses(np.array([list(m) for m in sent]), ill),
        reader=right_guesses(np.array([list(m) for m in opened]), ill),
        accepted=float(np.mean([m is not None for m in changed])),
        error=float(np.abs(np.array([m[0] for m in opened]) - COUNT - ill).mean()),
    )


def _flipped(message: bytes, place: int) -> bytes:
    """The message with the lowest bit of one byte changed."""
    return message[:place] + bytes([message[place] ^ 1]) + message[place + 1 :]


def right_guesses(seen: np.ndarray, truth: np.ndarray) -> float:
    """How often an adversary is right who learns on the first half of what it saw.

    It takes the byte and the threshold that tell the ``truth`` (n,) of zeros and ones
    best in the first half of the messages ``seen`` (n, bytes), and guesses the others.
    """
    half, sign = len(seen) // 2, 2 * truth - 1
    gain = np.array(  # right minus wrong guesses "b >= t", for each byte and t
        [np.bincount(byte, sign[:half], 256)[::-1].cumsum() for byte in seen[:half].T]
    )[:, ::-1]
    byte, threshold = np.unravel_index(np.abs(gain).argmax(), gain.shape)
    guesses = (seen[half:, byte] >= threshold) == (gain[byte, threshold] > 0)
    return float(np.mean(guesses == truth[half:]))
