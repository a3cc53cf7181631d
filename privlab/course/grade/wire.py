"""Plain data between the grader and an answer's process: JSON and array bytes.

A frame is its length in eight bytes and then JSON. Whatever arrives was written by a
stranger: nothing is unpickled, nothing is executed, sizes are checked before memory
is taken, and anything unexpected is a ``WireError``.
"""

import base64
import json
import math
import re
from typing import BinaryIO

import numpy as np

LARGEST = 64 * 2**20  # bytes of one frame
MOST = 2**20  # values in one frame; in memory each is many times its text
KINDS = "biufcUS"  # numbers, truth values and text; never Python objects
DTYPE = re.compile(rf"[<>|][{KINDS}]\d{{1,8}}")


class WireError(Exception):
    """The other side did not send what the protocol says."""


def frame(value: object) -> bytes:
    """One value as it is sent; ``WireError`` if it is not data or too large."""
    try:
        text = json.dumps(_encode(value)).encode()
    except (ValueError, RecursionError) as error:
        raise WireError(f"it cannot be sent: {error}") from error
    _limited(len(text), text)
    return len(text).to_bytes(8, "big") + text


def write(stream: BinaryIO, value: object) -> None:
    """Send one value; ``WireError`` if it is not data or too large."""
    stream.write(frame(value))
    stream.flush()


def read(stream: BinaryIO) -> object:
    """Receive one value; ``EOFError`` if the other side is gone."""
    size = int.from_bytes(_exactly(stream, 8), "big")
    _limited(size)
    text = _exactly(stream, size)
    _limited(size, text)
    try:
        return _decode(json.loads(text))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise WireError(f"not the protocol's data: {error}") from error


def _limited(size: int, text: bytes = b"") -> None:
    if size > LARGEST:
        raise WireError(f"{size:,} bytes are more than {LARGEST:,}")
    values = sum(text.count(mark) for mark in b"[{,")
    if values > MOST:
        raise WireError(f"{values:,} values are more than {MOST:,}")


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
    if not DTYPE.fullmatch(kind) or any(type(n) is not int or n < 0 for n in shape):
        raise ValueError(f"no array of {kind} and shape {shape}")
    dtype, raw = np.dtype(kind), base64.b64decode(data, validate=True)
    if math.prod(n or 1 for n in shape) * dtype.itemsize > LARGEST:  # also if empty
        raise ValueError(f"the shape {shape} is too large for {kind}")
    if math.prod(shape) * dtype.itemsize != len(raw) or not _sound(dtype, raw):
        raise ValueError(f"these {len(raw)} bytes are no array of shape {shape}")
    return np.frombuffer(raw, dtype).reshape(shape).copy()


def _sound(dtype: np.dtype, raw: bytes) -> bool:
    """Whether truth values are 0 or 1 and characters exist: numpy does not ask."""
    most = {"b": ("u1", 1), "U": (f"{dtype.str[0]}u4", 0x10FFFF)}.get(dtype.kind)
    return most is None or np.frombuffer(raw, most[0]).max(initial=0) <= most[1]


DECODERS = {
    "array": _array,
    "bytes": lambda body: base64.b64decode(body, validate=True),
    "complex": lambda body: complex(*body),
    "tuple": lambda body: tuple(_decode(item) for item in body),
    "dict": lambda body: {_decode(key): _decode(item) for key, item in body},
    "rng": lambda body: np.random.default_rng(int(body)),
}
