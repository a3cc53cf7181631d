"""Composition: the law of a sum of privacy losses, by the fast Fourier transform.

Losses of independent releases add up, so their laws convolve (Koskela, Jälkö and
Honkela 2020; Gopi, Lee and Wutschitz 2021). Before the transform every law P is tilted
to ``P(y) e^(order y)``, which moves the losses near epsilon to the centre: a delta of
1e-30 comes out as exact as one of 1e-3, and little of the line has to be looked at.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.optimize import brentq

ORDERS = np.geomspace(1e-7, 1e7, 99)  # tilts that are tried
STRAY = math.log(1e-16)  # the chance, when tilted, to fall outside the window
# Error of the transform, per step, relative to sum(mass^2)^(1/2): twice the most that
# was measured, against 80-bit arithmetic.
ROUNDING = 1e-15


@dataclass(frozen=True, kw_only=True, eq=False)
class Losses:
    """A law of the privacy loss: ``mass[i]`` at ``start + i spacing``, rest infinite.

    The mass is P's, of a pair (P, Q); Q's at a loss y is ``mass e^-y``.
    """

    start: float
    spacing: float
    mass: np.ndarray
    at_infinity: float = 0.0

    @property
    def grid(self) -> np.ndarray:
        return self.start + self.spacing * np.arange(len(self.mass))

    def log_moments(self, orders: np.ndarray) -> np.ndarray:
        """``ln sum(mass e^(order y))`` over the finite losses y: (m,) to (m,)."""
        with np.errstate(divide="ignore"):
            return log_moments(orders, self.grid, np.log(self.mass))

    def tilted(self, order: float) -> np.ndarray:
        """``mass e^(order y)``, scaled to sum to 1."""
        with np.errstate(divide="ignore"):
            exponent = np.log(self.mass) + order * self.grid
        weight = np.exp(exponent - exponent.max())
        return weight / weight.sum()


@dataclass(frozen=True, kw_only=True)
class Window:
    """An ``order`` of tilting, and the losses that then matter: nearly all in sight.

    Both ends are Chernoff bounds, of orders ``fall`` for the low and ``rise`` for the
    high one, at which the tilted law has ``e^STRAY`` left.
    """

    order: float
    low: float
    high: float
    fall: float
    rise: float

    @classmethod
    def at(cls, order: float, log_moment: Callable) -> "Window":
        """With ``log_moment(orders) = ln E[e^(order y)]`` of the composed loss y."""
        centre = log_moment(np.array([order]))
        lows = (centre + STRAY - log_moment(order - ORDERS)) / ORDERS
        highs = (log_moment(order + ORDERS) - centre - STRAY) / ORDERS
        return cls(
            order=order,
            low=lows.max(),
            high=highs.min(),
            fall=ORDERS[lows.argmax()],
            rise=ORDERS[highs.argmin()],
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Composed:
    """A bound on the delta of a composition at any epsilon, and its inverse.

    ``mass`` is the composed law on ``grid``, tilted: ``P(y) = mass e^(log_scale - order
    y)``. ``stray`` is what the window hides of it and ``rounding`` the root of the sum
    of squared errors of the transform: both are added by a bound from above (``sign``
    1) and taken away by one from below (-1).
    """

    sign: int
    order: float
    grid: np.ndarray
    mass: np.ndarray
    log_scale: float
    stray: float
    rounding: float
    at_infinity: float

    def log_delta(self, epsilon: float) -> float:
        """``ln E_P[(1 - e^(epsilon - y))_+]``: the hockey-stick divergence of P and Q.

        Every exponent is at most 0; the tilt's own is added in the logarithm.
        """
        beyond = np.searchsorted(self.grid, epsilon, side="right")
        excess = self.grid[beyond:] - epsilon
        gain = -np.exp(-self.order * excess) * np.expm1(-excess)
        slack = self.stray + self.rounding * math.sqrt(gain @ gain)
        tilted = max(self.mass[beyond:] @ gain + self.sign * slack, 0.0)
        with np.errstate(divide="ignore"):
            finite = self.log_scale - self.order * epsilon + np.log(tilted)
            return float(np.logaddexp(finite, np.log(self.at_infinity)))

    def epsilon(self, log_delta: float) -> float:
        """Where ``log_delta(epsilon)`` has come down to this; 0 if it starts below.

        Infinite if it never does.
        """
        if math.exp(log_delta) <= self.at_infinity:
            return math.inf

        def excess(epsilon):
            return self.log_delta(epsilon) - log_delta

        low = high = max(float(self.mass @ self.grid), 0.0)  # the tilted mean
        step = (self.grid[-1] - self.grid[0]) / 50
        while excess(high) > 0:
            low, high, step = high, high + step, 2 * step
        while excess(low) <= 0:
            if low == 0:
                return 0.0
            low, step = max(low - step, 0.0), 2 * step
        return brentq(excess, low, high, xtol=1e-300, rtol=1e-10)


def compose(
    parts: Sequence[tuple[Losses, int]], window: Window, *, sign: int
) -> Composed:
    """The law of a sum of independent losses, each of the ``parts`` so many times.

    All grids have one spacing. ``sign`` is 1 for a bound from above, -1 from below.
    What falls outside the window comes back at its other end: how much is bounded by
    Chernoff's inequality on these very grids, and counted in the slack.
    """
    spacing, steps = parts[0][0].spacing, sum(times for _, times in parts)
    orders = window.order + np.array([0, -window.fall, window.rise])
    scale, fall, rise = sum(times * each.log_moments(orders) for each, times in parts)
    width = math.ceil((window.high - window.low) / spacing) + 1
    size = next_fast_len(max(width, *(len(each.mass) for each, _ in parts)), real=True)
    start = sum(times * each.start for each, times in parts)
    first = math.floor((window.low - start) / spacing)
    grid = start + spacing * (first + np.arange(size))
    mass = irfft(
        math.prod(
            rfft(each.tilted(window.order), size) ** times for each, times in parts
        ),
        size,
    )
    low, high = grid[0] - spacing, grid[-1] + spacing  # the first points outside
    below = math.exp(min(fall - scale + window.fall * low, 0))
    above = math.exp(min(rise - scale - window.rise * high, 0))
    finite = sum(times * math.log1p(-each.at_infinity) for each, times in parts)
    return Composed(
        sign=sign,
        order=window.order,
        grid=grid,
        mass=np.roll(mass, -(first % size)),
        log_scale=scale,
        stray=below + above,
        rounding=ROUNDING * steps * math.sqrt(mass @ mass),
        at_infinity=-math.expm1(finite),
    )


def log_moments(orders: np.ndarray, losses: np.ndarray, log_mass: np.ndarray):
    """``ln sum(e^(log_mass + order y))`` over losses y: (m,) of (m,), (n,) and (n,)."""
    exponent = np.multiply.outer(orders, losses) + log_mass
    top = exponent.max(axis=1)
    return top + np.log(np.exp(exponent - top[:, None]).sum(axis=1))
