"""The privacy loss distribution: its bounds hold, on any grid, and they are close."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binom, norm

from privlab.dp.accounting import step_epsilon
from privlab.dp.fourier import Losses, Window, compose, log_moments
from privlab.dp.grid import AlignedCells, from_above, from_below
from privlab.dp.mechanisms import gaussian_delta
from privlab.dp.pld import (
    Certified,
    composed_delta,
    composed_epsilon,
    pld_delta,
    pld_epsilon,
)
from privlab.dp.sampled_gaussian import SampledGaussian
from privlab.dp.survey import Survey
from privlab.dp.tradeoff import epsilon_of_mu

laws = settings(deadline=None, derandomize=True, max_examples=15)
COMMON = [  # noise, rate, steps, delta
    (1.5, 0.04, 2250, 1e-5),
    (0.8, 0.001, 1000, 1e-6),
    (0.5, 0.01, 300, 1e-8),
    (10.0, 0.5, 50_000, 1e-3),
    (2.0, 1e-4, 50_000, 1e-7),
    (1.0, 0.9, 1, 1e-4),
    (0.3, 0.3, 20, 1e-5),
    (1.0, 0.01, 1000, 1e-30),
]
EVERY = pytest.mark.parametrize(("noise", "rate", "steps", "delta"), COMMON)
RELEASES = st.builds(
    lambda noise, log_rate, steps: release(noise, 10**log_rate, steps),
    st.floats(0.4, 20),
    st.floats(-4, 0, exclude_max=True),
    st.integers(1, 3_000),
)
DELTAS = st.floats(-10, -2).map(lambda power: 10**power)


def release(noise: float, rate: float, steps: int) -> SampledGaussian:
    return SampledGaussian(noise_multiplier=noise, sampling_rate=rate, steps=steps)


def epsilon(noise: float, rate: float, steps: int, delta: float) -> Certified:
    return composed_epsilon([release(noise, rate, steps)], delta=delta)


# Laws of the answer


@EVERY
def test_the_estimate_lies_between_bounds_that_are_close(noise, rate, steps, delta):
    found = epsilon(noise, rate, steps, delta)
    assert 0 < found.low <= found.estimate <= found.high
    assert found.high - found.low <= max(3e-4 * found.high, 1e-5)


@laws
@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_an_estimate_never_leaves_its_bounds(low, more):
    found = Certified.between(low, low + more)
    assert found.low <= found.estimate <= found.high


@laws
@given(RELEASES, DELTAS, st.floats(1.05, 3))
def test_noise_lowers_epsilon_and_rate_steps_and_small_deltas_raise_it(
    base, delta, factor
):
    noise, rate, steps = base.noise_multiplier, base.sampling_rate, base.steps
    here = epsilon(noise, rate, steps, delta)
    others = [
        epsilon(noise / factor, rate, steps, delta),
        epsilon(noise, min(factor * rate, 1), steps, delta),
        epsilon(noise, rate, math.ceil(factor * steps), delta),
        epsilon(noise, rate, steps, delta / factor),
    ]
    for other in others:
        assert other.high >= here.low
        assert other.estimate >= here.estimate - max(1e-5, 1e-4 * here.estimate)


@EVERY
def test_delta_and_epsilon_are_inverse(noise, rate, steps, delta):
    found = epsilon(noise, rate, steps, delta)

    def delta_at(value):
        return composed_delta([release(noise, rate, steps)], epsilon=value)

    assert delta_at(found.high).low <= delta <= delta_at(found.low).high
    assert delta_at(found.estimate).estimate == pytest.approx(delta, rel=0.02)


@laws
@given(RELEASES, st.floats(0, 6))
def test_delta_falls_with_epsilon(base, value):
    first, second = (composed_delta([base], epsilon=e) for e in (value, value + 0.5))
    assert 0 <= first.low <= first.estimate <= first.high <= 1
    assert second.low <= first.high


@EVERY
def test_a_release_split_in_two_costs_the_same(noise, rate, steps, delta):
    whole = epsilon(noise, rate, 2 * steps, delta)
    parts = composed_epsilon([release(noise, rate, steps)] * 2, delta=delta)
    assert parts.estimate == pytest.approx(whole.estimate, rel=1e-6)


MIXED = [release(1.0, 0.02, 500), release(3.0, 0.3, 40), release(8.0, 1.0, 3)]


def test_the_order_of_releases_does_not_matter():
    forth, back = (composed_epsilon(m, delta=1e-6) for m in (MIXED, MIXED[::-1]))
    assert forth.estimate == pytest.approx(back.estimate, rel=1e-6)


def test_every_release_adds_to_epsilon_and_less_than_alone():
    together = composed_epsilon(MIXED, delta=1e-6)
    for k in range(3):
        rest = composed_epsilon(MIXED[:k] + MIXED[k + 1 :], delta=1e-6)
        assert rest.high < together.low
    assert together.high < sum(composed_epsilon([m], delta=1e-6).low for m in MIXED)


def test_releases_of_the_whole_data_add_their_precisions():
    exact = epsilon_of_mu(math.sqrt(2 / 9 + 5 / 16), delta=1e-6)
    found = composed_epsilon([release(3, 1, 2), release(4, 1, 5)], delta=1e-6)
    assert found == Certified(low=exact, estimate=exact, high=exact)


@pytest.mark.parametrize(
    "loud", [release(0.2, 1.0, 1), release(0.1, 1.0, 300), release(0.105, 0.0475, 1651)]
)
@pytest.mark.parametrize(
    "faint", [release(10.0, 1e-4, 1_000), release(600.0, 2e-6, 10_000)]
)
def test_a_release_that_tells_next_to_nothing_costs_next_to_nothing(loud, faint):
    alone = composed_epsilon([loud], delta=1e-6)
    both = composed_epsilon([loud, faint], delta=1e-6)
    assert both.high >= alone.low
    assert both.estimate == pytest.approx(alone.estimate, rel=2e-4)


# Against what is known exactly


@laws
@given(
    st.floats(0.1, 30),
    st.floats(-6, 0, exclude_max=True),
    st.floats(-14, -0.1),
)
def test_one_step_is_the_amplified_gaussian(noise, log_rate, log_delta):
    one, delta = release(noise, 10**log_rate, 1), 10**log_delta
    found, exact = composed_epsilon([one], delta=delta), step_epsilon(one, delta)
    assert found.low * (1 - 1e-9) <= exact <= found.high * (1 + 1e-9)


def one_delta(one: SampledGaussian, values: np.ndarray, sign: int) -> np.ndarray:
    """Delta of one step of a removal (1) or an addition (-1), at any real epsilon."""
    output = one.output(sign * values)
    scale = one.noise_multiplier
    tail = norm.sf if sign > 0 else norm.cdf
    without, shifted = tail(output, scale=scale), tail(output, loc=1, scale=scale)
    seen = (1 - one.sampling_rate) * without + one.sampling_rate * shifted
    p, q = (seen, without) if sign > 0 else (without, seen)
    return p - np.exp(values) * q


def brute_delta(first, second, value: float) -> float:
    """Delta of two steps: the integral of one's delta over the loss of the other."""
    scale = second.noise_multiplier
    output = np.linspace(-12 * scale, 1 + 12 * scale, 400_001)
    without = norm.pdf(output, scale=scale)
    shifted = norm.pdf(output, loc=1, scale=scale)
    seen = (1 - second.sampling_rate) * without + second.sampling_rate * shifted
    loss = np.log(seen / without)
    return max(
        np.trapezoid(density * one_delta(first, value - sign * loss, sign), output)
        for sign, density in ((1, seen), (-1, without))
    )


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0, 3.0])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (release(1.0, 0.1, 1), release(1.0, 0.1, 1)),
        (release(0.7, 0.5, 1), release(2.0, 0.01, 1)),
        (release(0.5, 0.001, 1), release(1.0, 0.9, 1)),
        (release(3.0, 0.999, 1), release(0.6, 0.3, 1)),
    ],
)
def test_two_steps_are_what_integration_finds(first, second, value):
    found = composed_delta([first, second], epsilon=value)
    exact = brute_delta(first, second, value)
    assert found.low * (1 - 1e-6) <= exact <= found.high * (1 + 1e-6)
    assert found.estimate == pytest.approx(exact, rel=2e-3, abs=1e-300)


