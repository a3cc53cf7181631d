"""The drawings of lesson 5.3 show what their results say."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from counted import counted

from privlab.experiments.private_tuning import Standing, group
from privlab.experiments.shared_adapters import Shared
from privlab.lm.corpus import Canary
from privlab.plots import private_language_models as plots


@pytest.fixture
def ax():
    yield plt.subplots()[1]
    plt.close("all")


def test_the_planted_code_is_marked_at_its_cost(ax):
    canary = Canary(prefix="it opens with ", secret="0042")
    bits = np.linspace(50, 10, 10_000)
    result = Standing(canary=canary, title="any", bits=bits)
    plots.draw_standing(result, ax)
    assert ax.lines[0].get_xdata()[0] == pytest.approx(bits[42])
    assert counted(ax) == 10_000
    assert "0042" in ax.texts[0].get_text()


def test_a_group_has_its_epsilon_and_delta_marked(ax):
    result = group(epsilon=1.0, lines=3)
    right = plots.draw_group(result, ax)
    assert right.lines[1].get_ydata()[0] == pytest.approx(result.deltas[2])
    assert right.get_yscale() == "log"


def test_rounds_are_drawn_from_the_public_model_on(ax):
    result = Shared(
        sent="adapters",
        perplexities=np.array([40.0, 12.0, 6.0]),
        bytes_up=17_624,
        exposures=np.zeros(18),
    )
    plots.draw_shared(result, ax)
    assert ax.lines[0].get_ydata().tolist() == [40.0, 12.0, 6.0]
    assert "18 kB" in ax.get_title()
