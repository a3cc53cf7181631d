"""Many real numbers in one polynomial: the canonical embedding (典范嵌入).

Cheon, Kim, Kim and Song 2017, section 3. A polynomial with real coefficients is known
by its values at the N/2 roots ``w^(5^j)`` of X^N + 1, w = exp(i pi / N); the other
roots give their conjugates. Adding or multiplying polynomials does the same to every
value, so the values are *slots* (槽) that are computed with side by side.
"""

from fractions import Fraction
from functools import lru_cache

import numpy as np

from privlab.core import checks

LARGEST = 2.0**62  # what an int64 coefficient can hold


def encode(values: np.ndarray, size: int, scale: Fraction | float) -> np.ndarray:
    """Whole coefficients (size,) whose slots are about ``scale`` times ``values``.

    At most ``size / 2`` values, real or complex; the slots left over hold zero.
    Rounding moves a slot by about ``sqrt(size / 12) / scale``, the precision of the
    scheme. ``OverflowError`` where a coefficient passes 2^62.
    """
    values = np.atleast_1d(np.asarray(values))
    if values.ndim != 1 or len(values) > size // 2:
        raise ValueError(
            f"values of shape {values.shape} do not fit into {size // 2} slots"
        )
    checks.finite("values", np.stack([values.real, values.imag]))
    ahead, behind = _places(size)
    at_roots = np.zeros(size, complex)
    at_roots[ahead[: len(values)]] = values
    at_roots[behind[: len(values)]] = values.conj()
    exact = (np.fft.fft(at_roots) / size * _twist(size).conj()).real * float(scale)
    if np.abs(exact).max() >= LARGEST:
        raise OverflowError(f"values times scale={float(scale):.3g} pass 2^62")
    return np.rint(exact).astype(np.int64)


def decode(coefficients: np.ndarray, scale: Fraction | float) -> np.ndarray:
    """The complex slots (size / 2,) of a polynomial, divided by the scale."""
    real = np.array(coefficients, dtype=float)
    at_roots = np.fft.ifft(real * _twist(len(real))) * len(real)
    ahead, _ = _places(len(real))
    return at_roots[ahead] / float(scale)


@lru_cache(maxsize=32)
def _twist(size: int) -> np.ndarray:
    """``w^j``: it shifts the Fourier transform's roots to the odd powers of w."""
    return np.exp(1j * np.pi * np.arange(size) / size)


@lru_cache(maxsize=32)
def _places(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the Fourier transform puts the roots w^(5^j), and their conjugates."""
    powers = np.array([pow(5, j, 2 * size) for j in range(size // 2)])
    return (powers - 1) // 2, (2 * size - powers - 1) // 2