# Bounds hold on any grid, however coarse


def on_grid(one: SampledGaussian, spacing: float) -> AlignedCells:
    return AlignedCells.of(one, spacing=spacing, reach=9.0)


SPACINGS = st.floats(-3, 1).map(lambda power: 10**power)
ONES = st.builds(
    lambda noise, log_rate: release(noise, 10**log_rate, 1),
    st.floats(0.2, 10),
    st.floats(-5, 0),
)


def law_delta(law: Losses, values: np.ndarray) -> np.ndarray:
    gain = np.clip(-np.expm1(values[:, None] - law.grid), 0, None)
    return gain @ law.mass + law.at_infinity


@settings(laws, max_examples=150)
@given(ONES, SPACINGS)
def test_the_grids_bound_one_step_at_every_epsilon(one, spacing):
    cells = on_grid(one, spacing)
    assume(len(cells.middle) < 20_000)
    values = np.linspace(-3, 3, 61)
    below, above, addition = (
        law_delta(law, values)
        for law in (from_below(cells), from_above(cells), from_above(cells.swapped()))
    )
    exact = one_delta(one, values, 1)
    assert np.all(below <= exact + 1e-12)
    assert np.all(exact <= above + 1e-12)
    assert np.all(one_delta(one, values, -1) <= addition + 1e-12)


