"""The drawings of lesson 6.3 show the numbers of their results."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
from counted import counted

from privlab.attacks.membership import membership
from privlab.experiments.encrypted_scores import SealedScores
from privlab.experiments.guessed_age import GuessedAge
from privlab.experiments.named_viewers import NamedViewers
from privlab.experiments.private_factors import FactorPrice, TwoAttacks
from privlab.experiments.stolen_scores import StolenFilms
from privlab.experiments.watched_counts import CountPrices, Popularity
from privlab.plots import recommendation as plots


@pytest.fixture
def ax():
    yield plt.subplots()[1]
    plt.close("all")


def heights(ax) -> np.ndarray:
    return np.array([bar.get_height() for bar in ax.patches])


def test_everybody_is_in_one_heap_and_the_shares_are_told(ax):
    result = NamedViewers(
        published="stars only",
        known=3,
        wrong=1,
        threshold=1.5,
        eccentricity=np.array([0.5, 2.0, 5.0, 3.0]),
        fits=np.array([True, True, True, False]),
    )
    plots.draw_named(result, ax)
    assert counted(ax) == 4
    assert "50% named rightly, 25% wrongly" in ax.get_title()
    assert "50% of 4 people are named rightly, 25% wrongly" in result.summary


def test_both_groups_are_drawn_whole(ax):
    result = membership(np.linspace(0, 2, 30), np.linspace(-1, 1, 20))
    shown = GuessedAge(what="stars", films=4, result=result)
    plots.draw_guessed_age(shown, ax)
    assert counted(ax) == 50
    assert f"AUC {result.auc:.2f}" in ax.get_title()


def sealed(open_scores, sealed_scores) -> SealedScores:
    return SealedScores(
        open=open_scores,
        sealed=sealed_scores,
        watched=np.arange(30) < 2,
        seconds=1.0,
        open_seconds=0.001,
        question_bytes=1,
        answer_bytes=2,
        key_bytes=3,
    )


def test_ranks_stand_on_the_films_that_were_decrypted_as_best(ax):
    scores = np.linspace(2, 5, 30)
    result = sealed(scores, scores + 1e-4)
    plots.draw_sealed(result, ax)
    assert heights(ax) == pytest.approx(scores[::-1][:20])
    assert [text.get_text() for text in ax.texts] == [str(n) for n in range(1, 11)]
    assert [round(text.get_position()[0]) for text in ax.texts] == list(range(10))
    assert "100% of the ten" in result.summary
    assert "0% of the ten" in sealed(scores, -scores).summary


def test_a_dot_for_each_entry_cut_at_the_edge(ax):
    true = np.diag([0.1, -0.1])
    result = StolenFilms(
        questions=2, noise=0.1, operator=true, found=true * 50, kept=0.8
    )
    plots.draw_stolen(result, ax)
    x, y = ax.lines[0].get_data()
    assert len(x) == 4
    assert np.abs(y).max() == pytest.approx(0.115)
    assert result.off == pytest.approx(49)
    assert "80% of the ten best" in result.summary


def test_bars_are_true_and_dots_are_published(ax):
    counts = np.arange(25) * 10
    result = Popularity(
        way="a curator", epsilon=1, users=300, counts=counts, published=counts + 3
    )
    plots.draw_popularity(result, ax)
    assert heights(ax) == pytest.approx(counts[::-1][:20])
    assert ax.lines[0].get_ydata() == pytest.approx(counts[::-1][:20] + 3)
    assert result.error == 3


def test_a_line_and_marks_for_each_way(ax):
    users = np.array([300, 1000])
    errors = {"a curator": np.array([4.0, 4.0]), "one": np.array([10.0, 20.0])}
    result = CountPrices(epsilon=1, users=users, theory=errors, measured=errors)
    plots.draw_count_prices(result, ax)
    drawn = [line.get_ydata().tolist() for line in ax.lines]
    assert drawn == [[4, 4], [4, 4], [10, 20], [10, 20]]


def test_two_curves_and_two_levels(ax):
    result = FactorPrice(
        users=1000,
        epsilons=np.array([1.0, 8.0]),
        private=np.array([0.9, 0.7]),
        biases=np.array([1.0, 0.95]),
        twin=0.6,
        means=0.97,
    )
    plots.draw_factor_price(result, ax)
    drawn = [np.unique(line.get_ydata()).tolist() for line in ax.lines]
    assert drawn == [[0.7, 0.9], [0.95, 1.0], [0.6], [0.97]]
    assert "0.70 at ε = 8, 0.90 at ε = 1" in result.summary


def test_a_bar_for_each_mean_and_a_dot_for_each_run(ax):
    member = {math.inf: np.array([0.7, 0.9]), 1.0: np.array([0.5, 0.6])}
    older = {math.inf: np.array([0.8, 0.8]), 1.0: np.array([0.7, 0.8])}
    result = TwoAttacks(member=member, older=older)
    plots.draw_two_attacks(result, ax)
    assert heights(ax) == pytest.approx([0.8, 0.55, 0.8, 0.75])
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert sum(len(line.get_ydata()) for line in dots) == 8
    assert "no noise: was in 0.80, older 0.80; ε = 1: was in 0.55" in result.summary
