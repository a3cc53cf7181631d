"""Period finding: the transform's law, the known distribution, the factors."""

import math

import numpy as np
import pytest

from privlab.experiments.period import by_period, factored, mean_success
from privlab.he.period_finding import PeriodFinding, fast_qft, qft


@pytest.mark.parametrize("size", [1, 2, 8, 21])
def test_the_fast_transform_is_the_formula_and_keeps_lengths(size):
    rng = np.random.default_rng(size)
    state = rng.normal(size=(size, 3)) + 1j * rng.normal(size=(size, 3))
    np.testing.assert_allclose(fast_qft(state), qft(state), atol=1e-12)
    assert np.linalg.norm(qft(state)) == pytest.approx(np.linalg.norm(state))


@pytest.mark.parametrize(("modulus", "base"), [(15, 2), (21, 2), (35, 4), (77, 13)])
def test_the_state_vector_gives_the_distribution_in_closed_form(modulus, base):
    run = PeriodFinding(modulus=modulus, base=base)
    chance = run.distribution()
    assert chance.sum() == pytest.approx(1)
    np.testing.assert_allclose(chance, by_period(run.size, len(run.orbit)), atol=1e-12)


def test_where_the_period_divides_q_there_are_exactly_r_readings():
    chance = PeriodFinding(modulus=15, base=2).distribution()
    np.testing.assert_allclose(chance[::64], 0.25)
    assert (chance > 1e-12).sum() == 4


@pytest.mark.parametrize(("modulus", "base"), [(21, 2), (33, 5), (221, 3)])
def test_readings_near_a_coprime_multiple_give_the_period(modulus, base):
    """Shor 1997: |c/Q - j/r| <= 1/2Q < 1/2N^2, so j/r is a convergent."""
    run = PeriodFinding(modulus=modulus, base=base)
    r = len(run.orbit)
    multiples = [j for j in range(r) if math.gcd(j, r) == 1]
    readings = np.array([round(j * run.size / r) for j in multiples])
    assert (run.periods(readings) == r).all()
    assert run.modulus**2 <= run.size < 2 * run.modulus**2


def test_factors_multiply_to_the_modulus_and_none_come_from_an_odd_period():
    run = PeriodFinding(modulus=21, base=2)
    assert run.factors(6) == (3, 7)
    assert run.factors(0) == run.factors(3) == ()
    assert PeriodFinding(modulus=15, base=14).factors(2) == ()  # a = -1


@pytest.mark.parametrize("seed", range(5))
def test_runs_succeed_as_often_as_the_exact_chance(seed):
    found = factored(modulus=33, runs=400, seed=seed)
    chance, spread = mean_success(33), math.sqrt(0.25 / 400)
    assert abs(found.found / 400 - chance) < 6 * spread
    assert found.factors == (3, 11)


def test_what_cannot_be_run_is_named():
    with pytest.raises(ValueError, match="base=6 shares the factor 3"):
        PeriodFinding(modulus=21, base=6)
    with pytest.raises(ValueError, match="34 counting qubits"):
        PeriodFinding(modulus=126869, base=2).start()