@settings(laws, max_examples=100)
@given(ONES, SPACINGS)
def test_grids_are_laws_and_from_above_keep_both_totals(one, spacing):
    cells = on_grid(one, spacing)
    for law in (from_above(cells), from_above(cells.swapped())):
        assert np.all(law.mass >= 0)
        assert law.mass.sum() + law.at_infinity == pytest.approx(1, abs=1e-12)
        assert law.mass @ np.exp(-law.grid) <= 1 + 1e-12
    below = from_below(cells)
    assert np.all(below.mass >= 0)
    assert 0 < below.mass.sum() <= 1 + 1e-12


@pytest.mark.parametrize("spacing", [0.003, 0.03, 0.3])
@pytest.mark.parametrize(("noise", "steps"), [(0.7, 3), (2.0, 40), (20.0, 5_000)])
def test_coarse_grids_bound_a_gaussian_composition(noise, steps, spacing):
    mechanisms = (release(noise, 1.0, steps),)
    survey = Survey(mechanisms=mechanisms, log_delta=math.log(1e-6))
    cells = AlignedCells.of(mechanisms[0], spacing=spacing, reach=survey.reach)
    window = survey.window(sign=1, spacing=spacing)
    below = compose([(from_below(cells), steps)], window, sign=-1)
    above = compose([(from_above(cells), steps)], window, sign=1)
    exact = epsilon_of_mu(math.sqrt(steps) / noise, delta=1e-6)
    bounds = [curve.epsilon(math.log(1e-6)) for curve in (below, above)]
    assert bounds[0] <= exact <= bounds[1]
    for value in np.linspace(0, 1.2 * exact, 13):
        delta = gaussian_delta(noise / math.sqrt(steps), value, 1)
        assert math.exp(below.log_delta(value)) <= delta
        assert delta <= math.exp(above.log_delta(value))


def test_halving_the_step_brings_the_bounds_four_times_closer():
    survey = Survey(mechanisms=(release(1.0, 0.2, 50),), log_delta=math.log(1e-5))

    def gap(spacing):
        cells = AlignedCells.of(
            survey.mechanisms[0], spacing=spacing, reach=survey.reach
        )
        window = survey.window(sign=1, spacing=spacing)
        bounds = [
            compose([(law, 50)], window, sign=sign).epsilon(survey.log_delta)
            for law, sign in ((from_below(cells), -1), (from_above(cells), 1))
        ]
        return bounds[1] - bounds[0]

    assert gap(0.02) / gap(0.01) == pytest.approx(4, rel=0.3)


# Composition by Fourier transform


def coin(heads: float, spacing: float = 0.1) -> Losses:
    """A loss of plus or minus ``spacing`` / 2."""
    return Losses(
        start=-spacing / 2, spacing=spacing, mass=np.array([1 - heads, heads])
    )


def window_of(law: Losses, steps: int, order: float) -> Window:
    return Window.at(order, lambda orders: steps * law.log_moments(orders))


@pytest.mark.parametrize("order", [1e-7, 0.1, 0.5])
@pytest.mark.parametrize("steps", [1, 7, 1_000])
def test_a_sum_of_coins_is_binomial(steps, order):
    law = coin(0.6)
    composed = compose([(law, steps)], window_of(law, steps, order), sign=1)
    heads = np.arange(steps + 1)
    loss, chance = 0.05 * (2 * heads - steps), binom.pmf(heads, steps, 0.6)
    for value in (0.0, 0.03, 2.0):
        exact = chance @ np.clip(-np.expm1(value - loss), 0, None)
        found = math.exp(composed.log_delta(value))
        assert found == pytest.approx(exact, rel=1e-9, abs=1e-13)
        assert found >= exact * (1 - 1e-12)


def test_a_window_too_narrow_makes_bounds_wide_and_not_wrong():
    law, steps = coin(0.6), 400
    ample = window_of(law, steps, 0.5)
    narrow = Window(
        order=0.5, low=2.0, high=8.0, fall=ample.fall / 2, rise=ample.rise / 2
    )
    below, above = (compose([(law, steps)], narrow, sign=sign) for sign in (-1, 1))
    exact = compose([(law, steps)], ample, sign=1)
    for value in (2.5, 4.0, 6.0):
        assert below.log_delta(value) < exact.log_delta(value) < above.log_delta(value)
    assert above.stray > 1e-6 > 1e-12 > exact.stray


