"""Uniform whole numbers of any size, from a seeded generator or from the system."""

import os
from typing import Protocol

from privlab.core import checks


class RandomBytes(Protocol):
    """Anything with ``bytes(count)``: a ``numpy.random.Generator`` is one."""

    def bytes(self, count: int, /) -> bytes: ...


class SystemRandomness:
    """The operating system's randomness, for releases and keys that are real.

    A seeded generator makes an experiment repeatable, and its noise predictable to
    whoever learns the seed. Pass ``rng=SystemRandomness()`` when it matters.
    """

    def bytes(self, count: int, /) -> bytes:
        return os.urandom(count)


# The default wherever a key or a mask is made: only an experiment passes a seed.
SYSTEM = SystemRandomness()


def uniform_below(bound: int, *, rng: RandomBytes) -> int:
    """A uniform whole number in ``[0, bound)``, exact for bounds of any size.

    Draws just enough bits and rejects what falls outside, so no value is favoured
    (reducing modulo ``bound`` would favour the small ones).
    """
    if type(bound) is not int or bound < 1:  # the samplers come here very often
        bound = checks.whole("bound", bound)
    bits = (bound - 1).bit_length()
    size = (bits + 7) // 8
    while True:
        value = int.from_bytes(rng.bytes(size), "little") >> (8 * size - bits)
        if value < bound:
            return value
