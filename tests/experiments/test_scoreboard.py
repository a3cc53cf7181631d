"""The shipped scoreboard: its form, its intervals, and one row that is measured anew.

The rest of the file repeats lesson 8's statements of chance with five seeds.
"""

import json
import math
from dataclasses import replace
from datetime import date
from functools import cache
from statistics import mean

import numpy as np
import pytest
import torch
from scipy.stats import t

from privlab.core.training import fit
from privlab.experiments import board_attacks, board_models, board_published
from privlab.experiments import scoreboard as board
from privlab.experiments.board_attacks import DP_8, FL, MASKS, MASKS_DP, NONE, ROUNDED
from privlab.experiments.board_published import asked_again, two_counts, update
from privlab.experiments.board_views import one_attack, stops, two_defences
from privlab.experiments.scoreboard import (
    ATTACKS,
    CONFIDENTIALITY,
    COUNTS,
    DEFENCES,
    INTEGRITY,
    Cell,
    from_json,
    measurable,
    scoreboard,
    to_json,
)

FRESH = range(200, 205)
CELLS = [(a, d) for a in (*CONFIDENTIALITY, *INTEGRITY) for d in DEFENCES]
MEASURED = [pair for pair in CELLS if measurable(*pair)]

# The file


def test_the_file_says_how_it_was_made():
    own = scoreboard()
    assert own.command == board.COMMAND == "python -m bench scoreboard"
    assert own.seeds == board.SEEDS
    made = date.fromisoformat(own.date)
    assert own.age(made) == 0
    assert {"python", "numpy", "torch", "flwr", "tenseal"} <= own.versions.keys()


def test_every_pair_has_a_cell_in_the_order_of_the_tables():
    own = scoreboard()
    assert list(own.cells) == [*CONFIDENTIALITY, *INTEGRITY]
    assert all(list(row) == list(DEFENCES) for row in own.cells.values())
    assert list(own.prices) == list(DEFENCES)
    assert set(ATTACKS) == set(own.cells)


@pytest.mark.parametrize(("attack", "defence"), CELLS)
def test_a_cell_has_a_value_for_each_seed_or_a_reason(attack, defence):
    cell = scoreboard().cell(attack, defence)
    if measurable(attack, defence):
        assert len(cell.values) == len(board.SEEDS)
        assert all(-1 <= value <= 1 for value in cell.values)
        assert cell.low <= cell.mean <= cell.high
        assert not cell.reason
    else:
        assert not cell.applies
        assert cell.reason == board.REASONS[attack, defence]


def test_the_numbers_beside_the_values_are_those_of_the_values():
    raw = json.loads(board.FILE.read_text("utf-8"))
    for attack, defence in MEASURED:
        stored, cell = raw["cells"][attack][defence], scoreboard().cell(attack, defence)
        for name in ("mean", "low", "high"):
            assert math.isclose(stored[name], getattr(cell, name), abs_tol=2e-4)


def test_reading_and_writing_are_inverse():
    text = board.FILE.read_text("utf-8")
    assert from_json(text) == scoreboard()
    assert from_json(to_json(scoreboard())) == scoreboard()


def test_prices_are_finite_and_promises_have_a_unit():
    for name, price in scoreboard().prices.items():
        assert all(0.1 < value <= 1 for value in price.accuracy), name
        assert all(1 < value < 100 for value in price.perplexity), name
        assert (price.epsilon is None) == (not price.unit)
        assert price.seconds is None or 0 < price.seconds < 1e5
        assert price.bytes >= 0
        assert price.quality
    assert scoreboard().prices[NONE].seconds == 1


def test_the_command_reproduces_a_cheap_row():
    for name in (NONE, ROUNDED, DP_8, FL, MASKS_DP):
        cell = scoreboard().cell(COUNTS, name)
        for seed, value in zip(board.SEEDS, cell.values, strict=True):
            assert math.isclose(two_counts(name, seed), value, abs_tol=1e-4)


def test_the_command_reproduces_a_row_of_networks():
    """To two people: another processor rounds otherwise."""
    cell = scoreboard().cell("recorded label", DP_8)
    found = board_attacks.recorded_label(DP_8, 0)
    assert math.isclose(found, cell.values[0], abs_tol=2 / 50)


# Intervals


def test_an_interval_holds_one_more_draw_as_often_as_it_says():
    rng, hits, trials = np.random.default_rng(0), 0, 4000
    draws = rng.normal(0.3, 0.05, (trials, 6))
    for row in draws:
        hits += Cell(values=tuple(row[:5])).holds(row[5])
    assert abs(hits / trials - 0.95) < 0.015


def test_an_interval_is_students_for_a_further_draw():
    values = (0.1, 0.2, 0.4)
    reach = t.ppf(0.975, 2) * np.std(values, ddof=1) * math.sqrt(4 / 3)
    own = Cell(values=values)
    assert math.isclose(own.high, min(np.mean(values) + reach, 1))
    assert math.isclose(own.low, max(np.mean(values) - reach, -1))


def test_equal_values_keep_a_little_width():
    own = Cell(values=(0.5,) * 5)
    assert 0.47 < own.low < 0.49
    assert not own.holds(0.53)


# The task and the attacks


