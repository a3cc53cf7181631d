"""Strangers' bytes are opened here first: in a child process that may die of them.

TenSEAL is C++: of bytes it did not write it promises nothing, and a ciphertext that
claims a million numbers makes it read a million from wherever they may lie. The child
loads nothing but TenSEAL, opens the bytes, and reports whether they are what they say.
"""

import json
import struct
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

PATIENCE = 120  # seconds for one message


class Tampered(ValueError):
    """Bytes that are not what their sender should have sent."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What every ciphertext of a parameter set looks like."""

    degree: int
    levels: int
    scale: float


def screen(context: bytes, ciphertexts: Sequence[bytes], expected: Expected) -> None:
    """Open the bytes in a child process; ``Tampered`` says what is wrong with them."""
    parts = (json.dumps(asdict(expected)).encode(), context, *ciphertexts)
    message = b"".join(struct.pack("<Q", len(part)) + part for part in parts)
    command = [sys.executable, "-I", __file__]
    try:
        child = subprocess.run(
            command, input=message, capture_output=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired as error:
        raise Tampered(f"the bytes kept their reader busy for {PATIENCE} s") from error
    if child.returncode == 1:
        raise Tampered(child.stdout.decode("utf-8", "replace").strip())
    if child.returncode or child.stdout.strip() != b"sound":
        raise Tampered(f"the bytes ended their reader (status {child.returncode})")


def _opened(parts: Sequence[bytes]) -> str:
    """In the child: "sound", or what is wrong."""
    import tenseal as ts

    expected = Expected(**json.loads(parts[0]))
    context = ts.context_from(parts[1], n_threads=1)
    if context.has_secret_key():
        return "the context holds a secret key: nobody should ever send one"
    if context.global_scale != expected.scale:
        return f"the context's scale is {context.global_scale}, not {expected.scale}"
    (fresh,) = ts.ckks_vector(context, [0.0]).ciphertext()
    degree, levels = fresh.poly_modulus_degree(), fresh.coeff_modulus_size() - 1
    if degree != expected.degree:
        return f"the context's degree is {degree}, not {expected.degree}"
    if levels != expected.levels:
        return f"the context has {levels} levels, not {expected.levels}"
    for part in parts[2:]:
        vector = ts.ckks_vector_from(context, part)
        (ciphertext,) = vector.ciphertext()
        size, primes = vector.size(), ciphertext.coeff_modulus_size()
        if not 1 <= size <= expected.degree // 2:
            return (
                f"a ciphertext claims {size} numbers for {expected.degree // 2} slots"
            )
        if ciphertext.size() != 2 or not 1 <= primes <= expected.levels + 1:
            return "a ciphertext has not the form of this parameter set"
        if ciphertext.scale != expected.scale:
            return f"a ciphertext's scale is {ciphertext.scale}, not {expected.scale}"
    return "sound"


def _parts(message: bytes) -> list[bytes]:
    parts, at = [], 0
    while at < len(message):
        (length,) = struct.unpack_from("<Q", message, at)
        parts.append(message[at + 8 : at + 8 + length])
        at += 8 + length
    return parts


def _main() -> int:
    try:
        verdict = _opened(_parts(sys.stdin.buffer.read()))
    except Exception as error:  # whatever the engine throws at bytes it cannot read
        verdict = f"the engine cannot read the bytes ({error})"
    print(verdict)
    return 0 if verdict == "sound" else 1


if __name__ == "__main__":
    sys.exit(_main())
