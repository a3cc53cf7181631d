"""1.0 times 1.0 times 1.0: the scale as it is, and as its name says."""

from dataclasses import dataclass

import numpy as np

from privlab.core import progress
from privlab.he import ckks
from privlab.he.ckks_keys import Parameters, keys

SIZE = 8192
ENDS = 40  # bits of the first and of the special prime


@dataclass(frozen=True, kw_only=True)
class ScaleDrift:
    """After each of several multiplications of 1.0 by 1.0: value and worst error.

    ``nominal`` is one slot divided by the scale of the beginning, ``exact`` by the
    scale that was tracked; the errors are those of the worst of all slots.
    """

    prime_bits: int
    nominal: np.ndarray
    exact: np.ndarray
    nominal_errors: np.ndarray
    exact_errors: np.ndarray

    @property
    def summary(self) -> str:
        depth = len(self.nominal) - 1
        return (
            f"{self.prime_bits}-bit primes: after {depth} multiplications 1.0 reads "
            f"{self.nominal[-1]:.4g} by the nominal scale; by the exact scale every "
            f"slot is within {self.exact_errors[-1]:.1g} of 1."
        )


def scale_drift(*, prime_bits: int, depth: int = 6, seed: int) -> ScaleDrift:
    """Encrypt 1.0 in every slot, multiply by a fresh encrypted 1.0, and look."""
    rng = np.random.default_rng(seed)
    lengths = (ENDS, *[prime_bits] * depth, ENDS)
    parameters = Parameters(size=SIZE, lengths=lengths, scale=2**prime_bits)
    own, ones = keys(parameters, rng=rng), np.ones(parameters.slots)
    x = ckks.encrypt(own.public, ones, rng=rng)
    steps = [x]
    for _ in progress.bar(range(depth), "multiplying"):
        fresh = ckks.encrypt(own.public, ones, rng=rng)
        x = ckks.times(x, fresh, own.evaluation)
        steps.append(x)
    exact = np.stack([ckks.decrypt(own.secret, step) for step in steps])
    drift = [float(step.scale / parameters.scale) for step in steps]
    nominal = exact * np.array(drift)[:, None]
    return ScaleDrift(
        prime_bits=prime_bits,
        nominal=nominal[:, 0],
        exact=exact[:, 0],
        nominal_errors=np.abs(nominal - 1).max(axis=1),
        exact_errors=np.abs(exact - 1).max(axis=1),
    )
