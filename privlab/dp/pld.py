"""The privacy loss distribution: epsilon and delta between bounds that are certain.

One step's loss is continuous; composing needs it on a grid. Its probability can be
moved to grid points so that the composed delta, at every epsilon, can only grow
(``from_above``), or so that it can only shrink (``from_below``). Neighbours differ by
one person added or removed, and samples are Poisson samples, throughout.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from privlab.core import checks
from privlab.dp.fourier import Composed, compose
from privlab.dp.grid import AlignedCells, from_above, from_below
from privlab.dp.mechanisms import gaussian_delta
from privlab.dp.sampled_gaussian import SampledGaussian
from privlab.dp.survey import Survey
from privlab.dp.tradeoff import epsilon_of_mu

ACCURACY = 1e-4  # of epsilon, relative, and a tenth of delta's: aimed at
RESOLUTION = 1e-5  # of epsilon: no finer is asked for
TINY = math.log(1e-300)  # a delta below any of interest


@dataclass(frozen=True, kw_only=True)
class Certified:
    """A number that lies in ``[low, high]``, and the ``estimate`` of it."""

    low: float
    estimate: float
    high: float

    @classmethod
    def between(cls, low: float, high: float) -> "Certified":
        """With the estimate ``(2 low + high) / 3``, as in Simpson's rule.

        From above every loss is spread over a step h of the grid, which adds h^2 / 6 to
        its variance; from below it is drawn together, which takes away h^2 / 12.
        """
        return cls(low=low, estimate=low + (high - low) / 3, high=high)


def pld_epsilon(
    *, noise_multiplier: float, sampling_rate: float, steps: int, delta: float
) -> Certified:
    """The smallest epsilon that ``steps`` sampled Gaussian releases keep at ``delta``.

    By ``composed_epsilon``, which names the sources. Caveat: for Poisson samples; of
    shuffled or fixed-size batches the epsilon is another.
    """
    release = SampledGaussian(
        noise_multiplier=noise_multiplier, sampling_rate=sampling_rate, steps=steps
    )
    return composed_epsilon([release], delta=delta)


def pld_delta(
    *, noise_multiplier: float, sampling_rate: float, steps: int, epsilon: float
) -> Certified:
    """The smallest delta that ``steps`` sampled Gaussian releases keep at ``epsilon``.

    ``sup_S P(S) - e^epsilon Q(S)``, the larger of both directions: see
    ``composed_epsilon``, whose inverse it is.
    """
    release = SampledGaussian(
        noise_multiplier=noise_multiplier, sampling_rate=sampling_rate, steps=steps
    )
    return composed_delta([release], epsilon=epsilon)


def composed_epsilon(
    mechanisms: Sequence[SampledGaussian], *, delta: float
) -> Certified:
    """The smallest epsilon that all ``mechanisms`` together keep at ``delta``.

    Their worst pairs compose (Zhu, Dong and Wang 2022, Theorem 10): losses add up, an
    FFT adds them on grids (Gopi, Lee and Wutschitz 2021), and grids in the manner of
    Doroshenko et al. 2022 bound the result. The lower bound is that of a removal, the
    upper one the larger of both directions. Exact for releases of the whole data.

    ``ValueError`` if the bounds stay 1 % and 0.05 apart; in trials that took a delta
    below 2e-12 or noise below 0.02. Caveat: of double precision's rounding, only that
    of the transform is counted; the rest is of order 1e-10.
    """
    checks.probability("delta", delta)
    mechanisms = _merged(mechanisms)
    if _is_gaussian(mechanisms):
        exact = epsilon_of_mu(1 / mechanisms[0].noise_multiplier, delta=delta)
        return Certified.between(exact, exact)
    if delta >= _chance_to_be_sampled(mechanisms):
        return Certified.between(0.0, 0.0)
    log_delta = math.log(delta)

    def bounds(survey, spacing):
        below, *above = _curves(survey, spacing)
        high = max(curve.epsilon(log_delta) for curve in above)
        return below.epsilon(log_delta), high

    survey = Survey(mechanisms=mechanisms, log_delta=log_delta)
    result = _refined(bounds, survey, relative=ACCURACY, absolute=RESOLUTION)
    if result.high > max(result.low / 0.99, result.low + 0.05):
        raise ValueError(
            f"delta={delta} with so little noise is beyond a grid in double precision: "
            f"certain is only {result.low:.3g} <= epsilon <= {result.high:.3g}; "
            "rdp_epsilon has a looser bound for any delta"
        )
    return result


def composed_delta(
    mechanisms: Sequence[SampledGaussian], *, epsilon: float
) -> Certified:
    """The smallest delta that all ``mechanisms`` together keep at ``epsilon``.

    The inverse of ``composed_epsilon``, between bounds made in the same way; they are
    far apart, but hold, where delta is below 1e-12 or so.
    """
    checks.at_least("epsilon", epsilon, 0)
    mechanisms = _merged(mechanisms)
    if _is_gaussian(mechanisms):
        exact = gaussian_delta(mechanisms[0].noise_multiplier, epsilon, 1)
        return Certified.between(exact, exact)

    def bounds(survey, spacing):
        below, *above = _curves(survey, spacing)
        high = max(curve.log_delta(epsilon) for curve in above)
        return math.exp(below.log_delta(epsilon)), math.exp(min(high, 0))

    chernoff = Survey(mechanisms=mechanisms, log_delta=TINY).chernoff(epsilon)
    log_delta = min(max(chernoff - 12, TINY), math.log(0.1))
    survey = Survey(mechanisms=mechanisms, log_delta=log_delta)
    return _refined(bounds, survey, relative=10 * ACCURACY, absolute=0)


def _refined(
    bounds: Callable, survey: Survey, *, relative: float, absolute: float
) -> Certified:
    """The bounds once they agree, or at the finest step: their distance goes as h^2."""
    spacing = survey.spacing(ACCURACY)
    low, high = bounds(survey, spacing)
    while high - low > (allowed := max(2 * relative * high, absolute)):
        if spacing == survey.finest:
            break
        finer = 0.7 * math.sqrt(allowed / (high - low))
        spacing = max(spacing * max(finer, 0.1), survey.finest)
        low, high = bounds(survey, spacing)
    return Certified.between(low, high)


def _merged(mechanisms: Sequence[SampledGaussian]) -> tuple[SampledGaussian, ...]:
    """Gaussian releases of the whole data as one: their ``1 / s^2`` add up."""
    if not mechanisms:
        raise ValueError("mechanisms is empty: there is nothing to compose")
    sampled = tuple(each for each in mechanisms if each.sampling_rate < 1)
    whole = [each for each in mechanisms if each.sampling_rate == 1]
    if not whole:
        return sampled
    noise = sum(each.steps / each.noise_multiplier**2 for each in whole) ** -0.5
    merged = SampledGaussian(noise_multiplier=noise, sampling_rate=1, steps=1)
    return (*sampled, merged)


def _is_gaussian(mechanisms: tuple[SampledGaussian, ...]) -> bool:
    return len(mechanisms) == 1 and mechanisms[0].sampling_rate == 1


def _chance_to_be_sampled(mechanisms: tuple[SampledGaussian, ...]) -> float:
    """``1 - product of (1 - q)^steps``: with a delta as large there is no epsilon."""
    if any(each.sampling_rate == 1 for each in mechanisms):
        return 1.0
    never = sum(each.steps * math.log1p(-each.sampling_rate) for each in mechanisms)
    return -math.expm1(never)


def _curves(survey: Survey, spacing: float) -> list[Composed]:
    """Delta as a function of epsilon: from below, from above, and for an addition."""
    parts = [
        (AlignedCells.of(each, spacing=spacing, reach=survey.reach), each.steps)
        for each in survey.mechanisms
    ]
    removal, addition = (survey.window(sign=sign, spacing=spacing) for sign in (1, -1))
    return [
        compose([(from_below(each), n) for each, n in parts], removal, sign=-1),
        compose([(from_above(each), n) for each, n in parts], removal, sign=1),
        compose(
            [(from_above(each.swapped()), n) for each, n in parts], addition, sign=1
        ),
    ]
