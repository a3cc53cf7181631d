"""The pictures of lesson 1.3, also at the ends of their controls."""

import pytest
from matplotlib.figure import Figure

from privlab.experiments.nudges import METHODS, adding_up, nudge
from privlab.experiments.sent_updates import rebuilt_batch
from privlab.experiments.trained_digits import PLAIN
from privlab.plots.figure import picture
from privlab.plots.nudges import draw_adding_up, draw_nudge
from privlab.plots.sent_updates import draw_rebuilt_batch


def drawn(result, draw):
    figure = Figure()
    draw(result, figure.add_subplot())
    return figure


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("radius", [0.0, 0.3])
def test_a_nudge_shows_three_images_and_what_each_is_read_as(method, radius):
    result = nudge(method=method, radius=radius, image=0, training=PLAIN, seed=13)
    before, change, after, chances = drawn(result, draw_nudge).axes[1:]
    assert before.get_title() == f"read as {result.chances_before.argmax()}"
    assert after.get_title() == f"read as {result.chances_after.argmax()}"
    assert len(change.images) == 1
    assert len(chances.patches) == 20
    assert picture(result, draw_nudge).summary == result.summary


@pytest.mark.parametrize(("batch", "shown"), [(1, 1), (4, 4), (64, 6)])
def test_a_batch_shows_each_image_above_what_was_rebuilt(batch, shown):
    result = rebuilt_batch(batch=batch, noise=0, seed=13)
    (ax,) = drawn(result, draw_rebuilt_batch).axes
    assert len(ax.images) == 2 * shown


@pytest.mark.parametrize("image", range(31))
def test_every_image_of_the_linear_widget_has_its_border_in_the_picture(image):
    result = adding_up(image=image, seed=13)
    ax = drawn(result, draw_adding_up).axes[0]
    low, high = ax.get_xlim()
    assert low <= result.border <= high
