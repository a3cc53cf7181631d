"""What the pictures of secure aggregation say, with five seeds."""

import numpy as np
import pytest
from scipy import stats

from privlab.experiments.hidden_sum_costs import (
    BARE,
    ENCRYPTED,
    MASKED,
    PARAMETERS,
    hidden_sum_costs,
)
from privlab.experiments.lying_server import checked_lie, unchecked_lie
from privlab.experiments.masked_sums import server_view
from privlab.plots.figure import picture
from privlab.plots.hidden_sum_costs import (
    draw_hidden_sum_costs,
    draw_hidden_sum_seconds,
)
from privlab.plots.masked_sums import draw_server_view

seeds = pytest.mark.parametrize("seed", range(5))


@seeds
@pytest.mark.parametrize(("clients", "lost"), [(2, 0), (6, 2), (10, 4)])
def test_the_bare_update_is_the_image_and_the_masked_one_is_noise(clients, lost, seed):
    view = server_view(clients=clients, lost=lost, client=1, seed=seed)
    assert np.abs(view.from_update - view.image).max() < 1e-5
    assert abs(view.likeness(view.from_masked)) < 0.5
    assert view.error <= view.bound


@seeds
def test_masked_numbers_are_uniform(seed):
    view = server_view(clients=6, lost=1, client=2, seed=seed)
    spread = stats.kstest(view.words / 2.0**view.bits, "uniform")
    assert spread.pvalue > 1e-4  # seeded: it cannot turn red


@seeds
def test_a_digit_that_nobody_else_holds_shows_in_the_sum(seed):
    """Masks hide who sent what, not what all sent: a tenth of each other image."""
    views = [server_view(clients=6, lost=0, client=c, seed=seed) for c in range(1, 7)]
    alone = [view for view in views if view.alike == 1]
    assert alone
    assert np.mean([v.likeness(v.from_total) for v in alone]) > 0.6


def test_a_view_is_drawn_with_four_images_and_can_be_drawn_again():
    views = [server_view(clients=5, lost=1, client=1, seed=3) for _ in range(2)]
    first, again = (picture(view, draw_server_view) for view in views)
    assert first.png == again.png
    assert "5 clients, 1 lost" in first.summary


@pytest.mark.parametrize("clients", [2, 3])
def test_a_view_whose_survivors_are_too_few_says_so(clients):
    with pytest.raises(RuntimeError, match="threshold"):
        server_view(clients=clients, lost=clients - 1, client=1, seed=0)


@pytest.fixture(scope="module")
def costs():
    return hidden_sum_costs(clients=3, numbers=650, seed=0)


def test_masks_cost_a_little_and_ciphertexts_much(costs):
    bare, masked, encrypted = (costs.of(way) for way in (BARE, MASKED, ENCRYPTED))
    assert bare.up == bare.down == 4 * 650
    # keys 64, two letters of 94, four bytes a number, three shares of 33
    assert masked.up == 64 + 2 * 94 + 4 * 650 + 3 * 33
    assert 10 * masked.up < encrypted.up <= 1.1 * PARAMETERS.ciphertext_bytes
    assert encrypted.once > encrypted.up


def test_all_three_sums_are_right(costs):
    assert costs.of(BARE).error < 1e-6
    assert costs.of(MASKED).error <= 3 * 2**-21
    assert costs.of(ENCRYPTED).error < 3 * 18 * PARAMETERS.noise(0)
    assert all(cost.server_seconds > 0 for cost in costs.costs)


@pytest.mark.parametrize("draw", [draw_hidden_sum_costs, draw_hidden_sum_seconds])
def test_costs_are_drawn_with_a_bar_for_each_way_and_side(costs, draw):
    assert picture(costs, draw).summary == costs.summary
    assert "kB masked" in costs.summary


def test_a_lie_says_what_came_of_it():
    values = np.arange(10).reshape(5, 2)
    rng = np.random.default_rng(0)
    assert "No client noticed" in unchecked_lie(values, rng=rng).summary
    assert "5 of 5 clients refused" in checked_lie(values, rng=rng).summary