def test_wrong_records_are_a_tenth_and_the_test_is_right_and_nobodys():
    of = board_models.records(1)
    assert of.odd.sum() == 120
    truth = board_models.part(1, 0, board_models.PEOPLE).y
    assert ((of.people.y != truth).numpy() == of.odd).all()
    assert len(of.people) + len(of.test) == 1797


def test_the_adversary_does_not_train_on_the_targets_people_alone():
    inside = board_attacks.membership_halves(0)
    shadows, target = inside[:-1].int().sum(dim=0), inside[-1]
    assert len(inside) == board_attacks.SHADOWS + 1
    assert (shadows == board_attacks.SHADOWS // 2).all()
    assert target.sum() == board_models.PEOPLE // 2


def test_shown_probabilities_are_rounded_and_never_zero():
    scores = np.array([[9.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    exact = board_attacks.DEFENCES[NONE].shown(scores)
    np.testing.assert_allclose(np.exp(exact).sum(axis=1), 1)
    shown = np.exp(board_attacks.DEFENCES[ROUNDED].shown(scores))
    np.testing.assert_allclose(shown, [[1, 0.01, 0.01], [0.3, 0.3, 0.3]])


def test_masks_change_the_federations_model_by_rounding_only():
    of = board_models.records(0)
    x, y = of.people.x[:200], of.people.y[:200]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(board_models, "ROUNDS", 2)
        bare = board_models.federated(x, y, seed=0)(x)
        under = board_models.masked(x, y, seed=0)(x)
    np.testing.assert_allclose(bare, under, atol=1e-3)


def test_noise_shares_keep_the_promise_for_all_rounds():
    code = board_models.shares(8.0, rng=np.random.default_rng(0))
    setting = {"sampling_rate": 1, "steps": board_models.NOISY_ROUNDS}
    total = board_models.zcdp_epsilon(
        noise_multiplier=code.multiplier(code.least), delta=1e-4, **setting
    )
    assert 7.9 < total <= 8.01


def test_sums_are_exact_under_masks_and_under_encryption():
    counts = np.random.default_rng(0).poisson(3, (board_models.CLIENTS, 30))
    for name, error in ((MASKS, 0), (board_attacks.HE, 1e-3)):
        rng = np.random.default_rng(1)
        found = board_published.RELEASES[name](counts, rng=rng)
        np.testing.assert_allclose(found, counts.sum(axis=0), atol=error)


# What lesson 8 says, with seeds it did not use


@cache
def again():
    return [asked_again(unit=5, epsilon=1, seed=seed) for seed in FRESH]


def test_thirty_rounded_counts_give_a_person_away_and_noise_does_not():
    assert 0.05 < mean(one.rounded[0] for one in again()) < 0.4
    assert mean(one.rounded[-1] for one in again()) > 0.9
    assert mean(one.noisy[-1] for one in again()) < 0.4


@pytest.mark.parametrize("seed", FRESH)
def test_counts_and_updates_on_fresh_seeds(seed):
    assert two_counts(NONE, seed) == two_counts(MASKS, seed) == 1
    assert two_counts(ROUNDED, seed) < 0.4
    assert update(FL, seed) >= 0.5
    assert update(MASKS, seed) < 0.25
    assert update(MASKS_DP, seed) < 0.1


def test_wrong_records_are_learned_without_noise_and_not_with_it():
    seeds = FRESH[:2]
    assert mean(board_attacks.recorded_label(NONE, s) for s in seeds) > 0.5
    assert abs(mean(board_attacks.recorded_label(DP_8, s) for s in seeds)) < 0.1


def test_reading_on_without_the_wrong_records_is_not_forgetting():
    """After fifty steps few are repeated, yet more than by who never read them."""

    def shares(seed):
        of = board_models.records(seed)
        odd = torch.tensor(of.odd)
        rest = of.people.x[~odd], of.people.y[~odd]
        model = board_models.open_model(of.people.x, of.people.y, seed=seed)
        never = board_models.open_model(*rest, seed=seed)

        def repeated(own):
            said = own(of.people.x[odd]).argmax(1)
            return float((said == of.people.y[odd]).double().mean())

        before = repeated(model)
        rng = torch.Generator().manual_seed(seed)
        return before, repeated(fit(model, *rest, steps=50, rng=rng)), repeated(never)

    before, after, never = np.mean([shares(seed) for seed in FRESH], axis=0)
    assert after < before / 2
    assert after > never


# Views


def test_stops_counts_measured_cells_only():
    own = scoreboard()
    cells = own.cells | {
        COUNTS: own.cells[COUNTS]
        | {FL: Cell(reason="none"), MASKS: Cell(values=(0, 0))}
    }
    changed = replace(own, cells=cells)
    assert stops(changed, FL, (COUNTS,)) == []
    assert stops(changed, MASKS, (COUNTS,)) == [COUNTS]


def test_views_hold_the_boards_cells():
    row = one_attack(attack=COUNTS)
    assert row.cells == scoreboard().cells[COUNTS]
    pair = two_defences(first=FL, second=MASKS)
    assert list(pair.cells) == [
        a for a in scoreboard().cells if measurable(a, FL) and measurable(a, MASKS)
    ]
    assert pair.stopped(1) == stops(scoreboard(), MASKS, tuple(pair.cells))
