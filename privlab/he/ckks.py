"""CKKS: adding and multiplying encrypted real numbers, with their scale kept exactly.

Cheon, Kim, Kim and Song 2017. A ciphertext of parts ``(c_0, c_1, ...)`` hides
``scale * values``: ``c_0 + c_1 s + c_2 s^2 + ... = encode(scale * values) + noise``.
Rescaling divides by a prime, and the scale is divided by **that prime**: a fraction,
exactly, not the power of two near it. Reading material, not for production.
"""

from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from privlab.core import checks
from privlab.core.randomness import SYSTEM, RandomBytes
from privlab.he import ckks_encoding as encoding
from privlab.he.ckks_keys import (
    EvaluationKeys,
    Parameters,
    PublicKey,
    SecretKey,
    galois,
    switched,
)
from privlab.he.ckks_ring import Ring
from privlab.he.sampling import small_noise, ternary, uniform

# Scales this close, relatively, may be added; the sum is off by no more than that.
SAME_SCALE = Fraction(1, 10**6)


@dataclass(frozen=True, kw_only=True, eq=False)
class Ciphertext:
    """``parts`` (2 or 3, level + 1, N) and the exact ``scale`` of what they hide."""

    parts: np.ndarray = field(repr=False)
    scale: Fraction
    parameters: Parameters

    @property
    def level(self) -> int:
        """How many rescalings are left."""
        return self.parts.shape[1] - 1

    @property
    def ring(self) -> Ring:
        return self.parameters.ring(self.level)


def encrypt(
    key: PublicKey, values: np.ndarray, *, rng: RandomBytes = SYSTEM
) -> Ciphertext:
    """``round((u pk + (e_0, e_1)) / P) + (message, 0)``, u ternary, e small.

    At most N/2 numbers. Dividing by the special prime P shrinks the noise of
    encryption to that of rounding, as Microsoft SEAL does.
    """
    parameters, full = key.parameters, key.parameters.full
    u = full.element(ternary(full.size, rng=rng))
    noise = small_noise(2 * full.size, rng=rng).reshape(2, full.size)
    parts = full.add(full.multiply(u, key.parts), full.element(noise))
    parts = full.without_last(parts)
    scale = Fraction(parameters.scale)
    message = _plain(values, scale, parameters.ring(parameters.levels))
    parts[0] = parameters.ring(parameters.levels).add(parts[0], message)
    return Ciphertext(parts=parts, scale=scale, parameters=parameters)


def decrypt(key: SecretKey, ciphertext: Ciphertext) -> np.ndarray:
    """The N/2 real numbers, approximately: the real parts of the slots."""
    return decrypt_complex(key, ciphertext).real


def decrypt_complex(key: SecretKey, ciphertext: Ciphertext) -> np.ndarray:
    """The N/2 slots: the phase, decoded, divided by the exact scale.

    For the owner's eyes. Whoever is shown these numbers beside the ciphertext finds
    the key (Li and Micciancio 2021): for strangers there is ``flooded``.
    """
    return encoding.decode(phase(key, ciphertext), ciphertext.scale)


def flooded(
    key: SecretKey, ciphertext: Ciphertext, *, bound: int, rng: RandomBytes = SYSTEM
) -> np.ndarray:
    """Slots for strangers: every coefficient gets fresh noise of -bound .. bound.

    The scheme's own noise e shows in one coefficient with a probability of about
    ``|e| / 2 bound``: 128-bit security needs a bound near ``2^128 |e|``, or ``2^64``
    with Gaussian noise (Li, Micciancio, Schultz and Sorrell 2022), more than this copy
    for reading can draw. Plan the precision for it: slots move by about
    ``bound sqrt(N / 6) / scale``.
    """
    if checks.whole("bound", bound) >= 1 << 62:
        raise ValueError(f"bound={bound} must be < 2^62, what 64-bit noise reaches")
    shift = uniform(2 * bound + 1, ciphertext.parameters.size, rng=rng) - bound
    return encoding.decode(phase(key, ciphertext) + shift, ciphertext.scale)


def phase(key: SecretKey, ciphertext: Ciphertext) -> np.ndarray:
    """``c_0 + c_1 s + c_2 s^2`` as whole numbers: the message and its noise."""
    _same(key, ciphertext)
    ring, power = ciphertext.ring, None
    s = ring.element(key.coefficients)
    total = ciphertext.parts[0]
    for part in ciphertext.parts[1:]:
        power = s if power is None else ring.multiply(power, s)
        total = ring.add(total, ring.multiply(part, power))
    return ring.whole(total)


def add(x: Ciphertext, y: Ciphertext) -> Ciphertext:
    """Slot by slot; parts add. ``ValueError`` where the scales differ: see ``matched``.

    Of two levels the lower one counts.
    """
    x, y = _level(x, y)
    if abs(x.scale - y.scale) > SAME_SCALE * x.scale:
        raise ValueError(
            f"scales {float(x.scale):.6g} and {float(y.scale):.6g} differ: bring one "
            "to the other's with matched()"
        )
    if len(x.parts) != len(y.parts):
        raise ValueError("relinearise both before adding them")
    return replace(x, parts=x.ring.add(x.parts, y.parts))


