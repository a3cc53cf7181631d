"""Secure aggregation against a server that lies: keys and survivors are signed.

Bonawitz et al. 2017, Figure 4, the parts for active adversaries. Without them a server
may swap public keys and read every letter, or tell each client another list of
survivors and so open the sum of two clients where the threshold is three. What it takes
is a ``directory`` of the clients' verifying keys that does *not* come from the server.
"""

import hashlib
from collections.abc import Collection, Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from privlab.core.randomness import SYSTEM, RandomBytes
from privlab.fl.secagg import Advertised, Masked, Refused, Revealed, Setting
from privlab.fl.secagg import reveal_shares as reveal

Keys = Mapping[int, bytes]


def new_signing_key(*, rng: RandomBytes = SYSTEM) -> bytes:
    """32 random bytes: an Ed25519 signing key (RFC 8032), made once for all rounds."""
    return rng.bytes(32)


def verifying_key(signing_key: bytes) -> bytes:
    """What goes into the directory, handed over in person or by a certificate."""
    own = Ed25519PrivateKey.from_private_bytes(signing_key)
    return own.public_key().public_bytes_raw()


def signed_keys(state: Advertised, signing_key: bytes) -> bytes:
    """Round 0: the signature under this client's number and public keys."""
    return _signed(signing_key, _keys_text(state.number, state.keys))


def check_keys(keys: Keys, signatures: Keys, directory: Keys) -> Keys:
    """Before round 1: ``keys``, or ``Refused`` if one is not signed by its owner."""
    for client, pair in keys.items():
        if not _holds(directory, client, signatures, _keys_text(client, pair)):
            raise Refused(f"the keys of client {client} are not signed by it")
    return keys


def signed_survivors(
    keys: Keys, survivors: Collection[int], signing_key: bytes
) -> bytes:
    """Round 3, ConsistencyCheck: the signature under the list this client was told."""
    return _signed(signing_key, _survivors_text(keys, survivors))


def reveal_shares(
    setting: Setting,
    state: Masked,
    survivors: Collection[int],
    *,
    keys: Keys,
    signatures: Keys,
    directory: Keys,
) -> Revealed:
    """Round 4: as ``secagg.reveal_shares``, if t survivors have signed this very list.

    ``keys`` are those of round 1: a signature from another round is none. Two lists
    cannot both have t signatures while 2 t > n + the clients who help the server.
    """
    text = _survivors_text(keys, survivors)
    agree = [u for u in set(survivors) if _holds(directory, u, signatures, text)]
    if len(agree) < setting.threshold:
        raise Refused(
            f"{len(agree)} clients have signed this list of survivors, threshold="
            f"{setting.threshold} must: the server tells others another list"
        )
    return reveal(setting, state, survivors)


def _signed(signing_key: bytes, text: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(signing_key).sign(text)


def _holds(directory: Keys, client: int, signatures: Keys, text: bytes) -> bool:
    if client not in directory or client not in signatures:
        return False
    try:
        owner = Ed25519PublicKey.from_public_bytes(directory[client])
        owner.verify(signatures[client], text)
    except InvalidSignature:
        return False
    return True


def _keys_text(number: int, keys: bytes) -> bytes:
    return b"privlab secagg keys" + number.to_bytes(4) + keys


def _survivors_text(keys: Keys, survivors: Collection[int]) -> bytes:
    """The list, tied to this round by a digest of everybody's fresh keys."""
    everybody = b"".join(u.to_bytes(4) + keys[u] for u in sorted(keys))
    listed = b"".join(u.to_bytes(4) for u in sorted(set(survivors)))
    return b"privlab secagg survivors" + hashlib.sha256(everybody).digest() + listed
