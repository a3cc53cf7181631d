"""The drawings of lesson 6.2 show the numbers of their results."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from privlab.experiments.dropped_hospital import BARE, ServerSees
from privlab.experiments.hospital_network import Together
from privlab.experiments.hospital_privacy import (
    NOTHING,
    UNITS,
    Remembered,
    UnitPrices,
)
from privlab.experiments.poisoned_hospital import FLIPPED, Hidden, Poisoned
from privlab.experiments.small_counts import HiddenTable, NoisyTable
from privlab.plots import medicine as plots

COUNTS = np.array([[2, 9, 7, 7, 7, 7]] * 6)


@pytest.fixture
def ax():
    yield plt.subplots()[1]
    plt.close("all")


def words(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_patients_are_stacked_and_every_hospital_has_a_dot(ax):
    sizes = np.arange(10, 20)
    result = Together(
        illness="tumours",
        sizes=sizes,
        ill=np.full(10, 0.5),
        alone=np.linspace(0.5, 0.6, 10),
        pooled=0.9,
        weighted=0.89,
        plain=0.8,
    )
    right = plots.draw_together(result, ax)
    left = ax.figure.axes[1]
    tops = [bar.get_y() + bar.get_height() for bar in left.patches[10:]]
    assert tops == pytest.approx(sizes)
    heights = [float(line.get_ydata()[0]) for line in right.lines]
    assert heights == pytest.approx([50, 90, 89, 80])
    assert "55% (median)" in result.summary


def test_bars_are_the_patient_and_dots_what_was_found(ax):
    patient = np.linspace(-1, 1, 30)
    result = ServerSees(
        view=BARE, lost=1, patient=patient, found=9 * patient, error=0, bound=1e-8
    )
    plots.draw_server_sees(result, ax)
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(patient)
    dots = ax.lines[0].get_ydata()
    assert np.abs(dots).max() == plots.REACH
    assert dots[14] == pytest.approx(9 * patient[14])
    assert "not the patient" in result.summary


def test_a_bar_a_unit(ax):
    right = {unit: np.array([0.5, 0.7]) + 0.1 * i for i, unit in enumerate(UNITS)}
    result = UnitPrices(illness="tumours", hospitals=5, epsilon=1, right=right)
    plots.draw_unit_prices(result, ax)
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([60, 70, 80, 90])
    assert "no promise 60%" in result.summary


def test_the_large_marks_are_the_means(ax):
    two = {NOTHING: np.array([0.6, 0.8]), UNITS[1]: np.array([0.5, 0.6])}
    plots.draw_remembered(Remembered(epsilon=1, right=two, auc=two), ax)
    means = [line for line in ax.lines if line.get_markersize() == 12]
    assert [line.get_xdata()[0] for line in means] == pytest.approx([0.7, 0.55])
    assert [line.get_ydata()[0] for line in means] == pytest.approx([70, 55])


def test_a_bar_a_rule_and_its_number(ax):
    result = Poisoned(attack=FLIPPED, hostile=2, right={"mean": 0.5, "median": 0.9})
    plots.draw_poisoned(result, ax)
    assert words(ax) == ["50", "90"]
    assert "median 90%" in result.summary


def test_a_line_for_each_number_of_hostile_hospitals(ax):
    right = np.array([[0.9, 0.8], [0.7, 0.1]])
    result = Hidden(attack=FLIPPED, counts=(0, 1), sizes=(1, 10), right=right)
    plots.draw_hidden(result, ax)
    lines = [line.get_ydata() for line in ax.lines]
    np.testing.assert_allclose(lines, 100 * right)
    assert "10% (10)" in result.summary


def test_hidden_cells_are_written_as_what_is_known_of_them(ax):
    hidden = np.zeros((6, 6), dtype=bool)
    hidden[0, 0] = hidden[1, 0] = True
    high = COUNTS.copy()
    high[1, 0] = 4
    result = HiddenTable(least=5, counts=COUNTS, hidden=hidden, low=COUNTS, high=high)
    plots.draw_hidden_table(result, ax)
    told = np.reshape(words(ax), (7, 7))
    assert told[:3, 0].tolist() == ["= 2", "2 to 4", "2"]
    assert told[-1, 0] == "12"
    assert told[0, -1] == "39"
    assert "1 of them" in result.summary


def test_noisy_cells_show_the_truth_beside_them(ax):
    result = NoisyTable(epsilon=1, counts=COUNTS, published=COUNTS + 1)
    plots.draw_noisy_table(result, ax)
    told = np.reshape(words(ax), (7, 7))
    assert told[0, 0] == "3 (2)"
    assert told[-1, -1] == "270 (234)"
    assert result.error == 1
    assert result.total_error == 6
    assert result.small_right == 0
