"""Ciphertexts and public keys as messages: a line of JSON, then the engine's bytes.

The digest finds accidents. A forger computes a new one: that nobody changes a message
on its way is the business of TLS or of a signature. Encryption that one can compute on
can be changed by anyone who can send it.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict

import tenseal as ts

from privlab.he.airlock import Expected, Tampered, screen
from privlab.he.context import Parameters
from privlab.he.keyholder import PublicKeys, SecretKeys
from privlab.he.vectors import Encrypted

LONGEST_HEADER = 1 << 16
MOST_PARTS = 4096


def packed(encrypted: Sequence[Encrypted]) -> bytes:
    """Ciphertexts under the same keys as one message."""
    (fingerprint,) = {each.keys.fingerprint for each in encrypted}
    parts = [each.data.serialize() for each in encrypted]
    return _message({"keys": fingerprint}, parts)


def unpacked(keys: PublicKeys, message: bytes) -> list[Encrypted]:
    """The ciphertexts of a message, opened in a child process first.

    ``Tampered`` (a ``ValueError``) where the bytes were changed or are no ciphertexts
    of this parameter set; ``ValueError`` where they belong to other keys.
    """
    (ciphertexts,) = all_unpacked(keys, [message])
    return ciphertexts


def all_unpacked(keys: PublicKeys, messages: Sequence[bytes]) -> list[list[Encrypted]]:
    """``unpacked`` of several messages, for the price of a single child process."""
    parts = [_under(keys, message) for message in messages]
    everything = [part for each in parts for part in each]
    screen(_bare(keys.context), everything, _expected(keys.parameters))
    return [
        [
            Encrypted(keys=keys, data=ts.ckks_vector_from(keys.context, part))
            for part in each
        ]
        for each in parts
    ]


def _under(keys: PublicKeys, message: bytes) -> list[bytes]:
    header, parts = _opened(message)
    if header.get("keys") != keys.fingerprint:
        raise ValueError(
            f"the ciphertexts are under keys {header.get('keys')!r}, here are the keys "
            f"{keys.fingerprint!r}: ask the sender to encrypt with these"
        )
    return parts


def public_bytes(keys: PublicKeys) -> bytes:
    """The public keys as a message. The secret key is not there to be sent."""
    return _message({"parameters": asdict(keys.parameters)}, [keys.context.serialize()])


def secret_bytes(keys: SecretKeys) -> bytes:
    """The key pair with its secret half, for a file that is handed over by hand."""
    secret = keys.context.serialize(save_secret_key=True)
    return _message({"secret of": asdict(keys.public.parameters)}, [secret])


def secret_from(message: bytes) -> SecretKeys:
    """The key pair of such a file; ``Tampered`` for anything else.

    Only for files of one's own class: the bytes are opened as they are.
    """
    header, parts = _opened(message)
    try:
        own = _parameters(header["secret of"])
        (secret,) = parts
    except (KeyError, TypeError, ValueError) as error:
        raise Tampered(f"the message holds no secret key ({error})") from error
    context = ts.context_from(secret, n_threads=1)
    public = context.copy()
    public.make_context_public()
    return SecretKeys(
        public=PublicKeys(parameters=own, context=public), context=context
    )


def public_from(message: bytes) -> PublicKeys:
    """The public keys of a message; ``Tampered`` for anything else, a secret too."""
    header, parts = _opened(message)
    try:
        own = _parameters(header["parameters"])
        expected = _expected(own)
        (context,) = parts
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise Tampered(f"the message holds no public keys ({error})") from error
    screen(context, [], expected)
    return PublicKeys(parameters=own, context=ts.context_from(context, n_threads=1))


def _parameters(given: dict) -> Parameters:
    return Parameters(**given | {"prime_bits": tuple(given["prime_bits"])})


def _expected(own: Parameters) -> Expected:
    return Expected(
        degree=own.degree, levels=own.levels, scale=float(2**own.scale_bits)
    )


def _bare(context: ts.Context) -> bytes:
    """The parameters alone: enough to open a ciphertext."""
    return context.serialize(
        save_public_key=True, save_galois_keys=False, save_relin_keys=False
    )


def _message(header: dict, parts: Sequence[bytes]) -> bytes:
    body = b"".join(parts)
    about = {"lengths": [len(part) for part in parts]}
    digest = {"sha256": hashlib.sha256(body).hexdigest()}
    return json.dumps(header | about | digest).encode() + b"\n" + body


def _opened(message: bytes) -> tuple[dict, list[bytes]]:
    line, newline, body = message.partition(b"\n")
    try:
        if not newline or len(line) > LONGEST_HEADER:
            raise ValueError("no header")
        header = json.loads(line)
        lengths, digest = list(header["lengths"]), header["sha256"]
        sound = all(type(n) is int and n >= 0 for n in lengths)
        if not sound or sum(lengths) != len(body) or len(lengths) > MOST_PARTS:
            raise ValueError("lengths do not add up")
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise Tampered(f"the message cannot be read ({error}): ask again") from error
    if hashlib.sha256(body).hexdigest() != digest:
        raise Tampered("the bytes changed on their way: ask for the message again")
    ends = [sum(lengths[: i + 1]) for i in range(len(lengths))]
    return header, [body[e - n : e] for n, e in zip(lengths, ends, strict=True)]
