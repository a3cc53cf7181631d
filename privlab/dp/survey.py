"""A quick survey of composed losses: how to tilt them, where to look, how finely.

Nothing here enters a bound: a poor survey makes bounds wide, not wrong.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtri_exp

from privlab.dp.fourier import ORDERS, Window, log_moments
from privlab.dp.sampled_gaussian import SampledGaussian

CUT = math.log(1e-6)  # of delta: what may lie beyond the ends of all grids together
SPARE = 12  # nats that a tilt may leave out: double precision has 37, FFTs take some
POINTS = 2**19  # of a grid, at most
NEAREST, FARTHEST = 8, 37  # sigmas: nearer in is much, farther out all underflows
COARSEST = 500  # step of a grid, in nats: e^(step / 2) must not overflow
SLICES = 400  # of the outputs of one release


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What decides epsilon at ``e^log_delta``, when ``mechanisms`` are composed."""

    mechanisms: tuple[SampledGaussian, ...]
    log_delta: float

    @cached_property
    def steps(self) -> int:
        return sum(each.steps for each in self.mechanisms)

    @cached_property
    def reach(self) -> float:
        """How many sigmas out the grids go."""
        needed = -ndtri_exp(self.log_delta + CUT - math.log(self.steps))
        return min(max(needed, NEAREST), FARTHEST)

    @cached_property
    def bounds(self) -> np.ndarray:
        """An upper bound on epsilon for each of the ``ORDERS``, as in RDP."""
        return (np.maximum(self.log_moment(ORDERS), 0) - self.log_delta) / ORDERS

    def chernoff(self, epsilon: float) -> float:
        """A bound on ``ln delta`` at ``epsilon``, often some nats too high."""
        return (self.log_moment(ORDERS) - ORDERS * epsilon).min()

    @cached_property
    def order(self) -> float:
        """The mildest tilt that brings epsilon's neighbourhood within reach.

        Chernoff's bound on delta there, ``e^(moment - order epsilon)``, is at most
        ``e^SPARE`` times delta. Stronger tilts need wider windows.
        """
        left = (self.bounds - self.bounds.min()) * ORDERS
        return ORDERS[np.argmax(left <= SPARE)]

    def spacing(self, accuracy: float) -> float:
        """A grid's step h for bounds a relative ``accuracy`` apart.

        From above it adds ``(order + 1) steps h^2 / 12`` to epsilon, at the order of
        the least bound.
        """
        best = self.bounds.argmin()
        cost = (ORDERS[best] + 1) * self.steps / 12
        step = math.sqrt(accuracy * self.bounds[best] / cost)
        return min(max(step, self.finest), COARSEST)

    @cached_property
    def finest(self) -> float:
        """The step at which the window, or a mechanism, has ``POINTS`` points.

        ``ValueError`` if that is too coarse for anything.
        """
        window = self.window(sign=1, spacing=0)
        ranges = [loss[-1] - loss[0] for _, loss, *_ in self._laws]
        step = max(window.high - window.low, *ranges) / POINTS
        if step > COARSEST:
            least = min(each.noise_multiplier for each in self.mechanisms)
            raise ValueError(
                f"noise_multiplier={least:.3g} is too little for a grid of losses: "
                "raise it, or ask rdp_epsilon for a looser bound"
            )
        return step

    def window(self, *, sign: int, spacing: float) -> Window:
        """The window for a removal (1) or an addition (-1), on a grid from above.

        Spread over a step h, a loss adds at most ``a (a + 1) h^2 / 8`` to the moment of
        order a.
        """

        def log_moment(orders):
            spread = np.maximum(orders * (orders + 1), 0) * spacing**2 / 8
            return self.log_moment(orders, sign=sign) + self.steps * spread

        return Window.at(self.order, log_moment)

    def log_moment(self, orders: np.ndarray, *, sign: int = 1) -> np.ndarray:
        """``ln E[e^(order y)]`` of a removal's loss y (1) or an addition's (-1)."""
        return sum(
            steps * log_moments(orders, sign * loss, log_p if sign > 0 else log_q)
            for steps, loss, log_p, log_q in self._laws
        )

    @cached_property
    def _laws(self) -> list[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
        """For every mechanism its steps, losses, and their ln-probabilities.

        Of each slice of outputs the ends count 1/6 and the middle 4/6: Simpson's rule.
        What is beyond all slices counts as their outermost end.
        """
        laws = []
        for each in self.mechanisms:
            edge = self.reach * each.noise_multiplier
            outputs = np.linspace(-edge, 1 + edge, 2 * SLICES + 1)
            log_mass = np.empty((2, len(outputs)))
            slicings = each.log_chances(outputs[::2])
            for row, slices in zip(log_mass, slicings, strict=True):
                slices[1:-1] -= math.log(6)
                row[::2] = np.logaddexp(slices[:-1], slices[1:])
                row[1::2] = slices[1:-1] + math.log(4)
            laws.append((each.steps, each.loss(outputs), *log_mass))
        return laws