def test_infinite_losses_add_up():
    law = Losses(start=0.0, spacing=0.1, mass=np.array([0.9]), at_infinity=0.1)
    composed = compose([(law, 3)], window_of(law, 3, 1.0), sign=1)
    assert math.exp(composed.log_delta(5.0)) == pytest.approx(1 - 0.9**3)
    assert composed.epsilon(math.log(0.2)) == math.inf
    assert composed.epsilon(math.log(0.3)) == 0


@pytest.mark.skipif(
    np.finfo(np.longdouble).eps == np.finfo(float).eps,
    reason="this processor has no longer numbers than double",
)
@EVERY
def test_the_transform_errs_less_than_is_counted(noise, rate, steps, delta):
    one = release(noise, rate, steps)
    survey = Survey(mechanisms=(one,), log_delta=math.log(delta))
    spacing = survey.spacing(1e-4)
    law = from_above(AlignedCells.of(one, spacing=spacing, reach=survey.reach))
    found = compose([(law, steps)], survey.window(sign=1, spacing=spacing), sign=1)
    size = len(found.grid)
    # numpy keeps to the longer numbers
    tilted = np.fft.rfft(law.tilted(survey.order).astype(np.longdouble), size)
    exact = np.fft.irfft(tilted**steps, size)
    shift = round((found.grid[0] - steps * law.start) / spacing)
    error = np.linalg.norm(found.mass - np.roll(exact, -(shift % size)))
    assert error <= found.rounding


@EVERY
def test_the_survey_knows_that_both_laws_have_total_one(noise, rate, steps, delta):
    survey = Survey(
        mechanisms=(release(noise, rate, steps),), log_delta=math.log(delta)
    )
    for sign in (1, -1):
        totals = survey.log_moment(np.array([0.0, -1.0]), sign=sign)
        np.testing.assert_allclose(totals, 0, atol=0.1)


def test_log_moments_are_those_of_the_definition():
    losses, mass = np.array([-1.0, 0.5, 2.0]), np.array([0.2, 0.5, 0.3])
    orders = np.array([-3.0, 0.0, 1.5])
    expected = [math.log(mass @ np.exp(order * losses)) for order in orders]
    found = log_moments(orders, losses, np.log(mass))
    np.testing.assert_allclose(found, expected, atol=1e-15)


# The pair of laws behind it


@laws
@given(st.floats(0.1, 20), st.floats(1e-6, 1), st.floats(-3, 4))
def test_output_inverts_loss(noise, rate, output):
    one = release(noise, rate, 1)
    loss = one.loss(output)
    assume(loss > math.log1p(-rate) * (1 - 1e-9) if rate < 1 else True)
    assert one.loss(one.output(loss)) == pytest.approx(float(loss), abs=1e-12)


def test_masses_are_the_integrals_of_the_densities():
    one, losses = release(0.8, 0.3, 1), np.array([-0.2, 0.1, 1.0])
    edges = np.concatenate([[-np.inf], one.output(losses), [np.inf]])
    without = np.diff(norm.cdf(edges, scale=0.8))
    shifted = np.diff(norm.cdf(edges, loc=1, scale=0.8))
    log_p, log_q = one.log_masses(losses)
    np.testing.assert_allclose(np.exp(log_q), without)
    np.testing.assert_allclose(np.exp(log_p), 0.7 * without + 0.3 * shifted)


# Published values, and peers


def test_the_known_setting_of_opacus_and_prv_accountant():
    found = epsilon(1.5, 0.04, 2250, 1e-5)
    assert 6.758 <= found.low <= found.high <= 6.779
    assert found.estimate == pytest.approx(6.768787, abs=1e-4)
    # opacus prints the upper end of a band 0.01 to either side
    upper = epsilon(1.5, 0.04, 2249, 1e-5).estimate + 0.01
    assert upper == pytest.approx(6.777395712150674, abs=1e-3)


def test_the_known_upper_bound_of_opacus():
    found = epsilon(0.8, 0.001, 1000, 1e-6)
    assert found.estimate + 0.01 == pytest.approx(0.4777712662, abs=1e-3)


