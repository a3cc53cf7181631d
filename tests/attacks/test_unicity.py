"""Singling out by known moments: by hand, and against brute force."""

import numpy as np
import pytest

from privlab.attacks.unicity import unicity


def test_three_people_by_hand():
    """0 and 1 share moment 1; 0 and 2 share 2; both together are 0 alone."""
    person = np.array([0, 0, 1, 2])
    moment = np.array([1, 2, 1, 2])
    found = unicity(
        person, moment, points=2, targets=[0, 1], rng=np.random.default_rng(0)
    )
    assert found.crowd.tolist() == [[2, 1], [2, 2]]
    assert found.unique.tolist() == [0, 0.5]


@pytest.mark.parametrize("seed", range(100, 105))
def test_knowing_all_moments_leaves_those_who_have_them_all(seed):
    rng = np.random.default_rng(seed)
    table = rng.random((30, 12)) < 0.5
    table[:, 0] = True  # nobody without a moment
    person, moment = np.nonzero(table)
    found = unicity(person, moment, points=12, targets=np.arange(30), rng=rng)
    brute = [(table[:, row].all(axis=1)).sum() for row in table]
    assert found.crowd[:, -1].tolist() == brute
    assert (np.diff(found.crowd, axis=1) <= 0).all()
    assert (found.crowd >= 1).all()


def test_a_target_without_moments_is_named():
    with pytest.raises(ValueError, match="targets holds 5"):
        unicity(
            np.array([0]),
            np.array([1]),
            points=1,
            targets=[5],
            rng=np.random.default_rng(0),
        )