def add_plain(x: Ciphertext, values: np.ndarray) -> Ciphertext:
    """Add public numbers, encoded at the ciphertext's own scale."""
    parts = x.parts.copy()
    parts[0] = x.ring.add(parts[0], _plain(values, x.scale, x.ring))
    return replace(x, parts=parts)


def multiply(x: Ciphertext, y: Ciphertext) -> Ciphertext:
    """Slot by slot: ``(c_0 d_0, c_0 d_1 + c_1 d_0, c_1 d_1)``, scales multiply.

    The third part goes with s^2; ``relinearise`` brings it back to two.
    """
    x, y = _level(x, y)
    if (len(x.parts), len(y.parts)) != (2, 2):
        raise ValueError("relinearise both before multiplying them")
    ring, (c0, c1), (d0, d1) = x.ring, x.parts, y.parts
    middle = ring.add(ring.multiply(c0, d1), ring.multiply(c1, d0))
    parts = np.stack([ring.multiply(c0, d0), middle, ring.multiply(c1, d1)])
    return replace(x, parts=parts, scale=x.scale * y.scale)


def multiply_plain(x: Ciphertext, values: np.ndarray) -> Ciphertext:
    """Multiply by public numbers, encoded at the prime that goes next, and rescale.

    So the scale afterwards is exactly what it was before.
    """
    _needs_level(x)
    scale = x.parameters.primes[x.level]
    factor = _plain(values, scale, x.ring)
    product = x.ring.multiply(x.parts, factor)
    return rescale(replace(x, parts=product, scale=x.scale * scale))


def relinearise(x: Ciphertext, keys: EvaluationKeys) -> Ciphertext:
    """Three parts to two: the one with s^2 is switched to s."""
    _same(keys, x)
    extra = switched(x.parts[2], keys.product, x.parameters)
    return replace(x, parts=x.ring.add(x.parts[:2], extra))


def rescale(x: Ciphertext) -> Ciphertext:
    """Divide by the last prime q and drop it: parts, noise and scale, all by q."""
    _needs_level(x)
    scale = x.scale / x.parameters.primes[x.level]
    return replace(x, parts=x.ring.without_last(x.parts), scale=scale)


def times(x: Ciphertext, y: Ciphertext, keys: EvaluationKeys) -> Ciphertext:
    """Multiply, relinearise, rescale: the product as one uses it, a level lower."""
    return rescale(relinearise(multiply(x, y), keys))


def rotate(x: Ciphertext, steps: int, keys: EvaluationKeys) -> Ciphertext:
    """Slot j gets what slot ``j + steps`` held, cyclically.

    X goes to ``X^(5^steps)`` in both parts, and the key is switched back.
    ``ValueError`` if the keys were made without this rotation.
    """
    _same(keys, x)
    if steps not in keys.rotations:
        raise ValueError(
            f"steps={steps}: there is no key for this rotation; make the keys with "
            f"rotations={sorted({steps, *keys.rotations})}"
        )
    power = galois(steps, x.parameters.size)
    c0, c1 = x.ring.substitute(x.parts, power)
    parts = switched(c1, keys.rotations[steps], x.parameters)
    parts[0] = x.ring.add(parts[0], c0)
    return replace(x, parts=parts)


def lowered(x: Ciphertext, level: int) -> Ciphertext:
    """The same numbers at the same scale with fewer primes: rows are dropped."""
    if not 0 <= level <= x.level:
        raise ValueError(f"level={level} must lie in [0, {x.level}]")
    return replace(x, parts=x.parts[:, : level + 1])


def matched(x: Ciphertext, y: Ciphertext) -> Ciphertext:
    """x, brought to the level and the scale of y by a multiplication with 1.

    The 1 is encoded as the whole number c for which ``scale_x c / q`` comes nearest to
    the scale of y; x must have a level more. What c misses stays in the exact scale.
    """
    x = lowered(x, y.level + 1)
    prime = x.parameters.primes[x.level]
    factor = round(y.scale * prime / x.scale)
    parts = x.ring.multiply(x.parts, factor % x.ring.column)
    return rescale(replace(x, parts=parts, scale=x.scale * factor))


def total(x: Ciphertext, count: int, keys: EvaluationKeys) -> Ciphertext:
    """Slot j gets the sum of slots j .. j + count - 1; count is a power of two.

    Rotate by 1, 2, 4, ... and add each time: log2(count) rotations.
    """
    if checks.whole("count", count) & (count - 1):
        raise ValueError(f"count={count} must be a power of two")
    for doubling in range(count.bit_length() - 1):
        x = add(x, rotate(x, 1 << doubling, keys))
    return x


def _plain(values: np.ndarray, scale: Fraction | int, ring: Ring) -> np.ndarray:
    return ring.element(encoding.encode(values, ring.size, scale))


def _level(x: Ciphertext, y: Ciphertext) -> tuple[Ciphertext, Ciphertext]:
    _same(x, y)
    level = min(x.level, y.level)
    return lowered(x, level), lowered(y, level)


def _same(one, other) -> None:
    if one.parameters != other.parameters:
        raise ValueError("these were made with different parameters")


def _needs_level(x: Ciphertext) -> None:
    if x.level == 0:
        raise ValueError(
            "no level is left: the circuit is deeper than the chain of primes; add a "
            "prime to lengths for each multiplication in a row"
        )
