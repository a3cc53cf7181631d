"""What lesson 3.5 says of chance, for five seeds, and its drawings."""

import numpy as np
import pytest

from privlab.experiments.class_lab import cheated, here, lost_nodes
from privlab.experiments.class_run import ClassRun
from privlab.experiments.handshake import clocks
from privlab.experiments.operator_view import label_shares, labels_read
from privlab.plots.class_lab import draw_cheated, draw_clocks, draw_labels_read
from privlab.plots.class_run import draw_class_run
from privlab.plots.figure import picture

SEEDS = range(5)
seeds = pytest.mark.parametrize("seed", SEEDS)


@seeds
def test_one_plain_update_gives_the_label_shares_away(seed):
    for node in range(4):
        read = labels_read(aggregation="plain", node=node, alpha=0.4, seed=seed)
        assert read.error < 1e-6
        np.testing.assert_allclose(read.held, read.guessed, atol=1e-6)


@seeds
def test_under_masks_the_guess_is_the_classs_mix(seed):
    guesses = [
        labels_read(aggregation="masked", node=node, alpha=0.4, seed=seed)
        for node in range(4)
    ]
    assert np.mean([read.error for read in guesses]) > 0.25
    assert max(np.ptp([read.guessed for read in guesses], axis=0)) == 0
    assert np.abs(guesses[0].guessed - 0.1).max() < 0.02  # the digits are balanced


def test_masked_words_fill_the_whole_range():
    """40 uniform words: none in the lower half has probability 2^-40."""
    words = [
        labels_read(aggregation="masked", node=node, alpha=0.4, seed=0).received
        for node in range(4)
    ]
    bits = 44  # of agreed(4)
    assert 2 ** (bits - 1) < np.max(words) < 2**bits
    assert np.min(words) < 2 ** (bits - 1)


@seeds
def test_lost_nodes_cost_masked_rounds_first(seed):
    open_, shut = (
        lost_nodes(chance=0.3, aggregation=name, seed=seed)
        for name in ("guarded", "masked")
    )
    lost = np.diff(shut.accuracies) == 0
    few = np.array(open_.answered) < 5
    assert (lost == few).all()


@seeds
def test_the_federation_learns(seed):
    run = here(nodes=4, rounds=4, seed=seed).run
    assert run.accuracies[-1] > 0.6
    assert run.finished


def test_what_the_lesson_says_of_cheats():
    wild = {
        name: cheated(mischief="thousandfold", aggregation=name, cheats=1)
        for name in ("plain", "guarded")
    }
    assert wild["plain"].cheated[-1] < wild["guarded"].cheated[-1] - 0.2
    broke = cheated(mischief="shape", aggregation="plain", cheats=1)
    assert broke.noted == "the run broke"
    assert np.isnan(broke.cheated[1:]).all()


def test_the_formula_of_the_labels_is_exact_for_one_step():
    shares = np.random.default_rng(35).dirichlet(np.ones(10))
    read = label_shares(0.3 * (shares - 0.1), rate=0.3, steps=1)
    np.testing.assert_allclose(read, shares, atol=1e-12)


def test_clocks_agree_inside_their_windows_only():
    assert clocks(ahead=0, age=0).summary.count("accepted") == 2
    assert not clocks(ahead=0, age=31).certificate_accepted
    assert not clocks(ahead=-120, age=0).certificate_accepted


def test_a_run_without_a_start_is_refused():
    with pytest.raises(ValueError, match="no run has begun"):
        ClassRun(events=())


@pytest.mark.parametrize(
    ("result", "draw"),
    [
        (lambda: lost_nodes(chance=0.3, aggregation="masked", seed=1), draw_class_run),
        (
            lambda: cheated(mischief="shape", aggregation="plain", cheats=1),
            draw_cheated,
        ),
        (
            lambda: labels_read(aggregation="plain", node=0, alpha=0.4, seed=0),
            draw_labels_read,
        ),
        (lambda: clocks(ahead=-6, age=0), draw_clocks),
        (
            lambda: ClassRun(
                events=({"event": "start", "rounds": 3, "done": 0, "aggregation": "x"},)
            ),
            draw_class_run,
        ),
    ],
    ids=["run", "cheated", "labels", "clocks", "just begun"],
)
def test_each_drawing_is_the_same_twice_and_says_what_it_shows(result, draw):
    one = result()
    assert picture(one, draw) == picture(one, draw)
    assert picture(one, draw).summary.endswith(".")
