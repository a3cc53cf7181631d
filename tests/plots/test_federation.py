"""The drawings of a federation show what the results hold."""

import math

import numpy as np
import pytest
from matplotlib.figure import Figure

from privlab.experiments.federated_privacy import CrowdPrivacy
from privlab.experiments.federation import SkewedFederation
from privlab.experiments.seen_by_server import Crowds, SeenImages
from privlab.plots.digit_images import MOST_SHOWN
from privlab.plots.federation import (
    draw_crowd_privacy,
    draw_crowds,
    draw_seen_images,
    draw_skewed_federation,
)


@pytest.fixture
def ax():
    return Figure().add_subplot()


def test_skew_shows_every_count_and_the_course_of_the_accuracy(ax):
    counts = np.array([[3, 0], [1, 9], [0, 4]])
    result = SkewedFederation(
        alpha=0.5,
        counts=counts,
        accuracies=np.array([0.1, 0.5, 0.7]),
        alone=np.array([0.3, 0.2, 0.4]),
        pooled=0.9,
    )
    right = draw_skewed_federation(result, ax)
    left = ax.figure.axes[1]
    assert [int(text.get_text()) for text in left.texts] == counts.ravel().tolist()
    together, pooled, alone = right.lines
    assert together.get_ydata().tolist() == [0.1, 0.5, 0.7]
    assert set(pooled.get_ydata()) == {0.9}
    assert alone.get_ydata().tolist() == [0.3, 0.2, 0.4]


@pytest.mark.parametrize("images", [1, 9])
def test_each_image_stands_above_what_was_found_of_it(ax, images):
    rng = np.random.default_rng(0)
    result = SeenImages(
        title="one",
        truth=rng.random((images, 64)),
        found=rng.random((images, 64)),
        decibels=np.full(images, np.inf),
    )
    draw_seen_images(result, ax)
    assert len(ax.images) == 2 * min(images, MOST_SHOWN)
    above, below = ax.images[:2]
    assert np.array_equal(above.get_array().ravel(), result.truth[0])
    assert np.array_equal(below.get_array().ravel(), result.found[0])
    assert above.get_extent()[2] > below.get_extent()[3]
    assert ax.texts[1].get_text() == "99 dB"


def test_crowds_are_drawn_by_their_mean(ax):
    rebuilt = np.array([[1.0, 0.5], [0.8, 0.1]])
    draw_crowds(Crowds(clients=(1, 8), images=1, rebuilt=rebuilt), ax)
    assert np.allclose(ax.lines[0].get_ydata(), [0.9, 0.3])


def test_every_promise_has_a_bar_for_every_crowd(ax):
    accuracies = np.array([[0.1, 0.9], [0.5, 0.8]])
    result = CrowdPrivacy(
        clients=(10, 60), epsilons=(1.0, math.inf), accuracies=accuracies
    )
    draw_crowd_privacy(result, ax)
    heights = [bar.get_height() for bar in ax.patches]
    assert heights == accuracies.T.ravel().tolist()
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["ε = 1", "no noise (ε = ∞)"]
