"""A network with square activation on encrypted digits."""

import numpy as np
import pytest
import torch

from privlab.core.datasets import digits
from privlab.he.context import NETWORK, SHALLOW, LevelsExhausted
from privlab.he.inference import CIRCUIT, SquareNetwork, fit_square_network
from privlab.he.keyholder import new_keys
from privlab.he.levels import LevelBudget
from privlab.he.vectors import columns, decrypt


@pytest.fixture(scope="module")
def network():
    data = digits()
    rng = torch.Generator().manual_seed(3)
    return fit_square_network(data.features[:1200] / 16, data.target[:1200], rng=rng)


def test_it_learns_to_read(network):
    data = digits().rows(np.arange(1200, 1797))
    scores = np.array(network.scores(list(data.features.T / 16)))
    assert (scores.argmax(axis=0) == data.target).mean() > 0.85


def test_columns_are_the_matrix_formula(network):
    x = np.random.default_rng(0).uniform(size=(5, 64))
    hidden = x @ network.first + network.first_bias
    right = hidden**2 @ network.second + network.second_bias
    got = np.array(network.scores(list(x.T))).T
    assert got == pytest.approx(right)


def test_encrypted_scores_are_the_open_ones_for_a_whole_batch(network):
    pixels = digits().features[1200:1500] / 16
    keys = new_keys(NETWORK)
    LevelBudget(parameters=NETWORK).check(CIRCUIT)
    got = np.array(
        [decrypt(keys, s) for s in network.scores(columns(keys.public, pixels))]
    )
    right = np.array(network.scores(list(pixels.T)))
    assert np.abs(right).max() < CIRCUIT.largest
    assert np.abs(got - right).max() < 1e-3
    assert (got.argmax(axis=0) == right.argmax(axis=0)).mean() > 0.99


def test_the_circuit_needs_all_three_levels():
    with pytest.raises(LevelsExhausted, match="next set that fits is 'network'"):
        LevelBudget(parameters=SHALLOW).check(CIRCUIT)


def test_layers_that_do_not_meet_are_refused():
    ones = np.ones
    with pytest.raises(ValueError, match="first gives 3 numbers, second takes 4"):
        SquareNetwork(
            first=ones((2, 3)),
            first_bias=ones(3),
            second=ones((4, 2)),
            second_bias=ones(2),
        )
