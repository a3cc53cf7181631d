"""What lesson 1.1 says of chance, with five seeds instead of its one."""

import numpy as np
import pytest

from privlab.core.datasets import diabetes
from privlab.experiments.crowds import crowds, readings
from privlab.experiments.linked_records import KNOWN, fingerprints, linked, uniqueness
from privlab.experiments.noisy_subsets import defended, phase, recovered
from privlab.experiments.refused_counts import (
    Counter,
    NoisyCounter,
    noisy_answers,
    village,
)
from privlab.experiments.two_tables import noisy_tables, two_tables

seeds = pytest.mark.parametrize("seed", range(5))
POSTCODE, SEX, YEAR, DAY = KNOWN


@seeds
def test_the_combination_names_most_and_its_parts_nobody(seed):
    named = [linked(residents=2_000, known=k, seed=seed).named for k in KNOWN]
    assert named[0] < 0.01
    assert named[1] < 0.02
    assert 0.5 < named[2] < 0.75
    assert named[3] > 0.99


@seeds
def test_a_larger_town_hides_years_of_birth_and_not_days(seed):
    curves = uniqueness(seed=seed)
    assert (np.diff(curves.shares[YEAR]) < 0).all()
    assert 0.05 < curves.shares[YEAR][-1] < 0.1
    assert curves.shares[DAY][-1] > 0.95
    last = [curves.shares[known][-1] for known in KNOWN]
    assert last == sorted(last)


def test_three_measurements_single_out_real_patients():
    found = fingerprints(diabetes(), count=4)
    assert found.names == ("age", "sex", "bmi", "bp")
    assert found.unique == pytest.approx([0.009, 0.029, 0.977, 1], abs=0.001)


@seeds
def test_a_k_anonymous_table_still_tells(seed):
    table = crowds(residents=2_000, years=5, postcodes=10, k=5, seed=seed)
    assert table.withheld < 0.05
    assert table.crowd[table.crowd >= 5].min() >= 5
    found = readings(table)
    assert 0 < found.certain < 0.1
    assert found.only_healthy
    assert 0 < found.ill_certain < 0.15
    assert found.cancer_after > 4 * found.cancer_before


@seeds
def test_wider_bands_make_the_groups_more_diverse(seed):
    fine, wide = (
        crowds(residents=2_000, years=y, postcodes=p, k=5, seed=seed)
        for y, p in ((5, 10), (40, 50))
    )
    assert fine.diversity == 1
    assert wide.diversity >= 2
    assert wide.closeness < fine.closeness
    assert wide.certain == 0


@seeds
def test_two_harmless_tables_together_give_most_salaries_away(seed):
    pair = two_tables(residents=2_000, rounding=1, seed=seed)
    assert min(pair.k) >= 5
    assert min(pair.diversity) >= 5
    assert pair.certain[:2] == (0, 0)
    assert pair.certain[2] > 0.5
    coarse = two_tables(residents=2_000, rounding=1_000, seed=seed)
    assert coarse.certain[2] < 0.15


@seeds
def test_noise_makes_the_second_table_worthless(seed):
    noisy = noisy_tables(residents=2_000, seed=seed)
    assert noisy.exact > 1.5 * noisy.blind
    assert noisy.right[2] < noisy.blind + 0.06
    assert noisy.right[-1] > 0.9 * noisy.exact


@seeds
def test_the_tracker_beats_every_refusal_and_noise_beats_the_tracker(seed):
    place = village(residents=2_000, targets=200, seed=seed)
    counter = Counter(least=5)
    direct = [counter(known & place.ill) for known in place.known]
    assert direct == [None] * 200
    found = [place.asked(counter, target).count for target in range(200)]
    assert (np.array(found) == place.truth).all()
    strong, weak = (
        noisy_answers(epsilon=e, residents=2_000, targets=500, seed=seed)
        for e in (0.1, 30)
    )
    # the best guess at ε = 0.4 is right in 60 %; the rate has a standard error of 2 %
    assert strong.right < 0.6
    assert weak.right > 0.95


def test_a_noisy_counter_refuses_nobody_and_is_right_on_average():
    counter = NoisyCounter(epsilon=1, rng=np.random.default_rng(0))
    one = np.arange(10) == 3
    # a standard error of 0.014
    assert np.mean([counter(one) for _ in range(10_000)]) == pytest.approx(1, abs=0.1)


@seeds
def test_a_little_noise_leaves_the_secrets_open_and_much_hides_them(seed):
    little = recovered(patients=48, each=4, noise=0.15, seed=seed)
    assert little.right >= 0.9
    assert recovered(patients=48, each=4, noise=0, seed=seed).right == 1
    assert recovered(patients=48, each=4, noise=3, seed=seed).right < 0.85


@seeds
def test_noise_over_root_n_decides_at_every_n(seed):
    change = phase(seed=seed)
    assert change.right[:, 1].min() > 0.97
    assert change.right[:, -1].max() < 0.66
    assert change.spread < 0.15


@seeds
def test_no_epsilon_is_beaten_and_a_large_one_is_no_defence(seed):
    shield = defended(patients=64, each=4, seed=seed)
    # 384 secrets a point: a standard error of 0.026
    assert (shield.right < shield.allowed + 0.03).all()
    assert shield.right[shield.epsilons <= 1].max() < 0.66
    assert shield.right[-1] > 0.9
    assert shield.noises[1] == pytest.approx(7.46, abs=0.01)
