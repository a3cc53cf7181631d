"""What a TenSEAL parameter set allows: depth, precision, size."""

from dataclasses import dataclass

import numpy as np

from privlab.he.context import SETS, Parameters
from privlab.he.inference import CIRCUIT as NETWORK
from privlab.he.keyholder import new_keys
from privlab.he.levels import Circuit, LevelBudget, Plan
from privlab.he.regression import LINEAR, LOGISTIC
from privlab.he.security import MOST_BITS
from privlab.he.vectors import decrypt, encrypt

LINEAR_SCORE = Circuit(name="a linear score", steps=(("features × weights", 1),))
TWO_STEPS = Circuit(
    name="two logistic steps, unrefreshed",
    steps=LOGISTIC.circuit.steps + LOGISTIC.circuit.steps,
    largest=50.0,
)
CIRCUITS = {
    each.name: each
    for each in (LINEAR_SCORE, LINEAR.circuit, NETWORK, LOGISTIC.circuit, TWO_STEPS)
}
BY_NAME = {own.name: own for own in SETS}
MULTIPLICATIONS = 6


def planned(*, circuit: str, parameters: str) -> Plan:
    """The levels that a circuit leaves on a named set, before anything runs."""
    return LevelBudget(parameters=BY_NAME[parameters]).plan(CIRCUITS[circuit])


def even_set(*, prime_bits: int, depth: int) -> Parameters:
    """``depth`` primes of equal length, 5 bits more at both ends, smallest degree."""
    lengths = (prime_bits + 5, *depth * (prime_bits,))
    lengths += lengths[:1]
    degree = next(n for n, most in MOST_BITS.items() if most[0] >= sum(lengths))
    name = f"{prime_bits} bits"
    return Parameters(
        name=name,
        degree=max(degree, 4096),
        prime_bits=lengths,
        scale_bits=prime_bits,
    )


@dataclass(frozen=True, kw_only=True)
class Precision:
    """The planned error of 1.0 after each multiplication, and what the set costs."""

    parameters: Parameters
    drift: tuple[float, ...]
    noise: tuple[float, ...]

    @property
    def summary(self) -> str:
        own = self.parameters
        return (
            f"{own.name}, {own.levels} multiplications: degree {own.degree}, "
            f"{own.ciphertext_bytes / 1e6:.2f} MB a ciphertext, rotation keys "
            f"{own.rotation_bytes / 1e6:.0f} MB; error up to about "
            f"{own.error(own.levels):.0e}."
        )


def precision(*, prime_bits: int, depth: int) -> Precision:
    """Scale drift and noise, from the primes and the ring alone."""
    own = even_set(prime_bits=prime_bits, depth=depth)
    depths = range(depth + 1)
    return Precision(
        parameters=own,
        drift=tuple(abs(own.drift(d)) for d in depths),
        noise=tuple(own.noise(d) for d in depths),
    )


def ones_multiplied(*, prime_bits: int) -> np.ndarray:
    """On the engine itself: 1.0 after 0, 1, ... 6 multiplications by 1.0.

    The mean of all slots, in which the noise averages out and the drift does not.
    """
    own = even_set(prime_bits=prime_bits, depth=MULTIPLICATIONS)
    keys = new_keys(own)
    ones = encrypt(keys.public, np.ones(own.slots))
    product, means = ones, []
    for _ in range(MULTIPLICATIONS):
        means.append(decrypt(keys, product).mean())
        product = product * ones
    return np.array([*means, decrypt(keys, product).mean()])
