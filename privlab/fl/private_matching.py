"""Which customers do two banks share? A hash does not hide a phone number; this does.

Meadows 1986; Huberman, Franklin and Hogg 1999. Each side raises the hashed numbers to
a secret power, and hands them over to be raised to the other's. Powers commute, so
the same number ends as the same point, and no point can be tried out without a secret.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)

PRIME, COEFFICIENT = 2**255 - 19, 486_662  # of Curve25519, RFC 7748


def hashed(names: Iterable[str]) -> list[bytes]:
    """SHA-256 of each name: what is often, and wrongly, called anonymous."""
    return [hashlib.sha256(name.encode()).digest() for name in names]


def enumerated(hashes: Sequence[bytes], names: Iterable[str]) -> dict[bytes, str]:
    """The names behind ``hashes``, among all that are possible."""
    wanted = set(hashes)
    pairs = ((hashlib.sha256(name.encode()).digest(), name) for name in names)
    return {digest: name for digest, name in pairs if digest in wanted}


def point(name: str) -> bytes:
    """A point of Curve25519 for a name: hash with a counter until one is on the curve.

    ``v^2 = u^3 + 486662 u^2 + u`` has a solution for half of all u (Euler's criterion).
    The others are on the twist, which powers never leave: kept, they would tell a bit.
    """
    for counter in range(256):
        seed = f"privlab private matching {counter} {name}".encode()
        u = int.from_bytes(hashlib.sha256(seed).digest(), "little") % 2**255 % PRIME
        square = (u * u * u + COEFFICIENT * u * u + u) % PRIME
        if pow(square, (PRIME - 1) // 2, PRIME) == 1:
            return u.to_bytes(32, "little")
    raise ValueError(f"name={name!r} gave no point in 256 tries: 1 chance in 2^256")


@dataclass(frozen=True, kw_only=True, eq=False)
class Matcher:
    """One side of the exchange: a fresh secret power, for one exchange only."""

    secret: X25519PrivateKey

    @classmethod
    def fresh(cls) -> "Matcher":
        """With a secret from the operating system."""
        return cls(secret=X25519PrivateKey.generate())

    def blinded(self, names: Iterable[str]) -> list[bytes]:
        """``H(name)^a`` for each name, to be sent; send them in an order that says
        nothing."""
        return self.raised(point(name) for name in names)

    def raised(self, points: Iterable[bytes]) -> list[bytes]:
        """Each point to the secret power; ``ValueError`` for one of low order."""
        keys = map(X25519PublicKey.from_public_bytes, points)
        return [self.secret.exchange(key) for key in keys]


@dataclass(frozen=True, kw_only=True, eq=False)
class Matching:
    """``common`` are the first side's names that both have; ``sent`` the messages."""

    common: tuple[str, ...]
    sent: tuple[tuple[bytes, ...], ...]

    @property
    def bytes(self) -> int:
        return sum(len(each) for message in self.sent for each in message)


def match(first: Sequence[str], second: Sequence[str]) -> Matching:
    """Run both sides: the first learns which of its names the second has, too.

    Each also learns how many the other has. Both follow the protocol; one that lies
    about its names learns about those it made up, so their number must be limited.
    """
    a, b = Matcher.fresh(), Matcher.fresh()
    to_second = tuple(a.blinded(first))
    to_first = tuple(b.raised(to_second)), tuple(sorted(b.blinded(second)))
    theirs = set(a.raised(to_first[1]))
    pairs = zip(first, to_first[0], strict=True)
    common = tuple(name for name, twice in pairs if twice in theirs)
    return Matching(common=common, sent=(to_second, *to_first))
