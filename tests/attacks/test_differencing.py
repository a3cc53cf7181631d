"""One person between two answers: laws of the difference and of the tracker."""

import numpy as np
import pytest

from privlab.attacks.differencing import Refused, difference, tracker


def exact(secret, least=0):
    """Counts the chosen people with the secret; refuses near none and near all."""

    def ask(chosen):
        size = int(chosen.sum())
        refused = size < least or size > len(chosen) - least
        return None if refused else float((chosen & secret).sum())

    return ask


@pytest.mark.parametrize("seed", range(3))
def test_difference_of_sums_is_the_one_persons_value(seed):
    values = np.random.default_rng(seed).normal(size=50)
    assert difference(values.sum(), values[1:].sum()).guess == pytest.approx(values[0])


def test_difference_of_counts_reads_yes_or_no_and_works_on_many_runs():
    found = difference(np.array([43, 42.0]), np.array([42, 42.0]))
    assert list(found.guess) == [1, 0]
    assert list(found.says_yes()) == [True, False]


@pytest.mark.parametrize("seed", range(5))
def test_tracker_gives_the_count_of_any_target_by_any_helper(seed):
    rng = np.random.default_rng(seed)
    secret, target, helper = rng.random((3, 60)) < 0.5
    found = tracker(exact(secret), target, helper)
    assert found.count == (target & secret).sum()
    assert len(found.answers) == 4


@pytest.mark.parametrize("least", [2, 5, 20])
@pytest.mark.parametrize("helpers", ["fewest", "most"])
def test_a_helper_of_2k_to_n_minus_2k_is_never_refused(least, helpers):
    people = np.arange(100)
    size = {"fewest": 2 * least, "most": 100 - 2 * least}[helpers]
    secret = np.ones(100, bool)
    for first in (0, 50, 99):
        target = (people - first) % 100 < least - 1
        assert exact(secret, least)(target) is None
        found = tracker(exact(secret, least), target, people < size)
        assert found.count == target.sum()


def test_the_direct_question_and_a_poor_helper_are_refused():
    ask, people = exact(np.ones(20, bool), 5), np.arange(20)
    assert ask(people == 3) is None
    with pytest.raises(Refused, match="helper"):
        tracker(ask, people == 3, people < 2)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"with_one has shape \(2,\)"):
        difference([1, 2], 1)
    with pytest.raises(ValueError, match="with_one contains nan"):
        difference(np.nan, 1)
    with pytest.raises(TypeError, match="target must be true or false"):
        tracker(exact(np.ones(3, bool)), np.arange(3), np.ones(3, bool))
    with pytest.raises(ValueError, match="same people"):
        tracker(exact(np.ones(3, bool)), np.ones(3, bool), np.ones(4, bool))
