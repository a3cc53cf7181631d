"""What a log gives away to everyone who reads it: updates, hashes, commitments."""

from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

import numpy as np
import torch

from privlab.attacks.gradients import gradient, linear_inputs, strongest
from privlab.attacks.images import ssim
from privlab.core.randomness import RandomBytes
from privlab.experiments.trained_digits import part, untrained
from privlab.fl.ledger import SALT, Ledger, commitment

UPDATE, HASH, COMMITTED = "the update", "its hash", "a commitment"
WRITTEN = (UPDATE, HASH, COMMITTED)
FIRST_DAY, DAYS = date(1925, 1, 1), 36_525  # a hundred years of birthdays


@dataclass(frozen=True, kw_only=True, eq=False)
class PublicUpdate:
    """A client's image (64,), and what a reader of the log rebuilds from the entry."""

    written: str
    truth: np.ndarray
    found: np.ndarray
    similarity: float
    payload: int

    @property
    def summary(self) -> str:
        return (
            f"The entry holds {self.written}, {self.payload} bytes: what a reader "
            f"rebuilds has a likeness (SSIM) of {self.similarity:.2f} to the image."
        )


def public_update(*, written: str, seed: int) -> PublicUpdate:
    """One client's update of one image on the log, read back and divided (lesson 3.3).

    The update is that of the first layer, weights and bias. From 32 bytes of hash a
    reader can take nothing but 32 bytes: their likeness is that of noise.
    """
    if written not in WRITTEN:
        raise ValueError(f"written={written!r} must be one of {WRITTEN}")
    people = part(seed, 0, 1)
    weights, bias, *_ = gradient(untrained(seed), people.x, people.y)
    sent = torch.column_stack([weights, bias]).numpy()
    rng = np.random.default_rng(seed)
    payload = _payload(written, sent.tobytes(), rng)
    log = Ledger(log=rng.bytes(32)).appended(payload, rng.bytes(32))
    found = _rebuilt(log.entries[0].payload, sent.shape)
    return PublicUpdate(
        written=written,
        truth=people.x[0].numpy(),
        found=found[0].numpy(),
        similarity=float(ssim(found, people.x)[0]),
        payload=len(payload),
    )


def _payload(written: str, sent: bytes, rng: RandomBytes) -> bytes:
    if written == UPDATE:
        return sent
    return sha256(sent).digest() if written == HASH else committed(sent, rng=rng)[0]


def _rebuilt(payload: bytes, shape: tuple[int, int]) -> torch.Tensor:
    """(1, 64) in [0, 1]: division where the payload is an update, else its bits."""
    if len(payload) != 4 * shape[0] * shape[1]:
        bits = np.unpackbits(np.frombuffer(payload, dtype=np.uint8))
        return torch.from_numpy(bits[None, :64].astype(np.float32))
    read = torch.from_numpy(np.frombuffer(payload, np.float32).reshape(shape).copy())
    return strongest(linear_inputs(read[:, :-1], read[:, -1]), read[:, -1]).clamp(0, 1)


def committed(value: bytes, *, rng: RandomBytes) -> tuple[bytes, bytes]:
    """(commitment, salt): the first may be public, the second stays with the data."""
    salt = rng.bytes(SALT)
    return commitment(value, salt), salt


@dataclass(frozen=True, kw_only=True)
class Guessed:
    """All birthdays of a hundred years tried against what stands on the log."""

    written: str
    tried: int
    found: str

    @property
    def summary(self) -> str:
        told = f"found after {self.tried} tries" if self.found else "not found"
        return f"The birthday behind {self.written}: {told}."


def guessed_birthday(*, birthday: date, written: str, rng: RandomBytes) -> Guessed:
    """Hash every possible day, and compare: no key is broken, there are just few days.

    Against a commitment the guesser, who does not have the salt, tries a salt of zeros.
    """
    value = birthday.isoformat().encode()
    seen = sha256(value).digest()
    if written == COMMITTED:
        seen, _ = committed(value, rng=rng)
    for tried in range(DAYS):
        day = (FIRST_DAY + timedelta(days=tried)).isoformat()
        if seen in (sha256(day.encode()).digest(), commitment(day.encode(), bytes(32))):
            return Guessed(written=written, tried=tried + 1, found=day)
    return Guessed(written=written, tried=DAYS, found="")
