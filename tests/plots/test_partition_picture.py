"""The picture of a partition shows every client's images of every digit."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from privlab.core.datasets import digits
from privlab.experiments.holdings import WAYS, holdings
from privlab.plots.figure import picture
from privlab.plots.partition import draw_holdings


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("clients", [2, 10, 20])
def test_the_area_of_a_dot_is_the_number_of_images(way, clients):
    result = holdings(way, clients=clients, alpha=0.3, seed=1)
    ax = draw_holdings(result, Figure().add_subplot())
    (dots,) = ax.collections
    places = dots.get_offsets().astype(int)
    areas = dots.get_sizes() / dots.get_sizes().max()
    for (client, digit), area in zip(places, areas, strict=True):
        wanted = result.counts[client, digit] / result.counts.max()
        assert area == pytest.approx(wanted, rel=1e-12)
    assert [text.get_text() for text in ax.texts] == list(
        map(str, result.counts.sum(axis=1))
    )


@pytest.mark.parametrize("way", WAYS)
def test_every_way_deals_out_every_digit(way):
    result = holdings(way, clients=7, alpha=0.3, seed=1)
    assert np.array_equal(result.counts.sum(axis=0), np.bincount(digits().target))
    assert picture(result, draw_holdings).summary == result.summary


@pytest.mark.parametrize("seed", range(5))
def test_only_labels_and_ink_skew_what_a_client_sees(seed):
    def commonest(way, alpha=0.3):
        return holdings(way, clients=5, alpha=alpha, seed=seed).commonest

    assert commonest("shuffled") < commonest("sorted by ink") < commonest("label skew")
    assert commonest("label skew", alpha=1e4) < 0.15


def test_a_way_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="way='by luck' must be one of shuffled"):
        holdings("by luck", clients=3, alpha=1.0, seed=0)
