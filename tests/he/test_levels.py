"""The level budget: what a plan says before anything runs."""

import pytest

from privlab.he.context import (
    DEEP,
    NETWORK,
    SCORE,
    SETS,
    SHALLOW,
    TRAINING,
    TUTORIAL,
    LevelsExhausted,
)
from privlab.he.levels import Circuit, LevelBudget, fitting


def circuit(depth, largest=1.0):
    return Circuit(name="a score", steps=(("product", depth),), largest=largest)


@pytest.mark.parametrize("own", [*SETS, TUTORIAL], ids=lambda own: own.name)
def test_a_plan_fits_exactly_when_the_levels_suffice(own):
    budget = LevelBudget(parameters=own)
    assert budget.check(circuit(own.levels)).left == (0,)
    assert not budget.plan(circuit(own.levels + 1)).fits


def test_an_overdrawn_plan_names_what_it_needs_has_and_the_next_set():
    message = "needs depth 3, 'shallow' has 2; the next set that fits is 'network'"
    with pytest.raises(LevelsExhausted, match=message):
        LevelBudget(parameters=SHALLOW).check(circuit(3))
    with pytest.raises(LevelsExhausted, match="no named set does"):
        LevelBudget(parameters=SHALLOW).check(circuit(9))


def test_numbers_without_room_are_refused_before_they_wrap_around():
    with pytest.raises(ValueError, match="up to 100, 'score' holds less than 32"):
        LevelBudget(parameters=SCORE).check(circuit(1, largest=100))


def test_the_fitting_set_is_the_cheapest():
    depths = [fitting(circuit(depth)) for depth in (1, 2, 3, 4, 5, 8)]
    assert depths == [SCORE, SHALLOW, NETWORK, TRAINING, DEEP, DEEP]
    sizes = [own.ciphertext_bytes for own in SETS]
    assert sizes == sorted(sizes)
