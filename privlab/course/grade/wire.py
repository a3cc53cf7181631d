"""Plain data between the grader and an answer's process: JSON and array bytes.

A frame is its length in eight bytes and then JSON. Whatever arrives was written by a
stranger: nothing is unpickled, nothing is executed, sizes are checked before memory
is taken, and anything unexpected is a ``WireError``.
"""

import base64
import json
import math
from typing import BinaryIO

import numpy as np

LARGEST = 64 * 2**20  # bytes of one frame
KINDS = "biufcUS"  # numbers, truth values and text; never Python objects


class WireError(Exception):
    """The other side did not send what the protocol says."""


def write(stream: BinaryIO, value: object) -> None:
    """Send one value; ``WireError`` if it is not data or too large."""
    frame = json.dumps(_encode(value)).encode()
    if len(frame) > LARGEST:
        raise WireError(f"{len(frame):,} bytes are more than {LARGEST:,}")
    stream.write(len(frame).to_bytes(8, "big") + frame)
    stream.flush()


def read(stream: BinaryIO) -> object:
    """Receive one value; ``EOFError`` if the other side is gone."""
    size = int.from_bytes(_exactly(stream, 8), "big")
    if size > LARGEST:
        raise WireError(f"{size:,} bytes announced, more than {LARGEST:,}")
    frame = _exactly(stream, size)
    try:
        return _decode(json.loads(frame))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise WireError(f"not the protocol's data: {error}") from error


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError("the other side closed the channel")
    return data


def _encode(value: object) -> object:
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, np.random.Generator):
        return {"rng": int(value.integers(2**63))}
    if isinstance(value, np.generic):
        return _encode(value.item())
    if type(value) is np.ndarray and value.dtype.kind in KINDS:
        data = base64.b64encode(value.tobytes()).decode()
        return {"array": [value.dtype.str, list(value.shape), data]}
    if type(value) is bytes:
        return {"bytes": base64.b64encode(value).decode()}
    if type(value) is complex:
        return {"complex": [value.real, value.imag]}
    if type(value) is list:
        return [_encode(item) for item in value]
    if type(value) is tuple:
        return {"tuple": [_encode(item) for item in value]}
    if type(value) is dict:
        return {"dict": [[_encode(k), _encode(v)] for k, v in value.items()]}
    raise WireError(f"a {type(value).__name__} is not data")


def _decode(value: object) -> object:
    if isinstance(value, list):
        return [_decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    [(kind, body)] = value.items()
    return DECODERS[kind](body)


def _array(body: list) -> np.ndarray:
    kind, shape, data = body
    dtype = np.dtype(kind)
    if dtype.kind not in KINDS or any(type(n) is not int or n < 0 for n in shape):
        raise ValueError(f"no array of {kind} and shape {shape}")
    raw = base64.b64decode(data, validate=True)
    if math.prod(shape) * dtype.itemsize != len(raw):
        raise ValueError(f"{len(raw)} bytes do not fill an array of shape {shape}")
    return np.frombuffer(raw, dtype).reshape(shape).copy()


DECODERS = {
    "array": _array,
    "bytes": lambda body: base64.b64decode(body, validate=True),
    "complex": lambda body: complex(*body),
    "tuple": lambda body: tuple(_decode(item) for item in body),
    "dict": lambda body: {_decode(key): _decode(item) for key, item in body},
    "rng": lambda body: np.random.default_rng(int(body)),
}
