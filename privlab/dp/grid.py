"""A continuous privacy loss on a grid, so that delta can only grow or only shrink.

Delta is a convex function of ``t = e^epsilon``: ``E_Q[(R - t)_+]``, with R = P/Q. On
a grid it becomes a polygon whose corners are the grid's points. A polygon above the
true curve bounds every composition from above, and one below it from below, because
the composed delta is a sum, with weights >= 0, of one step's deltas.
"""

import math
import sys
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import logsumexp

from privlab.dp.fourier import Losses
from privlab.dp.sampled_gaussian import SampledGaussian

STEEP = math.log(3)  # cells among which P falls faster than that in a step are merged
NEGLIGIBLE = 1e-12  # a probability that a bound from below may drop


@dataclass(frozen=True, kw_only=True, eq=False)
class Cells:
    """The line of losses cut into cells: ln-probabilities under P and under Q.

    Cells are ``spacing`` wide around ``middle``; the outermost two reach to infinity.
    """

    spacing: float
    middle: np.ndarray
    log_p: np.ndarray
    log_q: np.ndarray

    def masses(self) -> tuple[np.ndarray, np.ndarray]:
        """P of every cell, and what P would be if the loss were the middle throughout.

        That is ``e^middle Q``, which says what Q is where Q itself underflows.
        """
        return np.exp(self.log_p), np.exp(self.middle + self.log_q)

    def swapped(self) -> "Cells":
        """The cells of the pair (Q, P), whose loss has the opposite sign."""
        return Cells(
            spacing=self.spacing,
            middle=-self.middle[::-1],
            log_p=self.log_q[::-1],
            log_q=self.log_p[::-1],
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class AlignedCells(Cells):
    """Cells of which the first ``merged`` together have the mean R of ``middle[mean]``.

    Most losses of a sparsely sampled release are in a narrow heap just above ``ln(1 -
    q)``. Counted as one cell, with its mean on the grid, the heap moves exactly, even
    if it is far narrower than a step.
    """

    merged: int
    mean: int

    @classmethod
    def of(
        cls, mechanism: SampledGaussian, *, spacing: float, reach: float
    ) -> "AlignedCells":
        """The loss of one removal, outputs up to ``reach`` sigmas from the means."""
        edge = reach * mechanism.noise_multiplier
        low, seen, high = mechanism.loss(np.array([-edge, 1 - edge, 1 + edge]))
        first, down = _first_boundary(mechanism, spacing, seen)
        merged = max(math.ceil((first - low) / spacing), down) + 2
        count = merged + max(math.ceil((high - first) / spacing), 1)
        losses = first + spacing * (1 - merged + np.arange(count))
        log_p, log_q = mechanism.log_masses(losses)
        return cls(
            spacing=spacing,
            middle=np.append(losses, losses[-1] + spacing) - spacing / 2,
            log_p=log_p,
            log_q=log_q,
            merged=merged,
            mean=merged - 1 - down,
        )


def _first_boundary(
    mechanism: SampledGaussian, spacing: float, start: float
) -> tuple[float, int]:
    """Where the merged cells end, and how many steps below their mean R is a middle.

    They hold the heap: losses from ``start`` up whose density falls steeply, but not to
    the end. Then so much more that the number of steps is whole, but for a 1e-9 by
    which the mean is above the middle.
    """
    losses = start + spacing * np.arange(64)
    log_p, _ = mechanism.log_masses(losses)
    with np.errstate(invalid="ignore"):  # -inf where all is over
        change = np.diff(log_p[1:-1])
    gentle = np.flatnonzero(change > -STEEP)
    steep = np.flatnonzero(change[: gentle[-1] if gentle.size else 0] < -STEEP)
    end = losses[steep[-1] + 2 if steep.size else 1]

    def down(end):
        log_p, log_q = mechanism.log_masses(np.array([end]))
        return (end - (log_p[0] - log_q[0])) / spacing - 0.5

    whole, step = math.ceil(down(end)), spacing
    while down(end + step) < whole:
        step *= 2
    first = brentq(lambda e: down(e) - whole, end, end + step, xtol=1e-9 * spacing)
    return first - 2e-9 * spacing, whole


def from_above(cells: Cells) -> Losses:
    """Every cell's probability goes to its two ends, P's and Q's total both kept.

    The corners of the polygon then lie on the curve: "connect the dots", the least
    grid from above (Doroshenko et al. 2022). With no second end, P below the grid
    moves up to its first point, and P above it, beyond what Q explains, to infinity,
    with as much as the cells may have lost to underflow.
    """
    p, middle = cells.masses()
    if_lower = np.exp(-cells.spacing / 2) * middle  # P if all were at the lower end
    upper = np.clip((p - if_lower) / -np.expm1(-cells.spacing), 0, p)
    upper[0], upper[-1] = p[0], 0
    lower = p - upper
    lower[-1] = min(if_lower[-1], p[-1])
    return Losses(
        start=cells.middle[0] + cells.spacing / 2,
        spacing=cells.spacing,
        mass=upper[:-1] + lower[1:],
        at_infinity=p[-1] - lower[-1] + len(p) * sys.float_info.min,
    )


def from_below(cells: AlignedCells) -> Losses:
    """Every cell's probability goes to its middle, at the cost of its neighbours'.

    Tangents of a convex curve lie below it; so does the polygon with corners at the
    middles, each on the lower of the tangents at that cell's two ends. Where the mean
    of R is the middle's, that is P moved to the middle. An excess of P over that
    (``more``) is paid for by the middle before, a lack (``less``) by the one after; who
    has too little passes the debt upwards. Where nobody above can pay it, the grid is
    too coarse: then all is counted as its mean, R = 1, or the middle below that.
    """
    p, middle = _merged(cells)
    excess = p - middle
    more = np.clip(excess, 0, None) / np.expm1(cells.spacing)
    less = np.clip(-excess, 0, None) / -np.expm1(-cells.spacing)
    mass = p + more + less
    mass[:-1] -= more[1:]
    mass[1:] -= less[:-1]
    beyond = np.minimum.accumulate(np.cumsum(mass[::-1])[::-1])
    if beyond[-1] < 0:
        at = cells.mean if cells.middle[cells.mean] <= 0 else cells.mean - 1
        beyond[:] = 0
        beyond[: at + 1] = math.exp(cells.middle[at])
    return Losses(
        start=cells.middle[0],
        spacing=cells.spacing,
        mass=-np.diff(beyond, append=0),
    )


def _merged(cells: AlignedCells) -> tuple[np.ndarray, np.ndarray]:
    """The cells' masses with the first ones as one cell, and the last ones as one.

    The first are dropped if they are next to nothing: far below all others, they would
    only widen the window. The last ones are those among which P falls so fast that none
    could pay the debts of the one before; their mean R is above their first middle.
    """
    p, middle = cells.masses()
    gentle = np.flatnonzero(np.diff(cells.log_p[cells.merged : -1]) > -STEEP)
    top = cells.merged + (gentle[-1] if gentle.size else 0)
    for part, at in ((slice(cells.merged), cells.mean), (slice(top, None), top)):
        totals = p[part].sum(), cells.middle[at] + logsumexp(cells.log_q[part])
        p[part] = middle[part] = 0
        if totals[0] > NEGLIGIBLE or at == top:
            p[at], middle[at] = totals[0], math.exp(totals[1])
    return p, middle
