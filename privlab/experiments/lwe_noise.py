"""How the noise of Regev's encryption grows with every addition."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from privlab.he.lwe import Parameters, PublicKey, SecretKey, keys

DIMENSION = 128
RUNS = 300


@dataclass(frozen=True, kw_only=True)
class NoiseGrowth:
    """The noise of sums of ``added`` fresh ciphertexts, in steps between messages."""

    added: int
    modulus_bits: int
    noise: np.ndarray

    @property
    def failures(self) -> float:
        """The share of sums that decrypt to a wrong message."""
        return float((np.abs(self.noise) >= 0.5).mean())

    @property
    def summary(self) -> str:
        return (
            f"{self.added} ciphertexts added, modulus 2^{self.modulus_bits}: typical "
            f"noise {np.median(np.abs(self.noise)):.2g} of a step, "
            f"{self.failures:.0%} of the sums decrypt wrongly."
        )


def noise_growth(*, added: int, modulus_bits: int, seed: int) -> NoiseGrowth:
    """The noise of ``RUNS`` sums of ``added`` encryptions each, under one key.

    An encryption adds a random half of the key's rows, so a sum takes row i a binomial
    number of times: its noise is ``sum_i count_i e_i``, e the errors in the key.
    """
    errors, step = _errors(modulus_bits)
    rng = np.random.default_rng(seed)
    counts = rng.binomial(added, 0.5, size=(RUNS, len(errors)))
    return NoiseGrowth(
        added=added, modulus_bits=modulus_bits, noise=counts @ errors / step
    )


@lru_cache
def example_keys(modulus_bits: int) -> tuple[SecretKey, PublicKey]:
    """One key for each modulus: 16 messages, a dimension too small to be safe."""
    parameters = Parameters(dimension=DIMENSION, modulus=2**modulus_bits, messages=16)
    return keys(parameters, rng=np.random.default_rng(42))


def _errors(modulus_bits: int) -> tuple[np.ndarray, int]:
    """What only the owner of the secret can see: e = b - A s, centred."""
    secret, public = example_keys(modulus_bits)
    modulus = secret.parameters.modulus
    gap = (public.b - public.A @ secret.s + modulus // 2) % modulus
    return gap - modulus // 2, secret.parameters.step
