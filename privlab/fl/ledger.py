"""A log of federated rounds that nobody can change unseen: chained, signed, proved.

What people mean by "blockchain", without coins: each entry holds the hash of the one
before and a signature, and a Merkle root over all is published now and then. Whoever
has an old root catches even the owner of the signing key at rewriting the past. It
hides nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from privlab.fl.merkle import leaf_hash, merkle_root

ENTRY, HEAD = b"privlab ledger entry", b"privlab ledger head"
START = bytes(32)  # what the first entry has in place of a hash
SALT = 32  # bytes: nobody enumerates 2^256 of them


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One record: ``log`` (32 bytes) names the log, ``index`` the place, from 0."""

    log: bytes
    index: int
    previous: bytes
    payload: bytes
    signature: bytes = b""

    @property
    def text(self) -> bytes:
        """What is signed. The parts before the payload have fixed lengths."""
        place = self.index.to_bytes(8)
        return ENTRY + self.log + place + self.previous + self.payload

    @property
    def hash(self) -> bytes:
        """What the next entry holds, and the leaf of the Merkle tree."""
        return leaf_hash(self.text)


@dataclass(frozen=True, kw_only=True)
class Head:
    """A signed root over the first ``size`` entries: 32 bytes for a newspaper."""

    log: bytes
    size: int
    root: bytes
    signature: bytes = b""

    @property
    def text(self) -> bytes:
        return HEAD + self.log + self.size.to_bytes(8) + self.root


Signable = TypeVar("Signable", Entry, Head)


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """A log as its keeper holds it; ``entries`` only grow."""

    log: bytes
    entries: tuple[Entry, ...] = ()

    def appended(self, payload: bytes, signing_key: bytes) -> "Ledger":
        """The log with one more entry, chained and signed."""
        previous = self.entries[-1].hash if self.entries else START
        entry = Entry(
            log=self.log, index=len(self.entries), previous=previous, payload=payload
        )
        return Ledger(log=self.log, entries=(*self.entries, signed(entry, signing_key)))

    def head(self, signing_key: bytes) -> Head:
        """The root over all entries, to be published."""
        return signed(
            Head(
                log=self.log,
                size=len(self.entries),
                root=merkle_root([entry.hash for entry in self.entries]),
            ),
            signing_key,
        )


def signed(record: Signable, signing_key: bytes) -> Signable:
    """The record with an Ed25519 signature (RFC 8032) over its text."""
    own = Ed25519PrivateKey.from_private_bytes(signing_key)
    return type(record)(**vars(record) | {"signature": own.sign(record.text)})


def is_signed(record: Entry | Head, verifying_key: bytes) -> bool:
    """Whether the owner of ``verifying_key`` signed exactly this."""
    key = Ed25519PublicKey.from_public_bytes(verifying_key)
    try:
        key.verify(record.signature, record.text)
    except InvalidSignature:
        return False
    return True


def checked(
    entries: Sequence[Entry],
    *,
    log: bytes,
    verifying_key: bytes,
    head: Head | None = None,
) -> dict[str, list[bool]]:
    """For each check what holds, entry by entry; "head" is one answer for all.

    ``log`` and ``verifying_key`` come from elsewhere, ``head`` from an earlier look.
    Without a head a shorter log is a log, and its keeper may have rewritten it.
    """
    before = [START, *(entry.hash for entry in entries)][: len(entries)]
    return {
        "name": [entry.log == log for entry in entries],
        "place": [entry.index == i for i, entry in enumerate(entries)],
        "chain": [e.previous == b for e, b in zip(entries, before, strict=True)],
        "signature": [is_signed(entry, verifying_key) for entry in entries],
        "head": [head is None or _extends(entries, head, log, verifying_key)],
    }


def faults(entries: Sequence[Entry], **known) -> tuple[str, ...]:
    """The checks that fail somewhere, of ``checked``: none, and the log is whole."""
    found = checked(entries, **known)
    return tuple(name for name, good in found.items() if not all(good))


def _extends(
    entries: Sequence[Entry], head: Head, log: bytes, verifying_key: bytes
) -> bool:
    """Whether the first ``head.size`` entries are those of the published root."""
    root = merkle_root([entry.hash for entry in entries[: head.size]])
    known = head.log == log and is_signed(head, verifying_key)
    return known and len(entries) >= head.size and root == head.root


def commitment(value: bytes, salt: bytes) -> bytes:
    """``SHA-256("privlab commitment" | salt | value)``: this may be public.

    Binding: nobody finds another value that opens it. Hiding while the salt, 32 random
    bytes, is secret:
    without it every value is as good as any other. ``ValueError`` for another length,
    which would move the border between salt and value.
    """
    if len(salt) != SALT:
        raise ValueError(f"salt has {len(salt)} bytes, must have {SALT}; draw it anew")
    return sha256(b"privlab commitment" + salt + value).digest()