def test_one_known_gaussian_release():
    found = epsilon(3.730632, 1, 1, 1e-5)
    assert found.low == found.high == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("noise", "rate", "steps", "delta"),
    [
        (1.5, 0.04, 2250, 1e-5),
        (0.8, 0.001, 1000, 1e-6),
        (0.5, 0.01, 2500, 1e-6),
        (5.0, 0.3, 200, 1e-8),
        (5.0, 0.1, 50_000, 1e-8),  # prv_accountant is 0.05 too low here
    ],
)
def test_dp_accounting_bounds_the_same_from_above(noise, rate, steps, delta):
    from dp_accounting.pld import privacy_loss_distribution as peer

    one = peer.from_gaussian_mechanism(
        noise, sampling_prob=rate, value_discretization_interval=2e-4
    )
    theirs = one.self_compose(steps).get_epsilon_for_delta(delta)
    found = epsilon(noise, rate, steps, delta)
    assert found.low <= theirs
    assert found.estimate == pytest.approx(theirs, abs=1e-3)


@pytest.mark.parametrize(
    ("noise", "rate", "steps", "delta"),
    [
        (0.5, 1e-4, 1, 1e-8),
        (1.0, 1e-4, 100, 1e-5),
        (1.5, 0.001, 100, 1e-8),
        (0.8, 0.001, 1000, 1e-6),
        (2.0, 0.01, 100, 1e-4),
        (10.0, 0.01, 2500, 1e-8),
        (2.0, 0.1, 1, 1e-8),
        (5.0, 0.1, 100, 1e-6),
    ],
)
def test_prv_accountant_finds_the_same(noise, rate, steps, delta):
    from prv_accountant import PoissonSubsampledGaussianMechanism, PRVAccountant

    peer = PRVAccountant(
        prvs=PoissonSubsampledGaussianMechanism(
            sampling_probability=rate, noise_multiplier=noise
        ),
        max_self_compositions=steps,
        eps_error=0.01,
        delta_error=delta / 1000,
    )
    low, estimate, high = peer.compute_epsilon(delta, steps)
    found = epsilon(noise, rate, steps, delta)
    assert low <= found.low <= found.high <= high
    assert found.estimate == pytest.approx(estimate, abs=1e-3)


# Edges, and where certain bounds cannot be had


@pytest.mark.parametrize("steps", [1, 50_000])
@pytest.mark.parametrize("rate", [1e-10, 1e-3, 0.999999])
@pytest.mark.parametrize("noise", [0.1, 1.0, 1e6])
@pytest.mark.parametrize("delta", [1e-8, 1e-3, 1 - 1e-6])
def test_far_settings_are_answered(noise, rate, steps, delta):
    found = epsilon(noise, rate, steps, delta)
    assert 0 <= found.low <= found.high < math.inf
    if delta >= rate * steps:
        assert found.high == 0


def test_without_a_chance_to_be_sampled_there_is_nothing_to_pay():
    assert epsilon(0.1, 0.01, 1, 0.01).high == 0
    assert epsilon(0.1, 0.01, 1, 0.0099).low > 0


@pytest.mark.parametrize("value", [50.0, 1_000.0, 1e6])
def test_a_huge_epsilon_leaves_next_to_no_delta(value):
    found = pld_delta(
        noise_multiplier=1.0, sampling_rate=0.01, steps=100, epsilon=value
    )
    assert 0 <= found.low <= found.high < 1e-60


def test_bounds_that_stay_apart_are_refused_with_a_remedy():
    with pytest.raises(ValueError, match=r"delta=1e-310 with .* rdp_epsilon"):
        epsilon(1.0, 0.01, 1_000, 1e-310)
    with pytest.raises(ValueError, match=r"delta=1e-18 with .* <= epsilon <= "):
        epsilon(1.0, 2e-5, 1_000, 1e-18)
    with pytest.raises(ValueError, match="noise_multiplier=1e-05 is too little"):
        epsilon(1e-5, 0.5, 10, 1e-6)


@pytest.mark.parametrize("ask", [composed_epsilon, composed_delta])
def test_nothing_cannot_be_composed(ask):
    aim = {"delta": 1e-5} if ask is composed_epsilon else {"epsilon": 1.0}
    with pytest.raises(ValueError, match="mechanisms is empty"):
        ask([], **aim)


@laws
@given(st.floats())
def test_what_is_no_delta_or_epsilon_is_refused(value):
    setting = {"noise_multiplier": 1.0, "sampling_rate": 0.01, "steps": 10}
    if not 0 < value < 1:
        with pytest.raises(ValueError, match="delta="):
            pld_epsilon(**setting, delta=value)
    if not 0 <= value < math.inf:
        with pytest.raises(ValueError, match="epsilon="):
            pld_delta(**setting, epsilon=value)
