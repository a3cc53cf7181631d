"""The article's encrypted mean: XOR with one key, averaged, XORed again."""

from dataclasses import dataclass

import numpy as np

from privlab.he.xor import xor_pad

BITS = 9  # the targets of the diabetes data go up to 346


@dataclass(frozen=True, kw_only=True)
class XorMean:
    """What the scheme calls the mean, for every key; ``key`` is the one looked at."""

    key: int
    mean: float
    found: np.ndarray

    @property
    def errors(self) -> np.ndarray:
        return np.abs(self.found - self.mean)

    @property
    def lucky(self) -> float:
        """The share of keys with an error of 1 at most: rounding could explain it."""
        return float((self.errors <= 1).mean())

    @property
    def summary(self) -> str:
        return (
            f"r = {self.key}: the scheme finds {self.found[self.key]}, the mean is "
            f"{self.mean:.1f}; {self.lucky:.0%} of all keys come within 1."
        )


def xor_mean(*, values: np.ndarray, people: int, key: int) -> XorMean:
    """``round(mean(y_i XOR r)) XOR r`` for the first people and every r of 9 bits."""
    values = np.asarray(values)[:people].astype(int)
    keys = np.arange(2**BITS)
    means = np.rint(xor_pad(values[:, None], keys).mean(axis=0)).astype(int)
    return XorMean(key=key, mean=float(values.mean()), found=xor_pad(means, keys))
