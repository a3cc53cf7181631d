"""Updates in fewer bytes: what a client sends is really packed, and then counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from flwr.app import Array, ArrayRecord, Context, Error, Message, MetricRecord
from flwr.app.message.message import make_message
from flwr.clientapp.typing import Mod
from flwr.common.constant import ErrorCode
from flwr.serverapp.strategy import Strategy

from privlab.core import checks
from privlab.fl.guard import sound_arrays
from privlab.fl.strategies import Around
from privlab.fl.training import client_rng
from privlab.fl.vectors import flat, on_reply, shaped, update

PACKED = "packed"  # the one array of a compressed reply: uint8 (bytes,)
MEMORY = "not-sent"  # a client's record of what it has learned but not sent yet


class Codec(Protocol):
    """An update (d,) as ``bytes(d)`` bytes and back; the server knows d."""

    def bytes(self, size: int) -> int: ...

    def encode(self, vector: np.ndarray, *, rng: np.random.Generator) -> np.ndarray: ...

    def decode(self, packed: np.ndarray, size: int) -> np.ndarray: ...


@dataclass(frozen=True, kw_only=True)
class TopK:
    """The k = ``fraction`` d entries largest in size, the others 0.

    k places of ⌈log2 d⌉ bits and k values of float32. It is biased: small entries are
    lost for ever, unless they are remembered (``compressed_with_memory``).
    """

    fraction: float

    def __post_init__(self):
        if checks.positive("fraction", self.fraction) > 1:
            raise ValueError(f"fraction={self.fraction} must be <= 1")

    def kept(self, size: int) -> int:
        """k for an update of ``size`` entries, at least 1."""
        return max(1, round(self.fraction * size))

    def bytes(self, size: int) -> int:
        return _bytes(self.kept(size), (size - 1).bit_length()) + 4 * self.kept(size)

    def encode(self, vector: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
        k = self.kept(len(vector))
        places = np.sort(np.argpartition(np.abs(vector), -k)[-k:])
        values = vector[places].astype("<f4")
        where = pack(places, bits=(len(vector) - 1).bit_length())
        return np.concatenate([where, values.view(np.uint8)])

    def decode(self, packed: np.ndarray, size: int) -> np.ndarray:
        k, bits = self.kept(size), (size - 1).bit_length()
        where, values = _split(packed, _bytes(k, bits), 4 * k)
        places = unpack(where, bits=bits, count=k)
        if (places >= size).any():
            raise ValueError(f"packed names entry {places.max()} of {size}")
        vector = np.zeros(size)
        vector[places] = values.view("<f4")
        return vector


@dataclass(frozen=True, kw_only=True)
class Quantised:
    """Q(v_i) = ‖v‖ sign(v_i) ξ_i / s: each entry on one of s = ``levels`` steps.

    ξ_i is s |v_i| / ‖v‖ rounded up or down at random so that E Q(v) = v; then
    E ‖Q(v) - v‖² ≤ min(d / s², √d / s) ‖v‖² (Alistarh et al. 2017, Lemma 3.1). Sign and
    step take 1 + ⌈log2(s + 1)⌉ bits, ‖v‖ 8 bytes; the paper's Elias code is shorter
    where most steps are 0.
    """

    levels: int

    def __post_init__(self):
        checks.whole("levels", self.levels)

    @property
    def bits(self) -> int:
        """Bits of one entry."""
        return 1 + self.levels.bit_length()

    def bytes(self, size: int) -> int:
        return 8 + _bytes(size, self.bits)

    def encode(self, vector: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
        norm = np.linalg.norm(vector)
        exact = self.levels * np.abs(vector) / (norm or 1)
        steps = np.floor(exact + rng.random(len(vector))).astype(int)
        steps = np.minimum(steps, self.levels)  # 1 + 1e-16 is rounding, not a step
        signed = 2 * steps + (vector < 0)
        head = np.array([norm], dtype="<f8").view(np.uint8)
        return np.concatenate([head, pack(signed, bits=self.bits)])

    def decode(self, packed: np.ndarray, size: int) -> np.ndarray:
        head, rest = _split(packed, 8, _bytes(size, self.bits))
        signed = unpack(rest, bits=self.bits, count=size)
        return head.view("<f8") * (1 - 2 * (signed % 2)) * (signed // 2) / self.levels


def pack(values: np.ndarray, *, bits: int) -> np.ndarray:
    """Whole numbers (n,) below 2^bits in ⌈n bits / 8⌉ bytes, lowest bit first."""
    return np.packbits((values[:, None] >> np.arange(bits)) & 1)


def unpack(packed: np.ndarray, *, bits: int, count: int) -> np.ndarray:
    """The inverse of ``pack``: (count,)."""
    digits = np.unpackbits(packed, count=bits * count).reshape(count, bits)
    return digits.astype(int) @ (1 << np.arange(bits))


def compressed(codec: Codec) -> Mod:
    """A Flower mod: the client sends its update packed by ``codec``."""

    def edit(reply, sent, message, context):
        learned = update(reply.content["arrays"], since=sent)
        packed = codec.encode(learned, rng=_rng(message, context))
        reply.content["arrays"] = ArrayRecord({PACKED: Array(packed)})

    return on_reply(edit)


def compressed_with_memory(codec: Codec) -> Mod:
    """The same with error feedback: m ← m + u is packed, what was not sent stays in m.

    Mem-SGD (Stich, Cordonnier and Jaggi 2018, Algorithm 1). All that was sent plus m is
    all that was learned. m lives in the client's ``context.state``; where the server
    never gets a reply, what was in it is lost. For codecs whose error is shorter than
    what they encode, as ``TopK``; with few levels ``Quantised``'s is longer, √d > s,
    and the memory grows.
    """

    def edit(reply, sent, message, context):
        vector = update(reply.content["arrays"], since=sent)
        if MEMORY in context.state:
            vector = vector + context.state[MEMORY][MEMORY].numpy()
        packed = codec.encode(vector, rng=_rng(message, context))
        left = vector - codec.decode(packed, len(vector))
        context.state[MEMORY] = ArrayRecord({MEMORY: Array(left)})
        reply.content["arrays"] = ArrayRecord({PACKED: Array(packed)})

    return on_reply(edit)


class Unpacking(Around):
    """The server's side of ``compressed``: unpacks replies for the strategy inside.

    A reply that cannot be unpacked becomes an error reply, as if its client had failed.
    Around a ``Guarded`` strategy the guard sees the arrays as the client meant them.
    """

    def __init__(self, strategy: Strategy, codec: Codec):
        super().__init__(strategy)
        self.codec = codec

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        unpacked = [self._unpacked(reply) for reply in replies]
        return self.strategy.aggregate_train(server_round, unpacked)

    def _unpacked(self, reply: Message) -> Message:
        if reply.has_error():
            return reply
        before = flat(self.sent)
        empty = np.zeros(self.codec.bytes(len(before)), dtype=np.uint8)
        expected = ArrayRecord({PACKED: Array(empty)})
        try:
            packed = sound_arrays(reply.content, like=expected)[PACKED].numpy()
            after = before + self.codec.decode(packed, len(before))
        except ValueError as error:
            failed = Error(ErrorCode.MOD_FAILED_PRECONDITION, f"not unpacked: {error}")
            return make_message(reply.metadata, error=failed)
        reply.content["arrays"] = shaped(after, like=self.sent)
        return reply


def _bytes(count: int, bits: int) -> int:
    return -(-count * bits // 8)


def _split(
    packed: np.ndarray, first: int, second: int
) -> tuple[np.ndarray, np.ndarray]:
    if len(packed) != first + second:
        raise ValueError(f"packed has {len(packed)} bytes, must have {first + second}")
    return packed[:first].copy(), packed[first:].copy()


def _rng(message: Message, context: Context) -> np.random.Generator:
    seed = client_rng(context, message.content["config"]).initial_seed()
    return np.random.default_rng(seed)
