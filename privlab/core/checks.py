"""Checks of arguments: each returns the value, or raises naming parameter and value."""

import math
from numbers import Integral, Real

import numpy as np


def number(name: str, value: Real) -> float:
    """Return ``value`` as a finite float; ``TypeError`` or ``ValueError`` otherwise."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise TypeError(f"{name}={value!r} must be a real number")
    if not math.isfinite(value):
        raise ValueError(f"{name}={value} must be finite")
    return float(value)


def positive(name: str, value: Real) -> float:
    """Return ``value`` if it is a finite number above 0."""
    if number(name, value) <= 0:
        raise ValueError(f"{name}={value} must be > 0")
    return float(value)


def at_least(name: str, value: Real, low: float) -> float:
    """Return ``value`` if it is a finite number not below ``low``."""
    if number(name, value) < low:
        raise ValueError(f"{name}={value} must be >= {low}")
    return float(value)


def probability(name: str, value: Real) -> float:
    """Return ``value`` if it lies strictly between 0 and 1."""
    if not 0 < number(name, value) < 1:
        raise ValueError(f"{name}={value} must lie strictly between 0 and 1")
    return float(value)


def whole(name: str, value: Integral, low: int = 1) -> int:
    """Return ``value`` if it is a whole number not below ``low``."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Integral):
        raise TypeError(f"{name}={value!r} must be a whole number")
    if value < low:
        raise ValueError(f"{name}={value} must be >= {low}")
    return int(value)


def finite(name: str, values: np.ndarray | Real) -> np.ndarray:
    """Return ``values`` as a float array without NaN or infinity."""
    array = np.asarray(values, dtype=float)
    if not np.isfinite(array).all():
        bad = array[~np.isfinite(array)].flat[0]
        raise ValueError(f"{name} contains {bad}; every entry must be finite")
    return array


def integers(name: str, values: np.ndarray | Integral) -> np.ndarray:
    """Return ``values`` as an integer array; floats are refused, not rounded."""
    array = np.asarray(values)
    if not np.issubdtype(array.dtype, np.integer):
        raise TypeError(f"{name} must be whole numbers, got {array.dtype}; round first")
    return array
