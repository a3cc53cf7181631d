"""Drawings of local reports and of hospitals show the numbers of their results."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from privlab.core.datasets import digits
from privlab.experiments.answer_bill import bill
from privlab.experiments.daily_reports import repetition
from privlab.experiments.emoji import emoji_survey, error_by_size
from privlab.experiments.hospitals import hospitals, student_by_teachers
from privlab.experiments.refusals import confidence
from privlab.experiments.student_leaks import model_leaks
from privlab.experiments.trust import price_of_trust
from privlab.experiments.typed_words import COMMON, find_words
from privlab.plots.hospitals import (
    draw_bill,
    draw_confidence,
    draw_model_leaks,
    draw_student_by_teachers,
)
from privlab.plots.local_reports import (
    draw_emoji_survey,
    draw_error_by_size,
    draw_repetition,
    draw_typed_words,
)
from privlab.plots.trust import draw_price_of_trust


def drawn(draw, result):
    return draw(result, Figure().add_subplot())


def curve(ax, label):
    """The data of the line whose label begins so."""
    (line,) = (one for one in ax.lines if str(one.get_label()).startswith(label))
    return line.get_xdata(), line.get_ydata()


@pytest.fixture(scope="module")
def school():
    return hospitals(digits(), teachers=50, seed=0)


def test_the_price_is_the_distance_of_two_marks_on_the_two_curves():
    result = price_of_trust(people=300, epsilon=1, seed=0, surveys=3)
    ax = drawn(draw_price_of_trust, result)
    np.testing.assert_array_equal(curve(ax, "nobody")[1], result.local)
    np.testing.assert_array_equal(curve(ax, "curator")[1], result.central)
    marks = [line.get_ydata()[0] for line in ax.lines if line.get_label() == "measured"]
    assert marks == [result.measured[1], result.measured[0]]


def test_bars_are_true_shares_and_dots_are_estimates():
    result = emoji_survey(protocol="k-ary response", epsilon=1, people=500, seed=0)
    ax = drawn(draw_emoji_survey, result)
    heights = [bar.get_height() for bar in ax.patches]
    np.testing.assert_allclose(heights, 100 * result.shares)
    dots = ax.containers[-1].lines[0].get_ydata()
    np.testing.assert_allclose(dots, 100 * result.estimated.shares)


@pytest.mark.parametrize(("epsilon", "marked"), [(1, True), (6, False)])
def test_a_crossing_outside_the_picture_is_not_marked(epsilon, marked):
    result = error_by_size(epsilon=epsilon, people=100)
    ax = drawn(draw_error_by_size, result)
    assert len(ax.lines) == 3 + marked
    assert (result.crossing <= result.sizes[-1]) == marked


def test_each_habit_has_its_line():
    result = repetition(epsilon=1, size=3, days=4, seed=0, people=20)
    ax = drawn(draw_repetition, result)
    for habit, right in result.right.items():
        np.testing.assert_allclose(curve(ax, habit)[1], 100 * right)


@pytest.mark.parametrize(("people", "epsilon"), [(200, 0.5), (20_000, 5)])
def test_every_common_word_is_either_estimated_or_crossed(people, epsilon):
    result = find_words(people=people, epsilon=epsilon, keep=8, seed=0)
    ax = drawn(draw_typed_words, result)
    crosses = [line for line in ax.lines if line.get_label() == "not found"]
    lost = sum(len(line.get_xdata()) for line in crosses)
    assert lost + len(result.hits) == len(COMMON)


def test_students_and_majorities_stand_over_their_numbers_of_teachers(school):
    result = student_by_teachers((school,), epsilon=2, queries=20, seed=0)
    ax = drawn(draw_student_by_teachers, result)
    teachers, majority = curve(ax, "hospitals' majority")
    assert list(teachers) == [50]
    np.testing.assert_allclose(majority, 100 * result.majority)


def test_every_public_image_is_in_a_bar_and_both_ways_stand_side_by_side(school):
    result = confidence(school, threshold=30, seed=0, repeats=2)
    left, other = drawn(draw_confidence, result).figure.axes[1:]
    assert sum(bar.get_height() for bar in left.patches) == len(result.top)
    pairs = (result.right_labels, result.copier, result.averager)
    heights = [bar.get_height() for bar in other.patches]
    np.testing.assert_allclose(heights, 100 * np.array(pairs).T.ravel())


def test_each_attacked_model_has_its_curve(school):
    result = model_leaks(school, epsilon=2, seed=0)
    ax = drawn(draw_model_leaks, result)
    for label, attack in {
        "model of all": result.shared,
        "student": result.student,
        "never": result.control,
    }.items():
        np.testing.assert_array_equal(curve(ax, label)[1], attack.hits)


def test_a_student_pays_once():
    result = bill(sigma=20, labels=50, most=100)
    ax = drawn(draw_bill, result)
    assert set(curve(ax, "a student")[1]) == {result.student}
    np.testing.assert_array_equal(curve(ax, "a vote each, exact")[1], result.voted)
