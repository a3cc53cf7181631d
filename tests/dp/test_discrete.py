"""Exact samplers: the law they claim, the promise they keep, no float on the way."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from privlab.core.privacy import Privacy
from privlab.core.randomness import SystemRandomness
from privlab.dp import discrete
from privlab.dp.discrete import (
    Blocks,
    DiscreteGaussian,
    DiscreteLaplace,
    bernoulli_exp,
    discrete_gaussian,
    discrete_gaussian_delta,
    discrete_laplace,
)
from privlab.dp.mechanisms import gaussian_delta

laws = settings(deadline=None, derandomize=True)
DRAWS = 10_000


def fit(draws, probability) -> float:
    """The p-value of a chi-square test, rare values pooled to 10 expected or more."""
    support = np.arange(min(draws) - 1, max(draws) + 2)
    expected = len(draws) * np.asarray(probability(support))
    observed = np.bincount(np.array(draws) - support[0], minlength=len(support))
    group = (np.cumsum(expected) / 10).astype(int)
    expected, observed = (np.bincount(group, each) for each in (expected, observed))
    kept = expected > 0
    expected, observed = expected[kept], observed[kept]
    expected[-1] += len(draws) - expected.sum()  # the tails beyond the support
    return chisquare(observed, expected).pvalue


# The samplers


def chance_of_true(draw, monkeypatch, *, smallest=1e-9) -> tuple[float, float]:
    """The exact chance that ``draw()`` is true: (at least, at most).

    Every path of uniform draws is walked, but those rarer than ``smallest``.
    """
    weight = Fraction(1)

    class Fork(Exception):
        """The path ended at a draw: its argument is the bound of that draw."""

    def scripted(bound, *, rng):
        nonlocal weight
        if not rng:
            raise Fork(bound)
        weight /= bound
        return rng.pop(0)

    monkeypatch.setattr(discrete, "uniform_below", scripted)
    paths, true, unknown = [()], Fraction(0), Fraction(0)
    while paths:
        path, weight = paths.pop(), Fraction(1)
        try:
            answer = draw(list(path))
            true += weight if answer else 0
        except Fork as fork:
            if weight < smallest:
                unknown += weight
            else:
                paths += [(*path, value) for value in range(fork.args[0])]
    return float(true), float(true + unknown)


@pytest.mark.parametrize(
    ("top", "bottom"), [(0, 1), (1, 1), (1, 2), (2, 3), (1, 7), (3, 2), (3, 1)]
)
def test_bernoulli_exp_has_its_probability_exactly(top, bottom, monkeypatch):
    low, high = chance_of_true(
        lambda script: bernoulli_exp(top, bottom, rng=script), monkeypatch
    )
    assert low <= math.exp(-top / bottom) * (1 + 1e-15)
    assert high >= math.exp(-top / bottom) * (1 - 1e-15)
    assert high - low < 1e-6


@pytest.mark.parametrize("scale", ["1", "1/20", "7/3", "1000", "1/3", "12345/678"])
def test_discrete_laplace_draws_follow_their_law(scale):
    rate = float(1 / Fraction(scale))
    rng = Blocks(np.random.default_rng(1))
    draws = [discrete_laplace(Fraction(scale), rng=rng) for _ in range(DRAWS)]
    law = DiscreteLaplace(epsilon=rate)
    assert fit(draws, lambda z: law.probability(z, value=0)) > 1e-6


@pytest.mark.parametrize("variance", ["1", "1/10", "1/4", "7/3", "300", "40000"])
def test_discrete_gaussian_draws_follow_their_law(variance):
    rng = Blocks(np.random.default_rng(2))
    draws = [discrete_gaussian(Fraction(variance), rng=rng) for _ in range(DRAWS)]

    def weight(z):
        return np.exp(-(z**2) / (2 * float(Fraction(variance))))

    total = weight(np.arange(-3_000, 3_001)).sum()
    assert fit(draws, lambda z: weight(z) / total) > 1e-6


@pytest.mark.parametrize("epsilon", [0.001, 0.1, 1, math.pi, 20])
@pytest.mark.parametrize("sensitivity", [1, 3])
def test_released_values_follow_the_stated_probability(epsilon, sensitivity):
    mechanism = DiscreteLaplace(epsilon=epsilon, sensitivity=sensitivity)
    answers = mechanism.release(np.full(DRAWS, 5), rng=np.random.default_rng(3))
    assert fit(answers.tolist(), lambda y: mechanism.probability(y, value=5)) > 1e-6


@pytest.mark.parametrize("epsilon", [0.3, 1, 8])
def test_gaussian_releases_follow_the_stated_probability(epsilon):
    mechanism = DiscreteGaussian(epsilon=epsilon, delta=1e-6, sensitivity=2)
    rng = np.random.default_rng(4)
    answers = [mechanism.release(-7, rng=rng) for _ in range(10_000)]
    assert fit(answers, lambda y: mechanism.probability(y, value=-7)) > 1e-6


def test_the_tests_own_chi_square_notices_a_wrong_law():
    rng = Blocks(np.random.default_rng(5))
    draws = [discrete_laplace(Fraction(10), rng=rng) for _ in range(DRAWS)]
    wrong = DiscreteLaplace(epsilon=1 / 12)
    assert fit(draws, lambda z: wrong.probability(z, value=0)) < 1e-6


@pytest.mark.parametrize("epsilon", [0.05, 1.0])
def test_discrete_laplace_noise_has_the_known_mean_and_variance(epsilon):
    mechanism = DiscreteLaplace(epsilon=epsilon)
    noise = mechanism.release(np.zeros(DRAWS, dtype=int), rng=np.random.default_rng(6))
    variance = 2 * math.exp(-epsilon) / (1 - math.exp(-epsilon)) ** 2
    assert noise.mean() == pytest.approx(0, abs=5 * math.sqrt(variance / DRAWS))
    # Kurtosis below 7: the variance is known to sqrt(6 / n) = 2.5 %.
    assert noise.var() == pytest.approx(variance, rel=0.13)


def test_blocks_hand_out_the_bytes_of_their_source_once_and_in_order():
    source = np.random.default_rng(7).bytes(Blocks.SIZE + 5)
    blocks = Blocks(np.random.default_rng(7))
    taken = blocks.bytes(5) + blocks.bytes(0) + blocks.bytes(1) + blocks.bytes(250)
    assert taken == source[:256]
    assert len(blocks.bytes(10_000)) == 10_000
    assert len({blocks.bytes(8) for _ in range(1_000)}) == 1_000


# The discrete Laplace mechanism


@laws
@given(st.floats(0.01, 30), st.integers(1, 50), st.data())
def test_laplace_odds_change_by_at_most_e_to_epsilon(epsilon, sensitivity, data):
    mechanism = DiscreteLaplace(epsilon=epsilon, sensitivity=sensitivity)
    step = data.draw(st.integers(-sensitivity, sensitivity))
    outputs = np.arange(-10, 11)  # far enough for every ratio, not for underflow
    here = mechanism.probability(outputs, value=0)
    there = mechanism.probability(outputs, value=step)
    assert (here <= math.exp(epsilon) * there * (1 + 1e-12)).all()
    whole_step = mechanism.probability(outputs[0], value=sensitivity)
    assert here[0] == pytest.approx(math.exp(epsilon) * whole_step, rel=1e-12)


@pytest.mark.parametrize("epsilon", [0.01, 1, 20])
def test_laplace_probabilities_add_up_to_one(epsilon):
    mechanism = DiscreteLaplace(epsilon=epsilon)
    total = mechanism.probability(np.arange(-5_000, 5_001), value=3).sum()
    assert total == pytest.approx(1, rel=1e-12)


def test_probabilities_of_unsigned_outputs_do_not_wrap_around():
    mechanism = DiscreteLaplace(epsilon=1)
    assert mechanism.probability(np.uint8(3), value=5) == mechanism.probability(
        7, value=5
    )


@pytest.mark.parametrize("epsilon", [0.1, np.float32(0.1), np.int64(3), 1e-9])
def test_the_scale_is_the_exact_value_of_epsilon(epsilon):
    mechanism = DiscreteLaplace(epsilon=epsilon, sensitivity=np.int64(7))
    assert mechanism.scale * Fraction(float(epsilon)) == 7
    assert mechanism.privacy == Privacy(epsilon=epsilon)


def test_the_promise_agrees_with_opendp():
    import opendp.prelude as dp

    dp.enable_features("contrib")
    mechanism = DiscreteLaplace(epsilon=0.7, sensitivity=3)
    space = dp.atom_domain(T=int), dp.absolute_distance(T=int)
    peer = dp.m.make_laplace(*space, scale=float(mechanism.scale))
    assert peer.map(3) == pytest.approx(0.7, rel=1e-9)


@pytest.mark.parametrize("shape", [(1,), (5,), (2, 3)])
@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.int32])
def test_arrays_of_integers_give_arrays_of_64_bit_integers(shape, dtype):
    mechanism = DiscreteLaplace(epsilon=0.01)
    answer = mechanism.release(np.zeros(shape, dtype), rng=np.random.default_rng(8))
    assert answer.shape == shape
    assert answer.dtype == np.int64
    assert len(np.unique(answer)) > 1 or answer.size == 1


@pytest.mark.parametrize("value", [5, np.int8(5), np.array(5)])
def test_a_whole_number_gives_a_python_int(value):
    answer = DiscreteLaplace(epsilon=30).release(value, rng=np.random.default_rng(9))
    assert type(answer) is int
    assert answer == 5  # other answers have probability 2e-13


def test_noise_that_does_not_fit_64_bits_is_an_error_not_a_wrap_around():
    huge = np.full(50, 2**63 - 1)  # half of the noise is positive: 2**-50 to pass
    with pytest.raises(OverflowError):
        DiscreteLaplace(epsilon=0.001).release(huge, rng=np.random.default_rng(10))


# The discrete Gaussian mechanism

GRID = [
    (epsilon, delta, sensitivity)
    for epsilon in (0.05, 0.5, 1, 4, 20)
    for delta in (1e-12, 1e-6, 0.01)
    for sensitivity in (1, 2, 5)
]


def hockey_stick(sigma, epsilon, shift) -> float:
    """``sum over z of max(0, P(z) - e^eps P(z + shift))``: delta by its definition."""
    reach = math.ceil(40 * sigma) + shift + 2
    z = np.arange(-reach, reach + 1)
    weight = np.exp(-((z / sigma) ** 2) / 2)
    other = np.exp(epsilon - ((z + shift) / sigma) ** 2 / 2)
    return float(np.maximum(weight - other, 0).sum() / weight.sum())


@pytest.mark.parametrize(("epsilon", "delta", "sensitivity"), GRID)
def test_theorem_7_is_the_definition_of_delta(epsilon, delta, sensitivity):
    sigma = DiscreteGaussian(
        epsilon=epsilon, delta=delta, sensitivity=sensitivity
    ).sigma
    formula = discrete_gaussian_delta(sigma, epsilon, sensitivity)
    assert formula == pytest.approx(hockey_stick(sigma, epsilon, sensitivity), rel=1e-9)


@pytest.mark.parametrize(("epsilon", "delta", "sensitivity"), GRID)
def test_sigma_keeps_the_promise_and_hardly_less_would(epsilon, delta, sensitivity):
    sigma = DiscreteGaussian(
        epsilon=epsilon, delta=delta, sensitivity=sensitivity
    ).sigma
    assert discrete_gaussian_delta(sigma, epsilon, sensitivity) <= delta
    assert discrete_gaussian_delta(sigma * (1 - 1e-8), epsilon, sensitivity) > delta


@pytest.mark.parametrize("sigma", [0.2, 0.5, 1, 3, 30])
@pytest.mark.parametrize("epsilon", [0.1, 1, 5, 20])
def test_the_largest_shift_is_the_worst(sigma, epsilon):
    deltas = [discrete_gaussian_delta(sigma, epsilon, shift) for shift in range(1, 12)]
    assert all(
        small <= large * (1 + 1e-12) for small, large in itertools.pairwise(deltas)
    )


@pytest.mark.parametrize("sigma", [0.3, 2, 12])
@pytest.mark.parametrize("sensitivity", [1, 3])
def test_delta_agrees_with_dp_accounting(sigma, sensitivity):
    from dp_accounting.pld import privacy_loss_mechanism as peer

    loss = peer.DiscreteGaussianPrivacyLoss(sigma, sensitivity=sensitivity)
    for epsilon in (0.1, 1, 4):
        ours = discrete_gaussian_delta(sigma, epsilon, sensitivity)
        theirs = loss.get_delta_for_epsilon(epsilon)
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("sigma", [1_000, 10_000])
@pytest.mark.parametrize("epsilon", [0.001, 0.0005])
def test_wide_discrete_noise_is_as_good_as_continuous_noise(sigma, epsilon):
    discrete_delta = discrete_gaussian_delta(sigma, epsilon, 1)
    assert discrete_delta == pytest.approx(gaussian_delta(sigma, epsilon, 1), rel=1e-5)


def test_delta_at_epsilon_zero_is_the_distance_between_the_two_worlds():
    z = np.arange(-30, 31)
    law = np.exp(-(z**2) / 8)
    law /= law.sum()
    distance = np.abs(law[:-1] - law[1:]).sum() / 2
    assert discrete_gaussian_delta(2, 0, 1) == pytest.approx(distance)


def test_gaussian_probabilities_add_up_and_the_variance_is_below_sigma_squared():
    mechanism = DiscreteGaussian(epsilon=3, delta=1e-5)
    outputs = np.arange(-60, 61)
    law = mechanism.probability(outputs, value=0)
    assert law.sum() == pytest.approx(1, rel=1e-12)
    # Canonne, Kamath and Steinke 2020: below the continuous one.
    assert law @ outputs**2 <= mechanism.sigma**2
    assert mechanism.privacy == Privacy(epsilon=3, delta=1e-5)


def test_python_integers_of_any_size_are_released():
    answer = DiscreteGaussian(epsilon=1, delta=1e-6).release(
        10**40, rng=np.random.default_rng(11)
    )
    assert type(answer) is int
    assert abs(answer - 10**40) < 100


# Both


@pytest.mark.parametrize(
    "mechanism",
    [DiscreteLaplace(epsilon=0.5), DiscreteGaussian(epsilon=0.5, delta=1e-6)],
)
def test_any_source_of_bytes_will_do_and_a_seed_repeats_it(mechanism):
    assert abs(mechanism.release(0, rng=SystemRandomness())) < 1_000
    runs = [
        [mechanism.release(0, rng=rng) for _ in range(30)]
        for rng in (np.random.default_rng(12), np.random.default_rng(12))
    ]
    assert runs[0] == runs[1]
    assert len(set(runs[0])) > 1


@pytest.mark.parametrize("value", [1.0, True, "1", np.array([0.5])])
@pytest.mark.parametrize(
    "mechanism",
    [DiscreteLaplace(epsilon=1), DiscreteGaussian(epsilon=1, delta=1e-6)],
)
def test_floats_are_refused_not_rounded(mechanism, value):
    with pytest.raises(TypeError, match=r"must be (a )?whole number"):
        mechanism.release(value, rng=np.random.default_rng(0))


def test_gaussian_noise_for_vectors_is_not_promised():
    with pytest.raises(TypeError, match="must be a whole number"):
        DiscreteGaussian(epsilon=1, delta=1e-6).release(
            np.zeros(3, int), rng=np.random.default_rng(0)
        )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DiscreteLaplace(epsilon=0), "epsilon=0 must be > 0"),
        (lambda: DiscreteLaplace(epsilon=1, sensitivity=0), "sensitivity=0 must be"),
        (lambda: DiscreteGaussian(epsilon=-1, delta=0.1), "epsilon=-1 must be > 0"),
        (lambda: DiscreteGaussian(epsilon=1, delta=0), "delta=0 must lie"),
        (lambda: discrete_gaussian_delta(-1, 1), "sigma=-1 must be > 0"),
        (
            lambda: DiscreteGaussian(epsilon=0.01, delta=1e-6, sensitivity=10**9),
            "sensitivity=1000000000 needs sigma near 3.*larger units",
        ),
    ],
)
def test_impossible_parameters_are_named_at_construction(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_fractional_sensitivity_is_refused():
    with pytest.raises(TypeError, match=r"sensitivity=1\.5 must be a whole number"):
        DiscreteLaplace(epsilon=1, sensitivity=1.5)
