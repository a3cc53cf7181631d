"""What lesson 4.1 says of chance, with five seeds; and laws of its experiments."""

import math

import numpy as np
import pytest
from scipy import stats

from privlab.core.datasets import breast_cancer
from privlab.dp.mechanisms import Gaussian, Laplace, gaussian_delta
from privlab.experiments.calibration import calibration, classical_sigma
from privlab.experiments.composition import composition
from privlab.experiments.floating_point import (
    low_bit_attack,
    low_bit_audit,
    numpy_laplace,
    porous_outputs,
    reachable,
)
from privlab.experiments.margin import (
    accuracy_by_answers,
    asked_again,
    margin_audits,
    patients,
    right,
    stability,
    telling_query,
)
from privlab.experiments.objective import (
    FORMS,
    noisy_objective,
    objective_audit,
    train,
)
from privlab.experiments.ratio import DENSITIES, log_ratio, log_ratio_at
from privlab.experiments.sampling import amplification, sampled_count_audit
from privlab.experiments.spending import spending
from privlab.experiments.tradeoff import MECHANISMS, tradeoff

seeds = pytest.mark.parametrize("seed", range(5))


# 4.1.1: noise in the loss


@seeds
def test_noise_added_to_the_loss_reaches_the_print_and_not_the_weights(seed):
    silent, loud = (
        train(breast_cancer(), noise_scale=scale, seed=seed) for scale in (1e-9, 10)
    )
    assert silent.weights.tobytes() == loud.weights.tobytes()
    assert np.abs(silent.losses - loud.losses).mean() > 1
    assert np.abs(silent.weights).max() > 0.1  # it was trained at all


@pytest.mark.parametrize("noise", [-8, -0.5, 4])
def test_a_number_lifts_the_valley_and_a_slope_moves_its_bottom(noise):
    before, lifted = noisy_objective(form=FORMS[0], noise=noise).minima
    assert lifted == before
    before, tilted = noisy_objective(form=FORMS[1], noise=noise).minima
    assert np.sign(tilted - before) == -np.sign(noise)


@seeds
def test_objective_perturbation_keeps_its_promise_under_audit(seed):
    found = objective_audit(epsilon=1, trials=1_500, seed=seed)
    assert found.epsilon_lower <= 1


# 4.2.1: densities


@pytest.mark.parametrize("epsilon", [0.2, 1, 4])
def test_densities_have_the_mass_of_their_laws(epsilon):
    normal, laplace = stats.norm(scale=epsilon**-0.5), stats.laplace(scale=1 / epsilon)
    for density, law in zip(DENSITIES, (laplace, normal, normal), strict=True):
        shown = log_ratio(density=density, epsilon=epsilon, published=0)
        mass = np.trapezoid(shown.densities[0], shown.outputs)
        assert mass == pytest.approx(law.cdf(7) - law.cdf(-6), abs=2e-4)


@pytest.mark.parametrize("epsilon", [0.2, 1, 4])
def test_only_laplace_has_a_bounded_log_ratio_that_depends_on_the_data(epsilon):
    far = np.array([-1e6, -3, 0.2, 5, 1e6])
    laplace, article, centred = (
        log_ratio_at(far, density=name, epsilon=epsilon) for name in DENSITIES
    )
    assert np.abs(laplace).max() == pytest.approx(epsilon)
    assert not article.any()
    assert centred == pytest.approx(epsilon * (0.5 - far))


def test_the_laplace_of_the_picture_is_the_librarys():
    shown = log_ratio(density="Laplace", epsilon=2, published=1.5)
    mechanism = Laplace(epsilon=2, sensitivity=1)
    for value, density in enumerate(shown.densities):
        assert density == pytest.approx(mechanism.density(shown.outputs, value=value))


@pytest.mark.parametrize("delta", [1e-9, 1e-5, 1e-2])
def test_classical_noise_wastes_below_one_and_breaks_far_above(delta):
    both = calibration(delta=delta)
    small, large = both.epsilons < 1, both.epsilons > 20
    assert (both.classical[small] > both.exact[small]).all()
    assert (both.classical_delta[small] < delta).all()
    assert (both.classical_delta[large] > delta).all()
    assert 1 < both.breaks_at < 20


def test_exact_noise_is_published_for_epsilon_one():
    sigma = Gaussian(epsilon=1, delta=1e-5, sensitivity=1).sigma
    assert sigma == pytest.approx(3.730632, abs=1e-6)
    assert classical_sigma(epsilon=1, delta=1e-5) == pytest.approx(4.844805, abs=1e-6)
    assert gaussian_delta(sigma, 1, 1) == pytest.approx(1e-5)


# The test of hypotheses


@seeds
@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("epsilon", [0.3, 1, 3])
def test_counted_errors_lie_on_the_exact_curve(mechanism, epsilon, seed):
    world = tradeoff(mechanism=mechanism, epsilon=epsilon, seed=seed)
    alarms, misses = world.attack
    expected = np.interp(alarms, world.false_alarms, world.exact)
    # 5,000 releases: a standard error of 0.007 at most, times the slope of the curve
    slope = np.abs(np.gradient(world.exact, world.false_alarms))
    room = 0.045 * (1 + np.interp(alarms, world.false_alarms, slope))
    assert (np.abs(misses - expected) < room).all()
    assert (world.exact >= world.promised - 1e-9).all()


# Composition


