"""What lesson 7 says, on seeds that it does not use."""

import math
from datetime import date

import numpy as np
import pytest

from privlab.experiments.harvest import Harvest
from privlab.experiments.inclusion import inclusion
from privlab.experiments.many_clients import (
    A_HUNDRED,
    A_TENTH,
    Round,
    Scale,
    _law,
    measured_round,
    mechanism,
)
from privlab.experiments.public_updates import (
    COMMITTED,
    HASH,
    UPDATE,
    guessed_birthday,
    public_update,
)
from privlab.experiments.tampered_log import HEADS, TAMPERINGS, tampered_log
from privlab.experiments.unbounded import lattice_limits, unbounded

SEEDS = range(5)
seeds = pytest.mark.parametrize("seed", SEEDS)
LIES = [name for name in TAMPERINGS if name != "nothing"]


@pytest.mark.parametrize("lie", LIES)
def test_a_head_catches_every_lie_and_without_one_two_pass(lie):
    for at in (2, 5, 11):
        blind, sighted = (
            tampered_log(tampering=lie, at=at, head=head, seed=0) for head in HEADS
        )
        assert sighted.caught
        assert bool(blind.caught) == (lie not in ("truncate", "rewrite by the owner"))
    assert not tampered_log(tampering="nothing", at=5, head=HEADS[1], seed=0).caught


@seeds
def test_the_update_is_the_image_and_its_hash_is_not(seed):
    assert public_update(written=UPDATE, seed=seed).similarity > 0.99
    for written in (HASH, COMMITTED):
        assert public_update(written=written, seed=seed).similarity < 0.6


@seeds
def test_a_hashed_birthday_is_found_and_a_committed_one_is_not(seed):
    rng = np.random.default_rng(seed)
    day = date(1950 + 7 * seed, 3, 1)
    setting = {"birthday": day, "rng": rng}
    assert guessed_birthday(written=HASH, **setting).found == day.isoformat()
    assert guessed_birthday(written=COMMITTED, **setting).found == ""


@pytest.mark.parametrize("epsilon", [0.05, 0.5, 2, 5])
def test_the_best_guesser_reaches_the_limit_and_no_more(epsilon):
    best = unbounded(epsilon=epsilon)
    assert best.ratio == pytest.approx(math.exp(epsilon))
    assert best.right == pytest.approx(best.limit, abs=1e-6)


def test_lattice_limits_are_the_published_ones():
    limits = lattice_limits()
    assert limits.classical.tolist() == [27, 54, 109, 218, 438, 881]
    assert limits.quantum.tolist() == [25, 51, 101, 202, 411, 827]
    assert limits.safe == ("shallow",)


def test_mosca_with_hardly_any_doubt_is_the_inequality():
    sure = {"median": 15, "spread": 1.0001}
    assert Harvest(shelf=10, migration=4.9, **sure).exposed < 1e-6
    assert Harvest(shelf=10, migration=5.1, **sure).exposed > 1 - 1e-6
    own = Harvest(shelf=9, migration=6, median=15, spread=1.6)
    assert own.exposed == pytest.approx(0.5)
    assert own.arrived(own.latest_start(0.1)) == pytest.approx(0.1)


def test_a_proof_is_short_and_holds_for_its_entry_only():
    for size in range(2, 17):
        own = inclusion(size=size, entry=size)
        assert own.accepted
        assert not own.other
        assert len(own.spans) <= math.ceil(math.log2(size))


def test_a_fitted_law_gives_back_the_law():
    def timed(clients):
        asked = min(clients, 100)
        seconds = 2e-3 * asked + 3e-5 * clients
        return Round(
            clients=clients, asked=asked, seconds=seconds, bytes=1, noise=1, accuracy=0
        )

    rounds = tuple(map(timed, (10, 100, 1000)))
    asking, keeping = _law(rounds)
    law = Scale(
        policy=A_HUNDRED, epsilon=1, measured=rounds, asking=asking, keeping=keeping
    )
    assert law.seconds(10**6) == pytest.approx(timed(10**6).seconds)


def test_noise_falls_with_clients_and_for_a_tenth_like_one_over_them():
    def sigma(policy, n):
        return mechanism(policy=policy, clients=n, epsilon=1.0).sigma

    assert sigma(A_TENTH, 100) == pytest.approx(10 * sigma(A_TENTH, 1000))
    assert sigma(A_HUNDRED, 10_000) < sigma(A_HUNDRED, 100) / 10
    assert sigma(A_HUNDRED, 10**6) > sigma(A_HUNDRED, 10_000) / 2


@seeds
def test_a_thousand_clients_learn_what_ten_cannot(seed):
    setting = {"policy": A_HUNDRED, "epsilon": 1.0, "seed": seed}
    few, many = (measured_round(clients=n, **setting) for n in (10, 1_000))
    assert many.accuracy > few.accuracy + 0.3
    assert many.bytes / many.asked == pytest.approx(few.bytes / few.asked)