def test_accountants_agree_with_published_values_and_bounds_are_bounds():
    run = composition(noise_multiplier=1.5, sampling_rate=0.04, steps=(1, 100, 2250))
    assert run.rdp[-1] == pytest.approx(7.32911117143, abs=1e-6)
    assert 6.758 < run.low[-1] <= run.high[-1] < 6.779
    assert (run.low <= run.high).all()
    for bound in (run.basic, run.advanced, run.rdp, run.zcdp):
        assert (bound >= run.low).all()
    assert (run.estimate < run.low).all()


def test_without_sampling_zcdp_is_as_good_as_renyi():
    run = composition(noise_multiplier=10, sampling_rate=1, steps=(10, 1000))
    assert (run.zcdp < 1.01 * run.rdp).all()
    assert (run.zcdp >= run.low).all()


@seeds
def test_an_audit_of_sampling_never_beats_the_formula(seed):
    found = sampled_count_audit(epsilon=2, rate=0.3, trials=20_000, seed=seed)
    allowed = amplification(epsilon=2, rate=0.3).at_rate
    assert 0.5 < found.epsilon_lower <= allowed


def test_renyi_divergences_pay_for_many_more_answers():
    plain, renyi = spending(noise_multiplier=50, epsilon=1).answers
    assert renyi > 10 * plain > 0
    last = spending(noise_multiplier=50, epsilon=1)
    assert last.added_up[-1] <= 1 + 1e-9
    assert last.renyi[-1] <= 1 + 1e-9


# 4.3.1: the classifier


def test_patients_are_no_longer_than_one_and_labelled():
    rows, labels = patients(breast_cancer())
    assert np.linalg.norm(rows, axis=1).max() <= 1 + 1e-12
    assert set(labels) == {-1, 1}


def test_the_telling_query_has_opposite_margins():
    first, second = np.array([1.0, 2, 0.5]), np.array([1.2, 1.5, 0.7])
    query = telling_query(first, second)
    assert np.linalg.norm(query) == pytest.approx(1)
    assert query @ first == pytest.approx(-(query @ second))
    assert query @ first > 0


@seeds
def test_long_queries_break_the_article_and_not_the_bounded_margin(seed):
    audits = margin_audits(
        breast_cancer(), lengths=(1, 100, 1000), trials=4_000, seed=seed
    )
    article = [result.epsilon_lower for result in audits.article]
    assert article[0] < 1 < article[1] < article[2]
    assert article[2] > 2
    assert max(result.epsilon_lower for result in audits.bounded) <= 1


@seeds
def test_every_answer_spends(seed):
    again = asked_again(answers=(1, 3, 30), trials=4_000, seed=seed)
    one, three, thirty = (result.epsilon_lower for result in again.audits)
    assert one <= 1 < three
    assert thirty > 3


@seeds
def test_private_training_answers_for_free_and_paying_does_not_last(seed):
    result = accuracy_by_answers(breast_cancer(), epsilon=1, seed=seed)
    assert result.trained > 0.8
    assert result.without_privacy > 0.88
    assert result.stable[result.answers >= 100].max() < 0.55
    assert (result.stable >= result.clipped).all()
    assert (np.diff(result.stable) <= 1e-12).all()


def test_the_averaged_noise_of_an_answer_is_what_sampling_gives():
    margins, rng = np.array([0.4, -0.1, 1.2]), np.random.default_rng(0)
    noisy = margins + rng.laplace(scale=0.7, size=(100_000, 3))
    # a standard error of 0.0009 at most; six of them
    assert right(margins, 0.7) == pytest.approx((noisy > 0).mean(), abs=0.006)


def test_stability_is_corollary_8():
    assert stability(100, weight_decay=0.01) == pytest.approx(2)


# Floating point


@pytest.mark.parametrize("scale", [1 / 3, 1.0, 7.3, 100.0])
def test_the_formula_is_numpys_and_every_release_is_reachable_from_its_answer(scale):
    rng, uniforms = np.random.default_rng(5), np.random.default_rng(5)
    for _ in range(2_000):
        noise = rng.laplace(scale=scale)
        k = int(uniforms.random() * 2**53)
        assert noise == numpy_laplace(k, scale=scale)
        for answer in (0.0, 1.0, 42.0):
            assert reachable(answer + noise, answer=answer, scale=scale)


def test_a_double_between_two_reachable_ones_is_out_of_reach():
    lower, upper = (numpy_laplace(k, scale=1.0) for k in (2**50, 2**50 + 1))
    between = math.nextafter(lower, upper)
    assert lower < between < upper
    assert reachable(lower, answer=0.0, scale=1.0)
    assert not reachable(between, answer=0.0, scale=1.0)


@pytest.mark.parametrize("epsilon", [0.1, 1, 4])
def test_few_doubles_can_come_from_both_counts(epsilon):
    porous = porous_outputs(epsilon=epsilon, output=1.5)
    assert porous.one_only > 2 * porous.both
    assert not porous.from_count.all(axis=1).any()


@seeds
def test_low_bits_name_the_count_and_exact_noise_withstands(seed):
    attack = low_bit_attack(seed=seed)
    naive, exact = attack.right
    assert (naive[:3] > 0.85).all()
    assert attack.wrong_but_certain == 0
    # 4,000 guesses: a standard error of 0.008, six of them
    assert (exact <= attack.allowed + 0.05).all()
    assert attack.certain[1].max() == 0


@seeds
def test_the_audit_of_floating_point_noise_breaks_its_promise(seed):
    assert low_bit_audit(epsilon=0.01, trials=1_000, seed=seed).epsilon_lower > 3
